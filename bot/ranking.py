"""Which recording most likely shows the trouble, and why, in a few words. Pure.

Somebody asks because something went wrong: errors count, near the time of the report
more than elsewhere; a visit of seconds shows little; and the newer the likelier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.model import Recording, Summary

# A report is written while the trouble is fresh, or the morning after.
_NEAR = timedelta(hours=2)
_HALF_LIFE_H = 24.0
_GLANCE_S = 10.0
_VISIT_S = 60.0

Summaries = Mapping[str, Summary]


def ranked(
    recordings: Sequence[Recording],
    *,
    about: datetime | None,
    now: datetime,
    summaries: Summaries,
) -> list[Recording]:
    """The recordings, most relevant first; ``about`` is when the trouble was reported,
    ``now`` stands for it where nobody said. Equal ones keep their order."""
    return sorted(
        recordings,
        key=lambda one: -_score(one, about or now, summaries.get(one.id)),
    )


def why_first(
    recordings: Sequence[Recording],
    *,
    about: datetime | None,
    summaries: Summaries,
    report: str = "the message",
) -> str:
    """What puts the first of ranked recordings before the others; "" for one alone.
    ``report`` is what reported the trouble."""
    if len(recordings) < 2:
        return ""
    first, *others = recordings
    troubled = errors_of(first, summaries.get(first.id)) > 0
    newest = "newest"
    if about is not None and first.start <= about:
        distance = _before(first, about)
        near = distance <= _NEAR.total_seconds()
        nearest = all(_before(one, about) >= distance for one in others)
        if near and troubled:
            return f"errors shortly before {report}"
        if nearest:
            return f"closest to {report}"
        # What began later is no rival: it is not what was reported.
        others = [one for one in others if one.start <= about]
        newest = f"last before {report}"
    if all(one.start <= first.start for one in others):
        return f"{newest}, with errors" if troubled else newest
    if troubled:
        calm = [one for one in others if one.start > first.start]
        if not any(errors_of(one, summaries.get(one.id)) for one in calm):
            return "newest with errors"
        return "most errors lately"
    return "newest of more than a glance"


def errors_of(recording: Recording, summary: Summary | None) -> int:
    """How much went wrong, as far as it is known."""
    if summary is not None:
        return (
            summary.console.get("error", 0)
            + summary.exceptions
            + summary.network_failing
        )
    return (recording.console_error_count or 0) + (recording.exception_count or 0)


def _score(recording: Recording, about: datetime, summary: Summary | None) -> float:
    near: float = 0.5 ** (_before(recording, about) / 3600 / _HALF_LIFE_H)
    if recording.start > about:
        # It began after the report, so it is not what was reported.
        near *= 0.3
    trouble = min(1.0, errors_of(recording, summary) / 3)
    seconds = (recording.active or recording.duration).total_seconds()
    length = min(1.0, seconds / _VISIT_S)
    glance = 0.5 if seconds < _GLANCE_S and not trouble else 1.0
    return glance * (near * (1.0 + 0.6 * trouble) + 0.1 * trouble + 0.15 * length)


def _before(recording: Recording, about: datetime) -> float:
    """Seconds between a recording and the report, 0 where it was going on then."""
    if recording.start > about:
        return (recording.start - about).total_seconds()
    end = recording.end or recording.start + recording.duration
    return max(0.0, (about - end).total_seconds())
