"""Results as the courier hands them to Slack, for the tests of this folder."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.model import (
    ErrorLine,
    Failed,
    Found,
    Identifier,
    IdentifierKind,
    LinkChanged,
    LinkState,
    Mark,
    NothingFound,
    Page,
    Person,
    Reason,
    Recording,
    ReplayFile,
    RequestLine,
    SharedReplay,
    ShareLink,
    Summary,
    WindowCount,
)

FIXTURES = Path(__file__).parent / "fixtures"
START = datetime(2026, 11, 23, 11, 1, 45, tzinfo=UTC)
ID = "019a1111-7000-7000-8000-00000000000a"

JANE = Person(id="p1", name="Jane Doe", email="jane@example.com", distinct_ids=("u1",))
JANES_EMAIL = Identifier(IdentifierKind.EMAIL, "jane@example.com")

RECORDING = Recording(
    id=ID,
    source="posthog",
    start=START,
    duration=timedelta(seconds=252),
    active=timedelta(seconds=180),
    person=JANE,
    distinct_id="u1",
    urls=(
        "https://shop.example.com/cart",
        "https://shop.example.com/checkout?c=secret",
    ),
    console_error_count=12,
    exception_count=2,
    browser="Chrome",
    os="Linux",
    device="Desktop",
    url=f"https://us.posthog.com/project/1/replay/{ID}",
)

SUMMARY = Summary(
    start=START,
    end=START + timedelta(seconds=252),
    duration_ms=252_000,
    active_ms=180_000,
    events=332,
    windows=(WindowCount("w1", 332),),
    platform="web",
    viewport=(1280, 800),
    browser="Chrome 156",
    os="Linux",
    pages=(
        Page("https://shop.example.com/", 0),
        Page("https://shop.example.com/cart", 4_000),
        Page("https://shop.example.com/cart#x", 5_000),
        Page("https://shop.example.com/checkout", 20_000),
    ),
    clicks=22,
    rage_clicks=1,
    input_events=121,
    full_snapshots=2,
    console={"error": 12, "warn": 1},
    exceptions=2,
    network_requests=49,
    network_failing=11,
    network_slow=1,
    errors=(
        ErrorLine("TypeError: cart is undefined", 1, 41_000, True),
        ErrorLine("Payment failed 500", 8, 27_127, False),
    ),
    failing=(
        RequestLine("POST", "https://api.example.com/pay?k=1", 500, 8, 27_000, 90),
    ),
    slow=(),
    marks=(Mark(27_127, "console_error", "Payment failed 500"),),
    start_at_ms=7_127,
)

LINK = ShareLink(
    "lnk_1", "https://replays.example.com/r/tok", START + timedelta(days=7)
)
SHARED = SharedReplay(
    recording=RECORDING,
    summary=SUMMARY,
    link=LINK,
    watch_url="https://replays.example.com/r/tok#t=7",
    size=2_310_044,
    shared_by="U07ANA00001",
)
FILE = ReplayFile(
    recording=RECORDING,
    summary=SUMMARY,
    filename=f"{ID}.replay.html",
    content=b"<!doctype html>\n" + b"x" * 5_000,
)
REVOKED = LinkChanged(
    replace(SHARED, link=replace(LINK, state=LinkState.REVOKED)),
    by="U07BEN00002",
    at=START + timedelta(days=1),
)
FAILED = Failed("PostHog refused our key. Ask an admin to renew it.", "req_42")
NOBODY = NothingFound(
    (JANES_EMAIL,),
    Reason.UNKNOWN_PERSON,
    "PostHog knows nobody by that address.",
    "Try their user id.",
)


def found(count: int = 2, **changes: Any) -> Found:
    """``count`` recordings of Jane, a day apart; the newest with its summary."""
    recordings = [RECORDING] + [
        replace(
            RECORDING,
            id=f"019a1111-7000-7000-8000-0000000000{n:02}",
            start=START - timedelta(days=n),
            console_error_count=0,
            exception_count=0,
        )
        for n in range(1, count)
    ]
    values: dict[str, Any] = {
        "identifiers": (JANES_EMAIL,),
        "recordings": tuple(recordings[:count]),
        "look_back": timedelta(days=14),
        "people": (JANE,),
        "summaries": {ID: SUMMARY},
        "total": count,
    }
    return Found(**{**values, **changes})


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
