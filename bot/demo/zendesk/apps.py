"""The installed sidebar app: its key, and the token that Zendesk signs for its frame.

https://developer.zendesk.com/documentation/apps/build-an-app/building-a-server-side-app/
"""

from __future__ import annotations

import functools
import hashlib
import secrets
from collections.abc import Callable
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from bot.demo.zendesk.records import Json

APP_ID = 1_099_201
INSTALLATION_ID = 36_074_198_237_331
HOST = "acme.zendesk.com"
TOKEN_LIFE_SECONDS = 300


class InstalledApp:
    """One app, in the sidebar of tickets. ``url`` is where its pages are, nothing while
    it is not installed; ``clock`` gives seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.url = ""
        self.enabled = True

    @functools.cached_property
    def key(self) -> RSAKey:
        return RSAKey.generate_key(2048, private=True)

    @property
    def public_key(self) -> str:
        return self.key.as_pem(private=False).decode()

    def show(self) -> Json:
        return {
            "id": INSTALLATION_ID,
            "app_id": APP_ID,
            "product": "support",
            "settings": {"name": "Session replays", "title": "Session replays"},
            "setting_objects": [],
            "enabled": self.enabled,
            "paid": None,
            "has_unpaid_subscription": False,
            "has_incomplete_subscription": False,
            "requirements": [],
            "role_restrictions": None,
            "group_restrictions": [],
            "collapsible": True,
            "plan_information": {"name": None},
        }

    def frame(self, agent_id: int, origin: str) -> Json:
        """What the agent's page needs to show the app: where to, as whom, and the token
        for the form that is posted there. ``origin`` is the page's own."""
        guid = secrets.token_hex(16)
        query = urlencode({"origin": origin, "app_guid": guid})
        return {
            "url": f"{self.url}?{query}",
            "guid": guid,
            "token": self.token(agent_id, query),
        }

    def token(self, agent_id: int, query: str = "", **more: object) -> str:
        """A token for the agent, good for a few minutes; ``more`` replaces claims."""
        now = int(self._clock())
        claims = {
            "iss": HOST,
            "aud": f"https://{HOST}/api/v2/apps/installations/{INSTALLATION_ID}.json",
            "sub": f"https://{HOST}/api/v2/users/{agent_id}.json",
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_LIFE_SECONDS,
            "qsh": hashlib.sha256(query.encode()).hexdigest(),
            "context": {"product": "support", "location": "ticket_sidebar"},
            **more,
        }
        return jwt.encode({"alg": "RS256"}, claims, self.key)
