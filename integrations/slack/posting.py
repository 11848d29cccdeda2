"""Messages everybody in the conversation sees: posted once, found again, updated.

Each carries the request's id in its metadata, which readers do not see. After an answer
was lost the message is looked for, which takes the ``*:history`` scopes. Where they
are missing the outcome stays unknown; then nothing is posted again, and the person is
told to look for themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.errors import Refused
from bot.model import Delivery
from bot.ports import Draft
from integrations.slack.blocks import Message
from integrations.slack.errors import code_of, ours
from integrations.slack.outcome import give_up, is_unknown, once

EVENT_TYPE = "replay_courier"

_PAGE = 200
_MOST_PAGES = 10
_GONE = {"channel_not_found", "message_not_found", "thread_not_found"}
# Ours, and still not ours to delete; it can be rewritten.
_KEPT = {"cant_delete_message", "compliance_exports_prevent_deletion"}
_CLOCK_SKEW = 300
"""Seconds that Slack's clock and ours may differ."""

Address = Mapping[str, str]

log = logging.getLogger(__name__)


class Conversation:
    """Posts where ``address`` says: its channel, and its thread if it names one."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def post(
        self, request_id: str, address: Address, message: Message, draft: Draft
    ) -> Delivery:
        channel, thread_ts = address["channel"], address.get("thread_ts")
        with once(draft, f"chat.postMessage in {channel}"):
            answer = self._client.chat_postMessage(
                channel=channel,
                thread_ts=thread_ts,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                metadata={
                    "event_type": EVENT_TYPE,
                    "event_payload": {"request": request_id},
                },
                **message.payload(),
            )
        return _delivery(address, answer["channel"], answer["ts"])

    def find(self, request_id: str, address: Address, draft: Draft) -> Delivery | None:
        """What was posted for the request though no answer came.

        Raises Refused where we may not look.
        """
        if not is_unknown(draft):
            return None
        channel = address["channel"]
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            try:
                page = self._page(address, cursor)
            except Refused as error:
                raise give_up(draft, str(error)) from error
            for each in page["messages"]:
                if _is_ours(each, request_id):
                    return _delivery(address, channel, each["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        raise give_up(draft, f"{channel}: too many messages to look through")

    def update_if_there(self, address: Address, message: Message) -> Delivery:
        """Rewrite our message at the address, unless it is gone; doing so twice changes
        nothing."""
        channel, ts = address["channel"], address["ts"]
        with ours(f"chat.update of {ts} in {channel}"):
            try:
                self._client.chat_update(channel=channel, ts=ts, **message.payload())
            except SlackApiError as error:
                if code_of(error) not in _GONE:
                    raise
        return _delivery(address, channel, ts)

    def take_away(self, address: Address, instead: Message) -> bool:
        """Delete our message at the address, or, where people replied to it, make it
        say ``instead``; whether it is gone."""
        channel, ts = address["channel"], address["ts"]
        if not self._was_answered(address):
            with ours(f"chat.delete of {ts} in {channel}"):
                try:
                    self._client.chat_delete(channel=channel, ts=ts)
                    return True
                except SlackApiError as error:
                    if code_of(error) in _GONE:
                        return True
                    if code_of(error) not in _KEPT:
                        raise
        self.update_if_there(address, instead)
        return False

    def _was_answered(self, address: Address) -> bool:
        """Whether somebody replied; so, where we may not look."""
        channel, ts = address["channel"], address["ts"]
        if address.get("thread_ts", ts) != ts:
            return False
        try:
            with ours(f"looking for replies to {ts} in {channel}"):
                try:
                    page = self._client.conversations_replies(
                        channel=channel, ts=ts, limit=2
                    )
                except SlackApiError as error:
                    if code_of(error) in _GONE:
                        return False
                    raise
        except Refused as error:
            log.info("a message is kept: %s", error)
            return True
        return len(page["messages"]) > 1

    def _page(self, address: Address, cursor: str | None) -> SlackResponse:
        channel, thread_ts = address["channel"], address.get("thread_ts")
        span: dict[str, Any] = {
            "oldest": str(int(address.get("asked_at", "0")) - _CLOCK_SKEW),
            "include_all_metadata": True,
            "limit": _PAGE,
            "cursor": cursor,
        }
        with ours(f"looking for our message in {channel}"):
            if thread_ts:
                return self._client.conversations_replies(
                    channel=channel, ts=thread_ts, **span
                )
            return self._client.conversations_history(channel=channel, **span)


def permalink(client: WebClient, posted: Address) -> str:
    """The message's own address; empty where it is gone."""
    if "ts" not in posted:
        return ""
    with ours("chat.getPermalink"):
        try:
            answer = client.chat_getPermalink(
                channel=posted["channel"], message_ts=posted["ts"]
            )
        except SlackApiError as error:
            if code_of(error) in _GONE:
                return ""
            raise
    return str(answer["permalink"])


def _is_ours(message: Mapping[str, Any], request_id: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return bool(
        metadata.get("event_type") == EVENT_TYPE
        and payload.get("request") == request_id
    )


def _delivery(address: Address, channel: str, ts: str) -> Delivery:
    """A message as what finds it again, its workspace included."""
    kept = {
        key: address[key]
        for key in ("team", "enterprise", "thread_ts")
        if key in address
    }
    return Delivery({**kept, "channel": channel, "ts": ts})
