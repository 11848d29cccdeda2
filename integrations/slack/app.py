"""The bolt app: which listener serves what Slack sends, and what errors are answered.

A request is committed before Slack gets its 200, so what was acknowledged is answered
even if this process dies right after.

Bolt runs listeners here with ``process_before_response``: in the thread of the HTTP
request, its answer sent when they are done. In its other mode bolt acknowledges events
before their listener ran, loses the acknowledgement if a listener raises right after
it, and lets five slow listeners starve all others; ours only commit one row.
"""

from __future__ import annotations

import logging
import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from redis import Redis
from slack_bolt import App, BoltResponse
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from bot.errors import BadInput, RetryLater
from bot.ports import Intake, Tickets
from integrations.slack import replies
from integrations.slack.access import Access
from integrations.slack.clients import Clients
from integrations.slack.listeners import NAME, Desk, Ticketing, register
from integrations.slack.modals.share import ShareDefaults
from integrations.slack.payloads import Body
from integrations.slack.removal import Removal

log = logging.getLogger(__name__)


def build_app(
    *,
    intake: Intake,
    clients: Clients,
    signing_secret: str | None = None,
    public_url: str = "",
    look_back: timedelta = timedelta(days=14),
    sharing: ShareDefaults | None = None,
    clock: Callable[[], float] = time.time,
    removal: Removal | None = None,
    redis: Redis | None = None,
    tickets: Tickets | None = None,
    access: Access | None = None,
) -> App:
    """The bolt app that turns what Slack sends into requests to ``intake``.

    It answers whatever slash command the Slack app defines. Over HTTP bolt checks
    ``signing_secret``; in Socket Mode there is none. ``look_back`` is how far a
    search goes where the text names no time, and ``sharing`` what the options of a
    share begin with; links below ``public_url`` are ours to describe; ``clock`` gives
    Unix seconds; ``removal`` hears of workspaces that remove the app; processes that
    share ``redis`` take a double click for one press. ``tickets`` are those that
    replays are added to, shown to whom ``access`` lets in.
    """
    app = _quiet_app(signing_secret)
    desk = Desk(intake, clients, look_back=look_back, clock=clock, redis=redis)
    register(
        app,
        desk,
        sharing or ShareDefaults(),
        public_url=public_url,
        ticketing=None if tickets is None else Ticketing(desk, tickets, access),
    )
    if removal is not None:
        removal.register(app)
    app.error(_answer_error)
    return app


def _answer_error(error: Exception, body: Body) -> BoltResponse:
    kind = body.get("type") or body.get("command") or "a request"
    if isinstance(error, BoltUnhandledRequestError):
        # Slack would send an event again, and later switch events off, for a 404.
        log.info("Slack sent %s, which nothing here answers", kind)
        return BoltResponse(status=200, body="")
    reference = uuid.uuid4().hex[:8]
    log.error("could not take %s from Slack, %s", kind, reference, exc_info=error)
    if "command" in body:
        return BoltResponse(status=200, body=replies.not_queued(reference))
    if isinstance(error, BadInput):
        # Sending the same shape again would not help, so events are not refused.
        return BoltResponse(status=200 if kind == "event_callback" else 400, body="")
    return BoltResponse(status=503 if isinstance(error, RetryLater) else 500, body="")


def _quiet_app(signing_secret: str | None) -> App:
    # Below this level bolt logs whole bodies: customers' addresses, response_urls.
    bolt_log = logging.getLogger(f"{__name__}.bolt")
    bolt_log.setLevel(logging.WARNING)
    with _hidden_settings():
        return App(
            name=NAME,
            logger=bolt_log,
            signing_secret=signing_secret,
            # With a token bolt would call auth.test before the first answer.
            authorize=_authorize,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )


def _authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)


@contextmanager
def _hidden_settings() -> Iterator[None]:
    """Keep bolt from reading SLACK_* itself: a client id there would turn OAuth on."""
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name.startswith("SLACK_")
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
