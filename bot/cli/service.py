"""``serve``, ``web``, ``worker`` and ``demo``: the long-running commands."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import click
from flask import Flask
from waitress.server import create_server

from bot.cli.output import say
from bot.config import Settings
from bot.operations import logs
from bot.operations.embedded_redis import EmbeddedRedis, FolderLock
from bot.wiring import Services

# An ack takes milliseconds; this many may wait for the disk at once.
_WEB_THREADS = 16


@click.command()
def serve() -> None:
    """Run everything in one process: web, worker, and a Redis of its own."""
    settings = _settings()
    with ExitStack() as stack:
        services = stack.enter_context(embedded(settings))
        worker = services.worker()
        stack.callback(worker.stop)
        worker.start()
        say(f"Replay Courier answers on http://{settings.host}:{settings.port}")
        run_web(services.app(), settings.host, settings.port)
        say("Finishing the work in hand …")


@contextmanager
def embedded(settings: Settings) -> Iterator[Services]:
    """The services of a single machine: its data folder locked, Redis started."""
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
            yield services
    finally:
        lock.release()


@click.command()
def web() -> None:
    """Run the web side alone, for many machines; workers run elsewhere."""
    settings = _settings()
    services = Services(settings)
    say(f"Replay Courier answers on http://{settings.host}:{settings.port}")
    try:
        run_web(services.app(), settings.host, settings.port)
    finally:
        services.close()


@click.command()
def worker() -> None:
    """Run a worker alone; any number of them share the work."""
    services = Services(_settings())
    stopping = _stop_on_signals()
    running = services.worker()
    running.start()
    say("Worker started")
    stopping.wait()
    say("Finishing the work in hand …")
    running.stop()
    services.close()


@click.command()
@click.option("--port", default=8080, help="Port of the courier; the others follow.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int, no_browser: bool) -> None:
    """Run the whole product on this machine, with stand-ins for Slack, Zendesk and
    PostHog and sample recordings. Nothing is kept."""
    from bot.demo.run import run

    run(port, open_browser=not no_browser)


def run_web(app: Flask, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; answers in hand are finished."""
    server = create_server(app, host=host, port=port, threads=_WEB_THREADS, ident=None)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    server.run()
    server.close()


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _settings() -> Settings:
    settings = Settings.from_env()
    logs.configure(style=settings.log_format, level=settings.log_level)
    return settings
