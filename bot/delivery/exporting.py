"""A recording's replay: the stored one where it is still true, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.assets.index import Collectors
from bot.clock import Clock
from bot.exporter.manifest import Manifest
from bot.exporter.remote import export_recording, is_settled
from bot.model import Recording
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource
from bot.replays import Replays, StoredReplay
from bot.sources import recording_by_id

# A retry within this time uses what the try before it exported.
_FRESH = timedelta(minutes=10)
# Several who watch the same session have it exported once.
_JUST_MADE = timedelta(seconds=8)


class Exports:
    """Exports each recording once for each set of rules."""

    def __init__(
        self,
        sources: Sequence[RecordingSource],
        replays: Replays,
        *,
        assets: Collectors | None,
        clock: Clock,
    ) -> None:
        self._sources = sources
        self._replays = replays
        self._assets = assets
        self._clock = clock

    def recording(self, recording_id: str) -> Recording:
        """The recording as its sources tell of it today. Raises NotFound, or Gone."""
        return recording_by_id(self._sources, recording_id).recording

    def stored(
        self, recording_id: str, redaction: RedactionPolicy
    ) -> tuple[StoredReplay, Recording]:
        """The replay, and the recording as its sources tell of it today.

        Raises NotFound, Gone, UnknownShape, or RetryLater.
        """
        held = recording_by_id(self._sources, recording_id)
        recording = held.recording
        kept = self._replays.latest(recording.source, recording_id, redaction=redaction)
        now = self._clock()
        is_true = kept and (kept.is_final or now - kept.created_at < _FRESH)
        if kept and is_true and self._replays.is_whole(kept):
            return kept, recording
        with export_recording(
            held, redaction=redaction, now=now, assets=self._assets
        ) as exported:
            final = is_settled(exported, held, now)
            return self._replays.keep(exported, is_final=final), recording

    def newest(self, recording_id: str, redaction: RedactionPolicy) -> StoredReplay:
        """The replay of a session that goes on, with what was added lately; the one
        that is kept where that is nothing.

        Raises NotFound, Gone, UnknownShape, or RetryLater.
        """
        held = recording_by_id(self._sources, recording_id)
        kept = self._replays.latest(
            held.recording.source, recording_id, redaction=redaction
        )
        now = self._clock()
        if kept and (kept.is_final or now - kept.created_at < _JUST_MADE):
            return kept
        with export_recording(
            held, redaction=redaction, now=now, assets=self._assets
        ) as exported:
            if kept and _is_same(kept.manifest, exported.manifest):
                return kept
            final = is_settled(exported, held, now)
            return self._replays.keep(exported, is_final=final)


def _is_same(kept: Manifest, made: Manifest) -> bool:
    return (kept.sha256, kept.ongoing) == (made.sha256, made.ongoing)
