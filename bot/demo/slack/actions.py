"""Finds the element a person uses, and says what it then carries.

Imitates the ``actions`` and ``state`` of docs.slack.dev/reference/interaction-payloads/
block_actions-payload and view-interactions-payload.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Json

Chosen = str | list[str] | None
"""What a person picks or types, by value or id; a list for checkboxes."""

# By the kind of element: the field that holds what was chosen, and the one it starts
# with. These are the elements whose content is in ``state``.
_BARE = {
    "plain_text_input": ("value", "initial_value"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "users_select": ("selected_user", "initial_user"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
}
_OPTION = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
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
    blocks: list[Block],
    action_id: str,
    value: Chosen,
    action_ts: str,
    block_id: str = "",
) -> Block:
    """The entry of ``actions`` for a click; ``block_id`` tells equal elements apart.

    ``value`` chooses among equal buttons, names the option of a menu, or is what was
    picked or typed; without it the first button or option is taken. Raises LookupError
    where no such element is shown, or it has no such option.
    """
    for block, element in elements_of(blocks):
        if element["action_id"] != action_id or block_id not in ("", block["block_id"]):
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
        return action | chosen_in(element, value)
    raise LookupError(f"no element {action_id!r} with value {value!r} is shown")


def chosen_in(element: Block, value: Chosen) -> Json:
    """The field an element carries once ``value`` was chosen in it.

    Raises LookupError where it has no such option, or nothing was picked.
    """
    kind = element["type"]
    if kind in _BARE:
        if kind != "plain_text_input" and not value:
            raise LookupError(f"nothing was picked in {element['action_id']!r}")
        return {_BARE[kind][0]: value or None}
    groups = (element, *element.get("option_groups", []))
    options = [option for group in groups for option in group.get("options", [])]
    if kind == "external_select" and "initial_option" in element:
        options.append(element["initial_option"])
    if kind == "checkboxes":
        wanted = [value] if isinstance(value, str) else list(value or [])
        picked = [option for option in options if option["value"] in wanted]
        if len(picked) == len(wanted):
            return {"selected_options": picked}
    else:
        for option in options:
            if value is None or option.get("value") == value:
                return {"selected_option": option}
    raise LookupError(f"{element['action_id']!r} does not offer {value!r}")


def state_of(blocks: list[Block], given: Json, current: str = "") -> Json:
    """The ``state.values`` of the blocks: what was chosen, or what they start with.

    ``given`` is in the same shape; ``current`` is the conversation that menus may
    start with. Elements without content are there with null, as Slack has them.
    """
    values: Json = {}
    for block, element in elements_of(blocks):
        kind, action_id = element["type"], element["action_id"]
        if kind not in _BARE and kind not in _OPTION:
            continue
        entry = given.get(block["block_id"], {}).get(action_id)
        if entry is None or entry.get("type") != kind:
            entry = {"type": kind, **_initial(element, current)}
        values.setdefault(block["block_id"], {})[action_id] = entry
    return values


def is_empty(entry: Json) -> bool:
    """Whether an entry of the state holds nothing."""
    return not any(value for key, value in entry.items() if key != "type")


def _initial(element: Block, current: str) -> Json:
    kind = element["type"]
    field, initial = _BARE.get(kind) or _OPTION[kind]
    value = element.get(initial) or ([] if kind == "checkboxes" else None)
    if not value and element.get("default_to_current_conversation"):
        value = current or None
    return {field: value}
