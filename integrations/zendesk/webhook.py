"""The address Zendesk delivers to: verify, parse, submit, 202; nothing slow.

Zendesk waits 12 s for an answer and tries again only after a timeout, a 409, or a 429
or 503 that names a Retry-After under 60 s; any other failure loses the event. So
"not safe yet" is always a 503 with the header.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence

from flask import Blueprint, Response, request

from bot.errors import BadInput, RetryLater
from bot.ports import Intake
from integrations.zendesk.payload import Delivered, read
from integrations.zendesk.proof import answer as proof_for_doctor
from integrations.zendesk.signature import TOLERANCE_SECONDS, genuine

MAX_BODY_BYTES = 1024 * 1024
"""An envelope holds the ticket's description: 64 Ki characters, escaped at worst."""

RETRY_AFTER_SECONDS = 5

log = logging.getLogger(__name__)


def blueprint(
    *,
    intake: Intake,
    secrets: Sequence[str],
    bot_user_id: str | None = None,
    clock: Callable[[], float] = time.time,
    tolerance: float = TOLERANCE_SECONDS,
) -> Blueprint:
    """``POST /zendesk/webhook``, open to whoever holds one of ``secrets``.

    ``bot_user_id``, where known, lets events that our own note causes end here; the
    destination checks the same again. ``clock`` gives seconds since 1970.
    """
    zendesk = Blueprint("zendesk", __name__)

    @zendesk.post("/zendesk/webhook")
    def webhook() -> Response:
        request.max_content_length = MAX_BODY_BYTES
        raw_body = request.get_data(cache=False)
        invocation = request.headers.get("X-Zendesk-Webhook-Invocation-Id", "")
        # Zendesk signs timestamp + raw body, so this runs before anything parses JSON.
        if not genuine(
            raw_body,
            request.headers.get("X-Zendesk-Webhook-Signature-Timestamp", ""),
            request.headers.get("X-Zendesk-Webhook-Signature", ""),
            secrets,
            clock(),
            tolerance,
        ):
            log.warning("zendesk delivery refused: bad or stale signature")
            return _answer(401, "bad or stale signature")
        try:
            body = json.loads(raw_body)
            if (proof := proof_for_doctor(body)) is not None:
                log.info("zendesk delivery %.64r is a test by doctor", invocation)
                return Response(json.dumps(proof), mimetype="application/json")
            delivered = Delivered(
                body if isinstance(body, dict) else {}, invocation, bot_user_id
            )
            asked = read(delivered)
        except (ValueError, RecursionError):
            log.warning("zendesk delivery %.64r is not JSON", invocation)
            return _answer(400, "the body is not JSON")
        except BadInput as error:
            log.warning("zendesk delivery %.64r not understood: %s", invocation, error)
            return _answer(400, str(error))
        if asked is None:
            log.info("zendesk delivery %.64r asks for nothing", invocation)
            return _answer(200, "nothing to do")
        try:
            is_new = intake.submit(asked)
        except RetryLater as error:
            log.error("zendesk request %s not taken: %s", asked.key, error)
            answer = _answer(503, "try again")
            answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return answer
        log.info("zendesk request %s %s", asked.key, "taken" if is_new else "known")
        return _answer(202, "accepted")

    return zendesk


def _answer(status: int, text: str) -> Response:
    return Response(f"{text}\n", status=status, mimetype="text/plain")
