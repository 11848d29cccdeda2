"""The question ``doctor`` has Zendesk carry to our own address, and its answer; pure.

Only a body whose signature was good is answered, so an answer with the nonce proves
that Zendesk reaches this courier and that both know the same secret.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping

from bot import __version__

_KIND = "doctor"
_NONCE = re.compile(r"[0-9a-f]{16,64}")


def fresh_nonce() -> str:
    return secrets.token_hex(16)


def question(nonce: str) -> str:
    """The body to be delivered."""
    return json.dumps({"kind": _KIND, "nonce": nonce})


def answer(body: object) -> Mapping[str, str] | None:
    """What to answer a verified delivery; None where it is no such question."""
    if not isinstance(body, dict) or body.get("kind") != _KIND:
        return None
    nonce = str(body.get("nonce"))
    return {"courier": __version__, "nonce": nonce if _NONCE.fullmatch(nonce) else ""}


def version_in(text: str, nonce: str) -> str | None:
    """The version that answered our question; None where something else did."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or given.get("nonce") != nonce:
        return None
    return str(given.get("courier"))[:40]
