"""Publishes somebody's Home tab; doing so twice changes nothing.

docs.slack.dev/reference/methods/views.publish
"""

from __future__ import annotations

from collections.abc import Mapping

from slack_sdk import WebClient

from bot.model import Delivery
from integrations.slack.blocks import Block
from integrations.slack.errors import ours


class HomeTab:
    """The Home tabs of one workspace."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def publish(self, address: Mapping[str, str], view: Block) -> Delivery:
        """Show the view to the address' user, in place of the last one."""
        user = address["user"]
        with ours(f"views.publish for {user}"):
            answer = self._client.views_publish(user_id=user, view=view)
        return Delivery({"user": user, "view": str(answer["view"]["id"])})
