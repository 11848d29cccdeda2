"""Slack's message text: its ``<…>`` tokens, and whom it would notify.

Imitates docs.slack.dev/messaging/formatting-message-text. Making HTML of it is left
to ``rendering``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"<([^<>]*)>")
_BARE = re.compile(r"(?<![\w<!@])@(here|channel|everyone)\b")
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"https?://[^\s<>|]+")


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is text, user, channel, special or link; ``target`` without its mark."""

    kind: str
    target: str
    label: str = ""


def tokens(text: str) -> Iterator[Token]:
    """The text cut at its ``<…>`` tokens; pieces of plain text are still escaped."""
    for index, piece in enumerate(_TOKEN.split(text)):
        if index % 2 == 0:
            if piece:
                yield Token("text", piece)
            continue
        target, _, label = piece.partition("|")
        kinds = {"@": "user", "#": "channel", "!": "special"}
        if target[:1] in kinds:
            yield Token(kinds[target[0]], target[1:], label)
        elif re.match(r"(https?://|mailto:|tel:)", target):
            yield Token("link", target, label)
        else:
            yield Token("text", f"&lt;{piece}&gt;")


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentions(text: str, *, parses_names: bool = False) -> list[str]:
    """The mentions that would notify somebody, as they stand in the text.

    ``parses_names`` is true where Slack looks for bare ``@here`` too: mrkdwn objects
    without ``verbatim``, and text sent with ``link_names`` or ``parse=full``.
    """
    found = []
    for token in tokens(text):
        if token.kind == "user":
            found.append(f"<@{token.target}>")
        elif token.kind == "special":
            name = token.target.partition("^")[0]
            if name in ("here", "channel", "everyone", "subteam"):
                found.append(f"<!{token.target}>")
        elif token.kind == "text" and parses_names:
            found += [match.group(0) for match in _BARE.finditer(token.target)]
    return found


def block_mentions(value: Any) -> list[str]:
    """The same for every mrkdwn object inside blocks."""
    if isinstance(value, list):
        return [mention for part in value for mention in block_mentions(part)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        verbatim = value.get("verbatim") is True
        return mentions(str(value.get("text", "")), parses_names=not verbatim)
    if value.get("type") == "markdown":
        return mentions(str(value.get("text", "")), parses_names=True)
    return [mention for part in value.values() for mention in block_mentions(part)]


def links(value: Any) -> list[str]:
    """The http links in a text or in the mrkdwn of blocks: what the crawler visits."""
    if isinstance(value, str):
        return [
            token.target
            for token in tokens(value)
            if token.kind == "link" and token.target.startswith("http")
        ]
    if isinstance(value, list):
        return [link for part in value for link in links(part)]
    if isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown"):
            return links(str(value.get("text", "")))
        return [link for part in value.values() for link in links(part)]
    return []


def composed(text: str, names: dict[str, str]) -> str:
    """What Slack stores when a person types ``text``.

    ``names`` gives the user id of each ``@name`` that exists. Mail addresses and URLs
    become tokens, the rest is escaped; tokens that are already there are kept.
    """

    def piece(plain: str) -> str:
        pattern = re.compile(
            rf"(?P<link>{_LINK.pattern})|(?P<email>{_EMAIL.pattern})"
            r"|(?<!\w)@(?P<name>[\w.-]+)"
        )
        parts: list[str] = []
        end = 0
        for match in pattern.finditer(plain):
            parts.append(escaped(plain[end : match.start()]))
            end = match.end()
            whole = match.group(0)
            if match["link"]:
                parts.append(f"<{escaped(whole)}>")
            elif match["email"]:
                parts.append(f"<mailto:{whole}|{whole}>")
            elif match["name"] in names:
                parts.append(f"<@{names[match['name']]}>")
            else:
                parts.append(escaped(whole))
        return "".join([*parts, escaped(plain[end:])])

    typed_tokens = re.compile(r"(<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|mailto:[^<>]+)>)")
    return "".join(
        part if index % 2 else piece(part)
        for index, part in enumerate(typed_tokens.split(text))
    )
