"""Rich text blocks as safe HTML.

Imitates docs.slack.dev/reference/block-kit/blocks/rich-text-block. Unlike mrkdwn, its
text is raw and is only escaped here; what it does not know it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from bot.demo.slack.blocks import Block
from bot.demo.slack.rendering import EMOJI

_STYLES = {"bold": "strong", "italic": "em", "strike": "s", "code": "code"}
_SAFE_LINKS = ("http://", "https://", "mailto:")


class RichText:
    """Draws blocks; ``name_of`` gives the name behind an id, or ""."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of

    def html(self, block: Block) -> Markup:
        """A whole rich_text block."""
        parts = [self._part(part) for part in _dicts(block.get("elements"))]
        return Markup("").join(parts)

    def _part(self, part: Block) -> Markup:
        kind = part.get("type")
        if kind == "rich_text_list":
            tag = "ol" if part.get("style") == "ordered" else "ul"
            items = [
                Markup("<li>{}</li>").format(self._inline(item))
                for item in _dicts(part.get("elements"))
            ]
            return Markup("<{0}>{1}</{0}>").format(tag, Markup("").join(items))
        tags = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}
        tag = tags.get(str(kind), "div")
        return Markup("<{0}>{1}</{0}>").format(tag, self._inline(part))

    def _inline(self, section: Block) -> Markup:
        pieces = [self._piece(piece) for piece in _dicts(section.get("elements"))]
        return Markup("").join(pieces)

    def _piece(self, piece: Block) -> Markup:
        kind = piece.get("type")
        if kind == "text":
            html = _lines(str(piece.get("text", "")))
        elif kind == "link":
            html = _link(str(piece.get("url", "")), str(piece.get("text") or ""))
        elif kind == "emoji":
            name = str(piece.get("name", ""))
            html = escape(EMOJI.get(name, f":{name}:"))
        elif kind in ("user", "channel"):
            id_ = str(piece.get(f"{kind}_id", ""))
            sign = "@" if kind == "user" else "#"
            html = _mention(sign + (self._name_of(id_) or id_))
        elif kind == "broadcast":
            html = _mention(f"@{piece.get('range', '')}")
        elif kind == "date":
            html = escape(piece.get("fallback") or piece.get("timestamp", ""))
        else:
            return Markup("")
        style = piece.get("style")
        for name, tag in _STYLES.items():
            if isinstance(style, dict) and style.get(name):
                html = Markup(f"<{tag}>{{}}</{tag}>").format(html)  # noqa: S704
        return html


def _lines(text: str) -> Markup:
    return Markup("<br>").join(text.split("\n"))


def _link(url: str, text: str) -> Markup:
    if not url.startswith(_SAFE_LINKS):
        return escape(text or url)
    return Markup(
        '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
    ).format(url, text or url.removeprefix("mailto:"))


def _mention(name: str) -> Markup:
    return Markup('<span class="mention">{}</span>').format(name)


def _dicts(value: object) -> list[Block]:
    given = value if isinstance(value, list) else []
    return [each for each in given if isinstance(each, dict)]
