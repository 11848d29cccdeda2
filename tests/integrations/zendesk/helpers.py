"""What the Zendesk tests share beside fixtures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.demo.zendesk import ZendeskStandIn
from bot.errors import RetryLater
from bot.model import (
    Action,
    ErrorLine,
    Identifier,
    IdentifierKind,
    Note,
    Page,
    Person,
    Recording,
    ReplayRequest,
    ReplyTo,
    RequestLine,
    SharedReplay,
    ShareLink,
    Summary,
)
from integrations.zendesk.client import Zendesk
from integrations.zendesk.credentials import ApiToken, Credentials


class RecordingIntake:
    """Takes requests as the ledger does: one per key, or none while it is down."""

    def __init__(self) -> None:
        self.requests: dict[str, ReplayRequest] = {}
        self.submissions = 0
        self.is_down = False

    def submit(self, request: ReplayRequest) -> bool:
        if self.is_down:
            raise RetryLater("the database does not answer")
        self.submissions += 1
        is_new = request.key not in self.requests
        self.requests.setdefault(request.key, request)
        return is_new

    def revoke(self, link_id: str, *, by: str) -> bool:
        return False


class MemoryDraft:
    """A request's own notes, for as long as a test."""

    def __init__(self) -> None:
        self.data: Mapping[str, str] = {}

    def save(self, **values: str) -> None:
        self.data = {**self.data, **values}


CLIENTS: list[Zendesk] = []
"""Clients of the running test, closed with its stand-in."""


def client(
    stand_in: ZendeskStandIn,
    credentials: Credentials | None = None,
    *,
    timeout: float = 5.0,
) -> Zendesk:
    """Real zenpy, pointed at the stand-in."""
    known = stand_in.credentials
    token = ApiToken(known.agent_email, known.api_token)
    made = Zendesk("acme", credentials or token, stand_in.url, timeout=timeout)
    CLIENTS.append(made)
    return made


def created(ticket: int) -> ReplayRequest:
    """The request a new ticket makes."""
    return ReplayRequest(
        key=f"zendesk:{ticket}:created",
        action=Action.NOTE,
        reply_to=ReplyTo("zendesk", {"ticket": str(ticket)}),
        asked_by="zendesk",
    )


def commanded(ticket: int, comment: int | str = "") -> ReplayRequest:
    """The request an agent's command makes; a trigger knows no comment."""
    return replace(
        created(ticket),
        key=f"zendesk:{ticket}:invocation:01HANA2B",
        reply_to=ReplyTo("zendesk", {"ticket": str(ticket), "command": str(comment)}),
    )


START = datetime(2026, 3, 2, 9, 12, tzinfo=UTC)
JANE = Person("p1", "Jane Doe", "jane@example.com")
EMAIL = Identifier(IdentifierKind.EMAIL, "jane@example.com")
RECORDING = Recording("0195-a", "posthog", START, timedelta(seconds=250), person=JANE)
SUMMARY = Summary(
    start=START,
    end=START + timedelta(minutes=4),
    duration_ms=250_000,
    active_ms=90_000,
    events=1000,
    windows=(),
    platform="web",
    viewport=(1440, 900),
    browser="Chrome 141",
    os="Windows 11",
    pages=(Page("https://app.example.com/reports?token=secret#x", 0),),
    clicks=12,
    rage_clicks=2,
    input_events=3,
    full_snapshots=1,
    console={"error": 3},
    exceptions=1,
    network_requests=20,
    network_failing=2,
    network_slow=0,
    errors=(ErrorLine("TypeError: x is undefined", 3, 83_000, True),),
    failing=(
        RequestLine("POST", "https://api.example.com/export?key=k", 500, 2, 80_000, 10),
    ),
    slow=(),
    marks=(),
    start_at_ms=63_000,
)


def shared(recording: Recording = RECORDING, about: Summary = SUMMARY) -> SharedReplay:
    url = "https://replays.example.com/r/abc"
    link = ShareLink("link-1", url, datetime(2026, 3, 9, 9, 14, tzinfo=UTC))
    return SharedReplay(recording, about, link, f"{url}#t=63", 120_000)


NOTE = Note((EMAIL,), (shared(),), (), timedelta(days=14))
