"""Runs an installation: all of it in one process, or its web side alone."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from bot.config import Settings
from bot.errors import SettingsError
from bot.operations.embedded_redis import EmbeddedRedis, FolderLock
from bot.web.app import LARGEST_BODY, MAX_BODY
from bot.wiring import Services

# An ack takes milliseconds; this many may wait for the disk at once, or for PostHog,
# where what is captured is passed on.
_WEB_THREADS = 32
# And this many callers may wait for one of those: over waitress' own 100 a burst of
# commands would be turned away unheard.
_CONNECTIONS = 1000
_MEGABYTE = 1024 * 1024
# Of what each of them has sent so far.
_IN_MEMORY = 128 * 1024


@contextmanager
def single_machine(settings: Settings) -> Iterator[Services]:
    """The services of a single machine: its data folder locked, Redis started.

    Raises SettingsError where another process has the folder.
    """
    lock = FolderLock(settings.data_dir)
    try:
        with ExitStack() as stack:
            redis_url = None
            if settings.redis_url is None:
                redis = stack.enter_context(EmbeddedRedis(settings.data_dir))
                redis_url = redis.url
            services = Services(settings, redis_url=redis_url)
            stack.callback(services.close)
            if settings.redis_url is None and settings.database_url is None:
                # Nobody else can be working on these rows: take up at once what a
                # killed process left, instead of when its leases end.
                services.ledger.free_all()
                services.captures.free_all()
            yield services
    finally:
        lock.release()


def web_server(app: Flask, host: str, port: int) -> BaseWSGIServer | MultiSocketServer:
    """A server that listens, not yet running.

    Raises SettingsError where the address cannot be had.
    """
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=_WEB_THREADS,
            connection_limit=_CONNECTIONS,
            ident=None,
            # It takes a body whole before the app can refuse it; its default is 1 GiB,
            # from anybody, to any path. A little more than is taken, so that what is
            # too large is refused by whoever counts it.
            max_request_body_size=app.config.get(LARGEST_BODY, MAX_BODY) + _MEGABYTE,
            # Capture reads X-Forwarded-For, as far as CAPTURE_TRUSTED_HOPS says.
            clear_untrusted_proxy_headers=False,
            # Larger ones wait on the disk until they have come whole.
            inbuf_overflow=_IN_MEMORY,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(
            f"cannot listen on {host}:{port}: {reason}; set HOST and PORT to an address"
            " that is free"
        ) from error


def run_web(
    app: Flask, host: str, port: int, *, listening: Callable[[], object]
) -> None:
    """Serve until SIGTERM or Ctrl-C; answers in hand are finished.

    ``listening`` is called once connections are accepted. Raises SettingsError.
    """
    server = web_server(app, host, port)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    # What was made so far stays to the end; looking through it for garbage again and
    # again takes a twentieth of the time that requests get.
    gc.collect()
    gc.freeze()
    listening()
    server.run()
    server.close()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
