"""zenpy's and requests' exceptions as our errors.

What Zendesk's answers mean: https://developer.zendesk.com/api-reference/introduction/requests/#response-format
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import requests
import urllib3
from zenpy.lib.exception import APIException, ZenpyException

from bot.errors import Gone, NotFound, Refused, RetryLater
from integrations.zendesk.credentials import retry_after
from integrations.zendesk.session import path_of


class Conflict(RetryLater):
    """The ticket changed since it was read: read again, decide again."""


class Unauthorised(Refused):
    """Zendesk does not know who we are (401)."""


class Forbidden(Refused):
    """Zendesk knows who we are, and our user may not do this (403)."""


@contextmanager
def in_our_errors(doing: str) -> Iterator[None]:
    """Run calls of zenpy or requests; ``doing`` says what for, in the error's text.

    Raises NotFound, Refused, Conflict or RetryLater. An answer that broke off is
    RetryLater: what was asked may have been done or not.
    """
    try:
        yield
    except (APIException, requests.HTTPError) as error:
        raise _of_answer(doing, error.response) from error
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise RetryLater(
            f"{doing}: Zendesk does not answer ({type(error).__name__})",
            plain="Zendesk does not answer just now.",
        ) from error
    except (
        ZenpyException,
        AttributeError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise RetryLater(
            f"{doing}: Zendesk's answer cannot be read ({type(error).__name__})",
            plain="Zendesk's answer cannot be read.",
        ) from error


def _of_answer(doing: str, answer: requests.Response | None) -> Exception:
    if answer is None:
        return RetryLater(f"{doing}: no answer")
    status = answer.status_code
    said = f"{doing}: {status} to {path_of(answer.request)}, {_error_of(answer)}"
    if status >= 500:
        return RetryLater(
            said,
            after=retry_after(answer.headers),
            plain="Zendesk does not answer just now.",
        )
    make = ERRORS.get(status)
    return make(said) if make else Refused(said, plain="Zendesk said no to this.")


ERRORS: Mapping[int, Callable[[str], Exception]] = {
    401: lambda said: Unauthorised(
        f"{said}; check the Zendesk credentials",
        plain="Zendesk does not accept the courier's credentials.",
    ),
    403: lambda said: Forbidden(
        f"{said}; the bot's agent lacks a permission",
        plain="The courier's agent may not do this in Zendesk.",
    ),
    404: lambda said: NotFound(said, plain="Zendesk knows no such ticket."),
    409: Conflict,
    410: lambda said: Gone(said, plain="Zendesk knows no such ticket."),
}


def _error_of(answer: requests.Response) -> str:
    """Zendesk's own name for the error; its longer texts may repeat our body."""
    try:
        name = answer.json().get("error")
    except (ValueError, AttributeError):
        return "no JSON"
    if isinstance(name, dict):
        name = name.get("title")
    return str(name)[:80]
