"""Rows that are written once say whether they are new, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from bot.database.engine import transaction
from bot.database.once import insert_once
from bot.database.schema import audit


def test_only_the_first_of_two_rows_is_new(engine: Engine) -> None:
    row = {
        "at": datetime.now(UTC),
        "event": "find",
        "who": "",
        "place": "",
        "subject": "",
        "origin": "request-1",
    }
    with transaction(engine) as connection:
        assert insert_once(connection, audit.c.origin, row)
        assert not insert_once(connection, audit.c.origin, row)
        nameless = row | {"origin": None}
        assert insert_once(connection, audit.c.origin, nameless)
        assert insert_once(connection, audit.c.origin, nameless)
