"""What a person can read in a message, wherever it stands there. Pure.

Helpdesk and mail apps put the customer's address in attachments and blocks; a mail that
was forwarded to Slack is a file, with its sender and its text beside it.
Shapes: docs.slack.dev/reference/block-kit, .../messaging/formatting-message-text and
.../reference/objects/file-object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Body = Mapping[str, Any]

MAX_TEXT = 10_000
_DEEPEST = 12

_REFERENCE = re.compile(r"<[@#!][^<>]*>")
_WORDS = ("text", "fallback", "pretext", "title", "value", "url", "title_link")
_FILE_WORDS = ("title", "subject", "plain_text", "preview_plain_text")


def message_text(message: Body) -> str:
    """Everything there is to read in a message, one text after the other."""
    text = message.get("text")
    every = [text] if isinstance(text, str) else []
    every += _strings([message.get(key) for key in ("blocks", "attachments")])
    every += _of_files(message.get("files"))
    return _REFERENCE.sub(" ", "\n".join(every)[:MAX_TEXT])


def _of_files(files: object) -> Iterator[str]:
    """Of a mail its sender comes first; whom it went to is mostly ourselves."""
    for file in files if isinstance(files, list) else []:
        if not isinstance(file, dict):
            continue
        senders = file.get("from")
        for sender in senders if isinstance(senders, list) else []:
            address = sender.get("address") if isinstance(sender, dict) else None
            if isinstance(address, str):
                yield address
        for key in _FILE_WORDS:
            words = file.get(key)
            if isinstance(words, str):
                yield words


def _strings(node: object, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for each in node:
            yield from _strings(each, depth + 1)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str):
                # What a button or a field of a form holds is not there to be read.
                if key in _WORDS and not (key == "value" and "type" in node):
                    yield value
            else:
                yield from _strings(value, depth + 1)
