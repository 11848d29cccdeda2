"""The door between the web and the worker: commit, ring, and nothing slow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.jobs.queue import Bell
from bot.ledger import Ledger
from bot.metrics import ACCEPTED, REDELIVERED
from bot.model import ReplayRequest
from bot.share_urls import without_tokens

_log = structlog.get_logger(__name__)


class CourierIntake:
    """What integrations may ask of the courier; see ``bot.ports.Intake``.

    ``seal`` closes what opens replays, since requests are kept for long; a share link
    among what somebody typed is not needed, and not kept.
    """

    def __init__(self, ledger: Ledger, bell: Bell, seal: Callable[[str], str]) -> None:
        self._ledger = ledger
        self._bell = bell
        self._seal = seal

    def submit(self, request: ReplayRequest) -> bool:
        request = replace(
            request,
            urls=tuple(map(self._seal, request.urls)),
            text=without_tokens(request.text),
            filters=replace(request.filters, page=without_tokens(request.filters.page)),
            identifiers=tuple(
                replace(one, value=without_tokens(one.value))
                for one in request.identifiers
            ),
        )
        request_id, is_new = self._ledger.accept(request)
        labels = (request.reply_to.destination, request.action.value)
        (ACCEPTED if is_new else REDELIVERED).labels(*labels).inc()
        _log.info(
            "accepted" if is_new else "known already",
            request=request_id,
            action=request.action.value,
            destination=request.reply_to.destination,
        )
        if is_new:
            # A bell that is not heard is made good by the workers' sweep.
            self._bell.ring(request_id)
        return is_new
