"""Answers that only the person who asked can see.

They go to the response_url of the command or press, which works in every conversation
but lives 30 minutes and takes five posts; after that as an ephemeral message where the
bot and the person both are, and at last as a direct message. A private answer whose
outcome is unknown is sent again: Slack stores none of them, so there is nothing to look
for, and a command's answer replaces itself.
docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.errors import CourierError, Refused, RetryLater
from bot.model import Delivery
from integrations.slack.blocks import Message
from integrations.slack.client import response_url_client, strict
from integrations.slack.errors import BUSY, ours
from integrations.slack.modals.find import answer_modal, kept_of

RESPONSE_URL_LIFE = 30 * 60
"""Seconds that Slack takes posts to a response_url."""

RESPONSE_HOSTS = {"hooks.slack.com", "hooks.slack-gov.com"}
"""Where response_urls lead; any other must be on the host of the Web API itself."""

_HOLD_S = 2
_GONE = {403, 404, 410}
_CODE = re.compile(r"[a-z_]{1,60}")

log = logging.getLogger(__name__)


class PrivateAnswers:
    """``clock`` gives Unix seconds."""

    def __init__(self, client: WebClient, clock: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock

    def send(
        self, address: Mapping[str, str], message: Message, *, replace: bool
    ) -> Delivery:
        """Show the message to the address' user by the first way that works.

        ``replace`` puts it in the place of what was pressed, or of the line that
        answered the command. An address with ``view_id`` is answered in that modal;
        with ``shown_in`` in that thread, where a response_url does not lead.
        """
        user = address["user"]
        if "view_id" in address:
            shown = self._in_view(address, message, self._client)
            return shown or self._directly(user, message)
        in_thread = "shown_in" in address and not replace
        if not in_thread and self._by_response_url(address, message, replace=replace):
            return Delivery({"user": user, "via": "response_url"})
        if "channel" in address:
            try:
                return self._as_ephemeral(address, message)
            except Refused as error:
                log.info("no ephemeral message to %s: %s", user, error)
        if in_thread and self._by_response_url(address, message, replace=False):
            return Delivery({"user": user, "via": "response_url"})
        return self._directly(user, message)

    def _in_view(
        self, address: Mapping[str, str], message: Message, client: WebClient
    ) -> Delivery | None:
        """None where the person closed the modal meanwhile."""
        view_id = address["view_id"]
        try:
            with ours(f"views.update of {view_id}"):
                client.views_update(
                    view_id=view_id, view=answer_modal(kept_of(address), message)
                )
        except Refused as error:
            log.info("%s", error)
            return None
        return Delivery({"user": address["user"], "view": view_id})

    def _by_response_url(
        self, address: Mapping[str, str], message: Message, *, replace: bool
    ) -> bool:
        body = {
            **message.payload(),
            "response_type": "ephemeral",
            # Said always: left out, Slack has taken messages away that nobody meant.
            "replace_original": replace,
        }
        return self._respond(address, body, self._client)

    def hold(self, address: Mapping[str, str], message: Message) -> None:
        """Show the message in the place of what was pressed until the answer comes, if
        that can be done at once, and nowhere else; never raises. It is one of the five
        posts of a response_url."""
        # The answer waits until this is over.
        quick = strict(self._client, timeout_s=_HOLD_S)
        body = {
            **message.payload(),
            "response_type": "ephemeral",
            "replace_original": True,
        }
        try:
            if "view_id" in address:
                self._in_view(address, message, quick)
            else:
                self._respond(address, body, quick)
        except CourierError as error:
            log.info("could not say that it takes longer: %s", error)

    def dismiss(self, address: Mapping[str, str]) -> Delivery:
        """Take what was pressed away, while that can be done."""
        self._respond(address, {"delete_original": True}, self._client)
        return Delivery({"user": address["user"], "via": "response_url"})

    def _respond(
        self, address: Mapping[str, str], body: dict[str, Any], client: WebClient
    ) -> bool:
        """Post to the address' response_url; False where that is not taken any more."""
        url = address.get("response_url", "")
        age = self._clock() - float(address.get("asked_at", "0"))
        if not self._is_slacks(url) or age >= RESPONSE_URL_LIFE:
            return False
        try:
            answer = response_url_client(client, url).send_dict(body)
        except (SlackClientError, HTTPException, OSError) as error:
            # The chain is cut, because it may quote the address.
            raise RetryLater(
                f"response_url: {type(error).__name__}", plain=BUSY
            ) from None
        if answer.status_code == 200:
            return True
        if answer.status_code in _GONE:
            return False
        raise _refusal(answer.status_code, answer.body, answer.headers)

    def _is_slacks(self, url: str) -> bool:
        """Whether we may post there. It is signed when it comes and kept in a database
        meanwhile, and whoever can write one row must not make us call any address."""
        try:
            parts, ours = urlsplit(url), urlsplit(self._client.base_url)
        except ValueError:
            return False
        if (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc):
            return True
        return parts.scheme == "https" and parts.netloc in RESPONSE_HOSTS

    def _as_ephemeral(self, address: Mapping[str, str], message: Message) -> Delivery:
        channel, user = address["channel"], address["user"]
        with ours(f"chat.postEphemeral in {channel}"):
            answer = self._client.chat_postEphemeral(
                channel=channel,
                user=user,
                thread_ts=address.get("shown_in"),
                parse="none",
                **message.payload(),
            )
        return Delivery({"channel": channel, "ephemeral_ts": answer["message_ts"]})

    def _directly(self, user: str, message: Message) -> Delivery:
        with ours(f"chat.postMessage to {user}"):
            answer = self._client.chat_postMessage(
                channel=user,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                **message.payload(),
            )
        return Delivery({"channel": answer["channel"], "ts": answer["ts"]})


def _refusal(status: int, body: str, headers: Mapping[str, str]) -> Exception:
    said = body.strip() if _CODE.fullmatch(body.strip()) else "no reason"
    detail = f"response_url: HTTP {status}, {said}"
    if status == 429 or status >= 500:
        after = headers.get("Retry-After", "")
        seconds = float(after) if after.isdigit() else None
        return RetryLater(detail, after=seconds, plain=BUSY)
    return Refused(detail, plain=f"Slack refused my answer ({said}).")
