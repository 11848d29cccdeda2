"""Who opened the app: the token that Zendesk signs for the frame's first request.

A ZAF JWT: https://developer.zendesk.com/documentation/apps/build-an-app/building-a-server-side-app/part-5-secure-the-app/
It says which agent it is and where the app stands, never which ticket. Nothing of it is
believed before the signature, and nothing of it is logged.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from bot.errors import NotAllowed

MAX_AGE_SECONDS = 600
"""Zendesk's tokens were seen to live five minutes; an older one was kept by somebody,
whatever it says of itself."""

LEEWAY_SECONDS = 30
"""How far Zendesk's clock and ours may be apart."""

MAX_CHARACTERS = 4096

_ALGORITHM = "RS256"
_PLACE = {"product": "support", "location": "ticket_sidebar"}
_PLAIN = "Zendesk's word on who you are did not hold. Open the app again."


@dataclass(frozen=True, slots=True)
class Opened:
    """Which agent opened the app; ``fingerprint`` is the same for the same token."""

    agent_id: str
    fingerprint: str
    good_for: float
    """Seconds in which the token would be taken again."""


class Tokens:
    """Judges the tokens of one installation of the app.

    ``public_key`` is the app's, in PEM; ``audience`` the address of its installation;
    ``host`` the account's. ``clock`` gives seconds since 1970.
    """

    def __init__(
        self,
        *,
        public_key: str,
        audience: str,
        host: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key = RSAKey.import_key(public_key)
        self._audience = audience
        self._host = host
        self._user = re.compile(
            rf"(?:https://{re.escape(host)}/api/v2/users/)?"
            r"([1-9][0-9]{0,19})(?:\.json)?",
            re.ASCII,
        )
        self._clock = clock

    def open(self, token: str) -> Opened:
        """Raises NotAllowed with the first thing that is wrong with the token."""
        claims = self._claims(token)
        now = self._clock()
        issued, expires = _seconds(claims, "iat"), _seconds(claims, "exp")
        if issued > now + LEEWAY_SECONDS:
            raise _no("was issued in the future")
        if now > expires + LEEWAY_SECONDS:
            raise _no("has expired")
        if now > issued + MAX_AGE_SECONDS + LEEWAY_SECONDS:
            raise _no("is too old")
        if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY_SECONDS:
            raise _no("is not good yet")
        if claims.get("aud") != self._audience:
            raise _no("is for another installation; see ZENDESK_APP_AUDIENCE")
        if claims.get("iss") not in (self._host, f"https://{self._host}"):
            raise _no("is from another account; see ZENDESK_SUBDOMAIN")
        place = claims.get("context")
        if not isinstance(place, Mapping) or any(
            place.get(name) != value for name, value in _PLACE.items()
        ):
            raise _no("is not for the sidebar of a ticket")
        # The signature can be written in more than one way, what was signed cannot.
        signed = token.rpartition(".")[0]
        last = min(expires, issued + MAX_AGE_SECONDS) + LEEWAY_SECONDS
        return Opened(
            self._agent(claims.get("sub")),
            hashlib.sha256(signed.encode()).hexdigest(),
            last - now,
        )

    def _claims(self, token: str) -> Mapping[str, Any]:
        if not token or len(token) > MAX_CHARACTERS or not token.isascii():
            raise _no("is no token")
        try:
            # One key and one algorithm: what the token's header asks for is not heard.
            return jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
        except (JoseError, ValueError) as error:
            raise _no(f"cannot be believed ({type(error).__name__})") from None

    def _agent(self, subject: object) -> str:
        """The agent's id out of their address in the API, or as it is."""
        found = self._user.fullmatch(str(subject))
        if found is None:
            raise _no("names no agent of the account")
        return found[1]


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    value = claims.get(name)
    # JSON as Python reads it knows NaN, which is never too old.
    if type(value) is not int:
        raise _no(f"has no {name}")
    return value


def _no(reason: str) -> NotAllowed:
    return NotAllowed(f"the app's token {reason}", plain=_PLAIN)
