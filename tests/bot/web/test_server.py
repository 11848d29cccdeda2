"""The web side as it is served: what it refuses to take, and what it never logs."""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager

from flask import Flask

from bot.running import web_server
from tests import recorded


@contextmanager
def served(app):
    server = web_server(app, "127.0.0.1", 0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        # In the server's own thread: a socket closed under its select is an error.
        server.trigger.pull_trigger(server.close)
        thread.join()


def answer_to(port, head):
    """The first line of the answer to a request of which only the head is sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(head.encode())
        return client.recv(1000).decode().partition("\r\n")[0]


def test_a_large_body_is_refused_before_it_is_taken():
    """The server would put a gibibyte on disk before the app could say 413."""
    asked = []
    app = Flask("app")
    app.before_request(lambda: asked.append(1))
    with served(app) as port:
        head = "POST /slack/events HTTP/1.1\r\nHost: a\r\n"
        line = answer_to(port, head + "Content-Length: 1073741823\r\n\r\n")
        assert line.startswith("HTTP/1.1 413")
        begun = head + "Transfer-Encoding: chunked\r\n\r\n200001\r\n" + "x" * 0x200001
        assert answer_to(port, begun).startswith("HTTP/1.1 413")
    assert asked == []


# A real server over a real installation, its log on stderr and the token on stdout.
_SESSION = """
import contextlib, http.client, pathlib, sys, threading
from datetime import timedelta
from sqlalchemy import text
from bot.config import Settings
from bot.exporter import export
from bot.operations import logs
from bot.running import web_server
from bot.wiring import Services
from tests import recorded

folder = pathlib.Path(sys.argv[1])
logs.configure(style=sys.argv[2], level="DEBUG")
services = Services(Settings.from_env({
    "DATA_DIR": str(folder), "REDIS_URL": f"unix://{folder}/none.sock",
}))
with export(recorded.events("checkout"), source="file") as exported:
    kept = services.replays.keep(exported, is_final=True)
link = services.links.mint(
    kept.id, origin="a", by="b", expires_in=timedelta(days=1)
)
token = link.url.rpartition("/")[2]
server = web_server(services.app(), "127.0.0.1", 0)
threading.Thread(target=server.run, daemon=True).start()


def ask(path, method="GET"):
    client = http.client.HTTPConnection("127.0.0.1", server.effective_port)
    client.request(method, path, headers={"Referer": f"http://a/r/{token}"})
    with contextlib.suppress(http.client.HTTPException):
        client.getresponse().read()


def ask_all():
    for rest in ("", "/", "/segments/0", "/segments/9", "/download", "/nothing"):
        ask(f"/r/{token}{rest}")
        ask(f"/r/{token}{rest}", "HEAD")
    ask(f"/r/{token}", "POST")
    ask(f"/r/{token}x")
    ask(f"//r/{token}")
    ask(f"/r/%0a{token}?token={token}")


ask_all()
(folder / "objects" / kept.object_key).unlink()
ask_all()
services.links.revoke(link.id, by="b")
ask_all()
with services.engine.begin() as connection:
    connection.execute(text("ALTER TABLE links RENAME TO gone"))
ask_all()
print(token)
"""


def test_no_log_line_at_any_level_holds_a_links_token(tmp_path):
    """Opened, closed, missing, or in the middle of an error of ours."""
    for style in ("json", "text"):
        done = subprocess.run(
            [sys.executable, "-c", _SESSION, str(tmp_path / style), style],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(recorded.ROOT)},
        )
        token = done.stdout.strip()
        assert len(token) == 32
        assert token not in done.stderr
        if style == "json":
            logged = [json.loads(line) for line in done.stderr.splitlines()]
            assert sum(line["event"] == "http" for line in logged) == 64
