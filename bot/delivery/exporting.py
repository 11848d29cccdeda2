"""A recording's replay: the stored one where it is still true, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.assets.index import Collectors
from bot.clock import Clock
from bot.exporter.remote import export_recording, is_settled
from bot.model import Recording
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource
from bot.replays import Replays, StoredReplay
from bot.sources import recording_by_id

# A retry within this time uses what the try before it exported.
_FRESH = timedelta(minutes=10)


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
