"""What counts as a secret: by the name it stands under, and by its own look. Pure.

Names follow what Sentry scrubs by default. Every pattern takes time in proportion to
the text at worst, because the text is whatever somebody's page made of it.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_plus

REDACTED = "[redacted]"

_NAMES = (
    r"passw|passphrase|pwd|secret|api[-_]?key|access[-_]?key|private[-_]?key|credential"
    r"|token|bearer|jwt|cookie|csrf|xsrf|authori[sz]ation|signature|card[-_]?num"
    r"|(?<!\$)sess(?:ion)?[-_]?id"
)
_NAME = re.compile(
    rf"{_NAMES}|(?:^|[^a-z])(?:auth|sid|sig|otp|pin|cvv|cvc|ssn)(?:$|[^a-z])"
    r"|x-real-ip|x-forwarded-for",
    re.IGNORECASE,
)
_LOOK = re.compile(
    r"\bbearer\s{1,9}[a-z0-9._~+/=-]{8,}"
    r"|\bbasic\s{1,9}(?=[a-z0-9+/]*[0-9+/=])[a-z0-9+/]{8,}={0,2}"
    # A start in the middle of such a run would make this quadratic.
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\b(?:ph[xsac]_|xox[abeprs]-|xapp-|gh[pousr]_|github_pat_|glpat-|[sr]k_live_"
    r"|sk-(?:proj|ant)-|whsec_|npm_|shp(?:at|ss)_|AKIA|ASIA|AIza)[\w-]{10,}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END|\Z)"
    r"|(?<=://)[^\s/?#@\"'<>\\]{1,300}@(?=[\w\[])",
    re.IGNORECASE | re.DOTALL,
)
_CARD = re.compile(
    r"(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)(?:[ -]?\d{4}){3}"
    r"|3[47]\d\d[ -]?\d{6}[ -]?\d{5})(?![\w-])"
)
# A field records every key: all but the last digits of a card's number, time and again.
_CARD_BEGUN = re.compile(r"\s*(?:4|5[1-5]|2[2-7]|3[47]|6[05])(?:[ -]?\d){9,17}[ -]?\s*")
# The same names inside prose, JSON that was cut off, or a string of a string: a quote
# may carry backslashes, and what it opens goes as far as the same quote again.
_PAIR = re.compile(
    rf"((?:{_NAMES})[\w-]{{0,40}}(?:\\{{0,8}}[\"'])?\s{{0,5}}(?:[=:]|=>)\s{{0,5}})"
    r"(?:(?P<quote>\\{0,8}[\"'])(?:(?!(?P=quote))(?:\\.|[^\\])){1,4000}"
    r"|(?!(?:undefined|null|true|false|none|required|missing|invalid|expired)\b)"
    r"[^\s\"'\\&,;<>(){}\[\]|]{3,})",
    re.IGNORECASE | re.DOTALL,
)
# Where a line holds several words or pairs, and all of it is the secret.
_LINE = re.compile(
    r"\b((?:set-)?cookie2?|authorization)(\s{0,5}:\s{0,5})[^\r\n\"'\\<>]{3,}",
    re.IGNORECASE,
)
_XML = re.compile(
    rf"(<[\w:.-]{{0,60}}(?:{_NAMES})[\w:.-]{{0,60}}(?:\s[^<>]{{0,500}})?>)[^<]{{1,5000}}",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"(name=\"?[^\"\r\n]{{0,60}}(?:{_NAMES})[^\"\r\n]{{0,60}}\"?[^\r\n]{{0,200}}\r?\n"
    r"(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n)[^\r\n]+",
    re.IGNORECASE,
)
_SEPARATOR = re.compile("([&;])")
_DIGIT = re.compile(r"\d")
_MIN_PATH_SECRET = 10
# posthog-js keeps bodies of up to a million characters.
_MAX_TEXT = 2_000_000
_MAX_URL = 100_000


def is_secret_name(name: str) -> bool:
    """Whether what stands under this name is a secret."""
    return _NAME.search(name[:200]) is not None


def without_looks(text: str) -> tuple[str, int]:
    """The text without what is a secret by its own look, and how many went."""
    clean, found = _LOOK.subn(_look, text)
    cards = 0

    def card(match: re.Match[str]) -> str:
        nonlocal cards
        if not _is_card(match[0]):
            return match[0]
        cards += 1
        return REDACTED

    clean = _CARD.sub(card, clean)
    return clean, found + cards


def is_begun_card(text: str) -> bool:
    """Whether somebody is typing a card's number and has typed most of it."""
    return len(text) < 30 and _CARD_BEGUN.fullmatch(text) is not None


def without_secrets(text: str) -> tuple[str, int]:
    """The text without secrets of both kinds, and how many went. One longer than
    anybody reads goes whole."""
    if len(text) > _MAX_TEXT:
        return REDACTED, 1
    clean, found = without_looks(text)
    for mark, pattern, put in (
        (":", _LINE, rf"\1\2{REDACTED}"),
        ("name=", _PART, rf"\1{REDACTED}"),
        ("<", _XML, rf"\1{REDACTED}"),
        ("", _PAIR, _pair),
    ):
        if mark in clean:
            clean, more = pattern.subn(put, clean)
            found += more
    return clean, found


def url_without_secrets(url: str) -> tuple[str, int]:
    """The URL without user information, secret parameters and secrets in its path."""
    if len(url) > _MAX_URL:
        return REDACTED, 1
    rest, hash_, fragment = url.partition("#")
    place, mark, query = rest.partition("?")
    scheme, slashes, beyond = place.partition("://")
    netloc, slash, path = beyond.partition("/") if slashes else ("", "", place)
    scheme = scheme if slashes else ""
    found = 0
    if "@" in netloc:
        netloc, found = f"{REDACTED}@{netloc.rpartition('@')[2]}", 1
    path, in_path = _path(path)
    query, in_query = parameters_without_secrets(query)
    way, inner, inner_query = fragment.partition("?")
    way, in_way = parameters_without_secrets(way)
    inner_query, in_inner = parameters_without_secrets(inner_query)
    found += in_path + in_query + in_way + in_inner
    if not found:
        return url, 0
    head = f"{scheme}{slashes}{netloc}{slash}{path}"
    return f"{head}{mark}{query}{hash_}{way}{inner}{inner_query}", found


def parameters_without_secrets(query: str) -> tuple[str, int]:
    """The same for ``a=1&b=2``, whose names and values may be percent-encoded."""
    parts = _SEPARATOR.split(query)
    cleaned = [_parameter(part) for part in parts]
    return "".join(part for part, _ in cleaned), sum(found for _, found in cleaned)


def _parameter(part: str) -> tuple[str, int]:
    name, _, value = part.partition("=")
    if not value or value == REDACTED:
        return without_looks(part)
    if is_secret_name(_decoded(name)):
        return f"{name}={REDACTED}", 1
    plain = _decoded(value)
    clean, found = (
        url_without_secrets(plain)
        if ("?" in plain or "#" in plain or "://" in plain) and plain != part
        else (plain, 0)
    )
    clean, more = without_secrets(clean)
    if not found + more:
        return part, 0
    return f"{name}={quote(clean, safe='[]:/@')}", found + more


def _path(path: str) -> tuple[str, int]:
    """A path: what looks like a secret, and what follows ``reset-password`` or so."""
    path, found = without_looks(path)
    segments = path.split("/")
    for index in range(1, len(segments)):
        segment = segments[index]
        named = len(segment) >= _MIN_PATH_SECRET and is_secret_name(segments[index - 1])
        if named and segment != REDACTED and _DIGIT.search(segment):
            segments[index], found = REDACTED, found + 1
    return "/".join(segments), found


def _decoded(text: str) -> str:
    """Percent-decoded, twice where it was encoded twice."""
    plain = unquote_plus(text)
    return unquote_plus(plain) if "%" in plain else plain


def _look(match: re.Match[str]) -> str:
    return f"{REDACTED}@" if match[0].endswith("@") else REDACTED


def _pair(match: re.Match[str]) -> str:
    mark = match["quote"] or ""
    return f"{match[1]}{mark}{REDACTED}"


def _is_card(text: str) -> bool:
    """Whether the last digit is the one that Luhn's sum asks for."""
    digits = [int(one) for one in reversed(text) if one.isdigit()]
    doubled = (2 * one - 9 * (one > 4) for one in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
