"""Shows previews below the links of people's messages, or of what they still type.

Doing so twice changes nothing. Nobody waits for a preview, so what Slack refuses ends
in the log. docs.slack.dev/reference/methods/chat.unfurl
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import Refused, RetryLater
from bot.model import Delivery, Previews
from bot.ports import Draft
from integrations.slack import messages
from integrations.slack.errors import code_of, ours

_UNACKNOWLEDGED = "cannot_unfurl_url"
"""Slack's word for an event whose acknowledgement it has not seen yet, and for a domain
that the workspace's administrators do not want unfurled."""

_COMPOSER = "composer"
_TRIES = 3
_KEY = "unfurled"

Json = dict[str, Any]

log = logging.getLogger(__name__)


class Unfurls:
    """Previews in one workspace."""

    def __init__(self, client: WebClient) -> None:
        self._client = client

    def show(
        self, address: Mapping[str, str], result: Previews, draft: Draft
    ) -> Delivery:
        """Show each link's preview where the address says; nothing where none opens.

        Raises RetryLater.
        """
        pictures = result.picture_urls
        if not result.shared:
            return Delivery()
        try:
            try:
                self._unfurl(address, _previews(result, pictures), draft)
            except _Unfetched:
                # Slack fetches the pictures first, and refuses all if it cannot.
                self._unfurl(address, _previews(result, {}), draft)
        except Refused as error:
            log.info("no preview: %s", error)
            return Delivery()
        return Delivery(_kept(address))

    def close(
        self, address: Mapping[str, str], result: Previews, draft: Draft
    ) -> Delivery:
        """Put in the place of previews that their links have closed. Raises
        RetryLater."""
        unfurls = {
            url: {"blocks": messages.preview_closed(state)}
            for url, state in result.closed.items()
        }
        if not unfurls:
            return Delivery()
        try:
            self._unfurl(address, unfurls, draft)
        except Refused as error:
            log.info("a preview stays as it was: %s", error)
        return Delivery()

    def _unfurl(self, address: Mapping[str, str], unfurls: Json, draft: Draft) -> None:
        where = _where(address)
        doing = f"chat.unfurl of {where.get('ts') or where.get('unfurl_id')}"
        with ours(doing):
            try:
                self._client.chat_unfurl(
                    channel=where.get("channel"),
                    ts=where.get("ts"),
                    unfurl_id=where.get("unfurl_id"),
                    source=where.get("source"),
                    unfurls=unfurls,
                )
            except SlackApiError as error:
                if code_of(error) == _UNACKNOWLEDGED:
                    _try_again(draft, doing)
                if code_of(error) == "invalid_blocks":
                    raise _Unfetched(doing) from None
                raise


class _Unfetched(Refused):
    """Slack refuses the blocks, perhaps for a picture it cannot fetch."""


def _previews(result: Previews, pictures: Mapping[str, tuple[str, ...]]) -> Json:
    return {
        url: {"blocks": messages.preview(url, shared, pictures.get(url, ()))}
        for url, shared in result.shared.items()
    }


def _kept(address: Mapping[str, str]) -> dict[str, str]:
    """What finds the preview again; none of what is still being typed, which Slack
    tells of once more when it was sent."""
    if address.get("unfurl_id") and address.get("source") == _COMPOSER:
        return {}
    ids = ("team", "enterprise", "channel", "ts")
    return {key: address[key] for key in ids if key in address}


def _where(address: Mapping[str, str]) -> dict[str, str]:
    """The one pair of arguments that names the message; Slack wants no more."""
    if address.get("unfurl_id") and address.get("source"):
        return {"unfurl_id": address["unfurl_id"], "source": address["source"]}
    return {"channel": address["channel"], "ts": address["ts"]}


def _try_again(draft: Draft, doing: str) -> None:
    """Raises RetryLater, a few times."""
    tries = int(draft.data.get(_KEY, "0")) + 1
    if tries < _TRIES:
        draft.save(**{_KEY: str(tries)})
        raise RetryLater(f"{doing}: {_UNACKNOWLEDGED}", after=1.0) from None
