"""Stored replays: a manifest in the database, its segments in the object store."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, Row, delete, exists, select

from bot.clock import Clock, utc_now
from bot.database.captures import doomed_objects
from bot.database.engine import transaction
from bot.database.schema import FROM_FILE, links, of_recording
from bot.database.schema import replays as table
from bot.errors import CourierError, NotFound
from bot.exporter import Exported
from bot.exporter.manifest import Manifest
from bot.exporter.page import file_page
from bot.model import Recording, ReplayFile, SharedReplay, Summary
from bot.policy import RedactionPolicy
from bot.storage import ReplayStore

# Nobody shares more parts of a recording before somebody asks for all of it again.
_LOOKED_THROUGH = 20
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredReplay:
    """A replay that was exported and kept."""

    id: str
    manifest: Manifest
    object_key: str
    is_final: bool
    """False where the recording could still grow when it was exported."""
    created_at: datetime
    redaction: str = ""
    """By which rules it was made: ``RedactionPolicy.key``."""

    @property
    def is_followable(self) -> bool:
        """Whether there may be a newer export of all of the same session."""
        return (
            self.manifest.ongoing
            and self.manifest.cut is None
            and self.manifest.recording_id is not None
            and self.manifest.source != FROM_FILE
        )


class Replays:
    """The stored replays of an installation."""

    def __init__(
        self,
        engine: Engine,
        store: ReplayStore,
        *,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock

    def keep(self, exported: Exported, *, is_final: bool) -> StoredReplay:
        """Store an export. The object is written first, so no row lacks its object."""
        replay_id = uuid.uuid4().hex
        manifest = exported.manifest
        key = f"replays/{replay_id}.segments"
        exported.payload.seek(0)
        self._store.put(key, exported.payload)
        now = self._clock()
        row = {
            "id": replay_id,
            "source": manifest.source,
            "recording_id": (manifest.recording_id or replay_id)[:100],
            "manifest": json.dumps(manifest.to_json(activity=True)),
            "object_key": key,
            "redaction": exported.redaction.key,
            "bytes": manifest.payload_bytes,
            "is_final": is_final,
            "created_at": now,
        }
        try:
            with transaction(self._engine) as connection:
                connection.execute(table.insert().values(row))
        except CourierError:
            self._store.delete(key)
            raise
        return StoredReplay(
            replay_id, manifest, key, is_final, now, exported.redaction.key
        )

    def get(self, replay_id: str) -> StoredReplay:
        """Raises NotFound."""
        with transaction(self._engine) as connection:
            row = connection.execute(
                select(table).where(table.c.id == replay_id)
            ).one_or_none()
        if row is None:
            raise NotFound(f"no stored replay {replay_id}")
        return _stored(row)

    def latest(
        self, source: str, recording_id: str, *, redaction: RedactionPolicy
    ) -> StoredReplay | None:
        """The newest export of a whole recording that was made by these rules, from
        whichever source: what was cut out of it is no answer to who asks for the
        recording, a copy for staff is none for a customer, and an older one may hold
        what is now taken out."""
        with transaction(self._engine) as connection:
            rows = connection.execute(
                select(table)
                .where(
                    of_recording(source, recording_id),
                    table.c.redaction == redaction.key,
                )
                .order_by(table.c.created_at.desc())
                .limit(_LOOKED_THROUGH)
            ).all()
        stored = map(_stored, rows)
        return next((one for one in stored if one.manifest.cut is None), None)

    def earlier(self, replay: StoredReplay) -> list[StoredReplay]:
        """The exports of the same whole recording by the same rules that were made
        before this one while the session went on, newest first."""
        with transaction(self._engine) as connection:
            rows = connection.execute(
                select(table)
                .where(
                    of_recording(
                        replay.manifest.source, replay.manifest.recording_id or ""
                    ),
                    table.c.redaction == replay.redaction,
                    table.c.is_final.is_(False),
                    table.c.created_at <= replay.created_at,
                    table.c.id != replay.id,
                )
                .order_by(table.c.created_at.desc())
            ).all()
        return [one for one in map(_stored, rows) if one.is_followable]

    def behind(self, replay: StoredReplay, replay_id: str) -> StoredReplay:
        """The replay itself, or an earlier export of what it is an export of, by its
        id: a page may still be reading it. Raises NotFound."""
        if replay_id == replay.id:
            return replay
        named = self.get(replay_id)
        if named not in self.earlier(replay) or replay.manifest.cut is not None:
            raise NotFound(f"no replay {replay_id} behind this link")
        return named

    def drop_unused(self, replays: Sequence[StoredReplay]) -> int:
        """Delete those of the replays that no link leads to; how many."""
        dropped = 0
        for one in replays:
            unused = ~exists().where(links.c.replay_id == one.id)
            doomed = {"object_key": one.object_key, "since": _AT_ONCE}
            with transaction(self._engine) as connection:
                gone = connection.execute(
                    delete(table).where(table.c.id == one.id, unused)
                )
                if not gone.rowcount:
                    continue
                # Whatever dies before it is deleted, the object goes.
                connection.execute(doomed_objects.insert().values(doomed))
            self._store.delete(one.object_key)
            with transaction(self._engine) as connection:
                connection.execute(
                    delete(doomed_objects).where(
                        doomed_objects.c.object_key == one.object_key
                    )
                )
            dropped += 1
        return dropped

    def summaries(
        self, recordings: Sequence[tuple[str, str]], *, redaction: RedactionPolicy
    ) -> dict[str, Summary]:
        """What is known of recordings from their latest exports, by recording id;
        each is named by a source and its id."""
        wanted = {(source == FROM_FILE, one) for source, one in recordings}
        query = (
            select(table.c.source, table.c.recording_id, table.c.manifest)
            .where(
                table.c.recording_id.in_([one for _, one in wanted]),
                table.c.redaction == redaction.key,
            )
            .order_by(table.c.created_at.desc())
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        known: dict[str, Summary] = {}
        for row in rows:
            name = row.recording_id
            is_wanted = (row.source == FROM_FILE, name) in wanted
            if is_wanted and name not in known:
                manifest = Manifest.from_json(json.loads(row.manifest))
                if manifest.cut is None:
                    known[name] = manifest.summary
        return known

    def is_whole(self, replay: StoredReplay) -> bool:
        """Whether its object is still there; a bucket's own rules may have removed
        it."""
        return self._store.size(replay.object_key) == replay.manifest.payload_bytes

    def segment(self, replay: StoredReplay, index: int) -> bytes:
        """One packed segment. Raises NotFound."""
        segments = replay.manifest.segments
        if not 0 <= index < len(segments):
            raise NotFound(f"replay {replay.id} has no segment {index}")
        return self._store.get_range(
            replay.object_key, segments[index].offset, segments[index].bytes
        )

    def asset(self, replay: StoredReplay, index: int) -> bytes:
        """The body of one carried asset. Raises NotFound."""
        files = replay.manifest.assets.files if replay.manifest.assets else ()
        if not 0 <= index < len(files):
            raise NotFound(f"replay {replay.id} has no asset {index}")
        return self._store.get_range(
            replay.object_key, files[index].offset, files[index].bytes
        )

    def as_file(self, replay: StoredReplay, recording: Recording) -> ReplayFile:
        """The portable file whole, to be attached."""
        return ReplayFile(
            recording=recording,
            summary=replay.manifest.summary,
            filename=replay.manifest.filename,
            content=b"".join(self.file(replay)),
            audience=replay.manifest.audience,
        )

    def file(self, replay: StoredReplay) -> Iterator[bytes]:
        """The portable file, piece by piece; segments are read as they are needed."""
        carried = replay.manifest.assets
        return file_page(
            replay.manifest,
            (
                self.segment(replay, index)
                for index in range(len(replay.manifest.segments))
            ),
            (
                self.asset(replay, index)
                for index in range(len(carried.files) if carried else 0)
            ),
        )


def file_of(
    replays: Replays, redaction: RedactionPolicy, shared: SharedReplay
) -> ReplayFile:
    """The portable file of a replay that was just shared. Raises NotFound."""
    recording = shared.recording
    kept = replays.latest(recording.source, recording.id, redaction=redaction)
    if kept is None:
        raise NotFound(f"no stored replay of recording {recording.id}")
    return replays.as_file(kept, recording)


def _stored(row: Row[tuple[object, ...]]) -> StoredReplay:
    return StoredReplay(
        id=row.id,
        manifest=Manifest.from_json(json.loads(row.manifest)),
        object_key=row.object_key,
        is_final=row.is_final,
        created_at=row.created_at,
        redaction=row.redaction,
    )
