"""What captures and what files is killed at random under load: every batch that was
acknowledged is in its recording, once."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from bot.clock import utc_now
from bot.config import Settings
from bot.database.captures import blocks, journal
from bot.wiring import Services
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually
from tests.keys import KEY
from tests.servers import free_port
from tests.visits import TOKEN, Page, marked, numbers

PAGES = 6
KILLS = 4
# Over this a batch is an object, and not in the database.
LARGE_BYTES = 1_200_000


class House:
    """An installation that captures; its parts are started and killed by the test."""

    def __init__(self, folder: Path, database_url: str, redis_url: str) -> None:
        self.folder = folder
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "SECRET_KEYS": KEY,
            "PORT": str(port),
            "LEASE": "1s",
            "LOG_LEVEL": "ERROR",
            "CAPTURE_MODE": "keep",
            "CAPTURE_PROJECTS": TOKEN,
        }
        self.services = Services(Settings.from_env(self.environment))

    def start(self, command: str) -> Process:
        return Process(command, self.environment, self.folder, "")

    def unfiled(self) -> int:
        with self.services.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(journal)) or 0

    def end_leases(self) -> None:
        """Let so much time pass that what dead workers had is anybody's."""
        past = utc_now() - timedelta(seconds=1)
        with self.services.engine.begin() as connection:
            is_leased = journal.c.leased_until.is_not(None)
            connection.execute(
                update(journal).where(is_leased).values(leased_until=past)
            )


@pytest.fixture
def house(tmp_path: Path, database_url: str, redis_url: str) -> Iterator[House]:
    house = House(tmp_path, database_url, redis_url)
    yield house
    house.services.close()


def test_every_acknowledged_batch_is_kept_once(house: House) -> None:
    sessions = [str(uuid.uuid4()) for _ in range(PAGES)]
    over = threading.Event()
    chance = random.Random(6)

    def visit(session: str) -> tuple[int, int]:
        page, sent = Page(house.url), 0
        while not over.is_set():
            large = LARGE_BYTES if sent % 25 == 7 else 0
            page.send(marked(session, sent, padding=large))
            sent += 1
        return sent, page.refusals[0]

    running = {name: house.start(name) for name in ("web", "worker")}
    with ThreadPoolExecutor(PAGES) as pool:
        visits = [pool.submit(visit, one) for one in sessions]
        Page(house.url).send(marked("warm-up", 0))
        for number in range(KILLS):
            time.sleep(chance.uniform(0.1, 0.5))
            name = ("web", "worker")[number % 2]
            running[name].kill()
            running[name] = house.start(name)
        over.set()
        sent = [one.result() for one in visits]
    assert sum(cut_off for _, cut_off in sent) > 0, "nobody noticed a kill"
    for one in running.values():
        one.kill()
    house.end_leases()
    with house.start("worker"):
        eventually(lambda: house.unfiled() == 0, within=30, instead=house.unfiled)

    [source] = house.services.sources
    for session, (count, _) in zip(sessions, sent, strict=True):
        found = numbers(source.snapshot_lines(source.recording(session)))
        assert found == list(range(count))
    check_objects(house)


def check_objects(house: House) -> None:
    """Each block has its object; and nothing waits that nobody will read."""
    with house.services.engine.connect() as connection:
        named = set(connection.execute(select(blocks.c.object_key)).scalars())
    objects = house.folder / "data" / "objects"
    for key in named:
        assert (objects / key).is_file(), key
