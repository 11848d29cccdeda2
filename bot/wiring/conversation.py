"""A vendor people ask in, as the wiring hands it on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from flask import Blueprint
from pydantic import SecretStr

from bot.ports import Channels, Destination, Gate, Intake, Missed


class Socket(Protocol):
    """A connection that questions come over."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def check(self) -> object:
        """Raises where it does not stand."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A vendor people ask in: where answers go, the routes that take questions, the
    connection they come over where that is not a route, how fast it takes answers, who
    finds what was lost on the way, and where people of other vendors may share in
    it."""

    destination: Destination
    routes: Callable[[Intake], Iterable[Blueprint]]
    socket: Callable[[Intake], Socket] | None = None
    gate: Gate | None = None
    missed: Missed | None = None
    channels: Channels | None = None


def plain(secret: SecretStr | None) -> str | None:
    """A secret in the clear."""
    return None if secret is None else secret.get_secret_value()
