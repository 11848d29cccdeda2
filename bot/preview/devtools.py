"""Talks to a browser over two pipes by the Chrome DevTools Protocol: JSON, ended by NUL
(chromium --remote-debugging-pipe). No port is opened that others could talk to.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import json
import os
import select
import time
from typing import IO, Any

# A picture of the size we ask for is far smaller, as base64 too.
_MAX_MESSAGE = 16 * 1024 * 1024
_PIECE = 256 * 1024


class BrowserFailed(Exception):
    """The browser did not do what it was asked, and why; nothing of the recording."""


class Devtools:
    """Asks a browser and waits for its answers until ``deadline`` (monotonic s)."""

    def __init__(
        self, requests: IO[bytes], answers: IO[bytes], *, deadline: float
    ) -> None:
        self._requests = requests
        self._answers = answers
        self._deadline = deadline
        self._read = b""
        self._last_id = 0

    def call(self, method: str, session: str | None = None, **params: Any) -> Any:
        """The result of a command. Raises BrowserFailed: refused, too late, gone."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        try:
            self._requests.write(json.dumps(message).encode() + b"\0")
            self._requests.flush()
        except OSError as error:
            raise BrowserFailed("it ended by itself") from error
        while True:
            answer = self._next()
            if answer.get("id") != self._last_id:
                continue  # an event, which nobody asked for
            if "error" in answer:
                raise BrowserFailed(f"{method} was refused")
            return answer.get("result", {})

    def evaluate(self, session: str, expression: str) -> Any:
        """The value of an expression in the page, waited for where it is a promise."""
        found = self.call(
            "Runtime.evaluate",
            session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        if "exceptionDetails" in found:
            raise BrowserFailed("the viewer's page is not as expected")
        return found["result"].get("value")

    def _next(self) -> dict[str, Any]:
        pieces, held = [self._read], len(self._read)
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise BrowserFailed("it took too long")
            if b"\0" in pieces[-1]:
                break
            if not select.select([self._answers], [], [], left)[0]:
                continue
            pieces.append(os.read(self._answers.fileno(), _PIECE))
            held += len(pieces[-1])
            if not pieces[-1]:
                raise BrowserFailed("it ended by itself")
            if held > _MAX_MESSAGE:
                raise BrowserFailed("it says too much")
        message, _, self._read = b"".join(pieces).partition(b"\0")
        try:
            found = json.loads(message)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise BrowserFailed("what it says cannot be understood")
        return found
