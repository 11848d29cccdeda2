"""Console entries out of rrweb's console plugin events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.recording import lossless
from bot.recording.rrweb import CONSOLE_PLUGIN, PLUGIN, RrwebEvent

# Android sends logcat's letters instead of console methods.
_LOGCAT = {"E": "error", "W": "warn", "I": "info", "D": "debug", "V": "debug"}


@dataclass(frozen=True, slots=True)
class ConsoleEntry:
    """One console line; ``level`` is the console method's name."""

    timestamp_ms: int
    level: str
    message: str
    trace: tuple[str, ...]

    @property
    def is_error(self) -> bool:
        return self.level in ("error", "assert")

    @property
    def is_uncaught(self) -> bool:
        """An uncaught exception or an unhandled promise rejection."""
        return self.is_error and self.message.startswith("Uncaught ")


def console_entry(item: RrwebEvent) -> ConsoleEntry | None:
    """The console line an event holds, or None where it holds none."""
    if item.type != PLUGIN or item.data.get("plugin") != CONSOLE_PLUGIN:
        return None
    payload = item.data.get("payload")
    if not isinstance(payload, dict):
        return None
    level = str(payload.get("level", "log"))
    arguments = payload.get("payload")
    if not isinstance(arguments, list):
        arguments = [arguments]  # iOS sends one plain string
    trace = payload.get("trace")
    return ConsoleEntry(
        timestamp_ms=int(item.timestamp_ms),
        level=_LOGCAT.get(level, level),
        message=" ".join(_text(argument) for argument in arguments),
        trace=tuple(map(str, trace)) if isinstance(trace, list) else (),
    )


def _text(argument: Any) -> str:
    """One stringified argument as the console showed it: strings without quotes."""
    if not isinstance(argument, str):
        return lossless.dumps(argument).decode()
    if argument[:1] != '"':
        return argument
    try:
        value = lossless.loads(argument)
    except ValueError:
        return argument
    return value if isinstance(value, str) else argument
