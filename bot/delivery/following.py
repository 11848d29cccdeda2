"""Sessions that were going on when a note told of them: looked at again until they have
ended, and then told of once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.ledger import Ledger
from bot.model import Action, Note, Recording, ReplayRequest, ReplyTo, Result

LOOK_AGAIN = timedelta(minutes=5)
"""After so long a session is looked at again whether it has ended."""


class Follower:
    """Asks for a note of what is still going on."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def follow(self, request: ReplayRequest, place: ReplyTo, result: Result) -> None:
        """Once for each session; before the result is posted, so that nobody who dies
        in between leaves it behind. Whoever posts the end finds out what was posted.

        ``place`` is where the result goes, with what the destination knows of it.
        """
        if not isinstance(result, Note):
            return
        for recording in _going_on(result):
            self._ledger.accept(
                ReplayRequest(
                    key=f"{request.key}:ended:{recording.id}",
                    action=Action.ENDED,
                    reply_to=place,
                    asked_by=request.asked_by,
                    recording_id=recording.id,
                    about=recording.end,
                ),
                is_rung=False,
                after=LOOK_AGAIN,
            )


def _going_on(note: Note) -> Iterator[Recording]:
    told = [*(one.recording for one in note.replays), *note.others]
    yield from (one for one in told if one.ongoing)
