"""Tells from the bytes of a page's JSON that nothing in it could be taken out.

Almost every snapshot and mutation holds no secret, and walking through their nodes
costs more than all the rest of redaction. So this errs on one side: what it lets pass
without a look holds nothing that ``page_secrets`` would change or ``fields`` would have
to learn; a test makes up pages to show it. JSON may spell a letter as an escape, and
an address may encode it; both count as suspicious in themselves.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from bot.linear import compiled
from bot.policy import Audience, Kind, RedactionPolicy
from bot.recording.page_secrets import (
    ADDRESS_LISTS,
    ADDRESSES,
    NAMING,
    UNSEEN,
    UNSEEN_STARTS,
)
from bot.recording.secrets import NAMES, TOKENS, WORDS

# Inside a JSON string, up to what follows; and from a key to the start of its string.
_IN = r'(?:[^"\\]|\\.)*?'
_IS = r'"\s*:\s*"'
# An octet of a URL, encoded as often as somebody liked.
_PCT = "%(?:25)*"
_SPACE = rf"(?:[ +-]|\xc2\xa0|{_PCT}2[0d]|{_PCT}c2{_PCT}a0|\\[nrtf])"
# What may stand before a word: no letter, or the end of an escape.
_JOINT = r"%[0-9A-Fa-f]{2}|\\(?:[bfnrt]|u[0-9A-Fa-f]{4})"
_BEFORE = rf"(?:[^A-Za-z]|{_JOINT})"
# Matches nothing: no byte is outside all bytes.
_NOTHING = r"[^\x00-\xff]"
_ESCAPED = r"\\u00|\\/"
# Letters, digits and signs that nobody encodes who has nothing to hide.
_HIDDEN = rf"{_PCT}(?:[4-7][0-9A-Fa-f]|2[BDEbde]|3[0-9])"
_BASE64_JSON = rf"(?:eyJ|eyI|W3si|WyJ)(?:[A-Za-z0-9+/_-]|{_PCT}2[Ff]){{12}}"
_USER = (
    r'//(?:[^"\\/]|\\[^/])*(?:@|%40)'
    rf"|(?:{_PCT}2[Ff](?:/|{_PCT}2[Ff])|/{_PCT}2[Ff]){_IN}(?:@|{_PCT}40)"
)
_OPENING = rf"(?i:key|code)(?:=|{_PCT}3[Dd])"
_LOOKS = (
    rf"(?i:bearer){_SPACE}{{1,9}}[\w.~+/=-]",
    rf"(?i:basic){_SPACE}{{1,9}}[A-Za-z0-9+/]*[0-9+/=]",
    rf"eyJ[\w-]{{8,}}(?:\.|{_PCT}2[Ee])[\w-]{{8}}",
    rf"{_BEFORE}{TOKENS}[\w-]{{10}}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"://[^\s/?#@\"'<>]+@",
    rf"(?:[^\w.-]|{_JOINT})(?:"
    rf"(?:4\d{{3}}|5[1-5]\d\d|2[2-7]\d\d|6011|65\d\d)(?:{_SPACE}?\d{{4}}){{3}}"
    rf"|3[47]\d\d{_SPACE}?\d{{6}}{_SPACE}?\d{{5}})",
)
_TYPED = (
    rf'"value{_IS}{_IN}(?:{TOKENS}|eyJ)[\w.-]',
    rf'"value{_IS}{_IN}-----BEGIN ',
    rf'"value{_IS}(?:\s|\\[nrtf])*(?:4|5[1-5]|2[2-7]|3[47]|6[05])(?:[ -]?\d){{9}}',
)
_KINDS = {
    Kind.EMAIL: (
        r"[A-Za-z0-9_.+%'\x80-\xff-](?:@|%(?:25)*40)[A-Za-z0-9\x80-\xff-]+\.",
        rf'"(?:type|inputType){_IS}(?i:email)"',
        rf'"autocomplete{_IS}{_IN}(?i:email|username)',
        rf'"(?:name|id){_IS}{_IN}(?i:mail|login|user)',
    ),
    Kind.IP: (
        r"\d\.\d{1,3}\.\d{1,3}\.\d",
        r"(?:[0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]|::",
    ),
    Kind.PHONE: (
        rf"\+\d{{1,3}}(?:(?:[ .()/-]|\xc2\xa0|{_PCT}20){{0,2}}\d){{6}}",
        r"\(\d{3}\)(?:[ .-]|\xc2\xa0)?\d{3}",
        rf'"(?:type|inputType){_IS}(?i:tel)"',
        rf'"autocomplete{_IS}{_IN}(?i:tel)',
        rf'"(?:name|id){_IS}{_IN}(?i:phone|mobile|tel|cell|fax)',
    ),
}


class Prefilter:
    """What a policy could take out of a page's JSON."""

    def __init__(self, policy: RedactionPolicy) -> None:
        names, words = _names(policy)
        rules = [_ESCAPED]
        if policy.secrets:
            rules += [*_LOOKS, *_TYPED]
            rules += (
                rf'"(?:type|inputType){_IS}(?i:password)"',
                rf'"autocomplete{_IS}{_IN}(?i:current-password|new-password'
                r"|one-time-code|cc-)",
            )
        if names:
            rules += (
                rf'"(?i:{_any(NAMING)}){_IS}{_from_start(names, words)}',
                rf'"(?i:data-)(?:{_IN}(?:{names})|{words})',
            )
        for kind in policy.kinds:
            rules += _KINDS[kind]
        suspicious = "|".join(
            [_HIDDEN]
            + ([names, _BASE64_JSON] if names else [])
            + ([_USER, _OPENING] if policy.secrets else [])
        )
        # Pictures are no addresses, and long enough to hold any short word.
        rules.append(
            rf'"(?i:{_any(ADDRESSES)}){_IS}{_not_inline(suspicious, words, _IN)}'
        )
        rules.append(
            rf'"(?:(?i:{_any(UNSEEN | ADDRESS_LISTS)})|(?i:{_any(UNSEEN_STARTS)})'
            r'(?:[^"\\]|\\.)*)'
            rf"{_IS}{_from_start(suspicious, words)}"
        )
        rules.append(
            r"(?i:url)\(\s*(?:\\?[\"'])?"
            + _not_inline(suspicious, words, r'(?:[^)"\\\s]|\\.)*?')
        )
        self._expression = compiled("|".join(rules).encode("latin-1"))
        self._comment = compiled(rb'"type"\s*:\s*5[^0-9]')
        self._name = compiled(f"{names}|{words}".encode("latin-1")) if names else None
        self._value = compiled(f'"value{_IS}'.encode())
        # Own patterns and hosts are not told by bytes.
        self._is_blind = bool(policy.patterns) or (policy.audience is Audience.CUSTOMER)

    def may_hold(self, raw: bytes, *, fields: bool) -> bool:
        """Whether something could go; ``fields`` where a page has fields to mask."""
        return (
            self._is_blind
            or self._expression.search(raw) is not None
            or (fields and self._value.search(raw) is not None)
            or (
                self._name is not None
                and self._comment.search(raw) is not None
                and self._name.search(raw) is not None
            )
        )


@functools.lru_cache(maxsize=8)
def prefilter(policy: RedactionPolicy) -> Prefilter:
    """The policy's, built once: that takes longer than a small recording."""
    return Prefilter(policy)


def _names(policy: RedactionPolicy) -> tuple[str, str]:
    """Secrets' names where they stand in a text, and those that only count as words
    where the text begins with one."""
    joint = rf"(?:[-_. +]|{_PCT}2[0DEde]|{_PCT}5[Ff])?"
    fields = [
        joint.join(map(re.escape, re.split(r"[-_. ]+", name))) for name in policy.fields
    ]
    anywhere = [NAMES.replace(r"(?<!\$)", ""), *fields] if policy.secrets else fields
    if not anywhere:
        return "", _NOTHING
    found = f"(?i:{'|'.join(anywhere)})"
    if not policy.secrets:
        return found, _NOTHING
    words = f"(?i:{WORDS})[^A-Za-z]"
    return rf"{found}|{_BEFORE}{words}", words


def _from_start(found: str, words: str) -> str:
    """A string from its first letter on that holds what is to be found."""
    return rf"(?:{_IN}(?:{found})|{words})"


def _not_inline(found: str, words: str, between: str) -> str:
    """The same where the string is no inline data. RE2 cannot look ahead, so the ways
    in which a string can begin otherwise are spelled out."""
    starts, ways = [""], [r'[^DdBb"\\]|\\.']
    for word in ("data:", "blob:"):
        for length in range(1, len(word)):
            start = "".join(f"[{one.upper()}{one}]" for one in word[:length])
            after = word[length]
            starts.append(start)
            ways.append(rf'{start}(?:[^{after.upper()}{after}"\\]|\\.)')
    return (
        rf"(?:(?:{'|'.join(starts)})(?:{found})|{words}"
        rf"|(?:{'|'.join(ways)}){between}(?:{found}))"
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words)))
