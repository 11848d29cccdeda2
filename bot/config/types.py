"""What settings may look like: each written as people write it, read or refused.

A ValueError says what was expected and never what was given, which may be a secret.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import BeforeValidator, SecretStr, StringConstraints
from pydantic_settings import NoDecode

from bot.hosts import HostPattern, Network, host_pattern, network
from bot.policy import RedactionPolicy, host
from bot.sealing import is_key

_SPAN = re.compile(r"(\d+)\s*(s|m|h|d|w)")
_SLACK_ID = re.compile(r"[CGS][A-Z0-9]{5,}")
_WORKSPACE = re.compile(r"[TE][A-Z0-9]{2,30}")
_SCOPE = re.compile(r"(brand|group|form|organization):([1-9][0-9]{0,19})")
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")
_MAILBOX = re.compile(r"[^\s@]*@[^\s@.]+(?:\.[^\s@.]+)+")
_LEAST_BITS = 2048
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: object) -> object:
    """``7d``, ``12h``, ``30m``, ``90s`` or ``2w`` as a timedelta. Raises ValueError."""
    if not isinstance(text, str):
        return text
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None or int(found[1]) == 0 or int(found[1]) > 100_000:
        raise ValueError("expected a time such as 7d, 12h or 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\s,]+", text) if word)


def _secrets(text: object) -> object:
    return _words(text) if isinstance(text, str) else text


def _keys(text: object) -> object:
    found = _secrets(text)
    if isinstance(found, tuple) and not all(map(is_key, found)):
        raise ValueError("expected keys as `replay-courier setup key` prints them")
    return found


def _rules(text: object) -> object:
    """Rules apart by white space; a pattern may hold any other sign."""
    found = tuple(text.split()) if isinstance(text, str) else text
    if isinstance(found, tuple):
        RedactionPolicy().also(found)
    return found


def _hosts(text: object) -> object:
    return tuple(map(host, _words(text))) if isinstance(text, str) else text


def origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("expected a URL such as https://replays.example.com")
    return text.rstrip("/")


def _asset_hosts(text: object) -> object:
    return tuple(map(host_pattern, _words(text))) if isinstance(text, str) else text


def _networks(text: object) -> object:
    return tuple(map(network, _words(text))) if isinstance(text, str) else text


def _slack_names(text: object) -> object:
    """Slack's ids as they are, and names in lower case without their sign."""
    if not isinstance(text, str):
        return text
    return tuple(
        word if _SLACK_ID.fullmatch(word) else _slack_name(word)
        for word in _words(text)
    )


def _slack_name(word: str) -> str:
    name = word.lstrip("#@")
    if not name or name != name.lower():
        raise ValueError("expected ids such as C0123ABCD, or names in lower case")
    return name


def _workspace_ids(text: object) -> object:
    found = _words(text) if isinstance(text, str) else text
    if isinstance(found, tuple) and not all(map(_WORKSPACE.fullmatch, found)):
        raise ValueError("expected ids of workspaces, T…, or organisations, E…")
    return found


def _scope(text: object) -> object:
    """``brand:123`` as ``("brand", 123)``, and so on."""
    if not isinstance(text, str):
        return text
    found = [_SCOPE.fullmatch(word) for word in _words(text)]
    if not all(found):
        raise ValueError(
            "expected brand:ID, group:ID, form:ID or organization:ID, with ids as in"
            " Zendesk's addresses"
        )
    return tuple((one[1], int(one[2])) for one in found if one)


def _names(text: object) -> object:
    """Names apart by commas: they may hold spaces."""
    if not isinstance(text, str):
        return text
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: object) -> object:
    if not isinstance(text, str):
        return text
    if not all(map(_NUMBER.fullmatch, _words(text))):
        raise ValueError("expected numbers, apart by commas")
    return tuple(map(int, _words(text)))


def _mailboxes(text: object) -> object:
    if not isinstance(text, str):
        return text
    found = _words(text.lower())
    if not all(map(_MAILBOX.fullmatch, found)):
        raise ValueError("expected addresses, or @domain for all of a domain's")
    return found


def _public_key(text: object) -> object:
    """An RSA key in PEM, itself or in a file; its line ends may be written ``\\n``."""
    if not isinstance(text, str):
        return text
    pem = text.replace("\\n", "\n")
    if "-----BEGIN" not in pem:
        try:
            pem = Path(text).read_text(encoding="ascii")
        except (OSError, ValueError):
            raise ValueError("expected a key in PEM, or the path of its file") from None
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("it is no public key in PEM") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_BITS:
        raise ValueError(f"expected an RSA key of at least {_LEAST_BITS:,} bits")
    return pem


Span = Annotated[timedelta, BeforeValidator(span)]
Words = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_secrets)]
Keys = Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_keys)]
Workspaces = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_workspace_ids)]
AssetHosts = Annotated[tuple[HostPattern, ...], NoDecode, BeforeValidator(_asset_hosts)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_networks)]
Rules = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_rules)]
Hosts = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)]
SlackNames = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_slack_names)]
ScopeWords = Annotated[tuple[tuple[str, int], ...], NoDecode, BeforeValidator(_scope)]
Numbers = Annotated[tuple[int, ...], NoDecode, BeforeValidator(_numbers)]
Mailboxes = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_mailboxes)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
PublicKey = Annotated[str, BeforeValidator(_public_key)]
ZendeskInstallation = Annotated[
    str,
    StringConstraints(
        pattern=r"^(?:[1-9][0-9]{0,19}"
        r"|https://[a-z0-9-]{1,63}\.zendesk\.com/api/v2/apps/installations/"
        r"[1-9][0-9]{0,19}\.json)$"
    ),
]
