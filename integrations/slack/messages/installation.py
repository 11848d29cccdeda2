"""The state of the installation, as its administrators see it on the Home tab. Pure.

Nothing of any customer is in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import Installation, LinkState, Unanswered
from integrations.slack.blocks import Block, context, divider, header, section
from integrations.slack.text import code, moment, plain

_PARTS = {"redis": "Redis"}


def installation(state: Installation) -> list[Block]:
    """Its version, what works, how much there is, and what went wrong last."""
    requests = {
        "answered": state.requests.get("done", 0),
        "waiting": state.requests.get("waiting", 0),
        "in work": state.requests.get("working", 0),
        "failed": state.requests.get("dead", 0),
    }
    links = {str(one).replace("_", " "): state.links.get(one, 0) for one in LinkState}
    return [
        divider(),
        header("This installation"),
        section(
            f"Replay Courier {plain(state.version, 40)}",
            _parts(state),
            f"Requests: {_numbers(requests)}",
            f"Share links: {_numbers(links)}",
        ),
        *(_unanswered(state.unanswered) if state.unanswered else ()),
        context(
            "Only administrators see this part. `replay-courier doctor` checks every"
            " setting; *Operations* in the README says how to look after it all."
        ),
    ]


def _parts(state: Installation) -> str:
    broken = [name for name, works in state.parts.items() if not works]
    if broken:
        return f"*Does not work: {_names(broken)}.* `replay-courier doctor` says why."
    return f"Works: {_names(state.parts)}" if state.parts else ""


def _names(parts: Iterable[str]) -> str:
    return ", ".join(_PARTS.get(part) or plain(part, 30) for part in parts)


def _unanswered(last: Iterable[Unanswered]) -> list[Block]:
    lines = [
        f"• {moment(one.at)}: {one.action.value.replace('_', ' ')}, reference"
        f" {code(one.reference)}"
        for one in last
    ]
    what = "`replay-courier dead-letters` says what went wrong with each."
    return [section("*Last failures*", *lines, what)]


def _numbers(numbers: dict[str, int]) -> str:
    return " · ".join(f"{number:,} {what}" for what, number in numbers.items())
