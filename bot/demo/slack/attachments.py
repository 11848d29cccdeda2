"""What hangs below a message with a bar at its side: unfurls and attachments.

Imitates docs.slack.dev/messaging/unfurling-links-in-messages and the fields of
docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments that
helpdesks and mail apps use. Drawing them is left to the templates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Json, Message

_NAMED_COLOURS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}


@dataclass(frozen=True, slots=True)
class Field:
    title: str
    value: str
    short: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """``url`` is the link an unfurl stands for, "" on other attachments; ``colour`` is
    the bar's, "" for grey."""

    url: str = ""
    blocks: tuple[Block, ...] = ()
    colour: str = ""
    pretext: str = ""
    author: str = ""
    title: str = ""
    title_link: str = ""
    text: str = ""
    fields: tuple[Field, ...] = ()
    image_url: str = ""
    footer: str = ""


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """What other apps attached, then the app's unfurls, in the order they came."""
    attached = [_attachment(given) for given in message.attachments]
    unfurled = [
        Attachment(url=url, blocks=tuple(blocks))
        for url, blocks in message.unfurls.items()
    ]
    return (*attached, *unfurled)


def _attachment(given: Json) -> Attachment:
    def text(name: str) -> str:
        return str(given.get(name) or "")

    return Attachment(
        blocks=tuple(given.get("blocks") or ()),
        colour=_colour(text("color")),
        pretext=text("pretext"),
        author=text("author_name"),
        title=text("title"),
        title_link=_web(text("title_link")),
        # Slack shows the fallback only where it can show nothing else.
        text=text("text") or ("" if given.get("blocks") else text("fallback")),
        fields=tuple(
            Field(
                str(field.get("title", "")),
                str(field.get("value", "")),
                field.get("short") is True,
            )
            for field in given.get("fields") or ()
        ),
        image_url=_web(text("image_url")),
        footer=text("footer"),
    )


def _colour(given: str) -> str:
    named = _NAMED_COLOURS.get(given, given)
    named = named if named.startswith("#") else f"#{named}"
    return named if re.fullmatch(r"#[0-9a-fA-F]{6}", named) else ""


def _web(url: str) -> str:
    return url if url.startswith(("http://", "https://")) else ""
