"""Share links: mint, open, revoke. A link opens one stored replay until it expires.

The token has 192 random bits and only its hash is kept: whoever reads the database can
open no replay. Revoking acts on the next byte served.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, func, select, update

from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.schema import links, replays, views
from bot.errors import Gone, NotFound
from bot.model import ShareLink

_TOKEN_BYTES = 24
_MAX_TOKEN = 100


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that may be opened now."""

    id: str
    replay_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkEntry:
    """A link as an administrator sees it; nobody can see its token again."""

    id: str
    recording_id: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    views: int

    def state(self, now: datetime) -> str:
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at <= now else "open"


class Links:
    """The share links of an installation."""

    def __init__(
        self,
        engine: Engine,
        *,
        public_url: str,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    def mint(
        self,
        replay_id: str,
        *,
        origin: str,
        by: str,
        expires_in: timedelta,
        proof: Callable[[Connection], None] | None = None,
    ) -> ShareLink:
        """A link to a stored replay.

        ``origin`` names what it is minted for. Minting again for the same origin keeps
        the row and replaces the token: the first one was never posted. ``proof`` raises
        where the caller may not mint any more; it is asked in the same transaction.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._clock()
        fresh = {
            "token_hash": _hash(token),
            "replay_id": replay_id,
            "created_by": by,
            "created_at": now,
            "expires_at": now + expires_in,
        }
        with transaction(self._engine) as connection:
            if proof is not None:
                proof(connection)
            known = connection.execute(
                select(links.c.id).where(links.c.origin == origin)
            ).scalar_one_or_none()
            link_id = str(known or uuid.uuid4().hex)
            if known:
                connection.execute(
                    update(links).where(links.c.id == known).values(fresh)
                )
            else:
                connection.execute(
                    links.insert().values(id=link_id, origin=origin, **fresh)
                )
        return ShareLink(link_id, f"{self._public_url}/r/{token}", now + expires_in)

    def open(self, token: str) -> OpenLink:
        """The link of a token. Raises NotFound, or Gone: expired or revoked."""
        if len(token) > _MAX_TOKEN:
            raise NotFound("no such link")
        with transaction(self._engine) as connection:
            row = connection.execute(
                select(links).where(links.c.token_hash == _hash(token))
            ).one_or_none()
        if row is None:
            raise NotFound("no such link")
        if row.revoked_at is not None:
            raise Gone("revoked", plain="This link was revoked.")
        if row.expires_at <= self._clock():
            raise Gone("expired", plain="This link has expired.")
        return OpenLink(row.id, row.replay_id, row.expires_at)

    def log_view(self, link_id: str, what: str) -> None:
        """Keep that the link was opened: when and what, and nothing about whom."""
        with transaction(self._engine) as connection:
            connection.execute(
                views.insert().values(
                    link_id=link_id, viewed_at=self._clock(), what=what
                )
            )

    def revoke(self, link_id: str, *, by: str) -> bool:
        """Close a link for good; False where there is no such link."""
        with transaction(self._engine) as connection:
            known = connection.execute(
                select(links.c.id).where(links.c.id == link_id)
            ).scalar_one_or_none()
            connection.execute(
                update(links)
                .where(links.c.id == link_id, links.c.revoked_at.is_(None))
                .values(revoked_at=self._clock(), revoked_by=by)
            )
        return known is not None

    def revoked_at(self, link_id: str) -> datetime | None:
        with transaction(self._engine) as connection:
            return connection.execute(
                select(links.c.revoked_at).where(links.c.id == link_id)
            ).scalar_one_or_none()

    def named(self, text: str) -> str:
        """The id of the link meant by an id, a token or the link's URL.

        Raises NotFound.
        """
        word = text.strip()
        if "/" in word:
            word = urlsplit(word).path.rstrip("/").rpartition("/r/")[2].split("/")[0]
        with transaction(self._engine) as connection:
            found = connection.execute(
                select(links.c.id).where(
                    (links.c.id == word) | (links.c.token_hash == _hash(word))
                )
            ).scalar_one_or_none()
        if found is None:
            raise NotFound("there is no such share link; see: replay-courier links")
        return str(found)

    def entries(self, limit: int = 100) -> list[LinkEntry]:
        """The links, newest first."""
        seen = (
            select(views.c.link_id, func.count().label("views"))
            .where(views.c.what == "page")
            .group_by(views.c.link_id)
            .subquery()
        )
        query = (
            select(links, replays.c.recording_id, seen.c.views)
            .join(replays, replays.c.id == links.c.replay_id)
            .outerjoin(seen, seen.c.link_id == links.c.id)
            .order_by(links.c.created_at.desc())
            .limit(limit)
        )
        with transaction(self._engine) as connection:
            rows = connection.execute(query).all()
        return [
            LinkEntry(
                id=row.id,
                recording_id=row.recording_id,
                created_by=row.created_by,
                created_at=row.created_at,
                expires_at=row.expires_at,
                revoked_at=row.revoked_at,
                views=row.views or 0,
            )
            for row in rows
        ]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
