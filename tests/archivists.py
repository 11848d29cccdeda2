"""An archive made by several processes, of which one is killed every now and then."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
from sqlalchemy import Engine, select

from bot.archiving.building import Archives
from bot.archiving.orders import Format, Order
from bot.archiving.runs import DONE, Report
from bot.archiving.working import Hands
from bot.database.archives import archived
from bot.database.engine import connect
from bot.operations import logs
from bot.policy import RedactionPolicy
from bot.storage import ReplayStore
from bot.wiring.archives import warehouse_at
from tests import commands
from tests.quick_source import FIRST, QuickSource

# A dead worker's recording waits for this.
_LEASE = timedelta(seconds=2)
_WORKERS = 4


@dataclass(frozen=True, slots=True)
class Story:
    """How an archive came about."""

    report: Report
    kills: int
    seconds: float


def archive(
    database_url: str,
    target: str,
    count: int,
    *,
    pause_s: float | None,
    most_kills: int | None = None,
    seed: int = 1,
    workers: int = _WORKERS,
    format_: Format = "raw",
    within_s: float = 60,
) -> Story:
    """Archive ``count`` small recordings; about every ``pause_s`` seconds a worker is
    killed and another started, ``most_kills`` times at most; with None none is."""
    engine = connect(database_url)
    archives = _archives(engine, count)
    run, _ = archives.runs.begin(
        Order(target, format=format_),
        since=FIRST,
        until=FIRST + timedelta(minutes=count),
        is_shared=True,
    )
    chance = random.Random(seed)
    staff = [_start(database_url, count, run.id) for _ in range(workers)]
    began, kills = time.monotonic(), 0
    try:
        while archives.runs.report(run.id).run.is_open:
            assert time.monotonic() - began < within_s, archives.runs.report(run.id)
            if pause_s is None or kills == most_kills:
                time.sleep(0.05)
                continue
            time.sleep(chance.uniform(0, 2 * pause_s))
            victim = staff.pop(chance.randrange(len(staff)))
            victim.kill()
            kills += 1
            staff.append(_start(database_url, count, run.id))
        seconds = time.monotonic() - began
        return Story(archives.runs.report(run.id), kills, seconds)
    finally:
        for one in staff:
            one.kill()
            one.join()
        engine.dispose()


def check_whole(story: Story, engine: Engine, folder: Path, count: int) -> None:
    """Everything is there once, everywhere, and is what was archived."""
    expected = sorted(QuickSource(count).recordings)
    assert story.report.run.state == DONE
    assert story.report.counts == {"archived": count}
    index = folder / "index/*/*.parquet"
    query = f"select recording_id, object_key, sha256 from read_parquet('{index}')"
    rows = sorted(duckdb.sql(query).fetchall())
    assert [row[0] for row in rows] == expected
    for _, key, digest in rows:
        assert hashlib.sha256((folder / key).read_bytes()).hexdigest() == digest
    lying = {
        str(one.relative_to(folder))
        for one in (folder / "recordings").rglob("*")
        if one.is_file()
    }
    assert lying == {key for _, key, _ in rows}
    with engine.connect() as connection:
        kept = connection.execute(select(archived.c.recording_id)).scalars()
        assert sorted(kept) == expected


def _start(database_url: str, count: int, run_id: str) -> BaseProcess:
    return commands.fork(_work, database_url, count, run_id)


def _work(database_url: str, count: int, run_id: str) -> None:
    logs.configure(style="text", level="ERROR")
    archives = _archives(connect(database_url), count)
    Hands(archives.work, run_id, threads=1).start()
    threading.Event().wait()


def _archives(engine: Engine, count: int) -> Archives:
    return Archives(
        engine,
        {"quick": QuickSource(count)},
        store_at=ReplayStore.at,
        redaction=RedactionPolicy(),
        lease=_LEASE,
        per_hour={},
        warehouse_at=warehouse_at,
    )
