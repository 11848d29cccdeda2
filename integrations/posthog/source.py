"""PostHog as a RecordingSource: the one class that the wiring makes of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from bot.errors import CourierError, NotFound, UnknownShape
from bot.model import (
    Check,
    Identifier,
    IdentifierKind,
    Person,
    Recording,
    RecordingsPage,
)
from bot.ports import BlobCache
from integrations.posthog import people, recordings, shapes
from integrations.posthog.checks import checks
from integrations.posthog.client import Client, ProjectPath, origin_of
from integrations.posthog.snapshots import Snapshots

_UNPROFILED_LOOK_BACK = timedelta(days=90)


class PostHogSource:
    """The recordings of one PostHog project; safe to share between threads.

    ``host`` is ``us``, ``eu`` or a self-hosted PostHog's address; ``ui_host`` is where
    people open it, if that differs. Raises ValueError where ``host`` is no address.
    """

    name = "posthog"

    def __init__(
        self,
        *,
        host: str,
        project_id: str,
        api_key: str,
        cache: BlobCache,
        project_path: ProjectPath = "projects",
        ui_host: str | None = None,
        connect_seconds: float = 5.0,
        read_seconds: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client = Client(
            host=host,
            project_id=project_id,
            api_key=api_key,
            project_path=project_path,
            connect_seconds=connect_seconds,
            read_seconds=read_seconds,
        )
        self._ui = origin_of(ui_host) if ui_host else self._client.origin
        self._project_id = project_id
        self._snapshots = Snapshots(self._client, cache)
        self._now = now

    def __repr__(self) -> str:
        return f"PostHogSource({self._client!r})"

    def find_people(self, identifier: Identifier) -> list[Person]:
        """Everyone the identifier may mean: one call where somebody is known by it."""
        value = identifier.value
        if identifier.kind is IdentifierKind.EMAIL:
            return people.by_email(self._client, value)
        if identifier.kind is IdentifierKind.DISTINCT_ID:
            return self._by_distinct_id(value)
        if identifier.kind is IdentifierKind.UUID:
            return (
                people.by_uuid(self._client, value)
                or self._of_session(value)
                or self._by_distinct_id(value)
            )
        if identifier.kind is IdentifierKind.PERSON:
            return people.by_id(self._client, value)
        return []

    def recordings_of(
        self, person: Person, *, since: datetime, limit: int
    ) -> list[Recording]:
        """The person's recordings that started at ``since`` or later, newest first,
        with their pages and browser where the key may query."""
        listed = recordings.listed(
            self._client, person=person, since=since, limit=limit
        )
        read = [self._read(raw, person) for raw in listed]
        recent = [recording for recording in read if recording.start >= since]
        recent.sort(key=lambda recording: recording.start, reverse=True)
        return recordings.with_what_lists_lack(self._client, recent)

    def recordings_between(
        self, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> RecordingsPage:
        """A page of all the project's recordings, newest first, with their pages and
        browser where the key may query: two calls."""
        listed, next_after = recordings.listed_between(
            self._client, since, until, after=after, limit=limit
        )
        read: list[Recording] = []
        unread: list[str] = []
        for raw in listed:
            try:
                read.append(self._read(raw))
            except UnknownShape as error:
                unread.append(str(error))
        wanted = [one for one in read if since <= one.start < until]
        full = recordings.with_what_lists_lack(self._client, wanted)
        return RecordingsPage(tuple(full), next_after, tuple(unread))

    def recording(self, recording_id: str) -> Recording:
        """One recording by its id. Raises NotFound, or Gone where it was deleted."""
        raw = recordings.retrieved(self._client, recording_id)
        return recordings.with_what_lists_lack(self._client, [self._read(raw)])[0]

    def snapshot_lines(self, recording: Recording) -> Iterator[bytes]:
        """The recording's snapshot JSON lines as PostHog keeps them, all or an error.

        Raises NotFound, Gone, UnknownShape, or RetryLater where a part is missing.
        """
        return self._snapshots.lines(recording, now=self._now())

    def recordings_enabled(self) -> bool | None:
        """Whether the project records; None where the key may not know."""
        try:
            project = self._client.get("", {}, scope="project:read")
        except CourierError:
            return None
        opted_in = shapes.mapping(project).get("session_recording_opt_in")
        return opted_in if isinstance(opted_in, bool) else None

    def check(self) -> Iterable[Check]:
        """What ``doctor`` prints: each scope proven by a cheap call; never raises."""
        return checks(self._client, self._snapshots, self._now())

    def _by_distinct_id(self, distinct_id: str) -> list[Person]:
        found = people.by_distinct_id(self._client, distinct_id)
        if found:
            return found
        somebody = people.unprofiled(distinct_id)
        since = self._now() - _UNPROFILED_LOOK_BACK
        recorded = recordings.listed(
            self._client, person=somebody, since=since, limit=1
        )
        return [somebody] if recorded else []

    def _of_session(self, session_id: str) -> list[Person]:
        try:
            recording = self._read(recordings.retrieved(self._client, session_id))
        except NotFound:
            return []
        if recording.person:
            return [recording.person]
        distinct_id = recording.distinct_id
        return [people.unprofiled(distinct_id)] if distinct_id else []

    def _read(self, raw: Mapping[str, Any], person: Person | None = None) -> Recording:
        named = quote(str(raw.get("id")), safe="")
        recording = recordings.read_recording(
            raw,
            source=self.name,
            link=f"{self._ui}/project/{quote(self._project_id)}/replay/{named}",
            now=self._now(),
        )
        if recording.person is None and person is not None:
            return replace(recording, person=person)
        return recording
