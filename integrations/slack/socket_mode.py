"""Socket Mode: what people do in Slack comes over a connection that we open.

The same bolt app answers as over HTTP, and as there its answer is sent when its
listener is done: what was acknowledged is committed. slack_sdk's client keeps the
connection up once it stands; here it is brought up where Slack is away at the start,
looked after where the client would be deaf for long, and said whether it stands.
docs.slack.dev/apis/events-api/using-socket-mode
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import suppress

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from bot.errors import CourierError, RetryLater
from integrations.slack.client import strict
from integrations.slack.errors import ours

_LONGEST_WAIT = 60.0
"""Seconds between two tries."""

_LAST_TURN = 0.1
"""Seconds for which a connection that is about to be replaced is read at a time."""

log = logging.getLogger(__name__)


class Socket:
    """One connection for ``app``, by the app-level token.

    ``client`` says how Slack is reached. ``ping_every`` is in seconds: so often the
    connection is looked at, and after four times that without an echo made anew.
    ``first_wait`` is how long, in seconds, until the second try where Slack is away.
    """

    def __init__(
        self,
        app: App,
        app_token: str,
        client: WebClient,
        *,
        ping_every: float = 3,
        first_wait: float = 1,
    ) -> None:
        # Below this level the client logs whole bodies.
        quiet = logging.getLogger(f"{__name__}.client")
        quiet.setLevel(logging.WARNING)
        self._handler = SocketModeHandler(
            app,
            app_token,
            logger=quiet,
            web_client=strict(client, token=""),
            ping_interval=ping_every,
        )
        self._handler.client.on_message_listeners.append(self._make_way)
        self._ping_every = ping_every
        self._first_wait = first_wait
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._run, name="slack-socket", daemon=True
        )

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection; what came in is finished first."""
        self._stopping.set()
        self._thread.join()
        client = self._handler.client
        client.closed = True
        # Wakes the thread that waits for messages; it ends, as the client is closed.
        client.enqueue_message(None)  # type: ignore[arg-type]
        client.message_workers.shutdown()
        if (session := client.current_session) and session.sock:
            # Closing would wait until its reader looks up, up to three seconds.
            with suppress(OSError):
                session.sock.shutdown(socket.SHUT_RDWR)
        self._handler.close()  # type: ignore[no-untyped-call]

    def check(self) -> None:
        """Raises RetryLater where the connection does not stand."""
        if not self._handler.client.is_connected():
            raise RetryLater("Socket Mode is not connected to Slack")

    def _run(self) -> None:
        wait = self._first_wait
        while not self._stopping.is_set():
            try:
                with ours("apps.connections.open with SLACK_APP_TOKEN"):
                    self._handler.connect()  # type: ignore[no-untyped-call]
            except CourierError as error:
                log.error("Socket Mode does not connect: %s", error)
                self._stopping.wait(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                break
        while not self._stopping.wait(self._ping_every):
            session = self._handler.client.current_session
            # A cut is not seen by reading, and the client waits for five failed pings.
            if session and session.consecutive_check_state_error_count:
                session.disconnect()

    def _make_way(self, message: str) -> None:
        """Runs in the thread that reads, before it reads on. The new connection is used
        once the old one is closed, for which its reader has to look up."""
        if '"disconnect"' in message[:100]:
            session = self._handler.client.current_session
            if session and session.sock:
                session.sock.settimeout(_LAST_TURN)
