"""A run loads the days it changed into a table in BigQuery as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archiving.orders import Order
from bot.demo.server import Server
from bot.errors import SettingsError
from tests.bigquery_stand_in import BigQueryStandIn

NAME = "acme-prod.replays.index"


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


@pytest.fixture
def bigquery(monkeypatch):
    stand_in = BigQueryStandIn()
    with Server(stand_in.app) as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
        yield stand_in


def test_the_table_holds_what_the_index_holds(
    archives_of, run, quick, bigquery, target
):
    """Days of before included; done again, there are no duplicates."""
    archives = archives_of(quick)
    run(archives)
    report = archives.runs.report(run(archives, warehouse=NAME))
    assert report.counts == {"there": 5}
    rows = bigquery.all_rows(NAME)
    assert [row["recording_id"] for row in rows] == sorted(quick.recordings)
    assert rows[0]["person_email"] == "p***@example.com"
    first = quick.recordings["session-00000"]
    grown = first.end + timedelta(seconds=3)
    quick.recordings["session-00000"] = replace(first, end=grown)
    run(archives, warehouse=NAME)
    assert len(bigquery.all_rows(NAME)) == 5
    assert len(bigquery.jobs) == 2


def test_a_table_that_is_away_is_waited_for(archives_of, run, quick, bigquery, time):
    """The run is not finished until it has its rows."""
    bigquery.failures = [503] * 3
    archives = archives_of(quick)
    run_id = run(archives, warehouse=NAME)
    assert archives.runs.get(run_id).is_open
    assert "BigQuery" in (archives.runs.get(run_id).error or "")
    bigquery.failures.clear()
    time.pass_(minutes=1)
    while archives.work.do_one():
        pass
    assert not archives.runs.get(run_id).is_open
    assert len(bigquery.all_rows(NAME)) == 5


def test_a_name_that_is_none_is_refused_at_once(archives_of, quick, target):
    with pytest.raises(SettingsError):
        archives_of(quick).check(Order(target, warehouse="index"))
