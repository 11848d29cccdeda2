"""Reads identifiers out of text as people paste it; pure, bounded, never raises.

Slack's ``<mailto:…|…>`` wrapping, mail clients' ``Jane <jane@…>``, smart quotes,
PostHog URLs. Who an identifier belongs to is left to the recording sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from urllib.parse import parse_qs, unquote, urlsplit

from bot.model import Identifier, IdentifierKind

MAX_IDENTIFIERS = 20
MAX_CHARACTERS = 10_000
MAX_VALUE_CHARACTERS = 400
"""PostHog refuses longer distinct ids."""

_LOCAL = r"[\w.!#$%&'*+/=?^`{}~-]{1,64}"
_DOMAIN = r"(?:\w(?:[\w-]{0,61}\w)?\.){1,8}(?:[^\W\d_]{2,63}|xn--[a-zA-Z0-9-]{2,59})"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# posthog-js before 2023 made ids of five hexadecimal runs of these rough lengths.
_OLD_ID = (
    r"[0-9a-f]{10,18}-[0-9a-f]{8,18}-[0-9a-f]{6,12}-[0-9a-f]{4,10}-[0-9a-f]{10,18}"
)

_EMAIL = re.compile(f"{_LOCAL}@{_DOMAIN}")
_SESSION_LIKE = re.compile(f"{_UUID}|{_OLD_ID}")
_IN_PROSE = re.compile(
    rf"(?P<email>(?<![\w.+%&'!#$^{{}}~-])[\w.+%&'-]{{1,64}}@{_DOMAIN}(?![\w-]|\.\w))"
    rf"|(?P<id>(?<![\w-])(?:{_UUID}|{_OLD_ID})(?![\w-]))"
)
_RECORDING_ID = re.compile(r"[A-Za-z0-9-]{1,70}")
_URL_START = re.compile(r"https?://", re.IGNORECASE)
_URL_WITHOUT_SCHEME = re.compile(
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*(?::\d+)?/(?:project/[^/]+/)?(?:replay|persons?)/"
)
_RECORDING_PAGES = {"replay", "recordings", "session_recordings"}
_NOT_RECORDINGS = {"home", "playlists", "settings", "file-playback", "kiosk", "recent"}

# Zero-width and direction marks come along when text is copied from rendered pages.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROL = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_GAP = rf"\s{_CONTROL}"
_UNSAFE = re.compile(f"[{_CONTROL}]")
_DOUBLE = '"“”„‟«»'
_SINGLE = "'‘’‚`"
_PIECE = re.compile(
    rf"<(?P<wrapped>[^<>\n]{{1,2048}})>"
    rf"|[{_DOUBLE}](?P<quoted>[^{_DOUBLE}<>\n]{{1,{MAX_VALUE_CHARACTERS}}})[{_DOUBLE}]"
    rf"|[{_SINGLE}](?P<single>[^{_SINGLE}<>\n]{{1,{MAX_VALUE_CHARACTERS}}})"
    rf"[{_SINGLE}](?!\w)"
    rf"|(?P<word>(?:&(?:amp|lt|gt);|[^{_GAP},;<>{_DOUBLE}])+)"
    rf"|(?P<stop>[,;\n])"
)
_SEPARATORS = re.compile(rf"[{_GAP},;]+")
_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def read(text: str) -> tuple[Identifier, ...]:
    """The identifiers in a command's text, in order, without repeats.

    A word that is no e-mail address, PostHog URL or UUID is a distinct id; quotes keep
    one with spaces together. A name before ``<an address>`` is not an identifier.
    """
    found: list[Identifier] = []
    entry_start = 0
    opened = False
    for kind, piece in _pieces(text):
        if kind == "stop":
            entry_start = len(found)
            continue
        # Slack sends Jane <jane@…> as Jane &lt;<mailto:jane@…|jane@…>&gt;.
        bracketed = opened or "@" in piece.partition(":")[0]
        opened = kind == "word" and piece.endswith("&lt;")
        if kind == "wrapped":
            new = _of_wrapped(piece)
        elif kind == "word":
            new = _of_word(_decoded(piece))
            bracketed = piece.startswith("&lt;")
        else:
            new = _of_quoted(_decoded(piece))
            bracketed = False
        if bracketed and new and new[0].kind is IdentifierKind.EMAIL:
            found[entry_start:] = [
                before
                for before in found[entry_start:]
                if before.kind is not IdentifierKind.DISTINCT_ID
            ]
        found += new
    return distinct(found)


def read_prose(text: str) -> tuple[Identifier, ...]:
    """The identifiers in a ticket or message: only e-mail addresses, PostHog URLs,
    UUIDs and old session ids, never plain words, and nothing out of other URLs."""
    found: list[Identifier] = []
    for kind, piece in _pieces(text):
        if kind == "wrapped":
            piece = piece.partition("|")[0]
        if kind != "stop":
            for word in _SEPARATORS.split(_decoded(piece)):
                found += _in_prose(word)
    return distinct(found)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    if len(text) > MAX_CHARACTERS:
        # Half a word could be somebody else's id, so the cut is made between words.
        text = text[:MAX_CHARACTERS]
        text = text[: len(text) - len(re.split(r"\s", text)[-1])]
    for match in _PIECE.finditer(_INVISIBLE.sub("", text)):
        kind = match.lastgroup or ""
        yield kind, match[kind]


def _decoded(text: str) -> str:
    """Slack's three entities, undone once and after splitting."""
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)


def _of_wrapped(piece: str) -> list[Identifier]:
    target, _, label = (_decoded(part) for part in piece.partition("|"))
    lowered = target.lower()
    if lowered.startswith(("@", "#", "!")):
        return []  # Slack's mention of a person, channel or group.
    if lowered.startswith("mailto:"):
        address = unquote(target[len("mailto:") :].partition("?")[0])
        return _of_word(label if _EMAIL.fullmatch(label) else address)
    if lowered.startswith("tel:"):
        return _of_word(label or target[len("tel:") :])
    known = _known(target)
    if known is None and label and target.rstrip("/").endswith(f"//{label}"):
        # Slack makes a link of any word that looks like a host name.
        return _of_word(label)
    return [known] if known else _of_word(target)


def _of_quoted(text: str) -> list[Identifier]:
    known = [_known(word) for word in _SEPARATORS.split(text) if word]
    every = [one for one in known if one is not None]
    if every and len(every) == len(known):
        return every
    return _plain(re.sub(r"\s", " ", text))


def _of_word(word: str) -> list[Identifier]:
    known = _known(word)
    if known:
        return [known]
    if _URL_START.match(word):
        return []
    word = word.lstrip("([{<'‘").rstrip(".!?:>'’")
    for opening, closing in ("()", "[]", "{}"):
        if word.endswith(closing) and opening not in word:
            word = word.rstrip(closing + ".!?:")
    return _plain(word)


def _plain(text: str) -> list[Identifier]:
    value = text.strip()
    if len(value) > MAX_VALUE_CHARACTERS or _UNSAFE.search(value):
        return []
    if not any(character.isalnum() for character in value):
        return []
    return [Identifier(IdentifierKind.DISTINCT_ID, value)]


def _known(word: str) -> Identifier | None:
    """The e-mail address, PostHog URL or UUID that the whole word is."""
    word = word.strip("([{<>}])'‘’`").rstrip(".,;:!?)]}>'’`")
    word = _undecorated(word)
    if _URL_START.match(word):
        return _of_url(word)
    if word.lower().startswith("mailto:"):
        word = word[len("mailto:") :].partition("?")[0]
    if _EMAIL.fullmatch(word):
        return Identifier(IdentifierKind.EMAIL, word)
    if _SESSION_LIKE.fullmatch(word):
        return Identifier(IdentifierKind.UUID, word)
    if _URL_WITHOUT_SCHEME.match(word):
        return _of_url(f"https://{word}")
    return None


def _undecorated(word: str) -> str:
    """Without Slack's marks for bold, italic and struck text."""
    while len(word) > 2 and word[0] == word[-1] and word[0] in "*_~":
        word = word[1:-1]
    return word


def _of_url(url: str) -> Identifier | None:
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2].lower()
        asked = parse_qs(parts.query) | parse_qs(parts.fragment.lstrip("?"))
    except ValueError:
        return None
    in_posthog = "/project/" in parts.path or "posthog" in host
    for named in asked.get("sessionRecordingId", []):
        if _SESSION_LIKE.fullmatch(named):
            return Identifier(IdentifierKind.RECORDING, named, host)
    segments = [segment for segment in parts.path.split("/") if segment]
    for page, value in pairwise(segments):
        if page in _RECORDING_PAGES:
            sure = _SESSION_LIKE.fullmatch(value) or (
                in_posthog
                and _RECORDING_ID.fullmatch(value)
                and value not in _NOT_RECORDINGS
            )
            return Identifier(IdentifierKind.RECORDING, value, host) if sure else None
        if page == "persons" and _SESSION_LIKE.fullmatch(value):
            return Identifier(IdentifierKind.UUID, value, host)
        if page == "person" and in_posthog:
            # Everything behind /person/: a distinct id may hold a slash.
            rest = unquote(parts.path.partition("/person/")[2].rstrip("/"))
            plain = _plain(rest)
            return replace(plain[0], origin=host) if plain else None
    return None


def _in_prose(word: str) -> Iterator[Identifier]:
    url = _URL_START.search(word)
    if url:
        known = _known(word[url.start() :])
        if known:
            yield known
        word = word[: url.start()]
    elif _URL_WITHOUT_SCHEME.search(word):
        known = _known(word)
        if known:
            yield known
            return
    for match in _IN_PROSE.finditer(_undecorated(word)):
        if match["email"]:
            address = match["email"].lstrip("'.-&%")
            if not address.startswith("@"):
                yield Identifier(IdentifierKind.EMAIL, address)
        else:
            yield Identifier(IdentifierKind.UUID, match["id"])


def distinct(found: Iterable[Identifier]) -> tuple[Identifier, ...]:
    """Without repeats, values as typed; only distinct ids tell case apart."""
    kept: dict[tuple[IdentifierKind, str], Identifier] = {}
    for one in found:
        exact = one.kind is IdentifierKind.DISTINCT_ID
        kept.setdefault((one.kind, one.value if exact else one.value.lower()), one)
    return tuple(kept.values())[:MAX_IDENTIFIERS]
