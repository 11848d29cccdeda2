"""What the buttons around a share carry and are called.

A private answer is stored nowhere, so a press has to bring everything along: what is
shared, where, by which terms, and the way back to the results it was found in.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.errors import BadInput
from bot.model import Audience, Opening, ShareTerms
from integrations.slack.choices import PageChoice
from integrations.slack.text import clean

SHARE_OPTIONS = "replay_share_options"
MORE = "replay_more"
EXTEND = "replay_extend"
UNDO = "replay_undo"
DISMISS = "replay_dismiss"
SHARE_VIEW = "replay_share_view"
TICKET = "replay_ticket"
TICKET_VIEW = "replay_ticket_view"

ADD_TO_TICKET = "Add to ticket…"

COPY, ANYWAY = "_copy", "_anyway"
"""What the names of buttons end in that repeat a press after a warning."""

_USUAL = ShareTerms()
_NONE = "-"

MAX_NOTE = 500
LONGEST = timedelta(days=30)
"""How long a link opens by what can be chosen, at most."""
MOST_OPENS = 10
"""And how often, where that is limited."""
MAX_OPTION_VALUE = 150
OPENED = "open"
"""The value of a menu's entry that only opens an address."""
TO_TICKET = "ticket:"
"""What the value of a menu's entry begins with that adds to a ticket."""


@dataclass(frozen=True, slots=True)
class ShareChoice:
    """One recording to be shared or attached.

    ``channel`` is where, if not where the button is; ``thread_ts`` the thread there.
    ``whose`` is the person's name, for the options. ``again`` tells a button from the
    one before it: pressing it is no double click. ``outside`` is true once somebody
    said that people of another company may read it.
    """

    recording_id: str
    thread_ts: str = ""
    channel: str = ""
    terms: ShareTerms = _USUAL
    results: PageChoice | None = None
    whose: str = ""
    again: str = ""
    outside: bool = False

    def to_value(self) -> str:
        return _to_json(
            {
                "r": self.recording_id,
                "t": self.thread_ts,
                "c": self.channel,
                "w": clean(self.whose, 60),
                "a": self.again,
                "x": "1" if self.outside else "",
                **_results(self.results, self.thread_ts),
                **_terms(self.terms),
            }
        )

    def to_option(self, prefix: str = "") -> str | None:
        """The value of a menu's entry, of which Slack takes 150 characters; without the
        way back where that is too long, and None where the rest is. The name is for
        entries that open a form, which begin with a ``prefix``, and goes first."""
        bare = replace(self, whose="")
        named = [self] if prefix else []
        for choice in (*named, bare, replace(bare, results=None)):
            value = prefix + choice.to_value()
            if len(value) <= MAX_OPTION_VALUE:
                return value
        return None

    @classmethod
    def from_value(cls, value: str) -> ShareChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        if not fields.get("r"):
            raise BadInput("a Slack button names no recording")
        return cls(
            fields["r"],
            fields.get("t", ""),
            fields.get("c", ""),
            _read_terms(fields),
            _read_results(fields),
            fields.get("w", ""),
            fields.get("a", ""),
            bool(fields.get("x")),
        )


@dataclass(frozen=True, slots=True)
class UndoChoice:
    """What was shared just now, and the message that shows it: a link or a file."""

    channel: str
    ts: str = ""
    thread_ts: str = ""
    link_id: str = ""
    file_id: str = ""
    results: PageChoice | None = None

    def to_value(self) -> str:
        return _to_json(
            {
                "c": self.channel,
                "ts": self.ts,
                "t": self.thread_ts,
                "l": self.link_id,
                "f": self.file_id,
                **_results(self.results, self.thread_ts),
            }
        )

    @classmethod
    def from_value(cls, value: str) -> UndoChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        if not fields.get("c") or not (fields.get("l") or fields.get("f")):
            raise BadInput("a Slack button names nothing to undo")
        return cls(
            fields["c"],
            fields.get("ts", ""),
            fields.get("t", ""),
            fields.get("l", ""),
            fields.get("f", ""),
            _read_results(fields),
        )


def tidy_note(text: str) -> str:
    """A note as it is kept: its lines without what cannot be seen."""
    lines = [clean(line, 4 * MAX_NOTE) for line in text.splitlines()]
    return "\n".join(lines).strip()


def _results(results: PageChoice | None, thread_ts: str) -> dict[str, str]:
    if results is None:
        return {}
    offset = str(results.offset or "")
    # Mostly the thread of the share itself.
    thread = "" if results.thread_ts == thread_ts else results.thread_ts or _NONE
    return {"s": results.search, "o": offset, "k": thread}


def _read_results(fields: dict[str, str]) -> PageChoice | None:
    if not fields.get("s"):
        return None
    thread = fields.get("k", fields.get("t", ""))
    offset = _number(fields, "o", 9999) or 0
    return PageChoice(fields["s"], offset, "" if thread == _NONE else thread)


def _terms(terms: ShareTerms) -> dict[str, str]:
    seconds = terms.expires_in and int(terms.expires_in.total_seconds())
    opening = "" if terms.opening is Opening.TROUBLE else terms.opening.value
    return {
        "e": str(seconds or ""),
        "u": terms.audience.value if terms.audience else "",
        "m": str(terms.max_opens or ""),
        "b": opening,
        "n": terms.note,
    }


def _read_terms(fields: dict[str, str]) -> ShareTerms:
    seconds = _number(fields, "e", int(LONGEST.total_seconds()))
    note = fields.get("n", "")
    if len(note) > MAX_NOTE:
        raise BadInput("a Slack button holds a note that is too long")
    try:
        return ShareTerms(
            expires_in=None if seconds is None else timedelta(seconds=seconds),
            audience=Audience(fields["u"]) if "u" in fields else None,
            max_opens=_number(fields, "m", MOST_OPENS),
            opening=Opening(fields.get("b", Opening.TROUBLE)),
            note=note,
        )
    except ValueError as error:
        raise BadInput("a Slack button holds terms that are none of ours") from error


def _number(fields: dict[str, str], key: str, most: int) -> int | None:
    """A number from 1 on, None where there is none. Raises BadInput for another: the
    press is sent by somebody's own client."""
    text = fields.get(key)
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]{0,8}", text) or int(text) > most:
        raise BadInput(f"a Slack button holds a number {key} that is none of ours")
    return int(text)


def _to_json(fields: dict[str, str]) -> str:
    return json.dumps(
        {key: field for key, field in fields.items() if field},
        separators=(",", ":"),
        # As signs of their own they would take six characters each.
        ensure_ascii=False,
    )


def _from_json(value: str) -> dict[str, str]:
    try:
        fields: Any = json.loads(value)
    except ValueError as error:
        raise BadInput("a Slack button's value is not JSON") from error
    if not isinstance(fields, dict):
        raise BadInput("a Slack button's value is not an object")
    return {key: field for key, field in fields.items() if isinstance(field, str)}
