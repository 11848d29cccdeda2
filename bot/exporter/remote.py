"""A recording straight from its source to an export."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.assets.index import Collectors
from bot.errors import BadInput, RetryLater
from bot.exporter import Exported, export
from bot.model import Recording
from bot.policy import RedactionPolicy
from bot.ports import RecordingSource
from bot.recording.lines import Damage, read_lines, without_repeats
from bot.recording.rrweb import RrwebEvent
from bot.sources import Held, first_that_gives

# A session may pause for half an hour and go on; only then it cannot grow.
SETTLES_AFTER = timedelta(minutes=30)


def export_recording(
    held: Held,
    *,
    redaction: RedactionPolicy,
    now: datetime,
    assets: Collectors | None = None,
) -> Exported:
    """Fetch a recording's snapshots from the best of its sources that has them, and
    export them.

    Raises what the sources raise, UnknownShape, and RetryLater where the session has
    only just begun.
    """

    def exported(source: RecordingSource, recording: Recording) -> Exported:
        damage = Damage()
        return export_fetched(
            fetched(source, recording, damage),
            source=source.name,
            recording=held.recording,
            damage=damage,
            redaction=redaction,
            now=now,
            assets=assets,
        )

    return first_that_gives(held, exported)


def fetched(
    source: RecordingSource, recording: Recording, damage: Damage
) -> Iterator[RrwebEvent]:
    """A recording's events as they come. Raises what the source raises, and
    UnknownShape."""
    lines = source.snapshot_lines(recording)
    return without_repeats(read_lines(lines, recording=recording.id, damage=damage))


def export_fetched(
    events: Iterable[RrwebEvent],
    *,
    source: str,
    recording: Recording,
    damage: Damage,
    redaction: RedactionPolicy,
    now: datetime,
    assets: Collectors | None = None,
) -> Exported:
    """The export of events that were fetched; see ``export_recording``."""
    try:
        return export(
            events,
            source=source,
            recording=recording,
            damage=damage,
            redaction=redaction,
            assets=assets,
        )
    except BadInput as error:
        if recording.ongoing or now - recording.start < SETTLES_AFTER:
            raise RetryLater(
                f"recording {recording.id} has no events yet",
                plain="This session is still being recorded; nothing of it can be"
                " played yet. Try again in a minute.",
            ) from error
        raise


def is_settled(exported: Exported, held: Held, now: datetime) -> bool:
    """Whether the recording can no longer grow, nor be had better from a source that
    was away."""
    ended = exported.manifest.summary.end
    best, _ = held.by[0]
    return (
        not held.recording.ongoing
        and now - ended > SETTLES_AFTER
        and not held.silent
        and exported.manifest.source == best.name
    )
