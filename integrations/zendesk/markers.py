"""What our updates of a ticket say to ourselves; pure.

Each carries a marker in its metadata, which agents do not see and Zendesk keeps with
the audit: which request it answers, to what, and which recordings it told of until
when. So the ticket itself knows what was done, and outlives our database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.model import Failed, Note, ReplayRequest, Result
from integrations.zendesk.causes import Cause, cause_of, purpose
from integrations.zendesk.records import Audit, moment

MOST_RECORDINGS = 10


def marker(request_id: str, request: ReplayRequest, result: Result) -> dict[str, str]:
    """What an update with this result is marked with."""
    made = {
        "request": request_id,
        "for": purpose(request),
        "kind": _kind(request, result),
    }
    if isinstance(result, Note) and result.replays:
        told = [
            *(one.recording.id for one in result.replays),
            *(one.id for one in result.others),
        ]
        made["recordings"] = ",".join(told[:MOST_RECORDINGS])
        until = min(one.link.expires_at for one in result.replays)
        made["until"] = until.isoformat(timespec="seconds")
    return made


def _kind(request: ReplayRequest, result: Result) -> str:
    if cause_of(request) is Cause.DISCUSSED:
        return "news"
    return "failed" if isinstance(result, Failed) else "answer"


def is_answer(audit: Audit) -> bool:
    """Whether this update answered somebody, a failure included; one that told of a
    discussion did not."""
    return bool(audit.marker) and audit.marker.get("kind") != "news"


def answers(
    audit: Audit, request_id: str, request: ReplayRequest, *, failures: bool
) -> bool:
    """Whether this update answered the request, or the same cause by another way.

    One that only told of a failure counts with ``failures`` alone: trying again may
    still bring the replay.
    """
    if audit.marker.get("kind") == "failed" and not failures:
        return False
    cause = purpose(request)
    return audit.marker.get("request") == request_id or (
        bool(cause) and audit.marker.get("for") == cause
    )


def answers_comment(audit: Audit, comment_id: int) -> bool:
    """Whether this update answered the command in that comment."""
    return audit.marker.get("for") == f"comment:{comment_id}"


def told_of(audits: Iterable[Audit], *, open_at: datetime | None) -> frozenset[str]:
    """The recordings that notes told of; of those with links that still open at a time,
    where one is given."""
    told: set[str] = set()
    for each in audits:
        if open_at is None or _until(each.marker) > open_at:
            told.update(filter(None, each.marker.get("recordings", "").split(",")))
    return frozenset(told)


def _until(read: Mapping[str, str]) -> datetime:
    return moment(read.get("until") or "1970-01-01T00:00:00Z")
