"""What a person filled in on the page, in the shape Slack gives it to the app.

The page sends bare values; the options they stand for are taken from the view, so that
the app gets back exactly what it sent. The shape itself is left to ``actions``.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.demo.slack.actions import Chosen, chosen_in, elements_of, state_of
from bot.demo.slack.blocks import Block
from bot.demo.slack.model import Json

Given = Mapping[str, Mapping[str, Chosen]]
"""Bare values by block id and action id: a string, or a list for checkboxes."""


def state_values(blocks: list[Block], given: Given) -> Json:
    """The ``state.values`` of the blocks; what is empty or unknown is null there."""
    values = state_of(blocks, {})
    for block, element in elements_of(blocks):
        entry = values.get(block["block_id"], {}).get(element["action_id"])
        if entry is None:
            continue
        chosen = given.get(block["block_id"], {}).get(element["action_id"])
        empty: list[Block] | None = [] if element["type"] == "checkboxes" else None
        entry.update((key, empty) for key in list(entry) if key != "type")
        if chosen:
            entry.update(chosen_in(element, chosen))
    return values
