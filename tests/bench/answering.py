"""Ack times under load, time to the posted answer, and calls made to each vendor.

The baseline of an ack is ``/healthz``, which does nothing, on the same server.
"""

from __future__ import annotations

import socket
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests

from bot.demo.run import Surroundings, surroundings
from bot.running import single_machine, web_server
from bot.wiring import Services

_COMMANDS = 200
_AT_ONCE = 200
_JANE = "jane.doe@example.com"


@contextmanager
def courier(
    prepare: Callable[[Services], object] = lambda services: None,
) -> Iterator[tuple[str, Surroundings]]:
    """A courier of one process among the stand-ins, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (
        tempfile.TemporaryDirectory() as folder,
        surroundings(url) as around,
        single_machine(around.settings(url, DATA_DIR=folder)) as services,
    ):
        prepare(services)
        server = web_server(services.app(), "127.0.0.1", port)
        threading.Thread(target=server.run, daemon=True).start()
        worker = services.worker()
        worker.start()
        yield url, around
        worker.stop()
        server.trigger.pull_trigger(server.close)


def spread(seconds: list[float]) -> str:
    """The median and the 99th percentile."""
    ordered = sorted(seconds)
    p50, p99 = (ordered[int(len(ordered) * part)] for part in (0.5, 0.99))
    return f"p50 {p50 * 1000:6.1f} ms   p99 {p99 * 1000:6.1f} ms"


def until(condition: Callable[[], object], *, seconds: float = 60) -> float:
    """Wait for it; how long it took."""
    began = time.perf_counter()
    while not condition():
        if time.perf_counter() - began > seconds:
            raise TimeoutError
        time.sleep(0.005)
    return time.perf_counter() - began


def _acks(url: str, around: Surroundings) -> None:
    def nothing(_: int) -> float:
        began = time.perf_counter()
        requests.get(f"{url}/healthz", timeout=10)
        return time.perf_counter() - began

    def command(_: int) -> float:
        return around.slack.run_command("ana", "random", _JANE).seconds

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        base = list(pool.map(nothing, range(_COMMANDS)))
        acks = list(pool.map(command, range(_COMMANDS)))
    print(f"\nAcks, {_COMMANDS} commands, {_AT_ONCE} at once, the worker answering")
    print(f"  /replay    {spread(acks)}   longest {max(acks) * 1000:.0f} ms")
    print(f"  /healthz   {spread(base)}")
    ratio = sorted(acks)[_COMMANDS // 2] / sorted(base)[_COMMANDS // 2]
    print(f"  ratio of medians {ratio:.1f}")
    print("  all answered after", end=" ")
    answered = until(
        lambda: (
            sum(
                "/checkout/payment" in str(one)
                for one in around.slack.ephemerals("ana", "random")
            )
            == _COMMANDS
        )
    )
    print(f"{answered:.1f} s")


def _answers(around: Surroundings) -> None:
    slack, zendesk, posthog = around.slack, around.zendesk, around.posthog
    print("\nFrom question to posted answer, and calls made for it")

    def told(what: str, seconds: float) -> None:
        calls = Counter(call.kind for call in posthog.calls)
        said = ", ".join(f"{kind} {n}" for kind, n in calls.items()) or "none"
        methods = Counter(call.method for call in slack.api_calls[seen["slack"] :])
        tickets = zendesk.api_calls[seen["zendesk"] :]
        print(f"  {what:22}{seconds:6.2f} s   PostHog: {said}")
        if methods:
            words = ", ".join(f"{name} {n}" for name, n in methods.items())
            print(f"{'':33}Slack: {words}")
        if tickets:
            print(f"{'':33}Zendesk: {len(tickets)} calls")
        mark()

    seen: dict[str, int] = {}

    def mark() -> None:
        posthog.calls.clear()
        seen["slack"] = len(slack.api_calls)
        seen["zendesk"] = len(zendesk.api_calls)

    mark()
    before = len(slack.ephemerals("ana", "support"))
    slack.run_command("ana", "support", _JANE)
    seconds = until(
        lambda: any(
            "/checkout/payment" in str(one)
            for one in slack.ephemerals("ana", "support")[before:]
        )
    )
    told("/replay", seconds)
    answer = slack.ephemerals("ana", "support")[-1]
    count = len(slack.messages("support"))
    slack.click("ana", answer, "replay_share")
    told("Share in channel", until(lambda: len(slack.messages("support")) > count))
    slack.click("ana", answer, "replay_attach")
    told("Attach file", until(lambda: slack.files))
    ticket = zendesk.create_ticket(_JANE, "I cannot pay", "Please help")
    told("Zendesk note", until(lambda: zendesk.notes(ticket)))


def main() -> None:
    with courier() as (url, around):
        _answers(around)
    with courier() as (url, around):
        _acks(url, around)
