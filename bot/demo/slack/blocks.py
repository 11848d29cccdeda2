"""Block Kit as Slack accepts it: which blocks, which elements, which limits.

Imitates docs.slack.dev/reference/block-kit (blocks, block-elements and
composition-objects). Blocks Slack knows and the courier has no use for (video, table,
file) are refused as unsupported.
"""

from __future__ import annotations

import json
from typing import Any

from bot.demo.slack.errors import SlackError
from bot.demo.slack.validation import (
    Check,
    Problems,
    anything,
    array,
    boolean,
    both,
    choice,
    fields,
    integer,
    string,
    typed,
    url,
)

Block = dict[str, Any]

# Developers see msg_blocks_too_long at about this size though each block is legal.
MOST_CHARACTERS = 13_200
MOST_BLOCKS = {"message": 50, "unfurl": 50, "modal": 100, "home": 100}
_REFUSED = {"unfurl": ("rich_text", "input")}


def plain(longest: int) -> Check:
    return typed(
        {"plain_text": fields({"text": string(longest)}, {"emoji": boolean})},
    )


def text(longest: int) -> Check:
    """A text object of either kind."""
    return typed(
        {
            "plain_text": fields({"text": string(longest)}, {"emoji": boolean}),
            "mrkdwn": fields({"text": string(longest)}, {"verbatim": boolean}),
        }
    )


_CONFIRM = fields(
    {
        "title": plain(100),
        "text": text(300),
        "confirm": plain(30),
        "deny": plain(30),
    },
    {"style": choice("primary", "danger")},
)
_OPTION = fields(
    {"text": text(75), "value": string(150)},
    {"description": text(75)},
)
_OVERFLOW_OPTION = fields(
    {"text": plain(75), "value": string(150)},
    {"description": plain(75), "url": url()},
)
_ACTION = {"action_id": string(255), "confirm": _CONFIRM, "focus_on_load": boolean}
_SELECT = {**_ACTION, "placeholder": plain(150)}
_IMAGE_SOURCE = {"image_url": url(), "slack_file": anything}

_BUTTON = fields(
    {"text": plain(75)},
    {
        "action_id": string(255),
        "value": string(2000),
        "url": url(),
        "style": choice("primary", "danger"),
        "confirm": _CONFIRM,
        "accessibility_label": string(75),
    },
)
_IMAGE_ELEMENT = fields({"alt_text": string(2000)}, _IMAGE_SOURCE)
_OPTION_GROUP = fields({"label": plain(75), "options": array(_OPTION, 100)})


def _needs_options(problems: Problems, value: object, at: str) -> None:
    if isinstance(value, dict) and ("options" in value) == ("option_groups" in value):
        problems.add("must have exactly one of options and option_groups", at)


# In selects words are plain, and an app may offer nothing.
_OFFERED = array(
    fields({"text": plain(75), "value": string(150)}, {"description": plain(75)}),
    100,
    0,
)
_OFFER = both(
    fields(
        {},
        {
            "options": _OFFERED,
            "option_groups": array(
                fields({"label": plain(75), "options": _OFFERED}), 100, 0
            ),
        },
    ),
    _needs_options,
)

_ELEMENTS: dict[str, Check] = {
    "button": _BUTTON,
    "overflow": fields({"options": array(_OVERFLOW_OPTION, 5)}, _ACTION),
    "static_select": both(
        fields(
            {},
            {
                **_SELECT,
                "options": array(_OPTION, 100),
                "option_groups": array(_OPTION_GROUP, 100),
                "initial_option": _OPTION,
            },
        ),
        _needs_options,
    ),
    "conversations_select": fields(
        {},
        {
            **_SELECT,
            "initial_conversation": string(255),
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        },
    ),
    "channels_select": fields(
        {},
        {**_SELECT, "initial_channel": string(255), "response_url_enabled": boolean},
    ),
    "users_select": fields({}, {**_SELECT, "initial_user": string(255)}),
    "radio_buttons": fields(
        {"options": array(_OPTION, 10)}, {**_ACTION, "initial_option": _OPTION}
    ),
    "checkboxes": fields(
        {"options": array(_OPTION, 10)},
        {**_ACTION, "initial_options": array(_OPTION, 10)},
    ),
    "datepicker": fields({}, {**_SELECT, "initial_date": string(10)}),
    "timepicker": fields(
        {}, {**_SELECT, "initial_time": string(5), "timezone": string(255)}
    ),
}
# Of menus whose entries are asked of the app, only those of inputs are imitated.
_EXTERNAL_SELECT = fields(
    {}, {**_SELECT, "initial_option": _OPTION, "min_query_length": integer}
)
_INPUT_ELEMENTS = {
    **{
        kind: check
        for kind, check in _ELEMENTS.items()
        if kind not in ("button", "overflow")
    },
    "external_select": _EXTERNAL_SELECT,
    "plain_text_input": fields(
        {},
        {
            **_SELECT,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer,
            "max_length": integer,
            "dispatch_action_config": anything,
        },
    ),
}
_ACCESSORIES = {**_ELEMENTS, "image": _IMAGE_ELEMENT}
_CONTEXT_ELEMENTS = {
    "image": _IMAGE_ELEMENT,
    # Context text has no documented limit of its own; a section's is assumed.
    "plain_text": plain(3000),
    "mrkdwn": text(3000),
}


def _needs_content(problems: Problems, value: object, at: str) -> None:
    if isinstance(value, dict) and not ("text" in value or "fields" in value):
        problems.add("missing required field: text or fields", at)


def _needs_one_source(problems: Problems, value: object, at: str) -> None:
    if isinstance(value, dict) and ("image_url" in value) == ("slack_file" in value):
        problems.add("must have exactly one of image_url and slack_file", at)


def _unique_actions(problems: Problems, value: object, at: str) -> None:
    elements = value.get("elements") if isinstance(value, dict) else None
    seen: set[str] = set()
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if isinstance(action_id, str) and action_id in seen:
            problems.add(
                f"`action_id` {action_id} already exists in this block",
                f"{at}/elements/{index}/action_id",
            )
        elif isinstance(action_id, str):
            seen.add(action_id)


_ID = {"block_id": string(255)}
_BLOCKS: dict[str, Check] = {
    "section": both(
        fields(
            {},
            {
                **_ID,
                "text": text(3000),
                "fields": array(text(2000), 10),
                "accessory": typed(_ACCESSORIES),
                "expand": boolean,
            },
        ),
        _needs_content,
    ),
    "context": fields({"elements": array(typed(_CONTEXT_ELEMENTS), 10)}, _ID),
    "actions": both(
        fields({"elements": array(typed(_ELEMENTS), 25)}, _ID), _unique_actions
    ),
    "divider": fields({}, _ID),
    "header": fields({"text": plain(150)}, _ID),
    "image": both(
        fields(
            {"alt_text": string(2000)},
            {**_ID, **_IMAGE_SOURCE, "title": plain(2000)},
        ),
        _needs_one_source,
    ),
    "markdown": fields({"text": string(12_000)}, _ID),
    "rich_text": fields({"elements": array(anything, 1000)}, _ID),
    "input": fields(
        {"label": plain(2000), "element": typed(_INPUT_ELEMENTS)},
        {**_ID, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
}


def problems_of(blocks: object, surface: str = "message") -> list[str]:
    """Everything Slack would refuse, one line each with a JSON pointer."""
    problems = Problems()
    known = {
        kind: check
        for kind, check in _BLOCKS.items()
        if kind not in _REFUSED.get(surface, ())
    }
    array(typed(known), MOST_BLOCKS[surface], 0)(problems, blocks, "/blocks")
    seen: set[str] = set()
    for index, block in enumerate(blocks if isinstance(blocks, list) else []):
        block_id = block.get("block_id") if isinstance(block, dict) else None
        if isinstance(block_id, str) and block_id in seen:
            problems.add(
                f"`block_id` {block_id} already exists", f"/blocks/{index}/block_id"
            )
        elif isinstance(block_id, str):
            seen.add(block_id)
    return problems.messages


def loaded_options(given: object) -> list[Block]:
    """What the app offers in a menu that asks it, groups one after the other.

    Raises SlackError for an answer that Slack would not show.
    """
    problems = Problems()
    _OFFER(problems, given, "")
    if problems.messages or not isinstance(given, dict):
        raise SlackError.explained("invalid_options", problems.messages)
    groups = given.get("option_groups", [given])
    return [option for group in groups for option in group["options"]]


def checked(blocks: object, surface: str = "message") -> list[Block]:
    """The blocks as Slack keeps them, each with a ``block_id``.

    Raises SlackError with ``invalid_blocks_format``, ``invalid_blocks`` or
    ``msg_blocks_too_long``.
    """
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            raise SlackError("invalid_blocks_format") from None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    if messages := problems_of(blocks, surface):
        raise SlackError.explained("invalid_blocks", messages)
    if surface in ("message", "unfurl"):
        compact = json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))
        if len(compact) > MOST_CHARACTERS:
            raise SlackError("msg_blocks_too_long")
    return [{"block_id": f"b{index}", **block} for index, block in enumerate(blocks)]
