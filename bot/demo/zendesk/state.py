"""What one account holds, and how things in it are found."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.zendesk.conversation import Upload
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Refusal, stamp
from bot.demo.zendesk.tickets import Ticket

BLOCKED_EXTENSIONS: frozenset[str] = frozenset()


@dataclass
class State:
    """One account's records in memory; whoever changes them holds ``lock``."""

    clock: Callable[[], float]
    max_upload_bytes: int = 50 * 1024 * 1024
    blocked_extensions: frozenset[str] = BLOCKED_EXTENSIONS
    users: dict[int, User] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    forces_public: bool = False
    """An account whose own rules make every comment public."""
    empty_uploads: int = 0
    """Uploads that arrived without a byte: always a client's mistake."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._ids = itertools.count(33_144_692_255_001, 128)
        self._ticket_ids = itertools.count(5158)

    def new_id(self) -> int:
        return next(self._ids)

    def new_ticket_id(self) -> int:
        return next(self._ticket_ids)

    def now(self) -> str:
        return stamp(self.clock())

    def add_user(
        self,
        name: str,
        email: str | None,
        role: str = "end-user",
        *,
        verified: bool = True,
        external_id: str | None = None,
    ) -> User:
        with self.lock:
            user = User(
                id=self.new_id(),
                name=name,
                email=email,
                role=role,
                verified=verified,
                external_id=external_id,
                created_at=self.now(),
            )
            if email:
                user.add_identity(self.new_id(), email, verified=verified, primary=True)
            self.users[user.id] = user
            return user

    def user_by_email(self, email: str) -> User | None:
        with self.lock:
            return next(
                (u for u in self.users.values() if email in u.email_addresses()), None
            )

    def ticket(self, ticket_id: int) -> Ticket:
        """The ticket as Zendesk would show it. Raises Refusal 404."""
        ticket = self.tickets.get(ticket_id)
        if ticket is None or ticket.deleted:
            raise Refusal(404, "RecordNotFound", "Not found")
        return ticket
