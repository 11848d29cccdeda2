"""The workspaces that installed the app: who, when, and their tokens, sealed.

slack_sdk's own store reads and writes the tables; here its tokens are sealed on their
way in and opened on their way out, and its statements take their turn with the
courier's. Renewing tokens that expire is ``rotation``'s.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Table,
    Text,
    TypeDecorator,
    and_,
    delete,
    or_,
    select,
    update,
)

from integrations.slack.clients import Workspace

_SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token")

Transaction = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction of the courier's database; raises RetryLater where it is away.
"""


class Sealer(Protocol):
    """What keeps a text unreadable in the database."""

    def seal(self, text: str) -> str: ...

    def open(self, sealed: str) -> str: ...


class Turns:
    """What slack_sdk's stores use of an Engine: every statement is a transaction of the
    courier's, so that SQLite's one writer is waited for in its queue."""

    def __init__(self, transaction: Transaction) -> None:
        self.begin = self.connect = transaction

    @classmethod
    def engine(cls, transaction: Transaction) -> Engine:
        return cast(Engine, cls(transaction))


@dataclass(frozen=True, slots=True)
class BotToken:
    """A workspace's token as it is kept; ``expires_at`` is in Unix seconds."""

    row: int
    workspace: Workspace
    token: str
    refresh_token: str | None = None
    expires_at: float | None = None


class Installations(SQLAlchemyInstallationStore):
    """Every method may raise RetryLater, and SettingsError where the key is lost.

    The tables are made by the courier's migrations.
    """

    bots: Table

    def __init__(
        self, client_id: str, transaction: Transaction, sealer: Sealer
    ) -> None:
        super().__init__(
            client_id, Turns.engine(transaction), logger=logging.getLogger(__name__)
        )
        self._transaction = transaction
        self.bots.append_column(Column("rotating_until", DateTime))
        for table in (self.bots, self.installations):
            for name in _SECRETS:
                if name in table.c:
                    table.c[name].type = _Sealed(sealer)

    def save(self, installation: Installation) -> None:
        """Keep the installation in the place of earlier ones of that workspace."""
        super().save(installation)
        self.forget(
            _workspace(installation.team_id, installation.enterprise_id),
            before=installation.installed_at,
        )

    def held(self, workspace: Workspace) -> BotToken | None:
        """The workspace's newest token; None where the app is not installed there."""
        table = self.bots
        query = (
            select(table)
            .where(self._is(table, workspace), table.c.bot_token.is_not(None))
            .order_by(table.c.installed_at.desc())
            .limit(1)
        )
        with self._transaction() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        expires = row.bot_token_expires_at
        return BotToken(
            row.id,
            workspace,
            row.bot_token,
            row.bot_refresh_token,
            None if expires is None else expires.replace(tzinfo=UTC).timestamp(),
        )

    def workspaces(self) -> list[Workspace]:
        """Where the app is installed."""
        c = self.bots.c
        query = (
            select(c.team_id, c.enterprise_id)
            .where(c.client_id == self.client_id, c.bot_token.is_not(None))
            .distinct()
            .order_by(c.enterprise_id, c.team_id)
        )
        with self._transaction() as connection:
            rows = connection.execute(query).all()
        return [_workspace(row.team_id, row.enterprise_id) for row in rows]

    def forget(
        self,
        workspace: Workspace,
        *,
        before: float,
        users: Iterable[str] | None = None,
    ) -> None:
        """Delete what was installed there before that time, in Unix seconds.

        With ``users`` only what these people installed, and no bot's token. Slack's
        word of a removal may come after the app was installed again.
        """
        limit = _naive(before)
        people = self.installations
        with self._transaction() as connection:
            old = delete(people).where(
                self._is(people, workspace), people.c.installed_at < limit
            )
            if users is not None:
                connection.execute(old.where(people.c.user_id.in_(list(users))))
                return
            connection.execute(old)
            connection.execute(
                delete(self.bots).where(
                    self._is(self.bots, workspace), self.bots.c.installed_at < limit
                )
            )

    def begin_rotation(self, held: BotToken, *, now: float, until: float) -> bool:
        """Whether the caller is the one to renew this token, until that time."""
        c = self.bots.c
        with self._transaction() as connection:
            taken = connection.execute(
                update(self.bots)
                .where(
                    self._was(held),
                    c.bot_token_expires_at == _naive(held.expires_at or 0),
                    or_(c.rotating_until.is_(None), c.rotating_until < _naive(now)),
                )
                .values(rotating_until=_naive(until))
            )
        return taken.rowcount == 1

    def end_rotation(
        self,
        held: BotToken,
        *,
        token: str,
        refresh_token: str,
        expires_at: float,
    ) -> None:
        """Keep the new token in the place of the old one, if that is still there."""
        with self._transaction() as connection:
            connection.execute(
                update(self.bots)
                .where(self._was(held), self.bots.c.rotating_until.is_not(None))
                .values(
                    bot_token=token,
                    bot_refresh_token=refresh_token,
                    bot_token_expires_at=_naive(expires_at),
                    rotating_until=None,
                )
            )

    def _was(self, held: BotToken) -> Any:
        # SQLite gives a deleted row's number to the next one, whosever that is.
        return and_(self.bots.c.id == held.row, self._is(self.bots, held.workspace))

    def _is(self, table: Table, workspace: Workspace) -> Any:
        c = table.c
        if workspace.team:
            # Enough by itself: a workspace may join an organisation later.
            return and_(c.client_id == self.client_id, c.team_id == workspace.team)
        return and_(
            c.client_id == self.client_id,
            c.team_id.is_(None),
            c.enterprise_id == workspace.enterprise,
        )


class _Sealed(TypeDecorator[str]):
    """A text that is sealed in the database and open in the program."""

    impl = Text
    cache_ok = True

    def __init__(self, sealer: Sealer) -> None:
        super().__init__()
        self.sealer = sealer

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.sealer.seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.sealer.open(value)


def _workspace(team: str | None, enterprise: str | None) -> Workspace:
    return Workspace(team or "", enterprise or "")


def _naive(at: float) -> datetime:
    # slack_sdk keeps its times in UTC without a zone.
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None)
