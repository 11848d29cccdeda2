"""The database or the store is full or away: pages are told to come back, and nothing
is lost and nothing twice when they do."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from moto.server import ThreadedMotoServer
from sqlalchemy import create_engine, text

from bot.errors import RetryLater
from tests.journeys.courier import Courier, installed
from tests.journeys.disk import Disk
from tests.servers import free_port
from tests.visits import TOKEN, Page, marked, numbers

CAPTURE = {"CAPTURE_MODE": "keep", "CAPTURE_PROJECTS": TOKEN}
LARGE_BYTES = 1_200_000


@pytest.fixture
def session() -> str:
    return str(uuid.uuid4())


@contextmanager
def capturing(settings: dict[str, str], redis_url: str) -> Iterator[Courier]:
    with installed({**settings, **CAPTURE}, redis_url) as courier, courier.web():
        yield courier


def kept(courier: Courier, session: str) -> list[int]:
    """What is in the recording, once a worker has filed all that was taken."""
    [source] = [one for one in courier.services.sources if one.name == "capture"]
    return numbers(source.snapshot_lines(source.recording(session)))


def all_are_kept(courier: Courier, session: str, count: int) -> None:
    courier.services.captures.filing.run()
    assert kept(courier, session) == list(range(count))


def test_a_full_database_takes_nothing_it_could_lose(
    small: dict[str, str],
    redis_url: str,
    disk: Disk,
    session: str,
    tmp_path: Path,
) -> None:
    settings = {
        **small,
        "DATA_DIR": str(disk.folder),
        "STORAGE_URL": (tmp_path / "objects").as_uri(),
    }
    with capturing(settings, redis_url) as courier:
        page = Page(courier.url)
        page.send(marked(session, 0))
        disk.fill()
        assert page.try_once(marked(session, 1, padding=100_000)) == 503
        disk.make_room()
        for number in (1, 2):
            page.send(marked(session, number))
        all_are_kept(courier, session, 3)


def test_a_database_that_is_away_is_waited_for(
    large: dict[str, str], redis_url: str, session: str, empty_postgresql_url: str
) -> None:
    settings = {**large, "DATABASE_URL": empty_postgresql_url}
    with capturing(settings, redis_url) as courier:
        page = Page(courier.url)
        page.send(marked(session, 0))
        with away(empty_postgresql_url):
            assert page.try_once(marked(session, 1)) == 503
        page.send(marked(session, 1))
        all_are_kept(courier, session, 2)


@contextmanager
def away(url: str) -> Iterator[None]:
    """Nobody has a connection to the database, nor gets one."""
    server, _, name = url.partition("postgresql://")[2].rpartition("/")
    admin = create_engine(
        f"postgresql+psycopg://{server}/postgres", isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        closing = text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute(closing)
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = :name"
            ),
            {"name": name},
        )
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    admin.dispose()


def test_a_store_that_is_away_holds_up_large_batches_alone(
    large: dict[str, str], redis_url: str, session: str, monkeypatch: Any
) -> None:
    """Small ones need none until they are filed, which waits for it too."""
    port = free_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    settings = {**large, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
    with capturing(settings, redis_url) as courier:
        page = Page(courier.url)
        page.send(marked(session, 0))
        heavy = marked(session, 1, padding=LARGE_BYTES)
        assert page.try_once(heavy) == 503
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
        server.start()
        requests.put(f"http://127.0.0.1:{port}/replays", timeout=10)
        page.send(heavy)
        all_are_kept(courier, session, 2)
        server.stop()


def test_a_full_store_delays_filing_and_loses_nothing(
    small: dict[str, str],
    redis_url: str,
    disk: Disk,
    session: str,
) -> None:
    settings = {**small, "STORAGE_URL": disk.folder.as_uri()}
    with capturing(settings, redis_url) as courier:
        page = Page(courier.url)
        disk.fill()
        page.send(marked(session, 0, padding=200_000))
        assert page.try_once(marked(session, 1, padding=LARGE_BYTES)) == 503
        with pytest.raises(RetryLater):
            courier.services.captures.filing.run()
        disk.make_room()
        page.send(marked(session, 1))
        all_are_kept(courier, session, 2)
