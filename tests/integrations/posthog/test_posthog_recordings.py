from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.errors import NotFound, UnknownShape
from bot.model import Identifier, IdentifierKind, Person
from integrations.posthog import PostHogSource
from integrations.posthog.recordings import read_recording

FIXTURES = Path(__file__).parent / "fixtures"
CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"
NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)
SINCE = NOW - timedelta(days=14)


def person(source: PostHogSource, address: str) -> Person:
    (found,) = source.find_people(Identifier(IdentifierKind.EMAIL, address))
    return found


def with_many(posthog: PostHogStandIn, count: int) -> list[str]:
    """Give Jane ``count`` recordings, an hour apart; their ids, newest first."""
    original = posthog.project.recordings.pop(0)
    for number in range(count):
        start = original.start - timedelta(hours=number)
        copy = dataclasses.replace(
            original,
            id=f"session-{number}",
            start=start,
            end=start + timedelta(minutes=1),
        )
        posthog.project.recordings.append(copy)
    return [f"session-{number}" for number in range(count)]


def test_a_list_is_three_calls(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """From address to list with pages, browser and exceptions in three calls."""
    jane = person(source, "jane.doe@example.com")
    (found,) = source.recordings_of(jane, since=SINCE, limit=10)
    assert posthog.count() == {"persons": 1, "list": 1, "query": 1}
    assert found.id == CHECKOUT
    assert found.source == "posthog"
    assert found.start == datetime(2026, 11, 23, 11, 1, 45, 574000, UTC)
    assert found.duration == timedelta(seconds=38)
    assert found.active == timedelta(seconds=33)
    assert found.person == jane
    assert found.start_url == (
        "http://shop.acme.test/?utm_source=newsletter&utm_campaign=autumn"
    )
    assert found.urls[1:] == (
        "http://shop.acme.test/checkout.html",
        "http://shop.acme.test/checkout/shipping",
        "http://shop.acme.test/checkout/payment",
    )
    assert (found.click_count, found.keypress_count) == (22, 122)
    assert (found.console_error_count, found.exception_count) == (12, 2)
    assert (found.platform, found.browser, found.os) == ("web", "Chrome", "Linux")
    assert found.device == "Desktop"
    assert not found.ongoing
    assert found.url is not None
    assert found.url.endswith(f"/project/1/replay/{CHECKOUT}")


def test_look_back_is_always_said(
    source: PostHogSource, posthog: PostHogStandIn, clock: Callable[[], datetime]
) -> None:
    """PostHog looks back three days if not told; recordings of before are found."""
    posthog.project.recordings[0].start -= timedelta(days=10)
    jane = person(source, "jane.doe@example.com")
    assert len(source.recordings_of(jane, since=SINCE, limit=10)) == 1
    recent = NOW - timedelta(days=9)
    assert source.recordings_of(jane, since=recent, limit=10) == []
    assert all(
        "date_from" in call.params for call in posthog.calls if call.kind == "list"
    )


@pytest.mark.parametrize("cursors", [True, False])
def test_pages_are_followed(
    source: PostHogSource, posthog: PostHogStandIn, cursors: bool
) -> None:
    """Up to the limit and newest first, by cursor or, on older servers, by offset."""
    expected = with_many(posthog, 130)
    posthog.cursors = cursors
    jane = person(source, "jane.doe@example.com")
    found = source.recordings_of(jane, since=SINCE, limit=120)
    assert [one.id for one in found] == expected[:120]
    assert posthog.count()["list"] == 2
    assert len(source.recordings_of(jane, since=SINCE, limit=1000)) == 130


@pytest.mark.parametrize("cursors", [True, False])
def test_all_recordings_come_a_page_at_a_time(
    source: PostHogSource, posthog: PostHogStandIn, cursors: bool
) -> None:
    """Everybody's, newest first, each page told by the one before it; two calls a
    page."""
    expected = with_many(posthog, 130)
    others = [one.id for one in posthog.project.recordings if one.id not in expected]
    posthog.cursors = cursors
    found, after = [], None
    while True:
        page = source.recordings_between(SINCE, NOW, after=after, limit=60)
        found += page.recordings
        after = page.after
        if after is None:
            break
    assert [one.id for one in found if one.id in expected] == expected
    listable = [one for one in others if one in {each.id for each in found}]
    assert len(found) == len(expected) + len(listable)
    assert listable
    assert [one.start for one in found] == sorted(one.start for one in found)[::-1]
    assert posthog.count() == {"list": 3, "query": 3}
    assert found[0].urls


def test_only_what_started_within_the_time_is_listed(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """From the first moment on and before the last; nothing is an empty page."""
    with_many(posthog, 4)
    first = min(one.start for one in posthog.project.recordings if "session-" in one.id)
    page = source.recordings_between(
        first, first + timedelta(hours=1), after=None, limit=10
    )
    assert [one.id for one in page.recordings] == ["session-3"]
    before = source.recordings_between(
        first - timedelta(days=9), first - timedelta(days=8), after=None, limit=10
    )
    assert (before.recordings, before.after) == ((), None)


def test_one_that_cannot_be_read_does_not_hide_the_others(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """It is named beside them."""
    with_many(posthog, 2)
    whole = posthog.project.recording_json

    def damaged(recording, *args, **how):
        read = whole(recording, *args, **how)
        return read | ({"id": 12} if recording.id == "session-1" else {})

    posthog.project.recording_json = damaged  # type: ignore[method-assign]
    page = source.recordings_between(SINCE, NOW, after=None, limit=50)
    assert "session-0" in {one.id for one in page.recordings}
    assert len(page.unread) == 1
    assert "cannot read id" in page.unread[0]


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LIMITED, Fault.DOWN, None])
def test_a_list_needs_no_query(
    source: PostHogSource, posthog: PostHogStandIn, fault: Fault | None
) -> None:
    """Without query:read, or with the query failing, the list comes all the same."""
    if fault:
        posthog.faults.add("query", fault)
    else:
        posthog.keys[DEMO_KEY] = frozenset({"session_recording:read", "person:read"})
    jane = person(source, "jane.doe@example.com")
    (found,) = source.recordings_of(jane, since=SINCE, limit=10)
    assert found.urls == ()
    assert found.exception_count is None
    assert (found.browser, found.os, found.device) == ("Chrome", "Linux", "Desktop")


def test_ongoing_recordings_say_so(source: PostHogSource) -> None:
    """What still grows is marked."""
    otto = person(source, "otto@example.com")
    (found,) = source.recordings_of(otto, since=SINCE, limit=10)
    assert found.ongoing


def test_one_recording_by_its_id(source: PostHogSource) -> None:
    """One by id has what a list has; an unknown or expired one is not found."""
    found = source.recording(CHECKOUT)
    assert found.id == CHECKOUT
    assert len(found.urls) == 4
    for unknown in ("019cb000-0000-7000-8000-000000000a6e", "nope", "a/../b?c"):
        with pytest.raises(NotFound):
            source.recording(unknown)


def test_young_recordings_count_as_ongoing(
    source: PostHogSource, clock: object
) -> None:
    """One recording's answer does not say it, so its end tells: within 5 minutes."""
    assert source.recording(CHECKOUT).ongoing
    clock.now += timedelta(minutes=5)  # type: ignore[attr-defined]
    assert not source.recording(CHECKOUT).ongoing


def test_links_lead_to_where_people_open_posthog(
    make_source: Callable[..., PostHogSource],
) -> None:
    """The private link is on the host for people, if that is another one."""
    source = make_source(ui_host="https://ph.acme.test/")
    link = source.recording(CHECKOUT).url
    assert link == f"https://ph.acme.test/project/1/replay/{CHECKOUT}"


def test_environments_path(
    make_source: Callable[..., PostHogSource], posthog: PostHogStandIn
) -> None:
    """Servers that only know environments are asked there."""
    make_source(project_path="environments").recording(CHECKOUT)
    assert all(call.path.startswith("/api/environments/1/") for call in posthog.calls)


def test_recordings_enabled(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """The project's own switch, and not known to a key without project:read."""
    assert source.recordings_enabled() is True
    posthog.project.records_sessions = False
    assert source.recordings_enabled() is False
    posthog.keys[DEMO_KEY] = frozenset({"session_recording:read"})
    assert source.recordings_enabled() is None


@pytest.mark.parametrize("name", ["recording", "old-recording-meta-2023"])
def test_saved_answers_are_read(name: str) -> None:
    """Answers of 2026 and of 2023, which lacks most fields, are read."""
    raw = json.loads((FIXTURES / f"{name}.json").read_text())
    found = read_recording(raw, source="posthog", link="https://x", now=NOW)
    assert found.id == raw["id"]
    assert found.platform == "web"
    assert found.duration == timedelta(seconds=raw["recording_duration"])
    assert found.person is not None
    assert found.end is not None


@pytest.mark.parametrize(
    ("library", "platform"),
    [
        ("posthog-ios", "ios"),
        ("posthog-android", "android"),
        ("posthog-react-native", "react-native"),
        ("posthog-flutter", "flutter"),
        (None, "mobile"),
    ],
)
def test_mobile_platforms(library: str | None, platform: str) -> None:
    """The SDK's name tells which mobile platform it was."""
    raw = json.loads((FIXTURES / "recording.json").read_text())
    raw |= {"snapshot_source": "mobile", "snapshot_library": library}
    found = read_recording(raw, source="posthog", link="https://x", now=NOW)
    assert found.platform == platform


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", None),
        ("id", 12),
        ("start_time", "yesterday"),
        ("start_time", None),
        ("recording_duration", "long"),
    ],
)
def test_unknown_shapes_are_named(field: str, value: object) -> None:
    """What cannot be read is an error naming recording and field."""
    raw = json.loads((FIXTURES / "recording.json").read_text())
    raw |= {field: value, "end_time": None}
    with pytest.raises(UnknownShape) as unknown:
        read_recording(raw, source="posthog", link="https://x", now=NOW)
    assert unknown.value.field == field
    assert field == "id" or raw["id"] in str(unknown.value)


def test_odd_optional_fields_are_left_out() -> None:
    """A field of another type than known is missing, not an error."""
    raw = json.loads((FIXTURES / "recording.json").read_text())
    raw |= {"click_count": "many", "start_url": 3, "person": [], "expiry_time": 1}
    found = read_recording(raw, source="posthog", link="https://x", now=NOW)
    assert found.click_count is None
    assert found.start_url is None
    assert found.person is None
    assert found.expires_at is None
