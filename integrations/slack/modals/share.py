"""The options of a share: where, how, for whom and for how long. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model import Audience, Opening, ShareTerms
from integrations.slack.blocks import Block, plain_text, section
from integrations.slack.modals.find import address_of
from integrations.slack.modals.inputs import (
    Mistaken,
    all_ticked,
    checkboxes,
    conversations_select,
    described,
    input_block,
    radio_buttons,
    select,
    text_input,
)
from integrations.slack.payloads import Submission
from integrations.slack.share_choices import (
    LONGEST,
    MAX_NOTE,
    MOST_OPENS,
    SHARE_VIEW,
    ShareChoice,
    tidy_note,
)
from integrations.slack.text import name

WHERE, THREAD, FORM, NOTE = "where", "thread", "form", "note"
OPENS_AT, AUDIENCE, EXPIRES, OPENS = "opens_at", "audience", "expires", "opens"

FILE = "file"
ANY = "any"

_FORMS = {"link": "A link that expires", FILE: "A file"}
_OF_FORMS = {
    FILE: "Never expires. Start, expiry and number of opens are for links only."
}
_OPENINGS = {
    Opening.TROUBLE.value: "Shortly before the trouble",
    Opening.FIRST_ERROR.value: "At the first error",
    Opening.BEGINNING.value: "At the beginning",
}
_AUDIENCES = {
    Audience.STAFF.value: "Staff copy",
    Audience.CUSTOMER.value: "Customer copy",
}
_OF_AUDIENCES = {
    Audience.STAFF.value: "Everything but secrets.",
    Audience.CUSTOMER.value: "Without console, request contents, ids and other"
    " people's addresses.",
}
_EXPIRIES = {
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "3 days": timedelta(days=3),
    "7 days": timedelta(days=7),
    "30 days": LONGEST,
}
_OPENS = {
    ANY: "Any number of times",
    "1": "Once",
    "3": "3 times",
    str(MOST_OPENS): f"{MOST_OPENS} times",
}
_WRONG = "Choose one of these."


@dataclass(frozen=True, slots=True)
class ShareDefaults:
    """What an installation shares by. ``outside`` lets conversations with another
    company be picked."""

    link_expiry: timedelta = timedelta(days=7)
    audience: Audience = Audience.STAFF
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen, and the ``address`` of where the options were opened;
    ``thread_ts`` is empty for the conversation itself."""

    choice: ShareChoice
    address: Mapping[str, str]
    channel: str
    thread_ts: str
    is_file: bool
    terms: ShareTerms


def share_modal(
    choice: ShareChoice,
    address: Mapping[str, str],
    defaults: ShareDefaults,
    *,
    now: datetime,
) -> Block:
    """The modal that asks for the options; ``address`` is where it is opened from."""
    here = address.get("channel", "")
    # Nobody else reads the conversation with ourselves.
    initial = "" if here.startswith("D") else here
    thread = all_ticked(checkboxes({"yes": "In the thread you come from"}))
    nearest = min(_EXPIRIES.values(), key=lambda span: abs(span - defaults.link_expiry))
    blocks = [
        section(f"Session replay of {name(choice.whose)}") if choice.whose else None,
        input_block(
            WHERE,
            "Where",
            conversations_select(initial, outside=defaults.outside),
        ),
        input_block(
            THREAD,
            "Thread",
            thread,
            hint="In another conversation this changes nothing.",
            optional=True,
        )
        if choice.thread_ts
        else None,
        input_block(
            FORM,
            "Share as",
            described(radio_buttons(_FORMS, initial="link"), _OF_FORMS),
        ),
        input_block(
            NOTE,
            "Note",
            text_input("What to look at", max_length=MAX_NOTE, multiline=True),
            optional=True,
        ),
        input_block(
            OPENS_AT, "Starts", select(_OPENINGS, initial=Opening.TROUBLE.value)
        ),
        input_block(
            AUDIENCE,
            "For whom",
            described(
                radio_buttons(_AUDIENCES, initial=defaults.audience.value),
                _OF_AUDIENCES,
            ),
        ),
        input_block(
            EXPIRES,
            "Expires",
            select(
                {
                    _seconds(span): _until(words, now + span)
                    for words, span in _EXPIRIES.items()
                },
                initial=_seconds(nearest),
            ),
        ),
        input_block(OPENS, "How often it opens", select(_OPENS, initial=ANY)),
    ]
    kept = {**address, "choice": choice.to_value()}
    return {
        "type": "modal",
        "callback_id": SHARE_VIEW,
        "title": plain_text("Share the replay"),
        "submit": plain_text("Share"),
        "close": plain_text("Cancel"),
        "private_metadata": json.dumps(kept, separators=(",", ":"), ensure_ascii=False),
        "blocks": list(filter(None, blocks)),
    }


def read_modal(submitted: Submission) -> Wanted:
    """What was chosen in the submitted modal.

    Raises Mistaken where an input has to be filled in otherwise, and BadInput where the
    modal is none of ours.
    """
    address = address_of(submitted.metadata)
    choice = ShareChoice.from_value(address.pop("choice", ""))
    channel = submitted.conversation(WHERE)
    note = tidy_note(submitted.text(NOTE))
    expiry, opens = submitted.chosen(EXPIRES), submitted.chosen(OPENS)
    opening, audience = submitted.chosen(OPENS_AT), submitted.chosen(AUDIENCE)
    spans = {_seconds(span): span for span in _EXPIRIES.values()}
    mistakes = {
        WHERE: "" if channel else "Choose a conversation.",
        NOTE: too_long(note),
        EXPIRES: "" if expiry in spans else _WRONG,
        OPENS: "" if opens in _OPENS else _WRONG,
        OPENS_AT: "" if opening in _OPENINGS else _WRONG,
        AUDIENCE: "" if audience in _AUDIENCES else _WRONG,
    }
    if any(mistakes.values()):
        raise Mistaken({key: said for key, said in mistakes.items() if said})
    is_there = bool(submitted.ticked(THREAD)) and channel == address.get("channel")
    return Wanted(
        choice=choice,
        address=address,
        channel=channel,
        thread_ts=choice.thread_ts if is_there else "",
        is_file=submitted.chosen(FORM) == FILE,
        terms=ShareTerms(
            expires_in=spans[expiry],
            audience=Audience(audience),
            max_opens=None if opens == ANY else int(opens),
            opening=Opening(opening),
            note=note,
        ),
    )


def too_long(note: str) -> str:
    """What is wrong with a note that is; Slack counts UTF-16 units."""
    units = len(note.encode("utf-16-le")) // 2
    return f"At most {MAX_NOTE} characters." if units > MAX_NOTE else ""


def _until(words: str, until: datetime) -> str:
    return f"{words}, until {until.astimezone(UTC):%d %b %Y %H:%M} UTC"


def _seconds(span: timedelta) -> str:
    return str(int(span.total_seconds()))
