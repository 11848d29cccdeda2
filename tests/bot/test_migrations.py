"""Migrations make the schema the code expects, and keep what waits in it."""

import json

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from bot.database import archives, captures, schema  # noqa: F401 (whose tables are compared)
from bot.database.migrating import config as migrations
from bot.database.migrating import newest, upgrade
from bot.database.tables import metadata
from bot.ledger.body import from_json
from bot.model import Action

WAITING = {
    "key": "slack:1",
    "action": "revoked",
    "destination": "slack",
    "address": {"channel": "C1", "ts": "1.2"},
    "asked_by": "U1",
    "identifiers": [],
    "recording_id": None,
    "link_id": "l1",
    "look_back_s": None,
    "about": None,
    "text": "",
}


def moved(engine, move, revision):
    """The database at another revision."""
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        move(config, revision)


def test_the_newest_migration_is_known_without_loading_any():
    """Its file is named by it."""
    assert newest() == ScriptDirectory.from_config(migrations()).get_current_head()


def test_the_schema_is_the_one_the_code_expects(engine):
    """Slack's own tables are slack_sdk's, and compared elsewhere."""
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    ours = [one for one in found if "slack" not in str(one)]
    assert ours == []


@pytest.fixture
def of_before(engine):
    """A database of the version before links had terms, with a request waiting."""
    moved(engine, command.downgrade, "0002")
    columns = {
        "id": "r1",
        "key": "slack:1",
        "action": "revoked",
        "destination": "slack",
        "body": json.dumps(WAITING),
        "state": "waiting",
        "attempts": 0,
        "created_at": "2026-11-24 08:00:00",
        "due_at": "2026-11-24 08:00:00",
        "draft": "{}",
    }
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    with engine.begin() as connection:
        connection.execute(
            text(f"INSERT INTO requests ({names}) VALUES ({values})"), columns
        )
    return engine


def test_a_request_that_waited_through_an_upgrade_is_answered(of_before):
    upgrade(of_before)
    with of_before.connect() as connection:
        row = connection.execute(text("SELECT action, body FROM requests")).one()
    request = from_json(json.loads(row.body))
    assert (row.action, request.action) == ("revoke", Action.REVOKE)
    assert (request.link_id, request.asked_by) == ("l1", "U1")
