"""What lies at a target can be checked and asked, in a folder and in S3."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import pytest
from moto.server import ThreadedMotoServer

from bot.archiving.orders import target_at
from bot.archiving.reading import query
from bot.archiving.verifying import Damage, indexed, unindexed, verify
from bot.errors import BadInput, NotFound
from bot.storage import ReplayStore
from tests.quick_source import FIRST as BEGAN
from tests.quick_source import QuickSource

FIRST = "recordings/day=2026-11-01/session-00000.replay.html"


@pytest.fixture(scope="module")
def s3_server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server, monkeypatch, request):
    import boto3

    name = f"archive-{abs(hash(request.node.name))}"
    for setting, value in {
        "AWS_ENDPOINT": s3_server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(setting, value)
    client = boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1")
    client.create_bucket(Bucket=name)
    client.close()
    return f"s3://{name}/replays"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture(params=["folder", "s3"])
def place(request, tmp_path):
    if request.param == "s3":
        return request.getfixturevalue("bucket")
    return target_at(str(tmp_path / "archive"))


@pytest.fixture
def kept(archives_of, run, place):
    """An archive of two days."""
    run(archives_of(QuickSource(3), QuickDay(2)), target=place)
    return ReplayStore.at(place)


class QuickDay(QuickSource):
    """Recordings of the day after."""

    def __init__(self, count):
        super().__init__(count, first=BEGAN + timedelta(days=1), name="other")
        self.recordings = {
            f"late-{name}": replace(one, id=f"late-{name}")
            for name, one in self.recordings.items()
        }


def findings(store):
    return [(one.damage, one.what) for one in verify(store, indexed(store))]


def test_a_sound_archive_has_no_findings(kept, engine, place):
    assert findings(kept) == []
    assert len(indexed(kept)) == 5
    assert list(unindexed(engine, place, indexed(kept))) == []


def test_each_kind_of_damage_is_found(kept, engine, place):
    """Missing, altered in one byte, and there without a row."""
    content = kept.get(FIRST)
    kept.put(FIRST, content[:-1] + b"x")
    other = FIRST.replace("00000", "00001")
    kept.delete(other)
    kept.put(FIRST.replace("00000", "zzzzz"), b"whose is it?")
    assert findings(kept) == [
        (Damage.ALTERED, FIRST),
        (Damage.MISSING, other),
        (Damage.ORPHANED, FIRST.replace("00000", "zzzzz")),
    ]
    kept.delete("index/day=2026-11-02/recordings.parquet")
    assert {one[0] for one in findings(kept)} >= {Damage.ORPHANED}
    found = [one.what for one in unindexed(engine, place, indexed(kept))]
    assert found == ["late-session-00000", "late-session-00001"]


def test_a_damaged_index_is_said(kept):
    kept.put("index/day=2026-11-02/recordings.parquet", b"PAR1 no more")
    with pytest.raises(BadInput, match="index of 2026-11-02"):
        findings(kept)


def test_the_index_answers_sql(kept):
    """All days of it, with the day as a column."""
    sql = "select day, count(*), sum(events) from recordings group by all order by 1"
    answer = query(kept, sql)
    assert answer.rows == [(date(2026, 11, 1), 3, 12), (date(2026, 11, 2), 2, 8)]
    assert answer.columns[0] == "day"


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/passwd')",
        "copy recordings to '/tmp/stolen.csv'",
        "install httpfs",
        "attach '/tmp/other.db'",
        "set enable_external_access = true",
        "select nonsense from recordings",
    ],
)
def test_a_query_sees_the_index_and_nothing_else(tmp_path, sql):
    with pytest.raises(BadInput, match="DuckDB"):
        query(ReplayStore.at(target_at(str(tmp_path / "empty"))), sql)


def test_an_empty_archive_has_no_rows(tmp_path):
    """And nothing to verify: most likely the address is wrong."""
    store = ReplayStore.at(target_at(str(tmp_path / "empty")))
    assert query(store, "select count(*) from recordings").rows == [(0,)]
    with pytest.raises(NotFound, match="no archive"):
        indexed(store)


# DuckDB reads S3 with an extension that is downloaded.
@pytest.mark.parametrize("place", ["folder"], indirect=True)
@pytest.mark.usefixtures("kept")
def test_other_tools_read_the_files_where_they_lie(tmp_path):
    """As hive partitions, without this program."""
    files = f"'{tmp_path}/archive/index/*/*.parquet'"
    rows = duckdb.sql(f"select distinct day from read_parquet({files}) order by day")
    assert rows.fetchall() == [(date(2026, 11, 1),), (date(2026, 11, 2),)]
