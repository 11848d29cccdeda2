"""The form that finds recordings: what `/replay` takes, field by field. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.errors import BadInput
from bot.model import Filters
from bot.options import MAX_PAGE, page_of
from integrations.slack.blocks import Block, Message, context, plain_text, section
from integrations.slack.choices import FIND_MODAL
from integrations.slack.modals.inputs import (
    checkboxes,
    input_block,
    select,
    text_input,
)
from integrations.slack.payloads import Submission
from integrations.slack.text import length

WHO, SINCE, ERRORS, PAGE = "who", "since", "errors", "page"
MAX_WHO = 1000

_SPANS = (
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=30),
    timedelta(days=90),
)
_WITH_ERRORS = "errors"
_OF_ONE_PRESS = {"view_id", "replace", "mentioned", "user_team", "asked_at"}


@dataclass(frozen=True, slots=True)
class FindForm:
    """What was filled in."""

    who: str
    look_back: timedelta
    filters: Filters

    @classmethod
    def parse(cls, submitted: Submission) -> FindForm:
        """Raises BadInput where a choice is none of ours."""
        seconds = submitted.chosen(SINCE)
        if not (seconds.isdigit() and len(seconds) < 10):
            raise BadInput("the find modal came without a time")
        return cls(
            submitted.text(WHO),
            timedelta(seconds=int(seconds)),
            Filters(
                errors_only=_WITH_ERRORS in submitted.ticked(ERRORS),
                page=page_of(submitted.text(PAGE)),
            ),
        )


def find_modal(
    address: Mapping[str, str], *, look_back: timedelta, who: str = ""
) -> Block:
    """The form; ``address`` is where the answer goes, none for the modal itself."""
    spans = {int(one.total_seconds()): f"Last {length(one)}" for one in _SPANS}
    chosen = int(look_back.total_seconds())
    spans.setdefault(chosen, f"Last {length(look_back)}")
    return {
        **_modal(address),
        "submit": plain_text("Find"),
        "blocks": [
            input_block(
                WHO,
                "Who",
                text_input("jane@example.com", max_length=MAX_WHO, initial=who),
                hint="An e-mail address, user id, session id or PostHog link; several,"
                " or a whole message, work too.",
            ),
            input_block(
                SINCE,
                "How far back",
                select(
                    {str(span): words for span, words in sorted(spans.items())},
                    initial=str(chosen),
                ),
            ),
            input_block(
                PAGE,
                "On a page",
                text_input("/checkout", max_length=MAX_PAGE),
                optional=True,
            ),
            input_block(
                ERRORS,
                "What happened",
                checkboxes({_WITH_ERRORS: "Only recordings with errors"}),
                optional=True,
            ),
            context("Only you see what is found, until you share it."),
        ],
    }


def looking_modal(address: Mapping[str, str], what: str) -> Block:
    """The same modal while it is looked for."""
    return {**_modal(address), "blocks": [section(what)]}


def answer_modal(address: Mapping[str, str], answer: Message) -> Block:
    """A private answer, shown in the modal it was asked in."""
    return {**_modal(address), "blocks": list(answer.blocks)}


def kept_of(address: Mapping[str, str]) -> dict[str, str]:
    """What a modal has to keep of the address it is answered at."""
    return {key: value for key, value in address.items() if key not in _OF_ONE_PRESS}


def address_of(metadata: str) -> dict[str, str]:
    """What a modal of ours keeps of where it was opened.

    Raises BadInput where it is not ours.
    """
    try:
        address = json.loads(metadata or "{}")
    except ValueError as error:
        raise BadInput("a Slack modal's metadata is not JSON") from error
    if not isinstance(address, dict):
        raise BadInput("a Slack modal's metadata is not an object")
    return {key: value for key, value in address.items() if isinstance(value, str)}


def _modal(address: Mapping[str, str]) -> Block:
    return {
        "type": "modal",
        "callback_id": FIND_MODAL,
        "title": plain_text("Find session replays"),
        "close": plain_text("Close"),
        "private_metadata": json.dumps(dict(address), separators=(",", ":")),
    }
