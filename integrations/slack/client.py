"""How we talk to Slack: no retries behind our back, and no bodies in the log."""

from __future__ import annotations

import logging
from typing import Any

from redis import Redis
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from integrations.slack.limits import LimitedClient, LimitedWebhook, Limits


def web_client(shared: Redis | None, **settings: Any) -> WebClient:
    """A client that keeps Slack's rate limits where there is a Redis to share them."""
    if shared is None:
        return WebClient(**settings)
    return LimitedClient(limits=Limits(shared), **settings)


def strict(
    client: WebClient, *, token: str | None = None, timeout_s: int | None = None
) -> WebClient:
    """The same client without slack_sdk's own retries, and with ``token`` and another
    timeout if given.

    slack_sdk repeats a call when the connection breaks, although a message may have
    been posted just before it broke.
    """
    settings: dict[str, Any] = {
        "token": client.token if token is None else token,
        "base_url": client.base_url,
        "timeout": client.timeout if timeout_s is None else timeout_s,
        "ssl": client.ssl,
        "proxy": client.proxy,
        "headers": client.headers,
        "logger": _quiet(),
        "retry_handlers": [],
    }
    if isinstance(client, LimitedClient):
        return LimitedClient(limits=client.limits, **settings)
    return WebClient(**settings)


def response_url_client(client: WebClient, url: str) -> WebhookClient:
    """A client for one response_url, on the same network as ``client``."""
    settings: dict[str, Any] = {
        "timeout": client.timeout,
        "ssl": client.ssl,
        "proxy": client.proxy,
        "logger": _quiet(),
        "retry_handlers": [],
    }
    if isinstance(client, LimitedClient):
        return LimitedWebhook(url, limits=client.limits, **settings)
    return WebhookClient(url, **settings)


def _quiet() -> logging.Logger:
    # At DEBUG slack_sdk logs whole bodies and response_urls, which anyone may post to.
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.WARNING)
    return logger
