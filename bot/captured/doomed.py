"""Objects that go unless a row names them soon.

A database and an object store have no transaction in common. So an object's key is
listed before it is written, and taken off the list by the transaction that names it:
whatever dies in between, the object goes. One that no row names any more goes the same
way, at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from bot.clock import Clock, utc_now
from bot.database.captures import doomed_objects
from bot.database.engine import transaction
from bot.storage import ReplayStore

# Whoever writes an object names it within minutes, or has died.
_GRACE = timedelta(hours=1)
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_ROUND = 500


def announce(engine: Engine, keys: Sequence[str], now: datetime) -> None:
    """These are about to be written."""
    if keys:
        with transaction(engine) as connection:
            rows = [{"object_key": key, "since": now} for key in keys]
            connection.execute(insert(doomed_objects), rows)


def spare(connection: Connection, keys: Sequence[str]) -> bool:
    """Rows name these from now on; False where one of them went already."""
    found = 0
    for at in range(0, len(keys), _ROUND):
        some = doomed_objects.c.object_key.in_(keys[at : at + _ROUND])
        # Those that are to go at once may be going just now.
        waiting = doomed_objects.c.since > _AT_ONCE
        gone = connection.execute(delete(doomed_objects).where(some, waiting))
        found += gone.rowcount
    return found == len(keys)


def doom(
    connection: Connection, keys: Sequence[str], *, since: datetime = _AT_ONCE
) -> None:
    """No row names these any more; with ``since`` now they stay for an hour, for
    those who are reading them."""
    if keys:
        rows = [{"object_key": key, "since": since} for key in keys]
        connection.execute(insert(doomed_objects), rows)


def doom_below(connection: Connection, folder: str) -> None:
    """What is doomed in the folder goes at once, whoever reads it."""
    below = doomed_objects.c.object_key.startswith(folder, autoescape=True)
    connection.execute(update(doomed_objects).where(below).values(since=_AT_ONCE))


def sweep(engine: Engine, store: ReplayStore, *, clock: Clock = utc_now) -> int:
    """Remove what is doomed; how many. Raises RetryLater, Refused."""
    gone = 0
    query = (
        select(doomed_objects.c.object_key)
        .where(doomed_objects.c.since < clock() - _GRACE)
        .limit(_ROUND)
    )
    while True:
        with transaction(engine) as connection:
            keys = list(connection.execute(query).scalars())
            these = doomed_objects.c.object_key.in_(keys)
            connection.execute(
                update(doomed_objects).where(these).values(since=_AT_ONCE)
            )
            # But for those that a row came to name meanwhile.
            left = select(doomed_objects.c.object_key).where(these)
            going = list(connection.execute(left).scalars())
        for key in going:
            store.delete(key)
        with transaction(engine) as connection:
            connection.execute(delete(doomed_objects).where(these))
        gone += len(keys)
        if len(keys) < _ROUND:
            return gone
