"""Blocks of Slack messages, each inside Slack's limits; the words are others' work.

Limits: docs.slack.dev/reference/block-kit. Every mrkdwn text is ``verbatim``: Slack
then turns no name in customer data into a mention and no address into a link.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_CHARACTERS = 12_500
"""Slack refuses a message near 13,200, escapes counted, though each block is legal."""
MAX_URL = 3000
MAX_VALUE = 2000


@dataclass(frozen=True, slots=True)
class Message:
    """What Slack shows: blocks, and one line for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]

    def payload(self) -> dict[str, Any]:
        """The message as the arguments of chat.postMessage and of a response_url."""
        return {"text": self.text, "blocks": list(self.blocks)}


def fits(blocks: Iterable[Block]) -> bool:
    """Whether Slack takes the blocks as one message."""
    listed = list(blocks)
    return len(listed) < MAX_BLOCKS and len(json.dumps(listed)) < MAX_CHARACTERS


def section(*lines: str) -> Block:
    return {"type": "section", "text": _mrkdwn("\n".join(filter(None, lines)))}


def header(text: str) -> Block:
    return {"type": "header", "text": plain_text(text)}


def divider() -> Block:
    return {"type": "divider"}


def image(url: str, alt: str) -> Block:
    """A picture; ``alt`` says what is on it to those who do not see it."""
    return {"type": "image", "image_url": url, "alt_text": alt}


def context(text: str) -> Block:
    return {"type": "context", "elements": [_mrkdwn(text)]}


def actions(*buttons: Block | None) -> list[Block]:
    """An actions block of the buttons there are, or nothing: Slack refuses an empty
    one."""
    elements = [button for button in buttons if button]
    return [{"type": "actions", "elements": elements}] if elements else []


def button(
    label: str,
    action_id: str,
    *,
    value: str = "",
    url: str = "",
    style: str = "",
    confirm: Block | None = None,
) -> Block:
    extras = {"value": value, "url": url, "style": style, "confirm": confirm}
    return {
        "type": "button",
        "action_id": action_id,
        "text": plain_text(label),
        **{key: extra for key, extra in extras.items() if extra},
    }


def menu(placeholder: str, action_id: str, options: list[Block]) -> Block:
    """A menu in a message; ``options`` are 100 at most."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain_text(placeholder),
        "options": options,
    }


def overflow(action_id: str, *entries: tuple[str, str, str]) -> Block:
    """A menu behind three dots: label, value, and the URL that an entry opens or "".

    Slack takes two to five entries, labels of 75 letters and values of 150.
    """
    return {
        "type": "overflow",
        "action_id": action_id,
        "options": [
            {"text": plain_text(label), "value": value, **({"url": url} if url else {})}
            for label, value, url in entries
        ],
    }


def dialog(title: str, text: str, confirm: str, deny: str) -> Block:
    """What a button asks before it acts."""
    return {
        "title": plain_text(title),
        "text": plain_text(text),
        "confirm": plain_text(confirm),
        "deny": plain_text(deny),
        "style": "danger",
    }


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(text: str) -> Block:
    """A label of ours; no sign in it becomes an emoji."""
    return {"type": "plain_text", "text": text, "emoji": False}
