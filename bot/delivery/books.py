"""What the audit log keeps of requests: who asked for what, where, and who was refused.

What is tried again is written once.
"""

from __future__ import annotations

from bot.audit import AuditLog, Event
from bot.delivery.finding import described
from bot.delivery.places import asked_in
from bot.errors import NotAllowed
from bot.ledger import Claim
from bot.model import Action, Note, ReplayRequest, Result, SharedReplay


class Books:
    """The log, as requests are written into it."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def refused(self, claim: Claim, error: NotAllowed) -> None:
        """Somebody asked who may not."""
        self._audit.write(
            Event.REFUSE,
            who=claim.request.asked_by,
            place=asked_in(claim.request),
            subject=str(error),
            origin=f"{claim.id}:refuse",
        )

    def answered(self, claim: Claim, request: ReplayRequest, result: Result) -> None:
        """To be written before it is posted: what was posted may not come back here."""
        written: list[tuple[Event, str, str | None]] = []
        if request.action is Action.FIND and not request.follows:
            written.append((Event.FIND, described(request.identifiers), None))
        elif request.action is Action.ATTACH:
            written.append((Event.ATTACH, request.recording_id or "", None))
        elif request.action is Action.DETACH:
            written.append((Event.DETACH, "", None))
        else:
            written += [
                (Event.SHARE, one.recording.id, one.link.id)
                for one in shared_by(result)
            ]
        for number, (event, subject, link_id) in enumerate(written):
            self._audit.write(
                event,
                who=request.asked_by,
                place=asked_in(request),
                subject=subject,
                link_id=link_id,
                origin=f"{claim.id}:{event}:{number}",
            )


def shared_by(result: Result) -> tuple[SharedReplay, ...]:
    """The replays whose links a result holds."""
    if isinstance(result, SharedReplay):
        return (result,)
    return result.replays if isinstance(result, Note) else ()
