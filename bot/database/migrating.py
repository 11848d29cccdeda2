"""Brings a database's schema up to date.

Alembic takes longer to load than a short command takes for all else, so it is asked
only where there is something to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, column, inspect, select, table

from bot.database.engine import transaction

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION = table("alembic_version", column("version_num"))


def upgrade(engine: Engine) -> None:
    """Bring the schema to this version's; safe to call from several processes.

    Raises RetryLater where the database is away.
    """
    if is_current(engine):
        return
    from alembic import command

    migrations = config()
    with transaction(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Two processes starting together take turns; released at the commit.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7031961)")
        migrations.attributes["connection"] = connection
        command.upgrade(migrations, "head")


def is_current(engine: Engine) -> bool:
    """Whether the database has this version's schema. Raises RetryLater."""
    with transaction(engine) as connection:
        return _revision(connection) == newest()


def newest() -> str:
    """The revision of this version's schema: migrations are named by theirs."""
    names = (_MIGRATIONS / "versions").glob("[0-9]*.py")
    return max(path.name.partition("_")[0] for path in names)


def config() -> Config:
    """Alembic's configuration, for a connection that is put into its attributes."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(_MIGRATIONS))
    return made


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found = connection.execute(select(_VERSION.c.version_num))
    return found.scalar_one_or_none()
