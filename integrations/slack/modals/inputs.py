"""The inputs of modals, each inside Slack's limits. Pure.

Limits: docs.slack.dev/reference/block-kit/block-elements and .../blocks/input-block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import BadInput
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


def external_select(placeholder: str, *, least: int) -> Block:
    """A menu whose entries are asked of the app once ``least`` characters are typed."""
    return {
        "type": "external_select",
        "placeholder": plain_text(placeholder),
        "min_query_length": least,
    }


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


def described(element: Block, descriptions: Mapping[str, str]) -> Block:
    """The same choices with a line about each, by value; 75 letters at most."""

    def told(one: Block) -> Block:
        words = descriptions.get(one["value"])
        return {**one, "description": plain_text(words)} if words else one

    changed = {**element, "options": [told(one) for one in element["options"]]}
    if "initial_option" in element:
        changed["initial_option"] = told(element["initial_option"])
    return changed


def all_ticked(element: Block) -> Block:
    """Boxes that are ticked until somebody unticks them."""
    return {**element, "initial_options": element["options"]}


def conversations_select(initial: str, *, outside: bool) -> Block:
    """A conversation to post in; none is picked at first where ``initial`` is empty.

    Those with bots are left out, and without ``outside`` those with other companies.
    """
    element: dict[str, Any] = {
        "type": "conversations_select",
        "placeholder": plain_text("Choose a conversation"),
        "filter": {
            "include": ["public", "private", "mpim", "im"],
            "exclude_bot_users": True,
            "exclude_external_shared_channels": not outside,
        },
    }
    return {**element, "initial_conversation": initial} if initial else element


class Mistaken(BadInput):
    """Something was filled in that cannot be; ``errors`` says what, by input."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(f"filled in wrongly: {', '.join(errors)}")
        self.errors = dict(errors)
