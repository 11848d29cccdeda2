"""Switches that make the stand-in misbehave as a vendor on a bad day does."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass
from enum import StrEnum

from flask import Response


class Kind(StrEnum):
    """What goes wrong. The ``APPLIED`` ones lose the answer, not the change."""

    UNAVAILABLE = "503"
    ERROR_PAGE = "500"
    TOO_MANY = "429"
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    CONFLICT = "409"
    """Which Zendesk answers under contention, without ``safe_update`` too."""
    TOO_LARGE = "413"
    UNPROCESSABLE = "422"
    """What an upload of a forbidden type is answered."""
    TRUNCATED = "truncated"
    HANG = "hang"
    APPLIED_THEN_HANG = "applied_then_hang"
    APPLIED_THEN_500 = "applied_then_500"


# Error and description, as Zendesk words them where that is known.
_REFUSALS = {
    Kind.TOO_MANY: ("TooManyRequests", "Rate limit exceeded"),
    Kind.UNAUTHORISED: ("Couldn't authenticate you", ""),
    Kind.FORBIDDEN: ("Forbidden", "You do not have access to this page."),
    Kind.CONFLICT: ("UpdateConflict", "The ticket was updated meanwhile"),
    Kind.TOO_LARGE: ("RequestEntityTooLarge", "The file is too large"),
    Kind.UNPROCESSABLE: ("AttachmentUnprocessable", ""),
}
APPLIED = frozenset({Kind.APPLIED_THEN_HANG, Kind.APPLIED_THEN_500, Kind.TRUNCATED})


@dataclass
class Fault:
    kind: Kind
    method: str
    path: re.Pattern[str]
    times: int
    retry_after: str | None
    skip: int


class Faults:
    """Faults to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._pending: list[Fault] = []
        self._lock = threading.Lock()
        self.release = threading.Event()
        """Set to end every hanging call at once."""
        self.taken: list[str] = []
        """The calls that met a fault, as ``PUT /api/v2/…``; a hanging one may still
        hang."""

    def next(
        self,
        kind: Kind,
        *,
        method: str = "PUT",
        path: str = r"^/api/v2/tickets/\d+$",
        times: int = 1,
        retry_after: str | None = None,
        skip: int = 0,
    ) -> None:
        """Break the next ``times`` matching calls, after letting ``skip`` through."""
        fault = Fault(kind, method, re.compile(path), times, retry_after, skip)
        with self._lock:
            self._pending.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for fault in self._pending:
                if fault.method != method or not fault.path.search(path):
                    continue
                if fault.skip:
                    fault.skip -= 1
                    return None
                self.taken.append(f"{method} {path}")
                fault.times -= 1
                if fault.times <= 0:
                    self._pending.remove(fault)
                return fault
            return None

    def answer(self, fault: Fault, original: Response | None) -> Response:
        """What the caller gets instead; ``original`` where the change was applied."""
        if fault.kind in (Kind.HANG, Kind.APPLIED_THEN_HANG):
            self.release.wait(60)
            return _page(504)
        if fault.kind is Kind.TRUNCATED and original is not None:
            whole = original.get_data()
            cut = Response(whole[: len(whole) // 2], original.status_code)
            cut.automatically_set_content_length = False
            cut.headers["Content-Type"] = "application/json; charset=utf-8"
            cut.headers["Content-Length"] = str(len(whole))
            cut.headers["Connection"] = "close"
            return cut
        if fault.kind in _REFUSALS:
            error, description = _REFUSALS[fault.kind]
            body = {"error": error}
            if description:
                body["description"] = description
            answer = Response(json.dumps(body), int(fault.kind.value))
            answer.headers["Content-Type"] = "application/json; charset=utf-8"
        else:
            answer = _page(503 if fault.kind is Kind.UNAVAILABLE else 500)
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = fault.retry_after
        return answer


def _page(status: int) -> Response:
    html = "<html><body><h1>Something went wrong</h1></body></html>"
    return Response(html, status, mimetype="text/html")
