"""Shows previews below the links of people's messages, or of what they still type.

Doing so twice changes nothing. Nobody waits for a preview, so what Slack refuses ends
in the log. docs.slack.dev/reference/methods/chat.unfurl
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

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

_TRIES = 3
_KEY = "unfurled"

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
        if not result.shared:
            return Delivery()
        where = _where(address)
        try:
            self._unfurl(
                where, result, draft, pictured=any(result.picture_urls.values())
            )
        except Refused as error:
            log.info("no preview: %s", error)
        return Delivery(where)

    def _unfurl(
        self,
        where: Mapping[str, str],
        result: Previews,
        draft: Draft,
        *,
        pictured: bool,
    ) -> None:
        pictures = result.picture_urls if pictured else {}
        unfurls = {
            url: {"blocks": messages.preview(url, shared, pictures.get(url, ()))}
            for url, shared in result.shared.items()
        }
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
                # Slack fetches the pictures first, and refuses the rest if it cannot.
                if code_of(error) != "invalid_blocks" or not pictured:
                    raise
            else:
                return
        self._unfurl(where, result, draft, pictured=False)


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
