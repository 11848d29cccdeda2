"""Modals that were submitted, and what is typed in one before that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import BadInput
from integrations.slack.payloads.place import Place, optional, place_of, required
from integrations.slack.reading import Body


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal that was submitted. ``metadata`` is what it kept for us."""

    place: Place
    view_id: str
    metadata: str
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, body: Body) -> Submission:
        view = body.get("view")
        if not isinstance(view, dict):
            raise BadInput("Slack's submission came without a view")
        state = view.get("state")
        values = state.get("values") if isinstance(state, dict) else None
        return cls(
            place_of(body, in_channel=False),
            required(view, "id"),
            optional(view, "private_metadata"),
            values if isinstance(values, dict) else {},
        )

    def text(self, block_id: str) -> str:
        """What was typed in the one input of a block; empty where nothing was."""
        return optional(self._input(block_id), "value").strip()

    def chosen(self, block_id: str) -> str:
        """The value that was chosen in a select or among radio buttons."""
        return optional(self._input(block_id), "selected_option", "value")

    def ticked(self, block_id: str) -> tuple[str, ...]:
        """The values of the boxes that were ticked."""
        given = self._input(block_id).get("selected_options")
        options = given if isinstance(given, list) else []
        return tuple(filter(None, (optional(one, "value") for one in options)))

    def conversation(self, block_id: str) -> str:
        """The conversation that was picked."""
        return optional(self._input(block_id), "selected_conversation")

    def _input(self, block_id: str) -> Mapping[str, Any]:
        block = self.values.get(block_id)
        inputs = list(block.values()) if isinstance(block, Mapping) else []
        return inputs[0] if inputs and isinstance(inputs[0], Mapping) else {}


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed so far into a menu whose entries are asked of us.
    ``metadata`` is what its modal kept for us.

    Shape: docs.slack.dev/reference/interaction-payloads/block_suggestion-payload.
    """

    place: Place
    text: str
    metadata: str

    @classmethod
    def parse(cls, body: Body) -> Typed:
        return cls(
            place_of(body, in_channel=False),
            optional(body, "value").strip(),
            optional(body, "view", "private_metadata"),
        )
