"""Zendesk's side of the token, for tests: keys, claims, and what comes of them."""

from __future__ import annotations

import functools
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from integrations.zendesk.app.token import Tokens

HOST = "acme.zendesk.com"
AUDIENCE = f"https://{HOST}/api/v2/apps/installations/4711.json"
AGENT = "33144692255001"
NOW = 1_790_000_000


@functools.cache
def key_of(whose: str) -> RSAKey:
    """A key of somebody's own; making one takes a while."""
    return RSAKey.generate_key(2048, parameters={"use": "sig"}, private=True)


def key(whose: str = "zendesk") -> RSAKey:
    return key_of(whose)


def pem() -> str:
    return key().as_pem(private=False).decode()


def claims(**more: Any) -> dict[str, Any]:
    """A good token's claims with ``more``; None takes one away."""
    whole = {
        "iss": HOST,
        "aud": AUDIENCE,
        "sub": f"https://{HOST}/api/v2/users/{AGENT}.json",
        "iat": NOW - 5,
        "nbf": NOW - 5,
        "exp": NOW + 295,
        "qsh": "0f" * 32,
        "context": {"product": "support", "location": "ticket_sidebar"},
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(header: dict[str, Any] | None = None, **more: Any) -> str:
    return jwt.encode({"alg": "RS256", **(header or {})}, claims(**more), key())


def tokens(**more: Any) -> Tokens:
    """What judges them, at NOW."""
    settings = {"public_key": pem(), "audience": AUDIENCE, "host": HOST, **more}
    return Tokens(**{"clock": lambda: NOW, **settings})
