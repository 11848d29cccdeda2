"""Writes the index of the days that changed: Parquet files, a table in BigQuery."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, Engine, or_, select, update

from bot.archiving import shelf
from bot.archiving.objects import StoreAt, index_key
from bot.archiving.parquet import parquet_of
from bot.database.archives import days as table
from bot.database.engine import transaction
from bot.ports import Warehouse

WarehouseAt = Callable[[str], Warehouse]
"""Opens a table by its name. Raises SettingsError."""


class Index:
    """The index of targets, brought up to date a day at a time. A file is replaced as a
    whole, so doing it twice changes nothing."""

    def __init__(
        self, engine: Engine, *, store_at: StoreAt, warehouse_at: WarehouseAt
    ) -> None:
        self._engine = engine
        self._store_at = store_at
        self.warehouse_at = warehouse_at

    def use(self, target: str, warehouse: str) -> None:
        """Let the index of the target stand in that table too, all days of it; what an
        earlier one holds is left as it is."""
        with transaction(self._engine) as connection:
            connection.execute(
                update(table)
                .where(table.c.target == target, table.c.warehouse != warehouse)
                .values(warehouse=warehouse, loaded=0)
            )

    def write(self, target: str, *, still_ours: Callable[[], object]) -> int:
        """Write what changed; how many days. ``still_ours`` is called before each, and
        raises where somebody else does it. Raises what the store and the warehouse
        raise; what is written by then is not written again."""
        written = 0
        for day in self._days(target, table.c.indexed != table.c.revision):
            still_ours()
            self._write_day(target, day)
            written += 1
        for day in self._days(
            target, table.c.warehouse != "", table.c.loaded != table.c.revision
        ):
            still_ours()
            self._load_day(target, day)
        return written

    def due(self) -> list[str]:
        """The targets whose index is out of date."""
        behind = or_(
            table.c.indexed != table.c.revision,
            (table.c.warehouse != "") & (table.c.loaded != table.c.revision),
        )
        query = select(table.c.target).where(behind).distinct()
        with transaction(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def _days(self, target: str, *which: ColumnElement[bool]) -> list[date]:
        query = select(table.c.day).where(table.c.target == target, *which)
        with transaction(self._engine) as connection:
            return list(connection.execute(query.order_by(table.c.day)).scalars())

    def _write_day(self, target: str, day: date) -> None:
        revision = self._revision(target, day)
        rows = shelf.of_day(self._engine, target, day)
        store = self._store_at(target)
        if rows:
            store.put(index_key(day), parquet_of(rows))
        else:
            store.delete(index_key(day))
        self._note(target, day, table.c.indexed.name, revision)

    def _load_day(self, target: str, day: date) -> None:
        with transaction(self._engine) as connection:
            name = connection.execute(
                select(table.c.warehouse).where(
                    table.c.target == target, table.c.day == day
                )
            ).scalar_one()
        revision = self._revision(target, day)
        rows = shelf.of_day(self._engine, target, day)
        self.warehouse_at(name).replace_day(day, parquet_of(rows, day=day))
        self._note(target, day, table.c.loaded.name, revision)

    def _revision(self, target: str, day: date) -> int:
        query = select(table.c.revision).where(
            table.c.target == target, table.c.day == day
        )
        with transaction(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def _note(self, target: str, day: date, column: str, revision: int) -> None:
        with transaction(self._engine) as connection:
            connection.execute(
                update(table)
                .where(table.c.target == target, table.c.day == day)
                .values({column: revision})
            )
