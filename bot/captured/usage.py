"""How much of its quota each project has used, read again every now and then."""

from __future__ import annotations

import time
from collections.abc import Mapping

import structlog
from sqlalchemy import Engine, select

from bot.database.captures import projects
from bot.database.engine import transaction
from bot.errors import CourierError

_READ_AGAIN_S = 15.0
_log = structlog.get_logger(__name__)


class Usage:
    """Asked by many threads, read by one."""

    def __init__(self, engine: Engine, quotas: Mapping[str, int]) -> None:
        self._engine = engine
        self._quotas = quotas
        self._used: dict[str, int] = {}
        self._read_at: float | None = None
        self.is_wanted = False
        """Whether somebody asked for what is too old by now."""

    def is_stale(self, project: str) -> bool:
        """Whether what is known is too old; if so it is wanted from now on."""
        if project not in self._quotas:
            return False
        is_old = (
            self._read_at is None or time.monotonic() - self._read_at > _READ_AGAIN_S
        )
        self.is_wanted = self.is_wanted or is_old
        return is_old

    def is_full(self, project: str) -> bool:
        """Whether the project has used up its quota; False where it has none."""
        quota = self._quotas.get(project)
        return quota is not None and self._used.get(project, 0) >= quota

    def read(self) -> None:
        """Read what is stored where that was asked for; a database that is away leaves
        what was known."""
        if not self.is_wanted:
            return
        try:
            with transaction(self._engine) as connection:
                rows = connection.execute(
                    select(projects.c.project, projects.c.bytes_stored)
                )
                self._used = {project: stored for project, stored in rows}  # noqa: C416
        except CourierError as error:
            _log.warning("quotas could not be read", error=str(error))
        except Exception:
            # Whoever reads writes the journal too, and goes on.
            _log.exception("quotas could not be read")
        self._read_at = time.monotonic()
        self.is_wanted = False
