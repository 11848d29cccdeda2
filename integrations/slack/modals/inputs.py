"""The inputs of modals, each inside Slack's limits. Pure.

Limits: docs.slack.dev/reference/block-kit/block-elements and .../blocks/input-block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.slack.blocks import Block, plain_text


def input_block(
    block_id: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
) -> Block:
    """One labelled input; its element's action id is that of the block."""
    block: dict[str, Any] = {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label),
        "element": {**element, "action_id": block_id},
        "optional": optional,
    }
    return {**block, "hint": plain_text(hint)} if hint else block


def text_input(
    placeholder: str,
    *,
    max_length: int,
    initial: str = "",
    multiline: bool = False,
) -> Block:
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "placeholder": plain_text(placeholder),
        "max_length": max_length,
        "multiline": multiline,
    }
    return {**element, "initial_value": initial[:max_length]} if initial else element


def select(options: Mapping[str, str], *, initial: str = "") -> Block:
    """A menu; ``options`` are words by value."""
    return _choosing("static_select", options, "initial_option", initial)


def radio_buttons(options: Mapping[str, str], *, initial: str = "") -> Block:
    return _choosing("radio_buttons", options, "initial_option", initial)


def checkboxes(options: Mapping[str, str]) -> Block:
    return _choosing("checkboxes", options, "", "")


def _choosing(kind: str, options: Mapping[str, str], key: str, initial: str) -> Block:
    listed = [option(value, words) for value, words in options.items()]
    element: dict[str, Any] = {"type": kind, "options": listed}
    chosen = [one for one in listed if one["value"] == initial]
    return {**element, key: chosen[0]} if chosen else element


def option(value: str, words: str) -> Block:
    """One choice of a menu; words have 75 letters at most, values 150."""
    return {"text": plain_text(words), "value": value}
