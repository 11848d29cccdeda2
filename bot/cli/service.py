"""``serve``, ``web``, ``worker`` and ``demo``: the long-running commands."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack

import click
from prometheus_client import start_http_server

from bot.cli.output import say
from bot.config import Settings
from bot.operations import logs
from bot.running import run_web, single_machine
from bot.wiring import Services


@click.command()
def serve() -> None:
    """Run everything in one process: web, worker, and a Redis of its own."""
    settings = _settings()
    with ExitStack() as stack:
        services = stack.enter_context(single_machine(settings))
        worker = services.worker()
        stack.callback(worker.stop)
        worker.start()
        _serve(services, settings)
        say("Finishing the work in hand …")


@click.command()
def web() -> None:
    """Run the web side alone, for many machines; workers run elsewhere."""
    settings = _settings()
    services = Services(settings)
    try:
        _serve(services, settings)
    finally:
        services.close()


@click.command()
def worker() -> None:
    """Run a worker alone; any number of them share the work."""
    settings = _settings()
    services = Services(settings)
    stopping = _stop_on_signals()
    if settings.metrics_port is not None:
        start_http_server(settings.metrics_port, addr=settings.host)
    running = services.worker()
    running.start()
    say("Worker started")
    stopping.wait()
    say("Finishing the work in hand …")
    running.stop()
    services.close()


@click.command()
@click.option(
    "--port",
    type=click.IntRange(1, 65535 - 4),
    default=8080,
    help="Port of the courier; Slack, Zendesk, PostHog and a shop take the next four.",
)
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def demo(port: int, no_browser: bool) -> None:
    """Run the whole product on this machine, with stand-ins for Slack, Zendesk and
    PostHog, sample recordings, and a shop to be recorded in. Nothing is kept."""
    from bot.demo.run import run

    run(port, open_browser=not no_browser)


def _serve(services: Services, settings: Settings) -> None:
    address = f"http://{settings.host}:{settings.port}"
    with services.receiving():
        run_web(
            services.app(),
            settings.host,
            settings.port,
            listening=lambda: say(f"Replay Courier answers on {address}"),
        )


def _stop_on_signals() -> threading.Event:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def _settings() -> Settings:
    settings = Settings.from_env()
    logs.configure(style=settings.log_format, level=settings.log_level)
    return settings
