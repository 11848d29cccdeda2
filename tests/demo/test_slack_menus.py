"""Menus of the Slack stand-in: options in groups, and equal menus in one message."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.demo.slack import SlackStandIn
from bot.demo.slack.actions import action_of

LATER: dict[str, Any] = {
    "label": {"type": "plain_text", "text": "Later"},
    "options": [{"text": {"type": "plain_text", "text": "7 days"}, "value": "7d"}],
}


def menu(block_id: str, **options: Any) -> dict[str, Any]:
    select = {"type": "static_select", "action_id": "expires", **options}
    return {"type": "actions", "block_id": block_id, "elements": [select]}


@pytest.mark.parametrize(
    ("options", "taken"),
    [
        ({"option_groups": [LATER]}, True),
        ({"options": LATER["options"]}, True),
        ({"option_groups": [LATER], "options": LATER["options"]}, False),
        ({"option_groups": [{**LATER, "options": []}]}, False),
        ({}, False),
    ],
)
def test_a_menu_has_options_or_groups_of_them(
    client: WebClient, options: dict[str, Any], taken: bool
) -> None:
    """One of the two, as Slack has it."""
    message = {"channel": "C07SUPPORT1", "text": "x", "blocks": [menu("a", **options)]}
    if taken:
        assert client.chat_postMessage(**message)["ok"]
        return
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        client.chat_postMessage(**message)


def test_equal_menus_are_told_apart_by_their_block(
    slack: SlackStandIn, client: WebClient
) -> None:
    """A choice from the second is not taken for one from the first."""
    first = menu("a", options=LATER["options"])
    second = menu("b", option_groups=[LATER])
    client.chat_postMessage(channel="C07SUPPORT1", text="x", blocks=[first, second])
    message = slack.messages("support")[0]
    assert action_of(message.blocks, "expires", "7d", "1.0")["block_id"] == "a"
    assert action_of(message.blocks, "expires", "7d", "1.0", "b") == {
        "type": "static_select",
        "action_id": "expires",
        "block_id": "b",
        "action_ts": "1.0",
        "selected_option": LATER["options"][0],
    }
    with pytest.raises(LookupError, match="expires"):
        slack.click("ana", message, "expires", "7d", "c")
