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

MAX_ID = 128
"""Ids longer than any source makes get no button: a value holds 2,000 characters."""


@dataclass(frozen=True, slots=True)
class ReplayChoice:
    """One recording to be shared or attached, and the thread to do it in.

    ``again`` is the reference of a failure that was answered with *Try again*: the
    press is then a new request, not a double click of the first one.
    """

    recording_id: str
    thread_ts: str | None = None
    again: str | None = None

    def to_value(self) -> str:
        return _to_json(r=self.recording_id, t=self.thread_ts, a=self.again)

    @classmethod
    def from_value(cls, value: str) -> ReplayChoice:
        """Raises BadInput where the value is not one of ours."""
        fields = _from_json(value)
        if not fields.get("r"):
            raise BadInput("a Slack button names no recording")
        return cls(fields["r"], fields.get("t"), fields.get("a"))


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
