"""What the capture proxy is told to do, and whom it tells what it did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from integrations.capture.answers import Answer
from integrations.capture.paths import Place

Mode = Literal["keep", "tee", "forward"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the installation's settings say."""

    mode: Mode
    projects: frozenset[str]
    prefix: str = ""
    opt_out: bool = True
    """Whether a browser's wish not to be followed is granted."""
    trusted_hops: int = 0
    address_per_minute: int = 6000
    project_per_minute: int = 120_000


class Tally(Protocol):
    """Counts what comes in; called for every request."""

    def accepted(self, size: int, seconds: float) -> None:
        """A batch of so many bytes was kept, passed on, or both."""

    def left(self, reason: str) -> None:
        """A batch was answered as if it had been kept, but was not."""

    def refused(self, reason: str) -> None:
        """A request was turned away."""


class Refused(Exception):
    """A request ends here, with this answer; ``reason`` is a word for the tally."""

    def __init__(self, reason: str, answer: Answer) -> None:
        super().__init__(reason)
        self.reason, self.answer = reason, answer


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its place among PostHog's paths, and who makes it."""

    place: Place
    path: str
    """As it came, without our prefix."""
    address: str
    environ: dict[str, Any]

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def query(self) -> str:
        return str(self.environ.get("QUERY_STRING") or "")

    def header(self, name: str) -> str:
        """By its name in WSGI's environment; empty where it did not come."""
        return str(self.environ.get(name) or "")
