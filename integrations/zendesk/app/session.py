"""An agent's session in the app: a bearer that the page keeps in its memory alone.

Zendesk's token comes with the first request only, so we vouch for the agent from then
on, for minutes. It is renewed while the app is in use, and not for longer than a
working day; what an agent may see is asked of Zendesk with every request anyway.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import NotAllowed, SettingsError
from bot.sealing import Sealer

LIFE_SECONDS = 15 * 60
LONGEST_SECONDS = 8 * 60 * 60

MAX_CHARACTERS = 1000

_PURPOSE = "zendesk_app.session"
_PLAIN = "Your session has ended. Open the app again."


@dataclass(frozen=True, slots=True)
class Session:
    """Who is at the page, since when, and until when they are believed to be."""

    agent_id: str
    began: int
    until: int


class Sessions:
    """The sessions of one installation of the app, by our own key material.

    ``audience`` is the installation's address: another one's sessions are none of
    ours. ``clock`` gives seconds since 1970.
    """

    def __init__(
        self, sealer: Sealer, audience: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._sealer = sealer
        self._audience = audience
        self._clock = clock

    def begin(self, agent_id: str) -> str:
        """The bearer of an agent who just opened the app."""
        now = int(self._clock())
        return self._bearer(Session(agent_id, now, now + LIFE_SECONDS))

    def renew(self, session: Session) -> str:
        """A bearer for longer; for nothing once the longest has passed."""
        latest = session.began + LONGEST_SECONDS
        until = min(int(self._clock()) + LIFE_SECONDS, latest)
        return self._bearer(Session(session.agent_id, session.began, until))

    def read(self, bearer: str) -> Session:
        """Raises NotAllowed where it is none of ours, or over."""
        try:
            if len(bearer) > MAX_CHARACTERS:
                raise ValueError
            kept = json.loads(self._sealer.open(bearer))
            purpose, audience = kept["for"], kept["audience"]
            session = Session(
                str(kept["agent"]), int(kept["began"]), int(kept["until"])
            )
        except (SettingsError, ValueError, KeyError, TypeError):
            raise NotAllowed("no session of the app", plain=_PLAIN) from None
        if (purpose, audience) != (_PURPOSE, self._audience):
            raise NotAllowed("a session of something else", plain=_PLAIN)
        if self._clock() >= session.until:
            raise NotAllowed("a session of the app that is over", plain=_PLAIN)
        return session

    def _bearer(self, session: Session) -> str:
        return self._sealer.seal(
            json.dumps(
                {
                    "for": _PURPOSE,
                    "audience": self._audience,
                    "agent": session.agent_id,
                    "began": session.began,
                    "until": session.until,
                }
            )
        )
