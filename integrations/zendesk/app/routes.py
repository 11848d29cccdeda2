"""The app's addresses: the page behind Zendesk's token, and its JSON behind a bearer.

``POST /zendesk/app`` (the frame's first request), ``POST …/session`` (a bearer for
longer), ``POST …/asks/<id>`` (what an agent wants; the id is the page's own, so that
asking twice is asking once) and ``GET …/answers/<id>``. Nothing here is slow: a worker
answers. No cookie is set, so no other page can speak for the agent.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Blueprint, Response, request

from bot.errors import BadInput, CourierError, NotAllowed, NotFound, RetryLater
from bot.ports import Intake, Outcomes
from bot.sealing import Sealer
from integrations.zendesk.app.destination import ANSWER
from integrations.zendesk.app.once import Once
from integrations.zendesk.app.packaging import PATH
from integrations.zendesk.app.page import page, part, policy
from integrations.zendesk.app.session import LIFE_SECONDS, Session, Sessions
from integrations.zendesk.app.token import Tokens
from integrations.zendesk.app.wants import follow_up, key_of, request_of

MAX_BODY_BYTES = 16 * 1024

log = logging.getLogger(__name__)


class Page(Protocol):
    """Makes the small pages people see."""

    def __call__(self, status: int, title: str, text: str) -> Response: ...


@dataclass(frozen=True, slots=True)
class Door:
    """What the routes are made of. ``zendesk`` is the account's own origin, the only
    one that may show the app; ``message`` makes the pages that say one thing."""

    tokens: Tokens
    once: Once
    sessions: Sessions
    sealer: Sealer
    outcomes: Outcomes
    zendesk: str
    message: Page
    has_channels: bool


def blueprint(door: Door, intake: Intake) -> Blueprint:
    """The routes of the app."""
    app = Blueprint("zendesk_app", __name__, url_prefix=PATH)

    @app.get("")
    def explained() -> Response:
        text = "Zendesk shows it beside a ticket; by itself there is nothing to see."
        return door.message(200, "The sidebar app for Zendesk", text)

    @app.post("")
    def opened() -> Response:
        request.max_content_length = MAX_BODY_BYTES
        try:
            found = door.tokens.open(request.form.get("token", ""))
            if not door.once.is_first(found.fingerprint, found.good_for):
                raise NotAllowed(
                    "the app's token was used before",
                    plain="This page was opened before. Open the app again.",
                )
        except NotAllowed as error:
            log.warning("zendesk app not opened: %s", error)
            response = door.message(401, "Session replays", error.plain)
        else:
            log.info("zendesk app opened by agent %s", found.agent_id)
            text = page(
                bearer=door.sessions.begin(found.agent_id),
                seconds=LIFE_SECONDS,
                zendesk=door.zendesk,
                static=f"{PATH}/static/",
                has_channels=door.has_channels,
            )
            response = Response(text, content_type="text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = policy(door.zendesk)
        return response

    @app.get("/static/<name>")
    def static(name: str) -> Response:
        found = part(name)
        if found is None:
            return _json(404, {"plain": "There is no such part."})
        found.make_conditional(request)
        return found

    @app.post("/session")
    def renewed() -> Response:
        def renew(session: Session) -> Response:
            bearer = door.sessions.renew(session)
            return _json(200, {"bearer": bearer, "seconds": LIFE_SECONDS})

        return _for_agent(renew)

    @app.post("/asks/<ask>")
    def asked(ask: str) -> Response:
        def submit(session: Session) -> Response:
            request.max_content_length = MAX_BODY_BYTES
            body = request.get_json(silent=True)
            if not isinstance(body, dict):
                raise BadInput("the page sent no JSON object")
            intake.submit(request_of(session.agent_id, ask, body))
            return _json(202, {"state": "waiting"})

        return _for_agent(submit)

    @app.get("/answers/<ask>")
    def answer(ask: str) -> Response:
        return _for_agent(lambda session: _answer(key_of(session.agent_id, ask)))

    def _answer(key: str) -> Response:
        outcome = door.outcomes.outcome_by_key(key)
        if not outcome.is_settled:
            return _json(202, {"state": "waiting"})
        if ANSWER in outcome.posted:
            known: dict[str, Any] = json.loads(door.sealer.open(outcome.posted[ANSWER]))
            if known.get("state") == "passed_on":
                return _answer(follow_up(key))
            return _json(200, known)
        if outcome.posted:
            return _json(200, {"state": "done"})
        plain = outcome.failure or "It could not be done. The courier's log says why."
        return _json(200, {"state": "failed", "plain": plain})

    def _for_agent(serve: Callable[[Session], Response]) -> Response:
        scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
        try:
            session = door.sessions.read(bearer if scheme == "Bearer" else "")
            return serve(session)
        except NotAllowed as error:
            log.info("zendesk app: %s", error)
            return _json(401, {"state": "over", "plain": error.plain})
        except BadInput as error:
            log.warning("zendesk app: %s", error)
            return _json(400, {"plain": "The app and the courier do not fit. Reload."})
        except NotFound:
            return _json(404, {"plain": "There is no such question of yours."})
        except RetryLater as error:
            log.error("zendesk app: %s", error)
            response = _json(503, {"plain": "Not available right now."})
            response.headers["Retry-After"] = "5"
            return response
        except CourierError as error:
            log.error("zendesk app: %s", error)
            return _json(500, {"plain": "Something went wrong on our side."})

    return app


def _json(status: int, body: dict[str, Any]) -> Response:
    response = Response(json.dumps(body), status=status, mimetype="application/json")
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    return response
