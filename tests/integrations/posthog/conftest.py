from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.posthog import DEMO_KEY, PostHogStandIn
from bot.demo.server import Server
from integrations.posthog import PostHogSource

NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)


class Clock:
    """The time that both sides go by."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class MemoryCache(dict[str, bytes]):
    """A BlobCache that is read like a dict."""

    def put(self, key: str, content: bytes) -> None:
        self[key] = content


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache() -> MemoryCache:
    return MemoryCache()


@pytest.fixture
def posthog(clock: Clock) -> PostHogStandIn:
    return PostHogStandIn(clock=clock)


@pytest.fixture
def url(posthog: PostHogStandIn) -> Iterator[str]:
    with Server(posthog.app) as server:
        yield server.url
        posthog.release()


@pytest.fixture
def make_source(
    url: str, cache: MemoryCache, clock: Clock
) -> Callable[..., PostHogSource]:
    """Builds a source on the stand-in; arguments take the place of the usual ones."""

    def make(**other: object) -> PostHogSource:
        usual: dict[str, object] = {
            "host": url,
            "project_id": "1",
            "api_key": DEMO_KEY,
            "cache": cache,
            "now": clock,
        }
        return PostHogSource(**{**usual, **other})  # type: ignore[arg-type]

    return make


@pytest.fixture
def source(make_source: Callable[..., PostHogSource]) -> PostHogSource:
    return make_source()


@pytest.fixture
def fixture() -> Callable[[str], Any]:
    """Reads a saved answer of PostHog by its name."""

    def read(name: str) -> Any:
        path = Path(__file__).parent / "fixtures" / f"{name}.json"
        return json.loads(path.read_text("utf-8"))

    return read
