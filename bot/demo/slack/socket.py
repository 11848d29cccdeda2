"""Socket Mode: apps.connections.open, and the WebSocket server it leads to.

Imitates docs.slack.dev/apis/events-api/using-socket-mode. Each envelope goes to one of
the app's connections and is acknowledged by its id within the deadline. Needs the
package ``websockets``, which is imported where the server starts.
"""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from flask import Blueprint, Response, jsonify, request

from bot.demo.slack.faults import Faults
from bot.demo.slack.model import ApiCall, Json
from bot.demo.slack.workspace import APP_ID, Workspace

if TYPE_CHECKING:
    from websockets.sync.server import Server, ServerConnection

MOST_CONNECTIONS = 10
CONNECTION_SECONDS = 18_060


@dataclass(slots=True)
class Answer:
    """What came back for an envelope; ``error`` is "" where it was acknowledged."""

    payload: Json | None = None
    error: str = ""


@dataclass(slots=True)
class _Waiting:
    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class SocketMode:
    """The app's connections; while it runs, nothing goes to a request URL."""

    def __init__(self, workspace: Workspace) -> None:
        self.app_token = "xapp-1-A07COURIER1-demo"
        self.opened = 0
        """How many connections there ever were."""
        self.connections: list[ServerConnection] = []
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._waiting: dict[str, _Waiting] = {}
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        return self._server is not None

    def start(self) -> None:
        from websockets.sync.server import serve

        self._server = serve(self._serve, "127.0.0.1", 0, ping_interval=None)
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="slack-socket", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and take no new one."""
        if self._server is None or self._thread is None:
            return
        server, self._server = self._server, None
        server.shutdown()
        self.drop()
        self._thread.join()

    def ticket(self) -> Json:
        """What apps.connections.open answers to whoever has the app's token."""
        if self._server is None:
            return {"ok": False, "error": "internal_error"}
        with self._changed:
            if len(self.connections) >= MOST_CONNECTIONS:
                return {"ok": False, "error": "too_many_websockets"}
            ticket = secrets.token_hex(16)
            self._tickets.add(ticket)
        port = self._server.socket.getsockname()[1]
        url = f"ws://127.0.0.1:{port}/link/?ticket={ticket}&app_id={APP_ID}"
        return {"ok": True, "url": url}

    def send(
        self, kind: str, payload: Json, *, deadline: float, retry: tuple[int, str]
    ) -> Answer:
        """One envelope to one connection, and what came back for it in time."""
        with self._changed:
            number = next(self._numbers)
            open_ones = list(self.connections)
        if not open_ones:
            return Answer(error="connection_failed")
        envelope: Json = {
            "type": kind,
            "envelope_id": f"e-{number}",
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0], "retry_reason": retry[1]}
        waiting = _Waiting()
        self._waiting[envelope["envelope_id"]] = waiting
        try:
            _send(open_ones[number % len(open_ones)], envelope)
            waiting.done.wait(deadline)
        finally:
            del self._waiting[envelope["envelope_id"]]
        return waiting.answer or Answer(error="timeout")

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, as Slack does every few hours; what was asked so
        gets no more envelopes."""
        frame = {"type": "disconnect", "reason": reason, "debug_info": _debug()}
        with self._changed:
            leaving, self.connections = self.connections, []
        for connection in leaving:
            _send(connection, frame)

    def drop(self) -> None:
        """Cut every connection without a word."""
        for connection in list(self.connections):
            connection.close_socket()

    def wait_for(self, condition: Callable[[SocketMode], bool], seconds: float) -> bool:
        """Whether it comes true in that time, as connections come and go."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), seconds)

    def _serve(self, connection: ServerConnection) -> None:
        from websockets.exceptions import ConnectionClosed

        asked = connection.request.path if connection.request else ""
        ticket = parse_qs(urlsplit(asked).query).get("ticket", [""])[0]
        with self._changed:
            if ticket not in self._tickets:
                connection.close(1008, "ticket")
                return
            self._tickets.remove(ticket)
            self.connections.append(connection)
            self.opened += 1
            self._changed.notify_all()
        _send(
            connection,
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": APP_ID},
                "debug_info": _debug(),
            },
        )
        try:
            for frame in connection:
                self._acknowledged(json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            with self._changed, suppress(ValueError):
                self.connections.remove(connection)
                self._changed.notify_all()

    def _acknowledged(self, frame: Json) -> None:
        waiting = self._waiting.get(str(frame.get("envelope_id", "")))
        if waiting is not None:
            waiting.answer = Answer(frame.get("payload"))
            waiting.done.set()


def blueprint(socket: SocketMode, workspace: Workspace, faults: Faults) -> Blueprint:
    """The method that hands out addresses to connect to."""
    api = Blueprint("socket_mode", __name__)

    @api.post("/api/apps.connections.open")
    def connections_open() -> Response:
        fault = faults.take("apps.connections.open")
        if fault is not None:
            return faults.answer(fault)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            answer: Json = {"ok": False, "error": "not_authed"}
        elif not token.startswith("xapp-"):
            answer = {"ok": False, "error": "not_allowed_token_type"}
        elif token != socket.app_token:
            answer = {"ok": False, "error": "invalid_auth"}
        else:
            answer = socket.ticket()
        error = str(answer.get("error", ""))
        with workspace.lock:
            workspace.api_calls.append(
                ApiCall("apps.connections.open", {}, workspace.clock(), {}, error)
            )
        return jsonify(answer)

    return api


def _send(connection: ServerConnection, frame: Json) -> None:
    from websockets.exceptions import ConnectionClosed

    try:
        connection.send(json.dumps(frame))
    except ConnectionClosed:
        return


def _debug() -> dict[str, Any]:
    return {
        "host": "standin",
        "approximate_connection_time": CONNECTION_SECONDS,
    }
