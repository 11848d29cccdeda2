"""The index in BigQuery, through Google's own client, over HTTP."""

from __future__ import annotations

import random
from datetime import date

import pytest

from bot.archiving.parquet import COLUMNS, parquet_of
from bot.demo.server import Server
from bot.errors import Refused, RetryLater, SettingsError
from integrations.bigquery import BigQueryTable
from tests.bigquery_stand_in import BigQueryStandIn
from tests.quick_source import FIRST

NAME = "acme-prod.replays.index"
DAY = date(2026, 11, 1)


@pytest.fixture
def bigquery(monkeypatch):
    stand_in = BigQueryStandIn()
    with Server(stand_in.app) as server:
        monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", server.url)
        yield stand_in


@pytest.fixture
def table():
    return BigQueryTable(NAME, {**COLUMNS, "day": "DATE"}, partition="day")


class Row:
    """A row as the database gives it."""

    def __init__(self, name, **more):
        facts = dict.fromkeys(COLUMNS)
        numbers = [key for key, kind in COLUMNS.items() if kind == "BIGINT"]
        facts |= dict.fromkeys(numbers, 1) | {"recording_id": name, "pages": '["/a"]'}
        facts |= dict.fromkeys(("start", "end", "archived_at"), FIRST)
        self.__dict__ |= facts | more


def rows(*names, day=DAY):
    return parquet_of(map(Row, names), day=day)


def test_dataset_and_table_are_made_with_their_schema(bigquery, table):
    """Partitioned by day; lists are repeated strings."""
    table.replace_day(DAY, rows("a"))
    assert list(bigquery.datasets) == ["acme-prod.replays"]
    made = bigquery.tables[NAME]
    assert made["timePartitioning"] == {"type": "DAY", "field": "day"}
    fields = {one["name"]: one for one in made["schema"]["fields"]}
    assert list(fields) == [*COLUMNS, "day"]
    assert fields["pages"]["mode"] == "REPEATED"
    assert fields["start"]["type"] == "TIMESTAMP"
    (row,) = bigquery.all_rows(NAME)
    assert (row["recording_id"], row["pages"], row["start"]) == ("a", ["/a"], FIRST)


def test_a_day_is_replaced_and_others_stay(bigquery, table):
    """The same twice changes nothing; an empty day has no rows."""
    second = date(2026, 11, 2)
    table.replace_day(DAY, rows("a", "b"))
    table.replace_day(second, rows("c", day=second))
    for _ in range(2):
        table.replace_day(DAY, rows("a"))
    assert [row["recording_id"] for row in bigquery.all_rows(NAME)] == ["a", "c"]
    table.replace_day(DAY, rows())
    assert [row["recording_id"] for row in bigquery.all_rows(NAME)] == ["c"]


def test_a_large_day_goes_up_in_a_session(bigquery, table):
    """From five megabytes on; smaller ones in one request."""
    table.replace_day(DAY, rows("a"))
    noise = random.Random(1).randbytes(6_000_000).hex()
    table.replace_day(DAY, parquet_of([Row("b", first_url=noise)], day=DAY))
    assert bigquery.uploads == ["multipart", "resumable"]
    assert [row["recording_id"] for row in bigquery.all_rows(NAME)] == ["b"]


def test_what_is_there_is_used_as_it_is(bigquery, table):
    """A table without one of the columns refuses the load, and says so."""
    table.check()
    del bigquery.tables[NAME]["schema"]["fields"][0]
    with pytest.raises(Refused, match="cannot add field recording_id"):
        table.replace_day(DAY, rows("a"))


@pytest.mark.parametrize(("status", "error"), [(403, Refused), (503, RetryLater)])
def test_errors_are_ours(bigquery, table, status, error):
    bigquery.failures = [status] * 50
    with pytest.raises(error, match="BigQuery"):
        table.check()


@pytest.mark.parametrize("name", ["table", "a.b", "Acme.x.y", "acme-prod.x.y;drop"])
def test_another_name_is_a_settings_error(name):
    with pytest.raises(SettingsError, match=r"project\.dataset\.table"):
        BigQueryTable(name, {}, partition="day")
