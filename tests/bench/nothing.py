"""``python -m tests.bench.nothing``: a server that reads bodies and does nothing.

It says its port on stdout.
"""

from __future__ import annotations

import logging

from flask import Flask, request
from waitress.server import BaseWSGIServer

from bot.running import web_server


def main() -> None:
    # As the courier has it: a line for every request that waits costs more than it.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    app = Flask("nothing")

    @app.post("/<path:path>")
    def nothing(path: str) -> str:
        request.get_data()
        return "{}"

    server = web_server(app, "127.0.0.1", 0)
    assert isinstance(server, BaseWSGIServer)
    print(server.effective_port, flush=True)
    server.run()


if __name__ == "__main__":
    main()
