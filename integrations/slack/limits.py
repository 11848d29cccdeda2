"""Slack's rate limits, kept by all workers together through Redis.

Slack counts calls by method and workspace, and posts by channel as well. A short wait
is waited for here; a longer one is said, so that a worker does something else. What
Slack itself says in Retry-After is remembered for everybody. Without Redis calls go
through: Slack's own refusal is then all there is.
docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any

import redis
from limits import RateLimitItemPerMinute, RateLimitItemPerSecond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from bot.allowance import LONGEST_WAIT, Allowance
from integrations.slack.errors import BUSY, Limited, retry_after

RESPONSE_URL = "response_url"
"""What posts to response_urls are counted as."""

_PER_CHANNEL = RateLimitItemPerSecond(1)
_TIER_2, _TIER_3, _TIER_4 = map(RateLimitItemPerMinute, (20, 50, 100))
_TIERS = {
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.unfurl": _TIER_3,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.info": _TIER_3,
    "conversations.join": _TIER_3,
    "conversations.list": _TIER_2,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "files.completeUploadExternal": _TIER_4,
    "files.delete": _TIER_3,
    "files.getUploadURLExternal": _TIER_4,
    "files.info": _TIER_4,
    "usergroups.list": _TIER_2,
    "usergroups.users.list": _TIER_2,
    "users.info": _TIER_4,
    "users.lookupByEmail": _TIER_3,
    "views.publish": _TIER_4,
    "views.update": _TIER_4,
}
_BY_PLACE = {"chat.postMessage", RESPONSE_URL}
# Their trigger lives three seconds; waiting would be answering too late.
_AT_ONCE = {"views.open", "views.push"}


class Limits:
    """One for each process; ``client`` is of the Redis that all of them share."""

    def __init__(
        self, client: redis.Redis, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._allowance = Allowance(client, "courier:slack", sleep=sleep)

    def take(self, method: str, workspace: str, place: str) -> None:
        """Take one call of the method's allowance, waiting for it a little.

        Raises errors.Limited with the seconds left where that would take long.
        """
        left = self._allowance.wait_for(
            lambda: self._seconds_until(method, workspace, place),
            longest=0.0 if method in _AT_ONCE else LONGEST_WAIT,
        )
        if left > 0:
            raise Limited(f"{method}: at its rate limit", after=left, plain=BUSY)

    def remember(self, method: str, workspace: str, seconds: float | None) -> None:
        """Slack refused a call: none is made until the time it named is over."""
        name = f"{workspace}:{method}"
        self._allowance.ask(lambda: self._allowance.block(name, seconds), None)

    def _seconds_until(self, method: str, workspace: str, place: str) -> float:
        """Seconds until there is something to take; 0 where it was taken."""
        if (left := self._allowance.blocked_for(f"{workspace}:{method}")) > 0:
            return left
        item = _PER_CHANNEL if method in _BY_PLACE else _TIERS.get(method)
        if item is None:
            return 0.0
        place = place if method in _BY_PLACE else ""
        return self._allowance.seconds_until(item, method, workspace, place)


class LimitedClient(WebClient):
    """A WebClient that keeps ``limits``; its token stands for its workspace."""

    def __init__(self, *, limits: Limits, **settings: Any) -> None:
        super().__init__(**settings)
        self.limits = limits

    def api_call(self, api_method: str, **kwargs: Any) -> SlackResponse:
        """Raises errors.Limited, before Slack is asked, where it would refuse."""
        workspace = _digest(self.token or "")
        arguments = kwargs.get("json") or kwargs.get("data") or kwargs.get("params")
        place = str((arguments or {}).get("channel", ""))
        self.limits.take(api_method, workspace, place)
        try:
            return super().api_call(api_method, **kwargs)
        except SlackApiError as error:
            if error.response.status_code == 429:
                self.limits.remember(api_method, workspace, retry_after(error))
            raise


class LimitedWebhook(WebhookClient):
    """A client for one response_url that keeps ``limits``."""

    def __init__(self, url: str, *, limits: Limits, **settings: Any) -> None:
        super().__init__(url, **settings)
        self._limits = limits

    def send_dict(
        self, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> WebhookResponse:
        """Raises errors.Limited, before Slack is asked, where it would refuse."""
        place = _digest(self.url)
        self._limits.take(RESPONSE_URL, place, place)
        response = super().send_dict(body, headers)
        if response.status_code == 429:
            after = response.headers.get("Retry-After", "")
            seconds = float(after) if after.isdigit() else None
            self._limits.remember(RESPONSE_URL, place, seconds)
        return response


def _digest(secret: str) -> str:
    """A name for what must not lie open in Redis."""
    return hashlib.sha256(secret.encode()).hexdigest()[:24]
