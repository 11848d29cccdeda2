"""Comment HTML cut down to the tags a ticket is sure to keep.

Zendesk publishes no list for ticket comments, so this one is the strictest that could
be true: what reads well here reads well there. Nothing of it can run, and nothing can
be fetched but the comment's own pictures.
"""

from __future__ import annotations

import html
import re
from collections.abc import Container
from html.parser import HTMLParser
from urllib.parse import urlsplit

_BLOCKS = frozenset({"p", "ul", "ol", "li", "pre", "h3", "h4", "blockquote"})
_VOID = frozenset({"br", "hr"})
ALLOWED_TAGS = _BLOCKS | _VOID | {"strong", "em", "a", "code"}
_DROPPED_WITH_CONTENT = frozenset({"script", "style", "iframe", "svg", "template"})


class _Sanitiser(HTMLParser):
    def __init__(self, pictures: Container[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.shown: list[str] = []
        self._pictures = pictures
        self._open: list[str] = []
        self._dropping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping += 1
        if tag == "img" and not self._dropping:
            self._show(dict(attrs))
        if self._dropping or tag not in ALLOWED_TAGS:
            return
        href = dict(attrs).get("href") or ""
        if tag == "a" and re.match(r"https?://", href, re.IGNORECASE):
            self.out.append(
                f'<a href="{html.escape(href)}" target="_blank"'
                ' rel="noopener noreferrer">'
            )
        else:
            self.out.append(f"<{tag}>")
        if tag not in _VOID:
            self._open.append(tag)

    def _show(self, attrs: dict[str, str | None]) -> None:
        address = urlsplit(attrs.get("src") or "")
        path = f"{address.path}?{address.query}"
        if address.scheme in ("http", "https") and path in self._pictures:
            self.shown.append(path)
            self.out.append(
                f'<img src="{html.escape(address.geturl())}"'
                f' alt="{html.escape(attrs.get("alt") or "")}">'
            )

    def handle_endtag(self, tag: str) -> None:
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping = max(0, self._dropping - 1)
        if self._dropping or tag not in self._open:
            return
        while self._open:
            last = self._open.pop()
            self.out.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            self.out.append(html.escape(data, quote=False))

    def finished(self) -> str:
        self.close()
        self.out.extend(f"</{tag}>" for tag in reversed(self._open))
        return "".join(self.out)


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS or tag in _VOID:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        self.out.append(data)


def safe_html(source: str) -> str:
    """The same text with the allowed tags only, each closed, links http(s) only."""
    return illustrated_html(source, ())[0]


def illustrated_html(source: str, pictures: Container[str]) -> tuple[str, list[str]]:
    """Safe HTML that may show ``pictures``, paths on this server; and those it shows.
    Every other image is dropped."""
    sanitiser = _Sanitiser(pictures)
    sanitiser.feed(source)
    return sanitiser.finished(), sanitiser.shown


def text_of(source: str) -> str:
    """What is left to read when every tag is dropped."""
    parser = _Text()
    parser.feed(source)
    parser.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(parser.out)).strip()
