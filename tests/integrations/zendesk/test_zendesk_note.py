"""The note: what agents read, and what a hostile recording cannot make of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.zendesk.sanitise import safe_html, text_of
from bot.model import (
    ErrorLine,
    Failed,
    Identifier,
    IdentifierKind,
    Note,
    NothingFound,
    Page,
    Person,
    Reason,
    Recording,
    RequestLine,
    SharedReplay,
    ShareLink,
    Summary,
)
from integrations.zendesk.note import (
    MAX_CHARACTERS,
    render,
    render_failed,
    render_nothing,
)
from integrations.zendesk.text import address, clock, length, safe
from tests.integrations.zendesk.helpers import (
    EMAIL,
    NOTE,
    RECORDING,
    START,
    SUMMARY,
    shared,
)

ALLOWED = {"p", "strong", "em", "ul", "li", "a", "code", "h3", "h4"}


class Tags(HTMLParser):
    """Every tag and attribute, and whether each tag is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


def test_the_whole_note() -> None:
    """What an agent reads of one replay, tags dropped."""
    assert text_of(render(NOTE, "req-1")) == (
        "Session replay of Jane Doe (jane@example.com)\n\n"
        "Watch the replay, opening at 1:03\n\n"
        "2 Mar 2026, 09:12 UTC · 4 min 10 s · Chrome 141 on Windows 11 · 1440×900"
        " · 12 clicks · 2 rage clicks\n\n"
        "Errors\n\n"
        "1:23 TypeError: x is undefined ×3 (uncaught)\n\n"
        "Failed requests\n\n"
        "1:20 POST https://api.example.com/export 500 ×2\n\n"
        "Pages visited\n\n"
        "0:00 https://app.example.com/reports\n\n"
        "The links stop working on 9 Mar 2026, 09:14 UTC. Searched for"
        " jane@example.com. Looked back 14 days. Replay Courier, request req-1"
    )


def test_the_watch_link_opens_at_the_key_moment() -> None:
    """The first link of the note is the one to click, and survives a strict filter."""
    first = re.search(r'<a href="([^"]+)"', safe_html(render(NOTE, "req-1")))
    assert first
    assert first[1] == "https://replays.example.com/r/abc#t=63"


def test_the_rest_comes_as_short_lines() -> None:
    """More replays, other sessions and failed exports follow, a line each."""
    later = replace(RECORDING, id="b", console_error_count=1, url="https://eu.ph/x")
    note = replace(
        NOTE,
        replays=(NOTE.replays[0], shared(later, replace(SUMMARY, errors=()))),
        others=(later,) * 9,
        unavailable=((later, "The recording was deleted."),),
    )
    text = text_of(render(note, "req-1"))
    assert "UTC · 4 min 10 s · 2 failed requests · Watch" in text
    assert "Jane Doe (jane@example.com) · 2 Mar 2026, 09:12 UTC · 4 min" in text
    assert "4 min 10 s · 1 console error · Open in PostHog\n" in text
    assert "and 1 more" in text
    assert "The recording was deleted." in text


def test_a_note_without_any_replay_says_so() -> None:
    """Everything found but nothing exported is told, not left blank."""
    note = replace(NOTE, replays=(), unavailable=((RECORDING, "Too long."),))
    text = text_of(render(note, "req-1"))
    assert text.startswith("Session replays found, but none could be exported")
    assert "links stop working" not in text


def test_nothing_found_explains_itself() -> None:
    """Reason, advice and what was searched for."""
    result = NothingFound((EMAIL,), Reason.NO_SESSION, "No session.", "Look further.")
    assert text_of(render_nothing(result, "req-1")) == (
        "No session replay\n\nNo session.\n\nLook further.\n\n"
        "Searched for jane@example.com. Replay Courier, request req-1"
    )


def test_a_failure_names_its_reference() -> None:
    """The agent can tell the administrator which request it was."""
    assert text_of(render_failed(Failed("PostHog is down.", "R-9"), "req-1")) == (
        "The session replay could not be fetched\n\nPostHog is down.\n\nReference: R-9"
    )


def test_secrets_in_captured_addresses_are_not_repeated() -> None:
    """Query, fragment and user info of a captured URL stay out of the ticket."""
    shown = address("https://user:pass@app.example.com/a/b?token=t0k#frag")
    assert shown == "<code>https://app.example.com/a/b</code>"
    assert "secret" not in render(NOTE, "req-1")


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("please #RePlay me", "please # RePlay me"),
        ("#re\u200bplay", "#re play"),
        ("\u202egpj.exe", "gpj.exe"),
        ("a\nb\tc\x00d", "a b c d"),
        ("x" * 300, "x" * 200 + "…"),
        ("\ud800", ""),
    ],
)
def test_hostile_text_is_only_text(hostile: str, shown: str) -> None:
    """Markup, our command and direction marks lose their meaning."""
    assert safe(hostile) == shown


@pytest.mark.parametrize(
    ("at_ms", "shown"), [(0, "0:00"), (83_999, "1:23"), (3_723_000, "1:02:03")]
)
def test_places_in_a_recording(at_ms: int, shown: str) -> None:
    """Offsets read as the player shows them."""
    assert clock(at_ms) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(9, "9 s"), (250, "4 min 10 s"), (3725, "1 h 2 min")]
)
def test_lengths(seconds: int, shown: str) -> None:
    """Two units at most."""
    assert length(timedelta(seconds=seconds)) == shown


NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "<img src=x onerror=alert(1)>",
            '"><a href="javascript:alert(1)">',
            "#replay",
            "#",
            "replay",
            "<!--",
            "]]>",
            "&#35;replay",
            "javascript:alert(1)",
            "https://x.example/#replay",
            'https://x.example/"onmouseover="alert(1)',
            "http://[::1",
            "x" * 70_000,
        ]
    ),
)
RECORDINGS = st.builds(
    Recording,
    id=NASTY,
    source=NASTY,
    start=st.just(START),
    duration=st.timedeltas(timedelta(0), timedelta(days=2)),
    person=st.none() | st.builds(Person, id=NASTY, name=NASTY, email=st.none() | NASTY),
    url=st.none() | NASTY,
    device=st.none() | NASTY,
    os=st.none() | NASTY,
    console_error_count=st.none() | st.integers(0, 10**9),
)
SUMMARIES = st.builds(
    Summary,
    start=st.just(START),
    end=st.just(START),
    duration_ms=st.integers(0, 10**10),
    windows=st.just(()),
    viewport=st.none() | st.tuples(st.integers(), st.integers()),
    browser=st.none() | NASTY,
    os=st.none() | NASTY,
    platform=NASTY,
    pages=st.lists(st.builds(Page, url=NASTY), max_size=8).map(tuple),
    console=st.just({}),
    errors=st.lists(st.builds(ErrorLine, message=NASTY), max_size=8).map(tuple),
    failing=st.lists(st.builds(RequestLine, method=NASTY, url=NASTY), max_size=8).map(
        tuple
    ),
    slow=st.just(()),
    marks=st.just(()),
)
REPLAYS = st.builds(
    SharedReplay,
    recording=RECORDINGS,
    summary=SUMMARIES,
    link=st.builds(ShareLink, id=NASTY, url=NASTY, expires_at=st.just(START)),
    watch_url=NASTY,
)
IDENTIFIERS = st.lists(
    st.builds(Identifier, kind=st.sampled_from(IdentifierKind), value=NASTY), max_size=6
).map(tuple)
NOTES = st.builds(
    Note,
    identifiers=IDENTIFIERS,
    replays=st.lists(REPLAYS, max_size=3).map(tuple),
    others=st.lists(RECORDINGS, max_size=3).map(tuple),
    look_back=st.timedeltas(timedelta(0), timedelta(days=400)),
    unavailable=st.lists(st.tuples(RECORDINGS, NASTY), max_size=3).map(tuple),
)


def check_harmless(source: str) -> None:
    parsed = Tags(source)
    assert parsed.seen <= ALLOWED
    assert parsed.open == []
    for name, value in parsed.attributes:
        assert name == "href"
        assert re.match(r"https?://", value or "")
    assert len(source) <= MAX_CHARACTERS
    assert "#replay" not in source.lower()
    assert "#replay" not in text_of(source).lower()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(NOTES, NASTY, st.none() | NASTY)
def test_no_recording_can_write_markup(
    note: Note, request_id: str, attached: str | None
) -> None:
    """Whatever a recording holds: only our tags, closed, web links, no command."""
    check_harmless(render(note, request_id, attached=attached))


@given(NASTY, NASTY, IDENTIFIERS)
def test_no_explanation_can_write_markup(
    explanation: str, advice: str, identifiers: tuple[Identifier, ...]
) -> None:
    """The same for the answers without a replay."""
    nothing = NothingFound(identifiers, Reason.NO_SESSION, explanation, advice)
    check_harmless(render_nothing(nothing, advice))
    check_harmless(render_failed(Failed(explanation, advice), advice))


def test_a_long_note_is_cut_between_blocks() -> None:
    """A note of many long lines stays whole HTML, under the limit, with its footer."""
    long = shared(
        replace(RECORDING, url="https://x.example/" + "y" * 5000),
        replace(SUMMARY, errors=(ErrorLine("e" * 500, 1, 0, False),)),
    )
    note = replace(NOTE, replays=(long,), others=(long.recording,) * 8)
    source = render(note, "req-1")
    check_harmless(source)
    assert "The rest was cut" in source
    assert source.endswith("Replay Courier, request req-1</em></p>")
