"""A recording's snapshot lines out of PostHog's snapshots API, all or an error.

First the sources are listed, then read in the widest ranges allowed; what was read is
kept, since PostHog allows as few as 60 of these calls an hour. Which events the lines
hold is left to others. Facts: https://posthog.com/docs/session-replay/snapshot-api and
posthog/session_recordings/session_recording_api.py of PostHog's source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import orjson

from bot.errors import Gone, NotFound, RetryLater, UnknownShape
from bot.model import Recording
from bot.ports import BlobCache
from integrations.posthog import shapes
from integrations.posthog.client import Client
from integrations.posthog.parts import Parts
from integrations.posthog.ranges import Block, Range, read_range

SCOPE = "session_recording:read"
_KEYS_A_CALL = 20
"""PostHog's limit for personal API keys, both ends included."""
_SETTLED = timedelta(hours=25)
"""A session is cut at 24 hours, and the last of it is written within minutes."""
_WRITTEN_AFTER = timedelta(minutes=10)
_LOOK_AGAIN_SECONDS = 60.0
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,99}")


@dataclass(frozen=True, slots=True)
class SnapshotSource:
    """One place to load a part of a recording's data from."""

    kind: str
    key: str | None
    start: datetime | None
    end: datetime | None


class Snapshots:
    """Reads whole recordings of one project."""

    def __init__(self, client: Client, cache: BlobCache) -> None:
        self._client = client
        self._cache = cache

    def lines(self, recording: Recording, *, now: datetime) -> Iterator[bytes]:
        """The recording's JSON lines in PostHog's order, without blank ones.

        Raises NotFound, Gone, Refused, UnknownShape, and RetryLater where PostHog did
        not give all it listed; what came before the error must then be dropped.
        """
        settled = not recording.ongoing and now - recording.start > _SETTLED
        sources, was_kept = self._sources(recording, keep=settled)
        if not sources:
            raise _no_data(recording, now)
        try:
            yield from self._read(recording, sources)
        except Gone:
            raise
        except NotFound:
            if not was_kept:
                raise
            # The kept list was outlived by PostHog's own reordering of its storage.
            sources, _ = self._sources(recording, keep=settled, afresh=True)
            yield from self._read(recording, sources)

    def sources(self, recording_id: str) -> list[SnapshotSource]:
        """What PostHog lists now, of the newest kind it offers."""
        return _read_sources(recording_id, self._list(recording_id))

    def _list(self, recording_id: str) -> Any:
        # Servers of 2024 list the newer kind only when asked; newer ones ignore it.
        return self._client.get(_path(recording_id), {"blob_v2": "true"}, scope=SCOPE)

    def _sources(
        self, recording: Recording, *, keep: bool, afresh: bool = False
    ) -> tuple[list[SnapshotSource], bool]:
        key = self._key(recording, "sources")
        kept = None if afresh or not keep else self._cache.get(key)
        if kept is not None:
            return _read_sources(recording.id, orjson.loads(kept)), True
        answer = self._list(recording.id)
        sources = _read_sources(recording.id, answer)
        if keep and sources:
            self._cache.put(key, orjson.dumps(answer))
        return sources, False

    def _read(
        self, recording: Recording, sources: Sequence[SnapshotSource]
    ) -> Iterator[bytes]:
        for wanted in _ranges(recording.id, sources):
            parts = Parts(self._cache, self._key(recording, wanted.name))
            kept = parts.lines()
            if kept is None:
                yield from read_range(
                    wanted,
                    recording_id=recording.id,
                    fetch=lambda params: self._client.stream(
                        _path(recording.id), params, scope=SCOPE
                    ),
                    parts=None if recording.ongoing else parts,
                )
            else:
                yield from kept

    def _key(self, recording: Recording, name: str) -> str:
        names = (self._client.origin, self._client.project_id, recording.id)
        return "/".join(("posthog", *(_plain(one) for one in names), name))


def _plain(name: str) -> str:
    """The name itself where any store can hold it, else its digest."""
    name = name.partition("://")[2] or name
    if _PLAIN_NAME.fullmatch(name):
        return name
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _path(recording_id: str) -> str:
    return f"session_recordings/{quote(recording_id, safe='')}/snapshots/"


def _read_sources(recording_id: str, answer: Any) -> list[SnapshotSource]:
    listed = shapes.mapping(answer).get("sources")
    if not isinstance(listed, list):
        raise UnknownShape(recording_id, "sources", type(listed).__name__)
    sources = [_read_source(recording_id, one) for one in listed]
    # The kinds are copies of each other: read together they give every event twice.
    for kinds in ({"blob_v2"}, {"blob_v2_lts"}, {"blob", "realtime"}):
        chosen = [one for one in sources if one.kind in kinds]
        if chosen:
            return chosen
    if sources:
        raise UnknownShape(recording_id, "source", sources[0].kind)
    return []


def _read_source(recording_id: str, raw: Any) -> SnapshotSource:
    fields: Mapping[str, Any] = shapes.mapping(raw)
    kind = shapes.text(fields.get("source"))
    if kind is None:
        raise UnknownShape(recording_id, "source", type(fields.get("source")).__name__)
    return SnapshotSource(
        kind=kind,
        key=shapes.text(fields.get("blob_key")),
        start=shapes.moment(fields.get("start_timestamp")),
        end=shapes.moment(fields.get("end_timestamp")),
    )


def _ranges(recording_id: str, sources: Sequence[SnapshotSource]) -> list[Range]:
    if sources[0].kind != "blob_v2":
        return [_single(source) for source in sources]
    blocks: list[Block] = []
    for source in sources:
        if source.key is None or not source.key.isdecimal():
            raise UnknownShape(recording_id, "blob_key", repr(source.key)[:40])
        blocks.append(Block(int(source.key), source.start, source.end))
    blocks.sort(key=lambda block: block.index)
    ranges: list[list[Block]] = []
    for block in blocks:
        last = ranges[-1] if ranges else []
        if last and block.index == last[-1].index + 1 and len(last) < _KEYS_A_CALL:
            last.append(block)
        else:
            ranges.append([block])
    return [Range.of_blocks(blocks) for blocks in ranges]


def _single(source: SnapshotSource) -> Range:
    """Long-term storage, or the two kinds that servers before mid-2025 have."""
    params = {"source": source.kind}
    if source.key is not None:
        params["blob_key"] = source.key
    digest = hashlib.sha256((source.key or "").encode()).hexdigest()[:16]
    # Realtime data is what has no key yet; it moves on, so it is never kept.
    return Range(f"{source.kind}-{digest}", params, (), source.kind != "realtime")


def _no_data(recording: Recording, now: datetime) -> RetryLater | NotFound:
    end = recording.end or recording.start + recording.duration
    if recording.ongoing or now - end < _WRITTEN_AFTER:
        return RetryLater(
            f"recording {recording.id} has no data in PostHog yet",
            after=_LOOK_AGAIN_SECONDS,
            plain="PostHog has not written this recording yet. Please try again in a"
            " few minutes.",
        )
    return NotFound(
        f"recording {recording.id} has no data in PostHog: past retention, or lost"
        " before it arrived there",
        plain="PostHog has no data of this recording any more.",
    )
