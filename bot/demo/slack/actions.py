"""Finds the element a person clicks, and says what the click carries.

Imitates the ``actions`` of docs.slack.dev/reference/interaction-payloads/
block_actions-payload.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.demo.slack.blocks import Block

_PICKERS = {
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "users_select": "selected_user",
    "datepicker": "selected_date",
}


def elements_of(blocks: list[Block]) -> Iterator[tuple[Block, Block]]:
    """Every interactive element with the block it is in."""
    for block in blocks:
        candidates = list(block.get("elements", []))
        candidates += [block[key] for key in ("accessory", "element") if key in block]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block, element


def action_of(
    blocks: list[Block], action_id: str, value: str | None, action_ts: str
) -> Block:
    """The entry of ``actions`` for a click.

    ``value`` chooses among equal buttons, or names the option of a menu; without it
    the first one is taken. Raises LookupError where no such element is shown.
    """
    for block, element in elements_of(blocks):
        if element["action_id"] != action_id:
            continue
        action = {
            "type": element["type"],
            "action_id": action_id,
            "block_id": block["block_id"],
            "action_ts": action_ts,
        }
        if element["type"] == "button":
            if value is not None and element.get("value") != value:
                continue
            kept = ("text", "value", "url", "style", "confirm")
            return action | {key: element[key] for key in kept if key in element}
        if element["type"] in _PICKERS:
            return action | {_PICKERS[element["type"]]: value}
        for option in element.get("options", []):
            if value is None or option["value"] == value:
                return action | {"selected_option": option}
    raise LookupError(f"no element {action_id!r} with value {value!r} is shown")
