"""Runs a Flask app on a free loopback port in a thread, for stand-ins and tests."""

from __future__ import annotations

import threading
from types import TracebackType

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: a stand-in keeps its own log of calls."""


class Server:
    """One Flask app on ``http://127.0.0.1:<port>``; port 0 takes a free one."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        self._server = make_server(
            "127.0.0.1", port, app, threaded=True, request_handler=_QuietHandler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            # How long stop() waits at most; the default is half a second.
            kwargs={"poll_interval": 0.02},
            name=f"{app.name}-server",
            daemon=True,
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Server:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
