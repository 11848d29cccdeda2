"""What goes with a submitted view: its checks, its addresses, and its errors.

Imitates docs.slack.dev/surfaces/modals. Delivering it is left to ``modals``.
"""

from __future__ import annotations

from typing import Any

from bot.demo.slack.actions import elements_of, is_empty
from bot.demo.slack.model import Json, View
from bot.demo.slack.response_urls import new_response_url
from bot.demo.slack.workspace import Workspace


def addresses_of(workspace: Workspace, view: View) -> list[Json]:
    """``response_urls``: one for each conversation chosen where the app asked so."""
    found = []
    for block, element in elements_of(view.blocks):
        if block["type"] != "input" or not element.get("response_url_enabled"):
            continue
        entry = view.values[block["block_id"]][element["action_id"]]
        chosen = entry.get("selected_conversation") or entry.get("selected_channel")
        if chosen:
            channel = workspace.channel(chosen).id
            found.append(
                {
                    "block_id": block["block_id"],
                    "action_id": element["action_id"],
                    "channel_id": channel,
                    "response_url": new_response_url(workspace, view.user, channel).url,
                }
            )
    return found


def check_inputs(view: View) -> None:
    """Raise ValueError where Slack itself keeps the view open: a field that is needed
    is empty, or a text is too long or too short."""
    for block, element in elements_of(view.blocks):
        if block["type"] != "input":
            continue
        entry = view.values[block["block_id"]][element["action_id"]]
        if is_empty(entry):
            if not block.get("optional"):
                raise ValueError(f"{block['block_id']!r} has to be filled in")
            continue
        size = len(entry["value"]) if element["type"] == "plain_text_input" else 0
        shortest, longest = element.get("min_length", 0), element.get("max_length")
        if size and not shortest <= size <= (longest or size):
            raise ValueError(f"the text of {block['block_id']!r} has a wrong length")


def errors_for(view: View, errors: Any) -> dict[str, str]:
    """Slack takes errors for input blocks of this view only."""
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not inputs >= set(errors):
        raise ValueError("errors name blocks that are no inputs")
    return {str(block): str(text) for block, text in errors.items()}
