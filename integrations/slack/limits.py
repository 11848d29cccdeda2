"""Slack's rate limits, kept by all workers together through Redis.

Slack counts calls by method and workspace, and posts by channel as well. A short wait
is waited for here; a longer one is said, so that a worker does something else. What
Slack itself says in Retry-After is remembered for everybody. Without Redis calls go
through: Slack's own refusal is then all there is.
docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

import hashlib
import logging
import math
import time
from collections.abc import Callable
from typing import Any

import redis
from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from integrations.slack.errors import BUSY, Limited, retry_after

RESPONSE_URL = "response_url"
"""What posts to response_urls are counted as."""

LONGEST_WAIT = 2.0
"""Seconds."""

_PREFIX = "courier:slack"
_LONGEST_BLOCK = 3600
"""Seconds for which Slack's word is remembered at most."""

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

log = logging.getLogger(__name__)


class Limits:
    """One for each process; ``client`` is of the Redis that all of them share."""

    def __init__(
        self, client: redis.Redis, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._redis = client
        self._sleep = sleep
        storage = RedisStorage(
            "redis://",
            connection_pool=client.connection_pool,
            key_prefix=f"{_PREFIX}:rate",
        )
        self._window = MovingWindowRateLimiter(storage)

    def take(self, method: str, workspace: str, place: str) -> None:
        """Take one call of the method's allowance, waiting for it a little.

        Raises errors.Limited with the seconds left where that would take long.
        """
        try:
            self._take(method, workspace, place)
        except redis.RedisError as error:
            log.warning("rate limits are not shared: %s", type(error).__name__)

    def remember(self, method: str, workspace: str, seconds: float | None) -> None:
        """Slack refused a call: none is made until the time it named is over."""
        span = min(max(seconds or 1.0, 1.0), _LONGEST_BLOCK)
        try:
            self._redis.set(_blocked(method, workspace), 1, px=math.ceil(span * 1000))
        except redis.RedisError as error:
            log.warning("a rate limit is not shared: %s", type(error).__name__)

    def _take(self, method: str, workspace: str, place: str) -> None:
        waited = 0.0
        while (wait := self._wait(method, workspace, place)) > 0:
            if method in _AT_ONCE or waited + wait > LONGEST_WAIT:
                raise Limited(f"{method}: at its rate limit", after=wait, plain=BUSY)
            self._sleep(wait)
            waited += wait

    def _wait(self, method: str, workspace: str, place: str) -> float:
        """Seconds until there is something to take; 0 where it was taken."""
        left = self._redis.pttl(_blocked(method, workspace))
        if isinstance(left, int) and left > 0:
            return left / 1000
        item = _PER_CHANNEL if method in _BY_PLACE else _TIERS.get(method)
        keys = (method, workspace, place if method in _BY_PLACE else "")
        if item is None or self._window.hit(item, *keys):
            return 0.0
        return self._until_next(item, keys)

    def _until_next(self, item: RateLimitItem, keys: tuple[str, ...]) -> float:
        reset = self._window.get_window_stats(item, *keys).reset_time
        return max(0.01, reset - time.time())


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


def _blocked(method: str, workspace: str) -> str:
    return f"{_PREFIX}:blocked:{workspace}:{method}"


def _digest(secret: str) -> str:
    """A name for what must not lie open in Redis."""
    return hashlib.sha256(secret.encode()).hexdigest()[:24]
