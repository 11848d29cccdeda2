"""The worst that recordings and people may hold, and how to see it tamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

HOSTILE = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            [
                "<!channel>",
                "<!here|here>",
                "<@U07ANA00001>",
                "<#C07SUPPORT1>",
                "<!subteam^S1>",
                "<https://evil.example|PostHog>",
                "<!date^1^{date}|x>",
                "@here ",
                "@channel",
                "&lt;!here&gt;",
                "`",
                "```",
                "*",
                "\n> ",
                "\u202e",
                "\x00",
                "\ud800",
                "😀",
                "&",
                " ",
                "http://evil.example/",
                "x" * 300,
                "🏴" * 300,
                "\udbff\udfff",
            ]
        ),
        max_size=12,
    ).map("".join),
)
COMMANDS = re.compile(r"<[^>]*>")
OURS = re.compile(r"<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[\d :-]+ UTC>")
BARE_BROADCAST = re.compile(r"(?<!\w)@(here|channel|everyone)")


def texts_of(blocks: Any) -> list[str]:
    """Every mrkdwn text, however deep."""
    return [text["text"] for text in objects_of(blocks, "mrkdwn")]


def objects_of(node: Any, kind: str) -> Iterator[dict[str, Any]]:
    """Every object of the type, however deep."""
    if isinstance(node, dict):
        if node.get("type") == kind:
            yield node
        node = list(node.values())
    if isinstance(node, list | tuple):
        for each in node:
            yield from objects_of(each, kind)
