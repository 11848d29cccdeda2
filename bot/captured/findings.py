"""What a round found, by session, before any of it is in the index."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.captured.blocks import Line, item_key, line_of
from bot.captured.facts import Facts, facts_of_event
from bot.captured.identities import News
from bot.captured.known import known_items
from bot.model import CapturedEvent, CapturedItem, CapturedSnapshots

# A day of posthog-js is some forty thousand. All that a session has are looked at
# whenever more comes for it.
_MAX_ITEMS = 200_000


@dataclass(frozen=True, slots=True)
class SessionKey:
    project: str
    session_id: str

    @property
    def id(self) -> str:
        """Its row's id; the same before there is a row."""
        whole = f"{self.project}\n{self.session_id}".encode()
        return hashlib.blake2b(whole, digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class KnownSession:
    """A session as it was when new blocks were made for it."""

    id: str
    revision: int


@dataclass(slots=True)
class _Found:
    facts: list[Facts] = field(default_factory=list)
    lines: dict[bytes, Line] = field(default_factory=dict)
    """Of those that are not in a block yet."""
    visitors: set[str] = field(default_factory=set)
    plain_bytes: int = 0
    written: set[bytes] = field(default_factory=set)
    is_cut: bool = False
    is_past: bool = False
    """Whether all of it came after the session's retention."""


class Findings:
    """What a round found, by session; each item once."""

    def __init__(self) -> None:
        self.sessions: defaultdict[SessionKey, _Found] = defaultdict(_Found)
        self.unreadable: Counter[str] = Counter()
        self.plain_bytes = 0
        self._news: defaultdict[tuple[str, str], News] = defaultdict(News)

    def add(self, project: str, item: CapturedItem, *, is_past: bool = False) -> None:
        """``is_past``: it came after its session's retention. Raises ValueError where
        an item's events cannot be read."""
        session_id = item.session_id
        news = self._news[(project, session_id)]
        key = SessionKey(project, session_id)
        is_first = bool(session_id) and key not in self.sessions
        found = self.sessions[key] if session_id else None
        if found is not None:
            found.is_past = is_past and (is_first or found.is_past)
        if isinstance(item, CapturedEvent):
            news.add(item)
            if found is not None:
                found.facts.append(facts_of_event(item))
        else:
            news.seen(item.distinct_id)
            if found is not None:
                self._add_snapshots(found, item)
        if found is not None and item.distinct_id:
            found.visitors.add(item.distinct_id)

    def _add_snapshots(self, found: _Found, item: CapturedSnapshots) -> None:
        key = item_key(item)
        if key in found.lines or key in found.written:
            return
        line = line_of(item)
        if line is not None:
            found.lines[key] = line
            self.plain_bytes += len(line.content)

    @property
    def rows(self) -> int:
        """About how many rows of the index all of it concerns."""
        people = sum(len(one.ids) + len(one.aliases) for one in self._news.values())
        return len(self.sessions) + people

    def unreadable_alone(self) -> Findings:
        """Nothing but what could not be read: that is counted once."""
        found = Findings()
        found.unreadable = self.unreadable
        return found

    def count_unreadable(self, project: str) -> None:
        self.unreadable[project] += 1

    def news(self, without: set[str]) -> dict[str, News]:
        """What was said of each project's people, but in these sessions."""
        every: defaultdict[str, News] = defaultdict(News)
        for (project, session_id), one in self._news.items():
            if session_id and SessionKey(project, session_id).id in without:
                continue
            every[project].take(one)
        return every

    def take_new(
        self, connection: Connection, *, most: int
    ) -> list[tuple[KnownSession, list[Line]]]:
        """The snapshots that no block holds, by session; where a session has more than
        ``most`` bytes of them it is cut. They are not found again."""
        waiting = {key.id: one for key, one in self.sessions.items() if one.lines}
        known = known_items(connection, waiting)
        taken = []
        for session, found in waiting.items():
            revision, size, items = known.get(session, (0, 0, set()))
            lines: list[Line] = []
            for key, line in found.lines.items():
                if key in items:
                    continue
                is_full = size + found.plain_bytes + len(line.content) > most
                if is_full or len(items) + len(lines) >= _MAX_ITEMS:
                    found.is_cut = True
                    continue
                found.plain_bytes += len(line.content)
                lines.append(line)
            found.written |= found.lines.keys()
            found.lines = {}
            if lines:
                taken.append((KnownSession(session, revision), lines))
        self.plain_bytes = 0
        return taken
