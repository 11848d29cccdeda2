"""A capture proxy behind a real server, with what it keeps in memory."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from flask import Flask, request

from bot.errors import RetryLater
from bot.model import Batch
from bot.running import web_server
from bot.web.app import LARGEST_BODY, create_app
from integrations.capture import MAX_WIRE_BYTES, Door, Forwarder, Scripts, Terms

TOKEN = "phc_testlab"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class MemoryKeeper:
    """A Keeper that forgets."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.fails: Exception | None = None
        self.full = False

    def keep(self, batch: Batch) -> None:
        if self.fails:
            raise self.fails
        self.batches.append(batch)

    def is_full(self, project: str) -> bool:
        assert project == TOKEN
        return self.full


@dataclass
class Counted:
    """A tally that can be looked at."""

    sizes: list[int] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def accepted(self, size: int, seconds: float) -> None:
        assert seconds >= 0
        self.sizes.append(size)

    def left(self, reason: str) -> None:
        self.left_out.append(reason)

    def refused(self, reason: str) -> None:
        self.refusals.append(reason)


@dataclass
class Proxy:
    """One that runs: where, and what came of it."""

    url: str
    keeper: MemoryKeeper
    tally: Counted

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        # Else the server would wait at its end for what the client keeps open.
        headers = dict(how.pop("headers", {})) | {"connection": "close"}
        return requests.request(
            method, self.url + path, headers=headers, timeout=10, **how
        )

    def post(self, path: str, body: bytes, **how: Any) -> requests.Response:
        return self.ask("POST", path, data=body, **how)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of an app behind the server that it has in earnest."""
    server = web_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # In the server's own thread: a socket closed under its select is an error. If
        # it is awake it may be done before it could be woken.
        with suppress(OSError):
            server.trigger.pull_trigger(server.close)
        thread.join()


@contextmanager
def proxy(
    mode: str = "keep",
    *,
    forwarder: Forwarder | None = None,
    scripts: Scripts | None = None,
    large_bytes: int | None = None,
    **terms: Any,
) -> Iterator[Proxy]:
    """A proxy before an app with a page of its own at /other, which says how much it
    was sent."""
    keeper, tally = MemoryKeeper(), Counted()
    door = Door(
        Terms(mode=mode, projects=frozenset({TOKEN}), **terms),  # type: ignore[arg-type]
        keeper=None if mode == "forward" else keeper,
        forwarder=forwarder,
        scripts=scripts,
        tally=tally,
        clock=lambda: NOW,
        **({} if large_bytes is None else {"large_bytes": large_bytes}),
    )
    app = create_app([])
    app.config[LARGEST_BODY] = MAX_WIRE_BYTES
    app.add_url_rule(
        "/other", "other", lambda: str(len(request.data)), methods=["GET", "POST"]
    )
    app.wsgi_app = door.before(app.wsgi_app)  # type: ignore[method-assign,assignment]
    with served(app) as url:
        yield Proxy(url, keeper, tally)


AWAY = RetryLater("the database is away")
