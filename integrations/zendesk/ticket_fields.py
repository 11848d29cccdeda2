"""The ticket fields that ``setup zendesk`` makes, set with each note."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from bot.model import Failed, Note, NothingFound
from integrations.zendesk.client import Zendesk
from integrations.zendesk.note import errors_of
from integrations.zendesk.records import Field
from integrations.zendesk.setup.wanted import MARK

LINK: Final = "Replay link"
ERRORS: Final = "Replay errors"
LAST_SESSION: Final = "Replay last session"

_KEPT_SECONDS = 600.0


class TicketFields:
    """What the fields of a note's ticket are set to; those that an account has."""

    def __init__(self, zendesk: Zendesk) -> None:
        self._zendesk = zendesk
        self._ids: Mapping[str, int] = {}
        self._read_at: float | None = None

    def of(self, result: Note | NothingFound | Failed) -> dict[int, str | int]:
        """Values by the fields' ids; none where there is no replay."""
        if not isinstance(result, Note) or not result.replays:
            return {}
        ids = self._known()
        return {
            ids[title]: value for title, value in values(result).items() if title in ids
        }

    def forget(self) -> None:
        """Read the account's fields again before the next note."""
        self._read_at = None

    def _known(self) -> Mapping[str, int]:
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > _KEPT_SECONDS:
            ours = filter(_takes_links, self._zendesk.fields())
            self._ids = {each.title: each.id for each in ours}
            self._read_at = now
        return self._ids


def _takes_links(field: Field) -> bool:
    """Whether it is one that set-up made, and no customer would see a link in it."""
    return field.is_for_agents and field.agent_description.startswith(MARK)


def values(note: Note) -> dict[str, str | int]:
    """The best replay's link and errors, and the day of the newest session."""
    best = note.replays[0]
    starts = [one.recording.start for one in note.replays]
    starts += [one.start for one in note.others]
    return {
        LINK: best.watch_url,
        ERRORS: errors_of(best.summary),
        LAST_SESSION: max(starts).date().isoformat(),
    }
