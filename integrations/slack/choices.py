"""What our buttons carry and are called: written by ``messages``, read by ``payloads``.

A private message is stored nowhere, so Slack sends no message back when its button is
pressed; what the press needs to know travels in the button's ``value``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bot.errors import BadInput

SHARE = "replay_share"
ATTACH = "replay_attach"
OPEN = "replay_open"
REVOKE = "replay_revoke"
FIND_SHORTCUT = "find_replays"
FIND_ANYWHERE = "find_replays_anywhere"
"""The global shortcut, and the button on the Home tab."""
FIND_MODAL = "find_modal"
PAGE = "replay_page"
PAGE_BACK = "replay_page_back"
PERSON = "replay_person"
EVERYBODY = "replay_everybody"
HOME_EXTEND = "home_extend"
HOME_REVOKE = "home_revoke"

MAX_ID = 128
"""Ids longer than any source makes get no button: a value holds 2,000 characters."""


@dataclass(frozen=True, slots=True)
class PageChoice:
    """A page of what an earlier search found, by that search's id in the ledger, and
    the thread that its recordings are shared in."""

    search: str
    offset: int = 0
    thread_ts: str = ""

    def to_value(self) -> str:
        return _to_json(s=self.search, o=str(self.offset), t=self.thread_ts)

    @classmethod
    def from_value(cls, value: str) -> PageChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        offset = fields.get("o", "0")
        if not fields.get("s") or not (offset.isdigit() and len(offset) < 5):
            raise BadInput("a Slack button names no search")
        return cls(fields["s"], int(offset), fields.get("t", ""))


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """Those meant among the people that a search fitted, by the source's ids."""

    search: str
    people: tuple[str, ...]
    thread_ts: str = ""

    def to_value(self) -> str:
        people = "\n".join(self.people)
        return _to_json(s=self.search, p=people, t=self.thread_ts)

    @classmethod
    def from_value(cls, value: str) -> PersonChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        people = tuple(filter(None, fields.get("p", "").split("\n")))
        if not fields.get("s") or not people:
            raise BadInput("a Slack button names nobody")
        return cls(fields["s"], people, fields.get("t", ""))


@dataclass(frozen=True, slots=True)
class LinkChoice:
    """One share link to be revoked, and who shared it."""

    link_id: str
    shared_by: str

    def to_value(self) -> str:
        return _to_json(l=self.link_id, by=self.shared_by)

    @classmethod
    def from_value(cls, value: str) -> LinkChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        if not fields.get("l"):
            raise BadInput("a Slack button names no share link")
        return cls(fields["l"], fields.get("by", ""))


def _to_json(**fields: str | None) -> str:
    return json.dumps(
        {key: field for key, field in fields.items() if field}, separators=(",", ":")
    )


def _from_json(value: str) -> dict[str, str]:
    try:
        fields = json.loads(value)
    except ValueError as error:
        raise BadInput("a Slack button's value is not JSON") from error
    if not isinstance(fields, dict):
        raise BadInput("a Slack button's value is not an object")
    return {key: field for key, field in fields.items() if isinstance(field, str)}
