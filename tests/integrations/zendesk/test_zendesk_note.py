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
    ReplayFile,
    RequestLine,
    SharedReplay,
    ShareLink,
    Summary,
)
from integrations.zendesk.causes import Cause
from integrations.zendesk.note import (
    MAX_CHARACTERS,
    render,
    render_failed,
    render_file,
    render_nothing,
    render_shared,
)
from integrations.zendesk.text import address, clock, length, safe
from integrations.zendesk.ways import Way, known_by
from tests.integrations.zendesk.helpers import (
    EMAIL,
    NOTE,
    RECORDING,
    START,
    SUMMARY,
    shared,
)

ALLOWED = {
    *("p", "strong", "em", "ul", "li", "a", "code", "h3", "h4", "blockquote", "img")
}


class Tags(HTMLParser):
    """Every tag and attribute, and whether each tag is closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.open: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


VERIFIED = known_by(Way.VERIFIED, EMAIL)
PICTURE = "https://acme.zendesk.com/attachments/token/abc/?name=timeline.png"


def led_by(identifier: Identifier, *more: Recording, note: Note = NOTE) -> Note:
    """The note of recordings that an identifier led to."""
    known = {one.id: identifier for one in (RECORDING, *more)}
    return replace(note, identifiers=(identifier,), found_by=known, others=more)


def test_the_whole_note() -> None:
    """What an agent reads of one replay, tags dropped."""
    note = replace(
        led_by(VERIFIED),
        about=START + timedelta(minutes=20),
        properties={"plan": "pro", "company": "Acme"},
    )
    assert text_of(render(note, "req-1")) == (
        "Session replay: Jane Doe (jane@example.com)\n\n"
        "Watch the replay from 1:03, shortly before the trouble\n\n"
        "2 Mar 2026, 09:12 UTC · 4 min 10 s (1 min 30 s active)"
        " · Chrome 141 on Windows 11 · 1440×900\n\n"
        "plan: pro · company: Acme\n\n"
        "The only session found. It ended 16 min before the customer's message.\n\n"
        "3 errors\n\n"
        "1:23 TypeError: x is undefined ×3 (uncaught)\n\n"
        "2 failed requests\n\n"
        "1:20 POST https://api.example.com/export 500 ×2\n\n"
        "2 rage clicks.\n\n"
        "1 page visited on app.example.com\n\n"
        "0:00 /reports\n\n"
        "The link stops working on 9 Mar 2026, 09:14 UTC. Looked for jane@example.com"
        " (verified address), 14 days back. Replay Courier, request req-1"
    )


def test_the_watch_link_opens_at_the_key_moment() -> None:
    """The first link of the note is the one to click, and survives a strict filter."""
    first = re.search(r'<a href="([^"]+)"', safe_html(render(NOTE, "req-1")))
    assert first
    assert first[1] == "https://replays.example.com/r/abc#t=63"


def test_times_open_the_replay_a_little_before_them() -> None:
    """An agent goes from the error's line to the error."""
    assert (
        '<a href="https://replays.example.com/r/abc#t=80">1:23</a>'
        " <code>TypeError: x is undefined</code>"
    ) in render(NOTE, "req-1")


def test_where_the_link_opens_is_said_by_what_is_there() -> None:
    """The time of the report where that falls inside, the trouble, or the beginning."""
    inside = replace(NOTE, about=START + timedelta(seconds=90))
    assert "from 1:03, shortly before the customer's message" in text_of(
        render(inside, "r")
    )
    calm = replace(SUMMARY, errors=(), console={}, network_failing=0, rage_clicks=0)
    text = text_of(render(replace(NOTE, replays=(shared(about=calm),)), "r"))
    assert "Watch the replay from 1:03\n" in text
    start = replace(shared(), watch_url="https://replays.example.com/r/abc#t=0")
    assert "Watch the replay\n" in text_of(render(replace(NOTE, replays=(start,)), "r"))


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (timedelta(minutes=-5), "It began 5 min after the customer's message."),
        (
            timedelta(minutes=2),
            "It was going on at the time of the customer's message.",
        ),
        (timedelta(days=3), "It ended 3 days before the customer's message."),
    ],
)
def test_how_near_the_report_the_session_is(after: timedelta, told: str) -> None:
    """In words, whichever way round."""
    assert told in text_of(render(replace(NOTE, about=START + after), "r"))


def test_the_choice_is_explained() -> None:
    """By what puts it before the others, or because it was named itself."""
    why = "errors shortly before the customer's message"
    note = replace(
        led_by(VERIFIED, replace(RECORDING, id="b")),
        why=why,
        about=START + timedelta(hours=1),
    )
    assert (f"Shown first of 2 sessions: {why}. It ended 56 min before.") in text_of(
        render(note, "r")
    )
    named = known_by(Way.DESCRIPTION, Identifier(IdentifierKind.RECORDING, "0195-a"))
    assert (
        "Shown because this session itself was named (mentioned in the description)."
    ) in text_of(render(led_by(named), "r"))


def test_a_session_that_goes_on_is_told_to() -> None:
    """What comes later is not in it."""
    ongoing = shared(replace(RECORDING, ongoing=True))
    text = text_of(render(replace(NOTE, replays=(ongoing,)), "r"))
    assert "It was still going on when this was written." in text


def test_a_calm_session_says_so() -> None:
    """Nothing went wrong is something to know."""
    calm = replace(SUMMARY, errors=(), failing=(), console={}, rage_clicks=0)
    text = text_of(render(replace(NOTE, replays=(shared(about=calm),)), "r"))
    assert "No errors and no failed requests." in text
    assert "rage" not in text


def test_the_worst_comes_first_and_the_rest_is_counted() -> None:
    """Uncaught errors before frequent ones, server faults before missing files."""
    summary = replace(
        SUMMARY,
        errors=(
            *(ErrorLine(f"warning {n}", n, n, False) for n in range(1, 8)),
            ErrorLine("uncaught", 1, 9, True),
        ),
        failing=(
            RequestLine("GET", "https://a.example/logo.png", 404, 9, 0, 1),
            RequestLine("POST", "https://a.example/pay", 503, 1, 0, 1),
            RequestLine("POST", "https://a.example/save", None, 2, 0, 1),
        ),
        pages=tuple(
            Page(f"https://a.example/{n // 2}?q={n}", n * 1000) for n in range(20)
        ),
    )
    text = text_of(render(replace(NOTE, replays=(shared(about=summary),)), "r"))
    assert re.findall(r"uncaught|warning \d|and \d more", text)[:6] == [
        "uncaught",
        "uncaught",
        "warning 7",
        "warning 6",
        "warning 5",
        "and 4 more",
    ]
    assert re.findall(r"/(pay|save|logo)", text) == ["save", "pay", "logo"]
    assert "29 errors" in text
    assert "10 pages visited on a.example" in text
    assert "0:08 /4\n" in text
    assert "and 5 more" in text


def test_pages_of_several_sites_are_written_out() -> None:
    """Which of them it was is half of what there is to know."""
    pages = (Page("https://a.example/x", 0), Page("https://b.example/y", 1000))
    note = replace(NOTE, replays=(shared(about=replace(SUMMARY, pages=pages)),))
    text = text_of(render(note, "r"))
    assert "2 pages visited\n" in text
    assert "0:00 https://a.example/x" in text


def test_the_picture_is_ours_with_the_same_in_words() -> None:
    """Nothing is lost where it is not shown; no other address is shown ever."""
    html = render(NOTE, "r", picture_url=PICTURE)
    assert (
        f'<img src="{PICTURE}" alt="Timeline of the replay: 4 min 10 s, 1 page' in html
    )
    assert text_of(html) == text_of(render(NOTE, "r"))
    assert "<img" not in render(NOTE, "r", picture_url="data:image/png;base64,AAAA")


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (
            Way.CLAIMED,
            "Not verified: Zendesk has not confirmed that the requester owns"
            " jane@example.com.",
        ),
        (
            Way.SHARED,
            "Shared mailbox: jane@example.com is a shared mailbox: these may be the"
            " sessions of somebody else who uses it.",
        ),
        (Way.SHARED_CLAIMED, "Shared mailbox, not verified: jane@example.com"),
        (Way.CC, "In copy: jane@example.com is not the requester, but in copy"),
    ],
)
def test_doubts_are_told_above_the_link(way: Way, told: str) -> None:
    """Before anybody watches somebody else's session."""
    text = text_of(render(led_by(known_by(way, EMAIL)), "r"))
    assert told in text
    assert text.index(told) < text.index("Watch the replay")


def test_an_address_that_is_only_mentioned_is_a_doubt() -> None:
    """A session that was named is none, and neither is a verified address."""
    mentioned = known_by(Way.DESCRIPTION, EMAIL, is_doubtful=True)
    assert (
        "Not verified: jane@example.com is only mentioned in the description."
    ) in text_of(render(led_by(mentioned), "r"))
    uuid = Identifier(IdentifierKind.UUID, "0192", is_doubtful=True)
    mentioned = known_by(Way.COMMENT, uuid, is_doubtful=True)
    assert "Not verified: 0192 is only mentioned in a comment." in text_of(
        render(led_by(mentioned), "r")
    )
    for sure in (VERIFIED, known_by(Way.AGENT, Identifier(IdentifierKind.UUID, "u"))):
        assert "Not verified" not in render(led_by(sure), "r")


def test_only_what_led_to_a_session_is_doubted() -> None:
    """An address in copy that has no session is nobody's business."""
    note = replace(led_by(VERIFIED), identifiers=(VERIFIED, known_by(Way.CC, EMAIL)))
    assert "In copy:" not in render(note, "r")


def test_whose_session_each_is_is_said_where_that_differs() -> None:
    """With who is in copy; for one person alone it is in the heading."""
    bob = replace(RECORDING, id="b", person=Person("p2", "Bob", "bob@example.com"))
    note = led_by(VERIFIED, bob)
    copied = known_by(Way.CC, Identifier(IdentifierKind.EMAIL, "bob@example.com"))
    note = replace(note, found_by={**note.found_by, "b": copied})
    text = text_of(render(note, "r"))
    assert (
        "Several people: these sessions are of Jane Doe (jane@example.com) and Bob"
        " (bob@example.com)."
    ) in text
    assert "4 min 10 s · Bob (bob@example.com) (in copy)" in text
    home = replace(RECORDING, id="b", person=Person("p9", "Jane Doe", "j@home.example"))
    alone = text_of(render(led_by(VERIFIED, home), "r"))
    assert "Several people" not in alone
    assert alone.count("Jane Doe") == 1


def test_the_rest_comes_as_short_lines() -> None:
    """More replays, other sessions and failed exports follow, a line each."""
    later = replace(RECORDING, id="b", console_error_count=1, url="https://eu.ph/x")
    calm = replace(SUMMARY, errors=(), console={})
    note = replace(
        NOTE,
        replays=(NOTE.replays[0], shared(later, calm)),
        others=(later,) * 9,
        unavailable=((later, "The recording was deleted."),),
    )
    text = text_of(render(note, "req-1"))
    assert "Watch · 2 Mar 2026, 09:12 UTC · 4 min 10 s · 2 failed requests\n" in text
    assert "4 min 10 s · 1 console error · Open in PostHog\n" in text
    assert "and 5 more" in text
    assert "The recording was deleted." in text


def test_a_source_that_did_not_answer_is_named() -> None:
    text = text_of(render(replace(NOTE, silent=("posthog",)), "req-1"))
    assert "PostHog did not answer: there may be more." in text


def test_what_ours_gives_best_still_opens_in_posthog() -> None:
    """Its address is PostHog's, which has the session too."""
    ours = replace(
        RECORDING, source="capture", sources=("capture", "posthog"), url="https://ph/x"
    )
    assert "Open in PostHog" in text_of(render(replace(NOTE, others=(ours,)), "req-1"))


def test_a_note_without_any_replay_says_so() -> None:
    """Everything found but nothing exported is told, not left blank."""
    failed = (RECORDING, "Too long.")
    text = text_of(render(replace(NOTE, replays=(), unavailable=(failed,)), "req-1"))
    assert text.startswith("A session was found, but could not be exported")
    note = replace(NOTE, replays=(), unavailable=(failed, failed))
    text = text_of(render(note, "req-1"))
    assert text.startswith("Sessions were found, but none could be exported")
    assert "stops working" not in text


@pytest.mark.parametrize(
    ("cause", "heading"),
    [
        (Cause.CREATED, "Session replay: Jane Doe"),
        (Cause.COMMAND, "Session replay: Jane Doe"),
        (Cause.TAG, "Session replay: Jane Doe"),
        (Cause.REOPENED, "New session since the last note: Jane Doe"),
        (Cause.REQUESTER, "Session replay of the new requester: Jane Doe"),
        (Cause.ENDED, "The session that was going on has ended: Jane Doe"),
    ],
)
def test_a_note_says_what_it_is_written_for(cause: Cause, heading: str) -> None:
    """A second note is there for a reason."""
    assert text_of(render(NOTE, "r", cause=cause)).startswith(heading)


def test_a_replay_that_was_added_says_by_whom_and_why() -> None:
    """From a conversation elsewhere or beside the ticket: in the person's words."""
    added = replace(
        shared(), note="See 1:20 <b>", link=replace(NOTE.replays[0].link, max_opens=3)
    )
    text = text_of(render_shared(added, "req-1", by="Dana", picture_url=PICTURE))
    assert text.startswith(
        "Session replay: Jane Doe (jane@example.com)\n\nAdded by Dana.\n\n"
        "See 1:20 <b>\n\nWatch the replay from 1:03"
    )
    assert "TypeError: x is undefined ×3" in text
    assert "09:14 UTC, or after 3 openings. Replay Courier" in text


def test_a_file_that_was_attached_is_named() -> None:
    """It plays without a link, so there is none."""
    file = ReplayFile(RECORDING, SUMMARY, "a.replay.html", b"x")
    html = render_file(file, "req-1", by="Dana")
    assert "The file a.replay.html is attached; it plays offline." in text_of(html)
    assert "<a " not in html
    assert "1:23 TypeError" in text_of(html)


def test_nothing_found_explains_itself() -> None:
    """Reason, advice and what was searched for."""
    result = NothingFound(
        (VERIFIED,), Reason.NO_SESSION, "No session.", "Add `last 60d`."
    )
    assert text_of(render_nothing(result, "req-1")) == (
        "No session replay\n\nNo session.\n\nAdd last 60d.\n\n"
        "Looked for jane@example.com (verified address). To ask again, write the replay"
        " command in an internal note: an address, a user id or a time such as “last 30"
        " days” may follow it. Replay Courier, request req-1"
    )


def test_where_nobody_was_looked_for_it_is_said_why() -> None:
    """In a ticket's words: nobody typed anything that could be wrong."""
    result = NothingFound((), Reason.NO_IDENTIFIER, "In that.", "Try an address.")
    assert "Nothing in this ticket says whose sessions" in render_nothing(result, "r")
    told = text_of(render_nothing(result, "r", suspended=True))
    assert "The requester is suspended in Zendesk" in told
    assert "In that" not in told


def test_a_failure_names_its_reference() -> None:
    """The agent can tell the administrator which request it was."""
    final = Failed("It was deleted.", "R-9", is_final=True)
    assert text_of(render_failed(final, "req-1")) == (
        "The session replay could not be fetched\n\nIt was deleted.\n\n"
        "Replay Courier, request R-9"
    )
    passing = render_failed(Failed("PostHog is down.", "R-9"), "r")
    assert "To ask again" in text_of(passing)


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
        ("{{ticket.requester.email}}", "{ {ticket.requester.email}}"),
        ("{%{{{ if", "{ %{ { { if"),
    ],
)
def test_hostile_text_is_only_text(hostile: str, shown: str) -> None:
    """Markup, our command, placeholders and direction marks lose their meaning."""
    assert safe(hostile) == shown


@pytest.mark.parametrize(
    ("at_ms", "shown"), [(0, "0:00"), (83_999, "1:23"), (3_723_000, "1:02:03")]
)
def test_places_in_a_recording(at_ms: int, shown: str) -> None:
    """Offsets read as the player shows them."""
    assert clock(at_ms) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (9, "9 s"),
        (250, "4 min 10 s"),
        (300, "5 min"),
        (3725, "1 h 2 min"),
        (260_000, "3 days"),
    ],
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
            "{{dc.secret}}{%",
            "https://x.example/{{dc.secret}}",
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
    active_ms=st.integers(0, 10**10),
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
    note=NASTY,
)
IDENTIFIER = st.builds(
    Identifier,
    kind=st.sampled_from(IdentifierKind),
    value=NASTY,
    known_by=NASTY | st.sampled_from(Way),
    is_doubtful=st.booleans(),
)
IDENTIFIERS = st.lists(IDENTIFIER, max_size=6).map(tuple)
NOTES = st.builds(
    Note,
    identifiers=IDENTIFIERS,
    replays=st.lists(REPLAYS, max_size=3).map(tuple),
    others=st.lists(RECORDINGS, max_size=3).map(tuple),
    look_back=st.timedeltas(timedelta(0), timedelta(days=400)),
    unavailable=st.lists(st.tuples(RECORDINGS, NASTY), max_size=3).map(tuple),
    found_by=st.just({}),
    about=st.none() | st.just(START),
    why=NASTY,
    people=st.just(()),
    properties=st.dictionaries(NASTY, NASTY, max_size=3),
)


def check_harmless(source: str) -> None:
    parsed = Tags(source)
    assert parsed.seen <= ALLOWED
    assert parsed.open == []
    for tag, name, value in parsed.attributes:
        assert (tag, name) in {("a", "href"), ("img", "src"), ("img", "alt")}
        assert name == "alt" or re.match(r"https?://", value or "")
    assert len(source) <= MAX_CHARACTERS
    assert "#replay" not in source.lower()
    assert "#replay" not in text_of(source).lower()
    assert not re.search("{[{%]", text_of(source))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(NOTES, IDENTIFIER, NASTY, NASTY)
def test_no_recording_can_write_markup(
    note: Note, led: Identifier, nasty: str, url: str
) -> None:
    """Whatever a recording holds: only our tags, closed, web links, no command."""
    known = dict.fromkeys([one.recording.id for one in note.replays], led)
    note = replace(note, found_by=known)
    check_harmless(render(note, nasty, attached=nasty, picture_url=url))
    for replay in note.replays:
        check_harmless(
            render_shared(replay, nasty, by=nasty, attached=url, picture_url=url)
        )
        file = ReplayFile(replay.recording, replay.summary, nasty, b"")
        check_harmless(render_file(file, nasty, by=nasty))


@settings(suppress_health_check=[HealthCheck.too_slow])
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
    lost = ((long.recording, "Too long."),) * 4
    note = replace(
        NOTE, replays=(long,), others=(long.recording,) * 8, unavailable=lost
    )
    source = render(note, "req-1")
    check_harmless(source)
    assert "The rest was cut" in source
    assert source.endswith("Replay Courier, request req-1</em></p>")
