"""Message text as safe HTML.

Text comes from customers' recordings by way of the app, so everything is escaped
before anything is made of it; links are kept to http, https and mailto.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markupsafe import Markup, escape

from bot.demo.slack.mrkdwn import Token, tokens, unescaped

# Slack knows thousands; these are the ones a support bot is likely to use.
EMOJI = {
    "arrow_forward": "▶️",
    "arrows_counterclockwise": "🔄",
    "bug": "🐛",
    "bulb": "💡",
    "calendar": "📅",
    "clapper": "🎬",
    "clock3": "🕒",
    "computer": "💻",
    "cry": "😢",
    "eyes": "👀",
    "file_folder": "📁",
    "globe_with_meridians": "🌐",
    "heavy_check_mark": "✔️",
    "hourglass_flowing_sand": "⏳",
    "information_source": "ℹ️",
    "iphone": "📱",
    "link": "🔗",
    "lock": "🔒",
    "mag": "🔍",
    "movie_camera": "🎥",
    "no_entry_sign": "🚫",
    "page_facing_up": "📄",
    "paperclip": "📎",
    "point_right": "👉",
    "question": "❓",
    "rage": "😡",
    "red_circle": "🔴",
    "rotating_light": "🚨",
    "stopwatch": "⏱️",
    "tada": "🎉",
    "thumbsup": "👍",
    "warning": "⚠️",
    "wave": "👋",
    "white_check_mark": "✅",
    "x": "❌",
    "zap": "⚡",
}

# Private-use characters hold the place of finished HTML while the rest is formatted.
_HOLD, _END = "\ue000", "\ue001"
_HELD = re.compile(f"{_HOLD}(\\d+){_END}")
_BEFORE, _AFTER = r"(?<![\w*_~])", r"(?![\w*_~])"


class MessageText:
    """Turns Slack's text into HTML; ``name_of`` gives the name behind an id, or ""."""

    def __init__(self, name_of: Callable[[str], str]) -> None:
        self._name_of = name_of

    def plain(self, text: str) -> Markup:
        """A plain_text object: no formatting, emoji only."""
        return _emoji(escape(unescaped(text)))

    def mrkdwn(self, text: str) -> Markup:
        """A mrkdwn object or a message's text."""
        held: list[Markup] = []

        def hold(html: Markup) -> str:
            held.append(html)
            return f"{_HOLD}{len(held) - 1}{_END}"

        pieces = []
        for token in tokens(text.replace(_HOLD, "").replace(_END, "")):
            if token.kind == "text":
                pieces.append(str(escape(unescaped(token.target))))
            else:
                pieces.append(hold(self._token(token)))
        html = _formatted("".join(pieces), hold)
        # A code span may hold a link, so one pass is not always enough.
        for _ in range(3):
            html = _HELD.sub(lambda match: str(held[int(match[1])]), html)
        return _emoji(Markup(html))  # noqa: S704 - escaped piece by piece above

    def _token(self, token: Token) -> Markup:
        if token.kind == "link":
            shown = token.label or token.target.removeprefix("mailto:")
            return Markup(
                '<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>'
            ).format(unescaped(token.target), unescaped(shown))
        if token.kind == "user":
            name = self._name_of(token.target) or token.label or token.target
            return Markup('<span class="mention">@{}</span>').format(name)
        if token.kind == "channel":
            name = self._name_of(token.target) or token.label or token.target
            return Markup('<span class="mention">#{}</span>').format(name)
        if token.target.startswith("date^"):
            _, when, layout, *_ = [*token.target.split("^"), "", ""]
            return Markup('<time data-unix="{}" data-layout="{}">{}</time>').format(
                when, layout, unescaped(token.label)
            )
        name = token.label.lstrip("@") or token.target.partition("^")[0]
        return Markup('<span class="mention mention-all">@{}</span>').format(name)


def _formatted(html: str, hold: Callable[[Markup], str]) -> str:
    """Code, quotes and emphasis in text that is escaped already."""

    def code(tag: str) -> Callable[[re.Match[str]], str]:
        # The text was escaped before, so it is marked as safe and not escaped again.
        return lambda match: hold(
            Markup(f"<{tag}>{match[1]}</{tag}>")  # noqa: S704
        )

    html = re.sub(r"```\n?(.+?)\n?```", code("pre"), html, flags=re.DOTALL)
    html = re.sub(r"`([^`\n]+)`", code("code"), html)
    for mark, tag in (("*", "strong"), ("_", "em"), ("~", "s")):
        sign = re.escape(mark)
        html = re.sub(
            rf"{_BEFORE}{sign}(?=\S)([^\n]+?)(?<=\S){sign}{_AFTER}",
            rf"<{tag}>\1</{tag}>",
            html,
        )
    lines = []
    for line in html.split("\n"):
        quoted = re.match(r"&gt; ?(.*)", line)
        lines.append(f"<blockquote>{quoted[1]}</blockquote>" if quoted else line)
    html = "<br>".join(lines)
    return re.sub(r"(</blockquote>)<br>|<br>(?=<blockquote>)", r"\1", html)


def _emoji(html: Markup) -> Markup:
    """Shortcodes as characters, outside of tags' attributes."""
    parts = re.split(r"(<[^>]*>)", html)
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(
            r":([a-z0-9_+-]+):",
            lambda match: EMOJI.get(match[1], match[0]),
            parts[index],
        )
    return Markup("".join(parts))  # noqa: S704 - only known emoji were put in
