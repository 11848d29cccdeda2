"""A recording straight from its source to an export."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.errors import BadInput, RetryLater
from bot.exporter import Exported, export
from bot.model import Recording
from bot.ports import RecordingSource
from bot.recording.lines import Damage, read_lines, without_repeats

# A session may pause for half an hour and go on; only then it cannot grow.
SETTLES_AFTER = timedelta(minutes=30)


def export_recording(
    source: RecordingSource, recording: Recording, *, redact: bool, now: datetime
) -> Exported:
    """Fetch a recording's snapshots and export them.

    Raises what the source raises, UnknownShape, and RetryLater where the session has
    only just begun.
    """
    damage = Damage()
    lines = source.snapshot_lines(recording)
    events = read_lines(lines, recording=recording.id, damage=damage)
    try:
        return export(
            without_repeats(events),
            source=source.name,
            recording=recording,
            damage=damage,
            redact=redact,
        )
    except BadInput as error:
        if recording.ongoing or now - recording.start < SETTLES_AFTER:
            raise RetryLater(
                f"recording {recording.id} has no events yet",
                plain="This session is still being recorded; nothing of it can be"
                " played yet. Try again in a minute.",
            ) from error
        raise


def is_settled(exported: Exported, recording: Recording, now: datetime) -> bool:
    """Whether the recording can no longer grow."""
    ended = exported.manifest.summary.end
    return not recording.ongoing and now - ended > SETTLES_AFTER
