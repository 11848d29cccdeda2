"""What the pages of sessions that go on ask for: whether there is more by now.

The web side knows what is stored. Whoever looks has it made newer by a worker, through
the ledger: once for all who watch the same session, however often their pages ask.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta

import structlog

from bot.clock import Clock, utc_now
from bot.errors import RetryLater
from bot.model import Action, Burst, ReplayRequest, ReplyTo, ShareTerms
from bot.ports import Intake
from bot.replays import StoredReplay

# PostHog has what was done after about a minute, and allows few calls; the capture
# store has it after seconds.
_EVERY = {"posthog": timedelta(seconds=60)}
_USUALLY_EVERY = timedelta(seconds=10)

_log = structlog.get_logger(__name__)


class Watching:
    """Sessions that go on, for those who watch them."""

    def __init__(
        self, intake: Intake, redactions: Collection[str], *, clock: Clock = utc_now
    ) -> None:
        """``redactions`` are the keys of the rules that workers export by: what was
        made by others cannot be made again."""
        self._intake = intake
        self._redactions = frozenset(redactions)
        self._clock = clock

    def goes_on(self, replay: StoredReplay) -> bool:
        """Whether there may be more of the session, as far as was known when it was
        exported."""
        return replay.is_followable and replay.redaction in self._redactions

    def ask(self, replay: StoredReplay) -> None:
        """Have a worker look for more, unless one just did; never raises."""
        every = _EVERY.get(replay.manifest.source, _USUALLY_EVERY)
        now = self._clock()
        if now - replay.created_at < every:
            return
        what = f"{replay.manifest.recording_id}:{replay.redaction}"
        name = f"follow:{hashlib.sha256(what.encode()).hexdigest()[:40]}"
        request = ReplayRequest(
            key=f"{name}:{int(now.timestamp() // every.total_seconds())}",
            action=Action.FOLLOW,
            reply_to=ReplyTo("web"),
            asked_by="",
            recording_id=replay.manifest.recording_id,
            terms=ShareTerms(audience=replay.manifest.audience),
            burst=Burst(name),
        )
        try:
            self._intake.submit(request)
        except RetryLater as error:
            _log.info("not asked for more of a session", error=str(error))
