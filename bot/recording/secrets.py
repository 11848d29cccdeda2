"""What counts as a secret: by the name it stands under, and by its own look. Pure.

Names follow what Sentry scrubs by default. Every pattern takes time in proportion to
the text at worst, because the text is whatever somebody's page made of it. Letters are
ASCII's: so are the names of the things that hold secrets.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

REDACTED = "[redacted]"

# Anywhere in a name, in words that people run together.
NAMES = (
    r"passw|passphrase|passcode|pwd|secret|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|(?:subscription|functions|signing|encryption|license|stripe)[-_]?key"
    r"|credential|token|bearer|jwt|cookie|csrf|xsrf|authori[sz]ation|signature"
    r"|card[-_]?num|verifier|(?<!\$)sess(?:ion)?[-_]?id|x-real-ip|x-forwarded-for"
)
# Only as a word of its own: author, asset and inside are none.
WORDS = r"auth|sid|sig|otp|totp|mfa|pin|pass|pw|cvv|cvc|ssn"
_PROSE_WORDS = r"sid|otp|totp|pin|cvv|cvc|ssn"

# Keys that vendors made to be known at sight.
TOKENS = (
    r"(?:ph[xsac]_|xox[abeprs]-|xapp-|gh[pousr]_|github_pat_|glpat-|[sr]k_live_"
    r"|[sr]k_test_|sk-(?:proj|ant)-|whsec_|npm_|shp(?:at|ss)_|SG\.|AKIA|ASIA|AIza)"
)
_LOOK = re.compile(
    r"\b(?i:bearer)[\s\xa0]{1,9}[\w.~+/=-]{8,}"
    r"|\b(?i:basic)[\s\xa0]{1,9}(?=[A-Za-z0-9+/]*[0-9+/=])[A-Za-z0-9+/]{8,}={0,2}"
    # A start in the middle of such a run would make this quadratic.
    r"|(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    rf"|\b{TOKENS}[\w-]{{10,}}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:(?!-----END).)*+"
    r"|(?<=://)[^\s/?#@\"'<>\\]{1,300}@(?=[\w\[])",
    re.DOTALL | re.ASCII,
)
_CARD = re.compile(
    r"(?<![\w.-])(?:(?:4\d{3}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)(?:[ \xa0-]?\d{4}){3}"
    r"|3[47]\d\d[ \xa0-]?\d{6}[ \xa0-]?\d{5})(?![\w-])",
    re.ASCII,
)
# A field records every key: all but the last digits of a card's number, time and again,
# and the first letters of a key.
_CARD_BEGUN = re.compile(
    r"\s*(?:4|5[1-5]|2[2-7]|3[47]|6[05])(?:[ -]?\d){9,17}[ -]?\s*", re.ASCII
)
_LOOK_BEGUN = re.compile(
    rf"(?<![\w-])(?:{TOKENS}|eyJ)[\w.-]+|\b(?i:bearer)\s+\S+|-----BEGIN .*+",
    re.DOTALL | re.ASCII,
)
# Where a line holds several words or pairs, and all of it is the secret.
_LINE = re.compile(
    r"\b((?:set-)?cookie2?|authorization)(\s{0,5}:\s{0,5})[^\r\n\"'\\<>]{3,}",
    re.IGNORECASE | re.ASCII,
)
_NO_VALUE = r"(?:undefined|null|true|false|none|required|missing|invalid|expired)\b"


@dataclass(frozen=True, slots=True)
class Names:
    """The names under which secrets stand, as the patterns that find them."""

    name: re.Pattern[str]
    """In a name."""
    hint: re.Pattern[str]
    """In any text that the other three could change."""
    pair: re.Pattern[str]
    xml: re.Pattern[str]
    part: re.Pattern[str]
    are_all: bool
    """False where only the names of configured fields count."""

    def match(self, name: str) -> bool:
        """Whether what stands under this name is a secret."""
        return self.name.search(name[:200]) is not None


@functools.lru_cache(maxsize=32)
def names(*, secrets: bool, fields: tuple[str, ...]) -> Names | None:
    """The names of a policy, or None where it has none."""
    own = [_field(one) for one in fields]
    anywhere = "|".join([NAMES, *own] if secrets else own)
    if not anywhere:
        return None
    in_name = rf"{anywhere}|(?<![a-z])(?:{WORDS})(?![a-z])" if secrets else anywhere
    prose = rf"{anywhere}|(?<![a-z])(?:{_PROSE_WORDS})(?![a-z])"
    in_text = prose if secrets else anywhere

    def pattern(text: str) -> re.Pattern[str]:
        return re.compile(text, re.IGNORECASE | re.DOTALL | re.ASCII)

    return Names(
        name=pattern(in_name),
        hint=pattern(in_text),
        # Inside prose, JSON that was cut off, or a string of a string: a quote may
        # carry backslashes, and what it opens goes as far as the same quote again.
        pair=pattern(
            rf"((?:{in_text})[\w-]{{0,40}}(?:\\{{0,8}}[\"'])?\s{{0,5}}(?:=>|[=:])"
            r"\s{0,5})(?:(?P<quote>\\{0,8}[\"'])(?:(?!(?P=quote))(?:\\.|[^\\]))++"
            rf"|(?!{_NO_VALUE})[^\s\"'\\&,;<>(){{}}\[\]|]{{3,}}+)"
        ),
        xml=pattern(
            rf"(<[\w:.-]{{0,60}}(?:{in_text})[\w:.-]{{0,60}}(?:\s[^<>]{{0,500}})?>"
            r"(?:\s{0,200}<!\[CDATA\[)?)[^<]++"
        ),
        part=pattern(
            rf"(name=\"?[^\"\r\n]{{0,60}}(?:{in_name})[^\"\r\n]{{0,60}}\"?[^\r\n]"
            r"{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n)"
            r"[^\r\n]++(?:\r?\n(?!--)[^\r\n]*+)*+"
        ),
        are_all=secrets,
    )


def _field(name: str) -> str:
    """A configured name, however its words are joined, as a word of its own."""
    words = map(re.escape, re.split(r"[-_. ]+", name))
    return rf"(?<![a-z0-9]){'[-_. ]?'.join(words)}(?![a-z0-9])"


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


def without_beginnings(text: str) -> tuple[str, int]:
    """The same for what somebody is typing: also of what is not yet whole."""
    if len(text) < 30 and _CARD_BEGUN.fullmatch(text):
        return REDACTED, 1
    clean, found = _LOOK_BEGUN.subn(REDACTED, text)
    rest, more = without_looks(clean)
    return rest, found + more


def without_named(text: str, known: Names) -> tuple[str, int]:
    """The text without what stands under a secret's name in it."""
    if not known.hint.search(text):
        return text, 0
    found = 0
    for mark, pattern, put in (
        (":", _LINE if known.are_all else None, rf"\1\2{REDACTED}"),
        ("name=", known.part, rf"\1{REDACTED}"),
        ("<", known.xml, rf"\1{REDACTED}"),
        ("", known.pair, _pair),
    ):
        if pattern is not None and mark in text:
            text, more = pattern.subn(put, text)
            found += more
    return text, found


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
