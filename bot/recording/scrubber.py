"""Takes out of one text, URL or decoded value what a policy names.

A URL may hold another, a string may hold JSON, and JSON may stand in base64: each is
looked into, to a depth. Where in an event a text stands is for others to know.
"""

from __future__ import annotations

import base64
import binascii
import copy
import re
from collections import Counter
from typing import Any
from urllib.parse import quote, unquote_plus

from bot.recording import lossless
from bot.recording.secrets import REDACTED, without_named
from bot.recording.texts import TextScrubber

# What is nested further is taken out whole: nobody reads it, and it may go on for ever.
_MAX_DEPTH = 40
_MAX_ADDRESSES = 4
_LONGEST_ADDRESS = 10_000
# posthog-js keeps bodies of up to a million characters.
_MAX_TEXT = 2_000_000
_MIN_PATH_SECRET = 10

_SEPARATOR = re.compile("([&;])")
_KEY = re.compile(r"[\w~+-]{16,}", re.ASCII)
_DIGIT = re.compile(r"\d", re.ASCII)
# JSON in base64 begins so: {" or [" or [{.
_ENCODED = re.compile(r"(?:eyJ|eyI|W3si|WyJ)[A-Za-z0-9+/_-]{12,}={0,2}", re.ASCII)
_CSS_URL = re.compile(
    r"(url\(\s{0,20}[\"']?)(?!data:|blob:)([^)\"'\s]+)", re.IGNORECASE
)
_URL = re.compile(r"\b(?:https?|wss?|ftp)://[^\s\"'<>\\)\]}]+", re.IGNORECASE)
_CANDIDATE = re.compile(r"[^\s,]\S*")


class Scrubber(TextScrubber):
    """Takes out what a policy names, wherever in a text, URL or value it stands."""

    def text(self, text: str, kind: str, *, depth: int = 0) -> str:
        """The text without what is known by look or by the name before it, and with
        the addresses in it clean. One longer than anybody reads goes whole."""
        if len(text) > _MAX_TEXT:
            return self.gone(kind)
        clean = text
        if "://" in text and depth < _MAX_ADDRESSES:
            clean = _URL.sub(
                lambda found: self.url(found[0], kind, depth=depth + 1), text
            )
        clean = self.looks(clean, kind)
        if self._names is not None:
            clean, found = without_named(clean, self._names)
            self.count(kind, found)
        return clean

    def url(self, url: str, kind: str = "url", *, depth: int = 0) -> str:
        """The URL without user information, and secrets in path and parameters."""
        rest, hash_, fragment = url.partition("#")
        place, mark, query = rest.partition("?")
        scheme, slashes, beyond = place.partition("//")
        if not slashes or (scheme and not scheme.endswith(":")):
            scheme, slashes, beyond = "", "", place
        netloc, slash, path = beyond.partition("/") if slashes else ("", "", place)
        if self.takes_secrets and "@" in netloc and netloc[:11] != f"{REDACTED}@":
            netloc = f"{self.gone(kind)}@{netloc.rpartition('@')[2]}"
        way, inner, inner_query = fragment.partition("?")
        clean = "".join(
            (
                *(scheme, slashes, netloc, slash),
                self._path(path, kind),
                *(mark, self.parameters(query, kind, depth=depth), hash_),
                *(self.parameters(way, kind, depth=depth), inner),
                self.parameters(inner_query, kind, depth=depth),
            )
        )
        return self._personal.without(clean, self.counts)

    def parameters(self, query: str, kind: str, *, depth: int = 0) -> str:
        """The same for ``a=1&b=2``, whose names and values may be percent-encoded."""
        if not query:
            return query
        parts = _SEPARATOR.split(query)
        return "".join(self._parameter(part, kind, depth) for part in parts)

    def _parameter(self, part: str, kind: str, depth: int) -> str:
        name, mark, value = part.partition("=")
        if not value:
            return self._encoded(part, kind)
        if value == REDACTED:
            return part
        known = _decoded(name)
        if self.is_secret_name(known) or (self.takes_secrets and _opens(known, value)):
            return f"{name}={self.gone(kind)}"
        plain = _decoded(value)
        clean = self._base64(plain, kind, depth)
        if clean == plain and depth < _MAX_ADDRESSES and _is_address(plain):
            clean = self.url(plain, kind, depth=depth + 1)
            depth = _MAX_ADDRESSES
        clean = self.text(clean, kind, depth=depth)
        if clean == plain:
            return part
        return f"{name}{mark}{_quoted(clean)}"

    def _path(self, path: str, kind: str) -> str:
        """A path: what looks like a secret, what follows ``reset-password`` or so, and
        parameters in it, as in ``/cart;jsessionid=1``."""
        segments = self.looks(path, kind).split("/")
        before = ""
        for index, segment in enumerate(segments):
            if ";" in segment and "=" in segment:
                segments[index] = self.parameters(segment, kind)
            elif (
                len(segment) >= _MIN_PATH_SECRET
                and segment != REDACTED
                and self.is_secret_name(before)
                and _DIGIT.search(segment)
            ):
                segments[index] = self.gone(kind)
            else:
                segments[index] = self._encoded(segment, kind)
            before = segment
        return "/".join(segments)

    def _encoded(self, text: str, kind: str) -> str:
        """A text that may be percent-encoded, without what is known by its look."""
        plain = _decoded(text) if "%" in text else text
        clean = self.looks(plain, kind)
        if clean == plain:
            return text
        return _quoted(clean) if plain != text else clean

    def addresses(self, text: str, kind: str = "url") -> str:
        """A ``srcset``: several URLs, each with a word on its size."""
        return _CANDIDATE.sub(lambda found: self.url(found[0], kind), text)

    def style(self, text: str, kind: str) -> str:
        """A style sheet, or a part of one, with the addresses in it."""
        if "url(" in text or "URL(" in text:
            text = _CSS_URL.sub(lambda found: found[1] + self.url(found[2]), text)
        return self.looks(text, kind)

    def value(
        self, value: Any, kind: str, *, by_name: bool = True, depth: int = 0
    ) -> Any:
        """A decoded value of any shape, or JSON in a string, at any place of it."""
        if isinstance(value, str):
            return self._string(value, kind, depth)
        if not isinstance(value, dict | list):
            return self._number(value, kind)
        if depth > _MAX_DEPTH:
            return self.gone(kind)
        if isinstance(value, list):
            return self._list(value, kind, by_name, depth + 1)
        clean = {
            name: self.named(one, kind)
            if by_name and self.is_secret_name(name)
            else self.value(one, kind, by_name=by_name, depth=depth + 1)
            for name, one in value.items()
        }
        name = value.get("name", value.get("key"))
        if isinstance(name, str) and "value" in value and self.is_secret_name(name):
            clean["value"] = self.named(value["value"], kind)
        return clean

    def _list(self, values: list[Any], kind: str, by_name: bool, depth: int) -> Any:
        clean = [self.value(v, kind, by_name=by_name, depth=depth) for v in values]
        # A pair, as headers and entries are: the name first, then the value.
        if (
            by_name
            and len(values) == 2
            and isinstance(values[0], str)
            and len(values[0]) < 100
            and isinstance(values[1], str)
            and self.is_secret_name(values[0])
            and not any(map(str.isspace, values[0]))
        ):
            clean[1] = self.named(values[1], kind)
        return clean

    def _number(self, value: Any, kind: str) -> Any:
        """A card's number is one even where somebody made a number of it."""
        if not isinstance(value, int) or isinstance(value, bool):
            return value
        text = str(value)
        clean = self.looks(text, kind)
        return value if clean == text else clean

    def named(self, value: Any, kind: str) -> Any:
        """What stands under a secret's name."""
        if isinstance(value, bool) or value in (None, "", 0, REDACTED, [], {}):
            return value
        return self.gone(kind)

    def _string(self, text: str, kind: str, depth: int) -> str:
        start = text.lstrip()[:1]
        # The console's strings are JSON strings, and a string may hold JSON again.
        if start in ("{", "[") or (start == '"' and text.rstrip().endswith('"')):
            try:
                value = lossless.loads(text)
            except ValueError:
                return self.text(text, kind)
            before = self.counts.total()
            clean = self.value(value, kind, depth=depth + 1)
            same = self.counts.total() == before
            return text if same else lossless.dumps(clean).decode()
        if (hidden := self._base64(text, kind, depth)) != text:
            return hidden
        if len(text) < _LONGEST_ADDRESS and not any(map(str.isspace, text)):
            if "://" in text[:20] or text[:1] in ("/", "?"):
                return self.url(text)
            if "=" in text and start not in ("<", "'"):
                return self.parameters(text, kind)
        return self.text(text, kind)

    def _base64(self, text: str, kind: str, depth: int) -> str:
        """A text that is JSON in base64 goes whole where the JSON would lose a part."""
        if depth > _MAX_DEPTH or not _ENCODED.fullmatch(text):
            return text
        try:
            bare = text.rstrip("=").replace("+", "-").replace("/", "_")
            plain = base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))
            value = lossless.loads(plain)
        except (ValueError, binascii.Error):
            return text
        inner = copy.copy(self)
        inner.counts = Counter()
        inner.value(value, kind, depth=depth + 1)
        return self.gone(kind) if inner.counts else text


def _opens(name: str, value: str) -> bool:
    """Whether a parameter is an API's key or OAuth's code by its value: shorter ones
    sort lists and give discounts."""
    return (
        name.lower() in ("key", "code")
        and _KEY.fullmatch(value) is not None
        and _DIGIT.search(value) is not None
    )


def _is_address(text: str) -> bool:
    return "?" in text or "#" in text or "//" in text


def _decoded(text: str) -> str:
    """Percent-decoded, twice where it was encoded twice."""
    plain = unquote_plus(text)
    return unquote_plus(plain) if "%" in plain else plain


def _quoted(text: str) -> str:
    return quote(text, safe="[]:/@", errors="replace")
