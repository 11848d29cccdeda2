"""Where a press is answered, as the address of a request. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.slack.answers import RESPONSE_URL_LIFE
from integrations.slack.choices import PageChoice
from integrations.slack.payloads import Click


def answered_at(click: Click, results: PageChoice | None) -> dict[str, str]:
    """Where whoever pressed is answered; ``results`` are what the answer leads back to
    where it takes their place."""
    in_place = click.is_private and not click.view_id
    return click.place.address(
        replace="yes" if in_place else "",
        shown_in=click.thread_ts,
        **way_back(results if in_place else None),
    )


def way_back(results: PageChoice | None) -> dict[str, str]:
    return {"results": results.to_value()} if results else {}


def still_there(kept: Mapping[str, str], *, now: float) -> dict[str, str]:
    """The address a form was opened at, when it is submitted at ``now``: after a while
    what was pressed cannot be replaced any more."""
    address = dict(kept)
    if now - int(address.get("asked_at", "0")) >= RESPONSE_URL_LIFE:
        address["response_url"] = address["replace"] = address["asked_at"] = ""
    return address


def posted_at(click: Click, channel: str, thread_ts: str) -> dict[str, str]:
    """Where something is shared, and where the person is if not there."""
    here = click.place.channel
    return {
        "channel": channel,
        "thread_ts": thread_ts,
        "home": here if here != channel else "",
    }


def message_at(click: Click) -> dict[str, str]:
    """The message that was pressed, which everybody sees."""
    return click.place.address(
        ts=click.message_ts, thread_ts=click.thread_ts, shown_in=click.thread_ts
    )


def without_blanks(address: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in address.items() if value}
