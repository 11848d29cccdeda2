"""Share links: mint, extend, revoke, list. A link opens one stored replay: ``door``.

The token has 192 random bits. It is looked up by its hash and kept sealed: whoever
reads the database can open no replay. Revoking acts on the next byte served.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    case,
    func,
    or_,
    select,
    true,
    update,
)

from bot.audit import AuditEntry, Event, write
from bot.clock import Clock, utc_now
from bot.database.engine import transaction
from bot.database.schema import links, of_recording
from bot.errors import Gone, NotFound
from bot.model import LinkState, Recording, ShareLink
from bot.sealing import Sealer
from bot.share_urls import PATH, TOKEN_BYTES, token_of
from bot.sharing.door import CLOSED, Door, hash_of, state_now
from bot.sharing.entries import LinkEntry, read_entries


class Links:
    """The share links of an installation."""

    def __init__(
        self,
        engine: Engine,
        *,
        public_url: str,
        sealer: Sealer,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._public_url = public_url.rstrip("/")
        self._sealer = sealer
        self._clock = clock
        self.door = Door(engine, clock=clock)

    def mint(
        self,
        replay_id: str,
        *,
        origin: str,
        by: str,
        expires_in: timedelta,
        max_opens: int | None = None,
        start_at_s: int = 0,
        note: str = "",
        about: str = "",
        proof: Callable[[Connection], None] | None = None,
    ) -> ShareLink:
        """A link to a stored replay.

        ``origin`` names what it is minted for. Minting again for the same origin keeps
        the row and replaces the token: the first one was never posted. ``max_opens``
        limits how often its page opens. ``about`` is kept sealed beside it. ``proof``
        raises where the caller may not mint any more; it is asked in the same
        transaction.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        url = f"{self._public_url}{PATH}{token}"
        now = self._clock()
        fresh = {
            "token_hash": hash_of(token),
            "sealed_url": self._sealer.seal(url),
            "sealed_about": self._sealer.seal(about),
            "replay_id": replay_id,
            "created_by": by,
            "created_at": now,
            "expires_at": now + expires_in,
            "max_opens": max_opens,
            "start_at_s": start_at_s,
            "note": note,
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
        return ShareLink(link_id, url, now + expires_in, max_opens)

    def extend(self, link_id: str, *, by: str, expires_in: timedelta) -> datetime:
        """Let an open link open until ``expires_in`` from now; never for shorter than
        it would. Raises NotFound, or Gone: a closed link stays closed."""
        now = self._clock()
        with transaction(self._engine) as connection:
            row = connection.execute(
                select(links).where(links.c.id == link_id)
            ).one_or_none()
            if row is None:
                raise NotFound("there is no such share link")
            state = state_now(row, now)
            if state is not LinkState.OPEN:
                plain = f"{CLOSED[state]} Share the replay again for a new one."
                raise Gone(state.value, plain=plain)
            until: datetime = max(row.expires_at, now + expires_in)
            connection.execute(
                update(links)
                .where(links.c.id == link_id)
                .values(
                    expires_at=until,
                    told=case((links.c.posted.is_not(None), ""), else_=links.c.told),
                )
            )
            write(connection, AuditEntry(now, Event.EXTEND, by, link_id=link_id))
        return until

    def revoke(self, link_id: str, *, by: str) -> bool:
        """Close a link for good; False where there is no such link."""
        now = self._clock()
        with transaction(self._engine) as connection:
            known = connection.execute(
                select(links.c.id).where(links.c.id == link_id)
            ).scalar_one_or_none()
            revoked = connection.execute(
                update(links)
                .where(links.c.id == link_id, links.c.revoked_at.is_(None))
                .values(revoked_at=now, revoked_by=by)
            )
            if revoked.rowcount:
                write(connection, AuditEntry(now, Event.REVOKE, by, link_id=link_id))
        return known is not None

    def lead_on(self, replay_ids: Sequence[str], to: str) -> int:
        """Have the open links to these replays lead to another one of the same
        recording by the same rules; how many. A closed link changes no more."""
        now = self._clock()
        with transaction(self._engine) as connection:
            moved = connection.execute(
                update(links)
                .where(links.c.replay_id.in_(replay_ids))
                .where(links.c.revoked_at.is_(None), links.c.expires_at > now)
                .values(replay_id=to)
            )
        return int(moved.rowcount)

    def minted_for(self, request_id: str) -> list[str]:
        """The ids of the links that were minted for a request: their origins begin with
        its id."""
        with transaction(self._engine) as connection:
            return list(
                connection.execute(
                    select(links.c.id).where(
                        links.c.origin.startswith(f"{request_id}:", autoescape=True)
                    )
                ).scalars()
            )

    def posted_of(self, recording: Recording, limit: int = 100) -> list[LinkEntry]:
        """The links to a recording that were posted, newest first."""
        mine = and_(
            of_recording(recording.source, recording.id),
            links.c.posted.is_not(None),
        )
        with transaction(self._engine) as connection:
            return read_entries(connection, mine, limit)

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
            word = token_in(word)
        with transaction(self._engine) as connection:
            found = connection.execute(
                select(links.c.id).where(
                    (links.c.id == word) | (links.c.token_hash == hash_of(word))
                )
            ).scalar_one_or_none()
        if found is None:
            raise NotFound("there is no such share link; see: replay-courier links")
        return str(found)

    def ours(self, url: str) -> LinkEntry | None:
        """The link behind a URL somebody posted; None where it is none of ours."""
        token = token_of(url, self._public_url)
        if token is None:
            return None
        with transaction(self._engine) as connection:
            known = links.c.token_hash == hash_of(token)
            return next(iter(read_entries(connection, known, 1)), None)

    def get(self, link_id: str) -> LinkEntry:
        """Raises NotFound."""
        with transaction(self._engine) as connection:
            found = read_entries(connection, links.c.id == link_id, 1)
        if not found:
            raise NotFound("there is no such share link")
        return found[0]

    def entries(self, limit: int = 100, *, by: str | None = None) -> list[LinkEntry]:
        """The links, newest first; ``by`` keeps those one person made and posted."""
        mine = true() if by is None else _posted_by(by)
        with transaction(self._engine) as connection:
            return read_entries(connection, mine, limit)

    def closing(self, within: timedelta, *, by: str, limit: int) -> list[LinkEntry]:
        """The links one person made and posted that are open and expire within that
        time, the first to expire first."""
        now = self._clock()
        wanted = and_(
            _posted_by(by),
            links.c.revoked_at.is_(None),
            links.c.expires_at > now,
            links.c.expires_at <= now + within,
            or_(links.c.max_opens.is_(None), links.c.opens < links.c.max_opens),
        )
        with transaction(self._engine) as connection:
            return read_entries(
                connection, wanted, limit, order=links.c.expires_at.asc()
            )

    def unsealed(self, text: str) -> str:
        """What was kept sealed. Raises SettingsError."""
        return self._sealer.open(text)

    def share_link(self, entry: LinkEntry) -> ShareLink:
        """The link with its URL; empty where it was minted before URLs were kept."""
        with transaction(self._engine) as connection:
            sealed = connection.execute(
                select(links.c.sealed_url).where(links.c.id == entry.id)
            ).scalar_one_or_none()
        return ShareLink(
            id=entry.id,
            url=self._sealer.open(sealed) if sealed else "",
            expires_at=entry.expires_at,
            max_opens=entry.max_opens,
            opens=entry.opens,
            state=entry.state(self._clock()),
        )

    def counts(self) -> dict[LinkState, int]:
        """How many links are in each state."""
        state = case(
            (links.c.revoked_at.is_not(None), LinkState.REVOKED.value),
            (links.c.expires_at <= self._clock(), LinkState.EXPIRED.value),
            (links.c.opens >= links.c.max_opens, LinkState.USED_UP.value),
            else_=LinkState.OPEN.value,
        ).label("state")
        with transaction(self._engine) as connection:
            rows = connection.execute(select(state, func.count()).group_by(state)).all()
        return {LinkState(name): number for name, number in rows}


def token_in(url: str) -> str:
    """The token in a share link's URL, whatever follows it."""
    try:
        path = urlsplit(url.strip()).path
    except ValueError:
        return ""
    return path.rstrip("/").rpartition("/r/")[2].split("/")[0]


def _posted_by(person: str) -> ColumnElement[bool]:
    """A link whose posting failed is known to nobody, its maker included."""
    return and_(links.c.created_by == person, links.c.posted.is_not(None))
