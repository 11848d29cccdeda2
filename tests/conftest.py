"""Fixtures shared by all tests: databases, Redis, a browser; all of them real."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, inspect, text

from bot.database.engine import connect
from bot.database.migrating import upgrade
from bot.operations.embedded_redis import EmbeddedRedis
from tests import servers

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]

# What tests before left connected would write into the next one's database.
_LEAVE = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_FROM_THE_START = """SELECT setval(
    format('%I.%I', schemaname, sequencename)::regclass, start_value, false
) FROM pg_sequences"""

# Proxies of the machine must not catch calls to our own servers.
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with servers.postgresql() as url:
        yield url


@contextmanager
def _database(server: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    admin = _as_admin(server)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.rpartition("/")[0] + f"/{name}"
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def _as_admin(url: str) -> Engine:
    return create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
    )


def _migrated(url: str) -> str:
    engine = connect(url)
    upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> Iterator[tuple[str, Engine]]:
    """One with the schema of this version, and its administrator's connections."""
    with _database(postgresql_server) as url:
        admin = _as_admin(_migrated(url))
        yield url, admin
        admin.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "courier.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgresql_url(postgresql_database: tuple[str, Engine]) -> str:
    """A PostgreSQL database with the schema of this version, nothing in it, and nobody
    at it: one is emptied for every test, since making another takes much longer."""
    url, admin = postgresql_database
    with admin.connect() as connection:
        connection.execute(text(_LEAVE))
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
        emptying = [f"DELETE FROM {name}" for name in sorted(tables)]
        # As a replica it checks no foreign keys, so that any order will do.
        order = ["SET session_replication_role = replica", *emptying, _FROM_THE_START]
        connection.execute(text("; ".join([*order, "RESET session_replication_role"])))
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The same in a file."""
    path = tmp_path / "courier.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with the schema of this version, once of each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_postgresql_url(postgresql_server: str) -> Iterator[str]:
    with _database(postgresql_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with nothing in it, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'courier.db'}"
    url: str = request.getfixturevalue("empty_postgresql_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedRedis(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests; each opens pages of its own."""
    chromium = servers.chromium()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield launched
        launched.close()
