"""Every message we post, whole; and that no customer's data can say more than text."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.slack.blocks import checked
from bot.model import (
    ErrorLine,
    Failed,
    Filters,
    Found,
    Identifier,
    IdentifierKind,
    NothingFound,
    Page,
    Person,
    Reason,
    RequestLine,
)
from integrations.slack import facts, messages, replies
from integrations.slack.blocks import Message
from integrations.slack.choices import LinkChoice
from integrations.slack.messages.standpoint import Standpoint
from integrations.slack.text import clean, escape, length, offset, path, size
from tests.integrations.slack.hostile import (
    BARE_BROADCAST,
    COMMANDS,
    HOSTILE,
    OURS,
    objects_of,
    texts_of,
)
from tests.integrations.slack.samples import (
    FAILED,
    FILE,
    ID,
    JANE,
    NOBODY,
    RECORDING,
    SHARED,
    SUMMARY,
    fixture,
    found,
)

ANA = "U07ANA00001"
AMBIGUOUS = NothingFound(
    (Identifier(IdentifierKind.UUID, ID),),
    Reason.AMBIGUOUS,
    "Several people match.",
    "Ask for one of them by email:",
    (JANE, Person(id="p2", name="Jan Doe", email="jan@example.com")),
)
NO_IDENTIFIER = NothingFound((), Reason.NO_IDENTIFIER, "Nobody was named.", "")

AT = Standpoint("0f0e0d0c0b0a09080706050403020100")


def crowd(number: int) -> NothingFound:
    """Many people, one of them with an id that no menu takes."""
    people = [
        Person(id=f"{n:032x}", name=f"Jane {n}", email=f"jane{n}@example.com")
        for n in range(number - 1)
    ]
    long = Person(id="distinct_id:" + "x" * 300, name="<!channel> *Jane*")
    return replace(AMBIGUOUS, people=(long, *people))


SITUATIONS = {
    "found": messages.found(found(), AT),
    "found_in_thread": messages.found(found(1), replace(AT, thread_ts="1.000001")),
    "found_directly": messages.found(found(1), replace(AT, has_channel=False)),
    "found_first_page": messages.found(found(5, total=12, why="newest"), AT),
    "found_last_page": messages.found(found(2, total=12, offset=10), AT),
    "found_filtered": messages.found(
        found(1, more=True, filters=Filters(errors_only=True, page="/checkout")), AT
    ),
    "found_in_part": messages.found(
        found(1, unknown=(Identifier(IdentifierKind.DISTINCT_ID, "<!here> `last"),)),
        AT,
    ),
    "nothing_found": messages.nothing_found(NOBODY, AT, command="/replay"),
    "ambiguous": messages.nothing_found(AMBIGUOUS, AT, command="/replay"),
    "ambiguous_many": messages.nothing_found(crowd(120), AT, command="/replay"),
    "no_identifier": messages.nothing_found(NO_IDENTIFIER, AT, command="/replay"),
    "failed": messages.failed(FAILED),
    "guide": replies.guide("/replay"),
}


def test_a_source_that_did_not_answer_is_named_at_the_foot() -> None:
    [*_, foot] = messages.found(found(1, silent=("archive",)), AT).blocks
    [words] = foot["elements"]
    assert words["text"].startswith("The archive did not answer: there may be more. · ")


@pytest.mark.parametrize("situation", SITUATIONS)
def test_message(situation: str) -> None:
    """The whole message is what its fixture says, and Slack takes it."""
    assert SITUATIONS[situation].payload() == fixture(situation)
    _assert_slack_takes(SITUATIONS[situation])


@pytest.mark.parametrize(
    ("fragment", "said"),
    [
        ("#t=7", "Opens at 0:07, shortly before the trouble"),
        ("#t=90", "Opens at 1:30"),
        ("#t=0", ""),
        ("", ""),
    ],
)
def test_where_the_link_opens(fragment: str, said: str) -> None:
    """What is said about the link is where it really opens."""
    assert facts.landing(f"https://replays.example.com/r/x{fragment}", SUMMARY) == said


def test_looking() -> None:
    """The line that answers a command repeats what was typed, inert."""
    line = replies.looking("<!here> `jane`", look_back="3 days")
    assert line == (
        "Looking for recordings of `&lt;!here&gt; ˋjaneˋ` in the last 3 days…"
    )


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("<@U07BEN00002|ben> last 3d", "@ben last 3d"),
        ("<mailto:jane@example.com|jane@example.com>", "jane@example.com"),
        ("<https://us.posthog.com/replay/1>", "https://us.posthog.com/replay/1"),
        ("<!here|here>", "&lt;!here|here&gt;"),
    ],
)
def test_looking_repeats_what_was_typed(sent: str, typed: str) -> None:
    """Slack sends mentions and links as tokens, which nobody typed."""
    assert f"`{typed}`" in replies.looking(sent, look_back="3 days")


def test_only_the_first_button_is_primary() -> None:
    """One action stands out, not one per recording."""
    blocks = messages.found(found(5), AT).blocks
    buttons = [b for block in blocks for b in block.get("elements", [])]
    assert sum(each.get("style") == "primary" for each in buttons) == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "HTTP:", 'https://a/"><b>'])
def test_source_url_that_is_no_web_address_gets_no_button(url: str) -> None:
    """A URL from the source becomes a button only where Slack takes it for one."""
    recording = replace(RECORDING, url=url)
    message = messages.found(found(recordings=(recording,)), AT)
    assert "Open in PostHog" not in json.dumps(message.payload())


def test_overlong_recording_id_gets_no_button() -> None:
    """An id that no button value could hold does not spoil the message."""
    recording = replace(RECORDING, id="x" * 5000)
    message = messages.found(found(recordings=(recording,)), AT)
    assert "Share in" not in json.dumps(message.payload())
    _assert_slack_takes(message)


def test_button_values_come_back() -> None:
    """What a button carries is read back as it was written."""
    link = LinkChoice("lnk", "U1")
    assert LinkChoice.from_value(link.to_value()) == link


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (3900, "1 h 5 min"),
        (14 * 86400, "14 days"),
    ],
)
def test_length(seconds: int, said: str) -> None:
    """Spans read as people say them."""
    assert length(timedelta(seconds=seconds)) == said


def test_small_words() -> None:
    """Places in a recording, sizes and pages read as people say them."""
    assert [offset(at) for at in (0, 27_127, 3_723_000)] == ["0:00", "0:27", "1:02:03"]
    assert [size(n) for n in (10, 5_400, 2_310_044)] == ["1 kB", "5 kB", "2.3 MB"]
    assert path("https://shop.example.com/a/b?token=1#x") == "/a/b"
    assert path("https://shop.example.com") == "shop.example.com/"
    assert path("HomeScreen") == "HomeScreen"
    assert path("http://[broken") == "http://[broken"
    for visited, way in (
        ("abcde", "a → b → c → d → e"),
        ("abcdef", "a → b → c → d + 2 pages"),
    ):
        assert facts.pages(replace(RECORDING, urls=tuple(visited)), None) == way


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_customer_data_is_only_text(a: str, b: str, c: str, d: str) -> None:
    """No name, page, error or browser can mention, link, hide or overflow anything."""
    person = Person(id=a, name=b, email=c or None)
    recording = replace(
        RECORDING,
        person=person,
        urls=(a, b, c, d),
        browser=a,
        os=b,
        device=c,
        platform=d,
        url=d,
    )
    summary = replace(
        SUMMARY,
        pages=tuple(Page(url, 0) for url in (a, b, c, d, a, b)),
        errors=tuple(ErrorLine(text, 3, 9, True) for text in (a, b, c, d)),
        failing=tuple(RequestLine(a, url, None, 2, 9, 1) for url in (b, c, d, a)),
        browser=d,
        os=c,
    )
    results = Found(
        (Identifier(IdentifierKind.DISTINCT_ID, a),),
        tuple(replace(recording, id=f"{n}{a[:90]}") for n in range(5)),
        timedelta(days=14),
        (person, replace(person, id="2")),
        {f"{n}{a[:90]}": summary for n in range(5)},
    )
    nobody = NothingFound(results.identifiers, Reason.AMBIGUOUS, b, c, (person,) * 12)
    shared = replace(SHARED, recording=recording, summary=summary)
    for message in (
        messages.found(results, AT),
        messages.shared(shared),
        messages.nothing_found(nobody, AT, command="/replay"),
        messages.failed(Failed(a, b)),
    ):
        _assert_slack_takes(message)
        for text in [message.text, *texts_of(message.blocks)]:
            left = OURS.sub("", text).replace(f"<@{ANA}>", "")
            assert not COMMANDS.search(left)
            assert "<" not in left
            assert not BARE_BROADCAST.search(left)
            assert not re.search("[\x00\u202e\ud800-\udfff]", left)
    comment = messages.attached(
        replace(FILE, recording=recording, summary=summary), attached_by=ANA
    )
    assert not COMMANDS.search(OURS.sub("", comment).replace(f"<@{ANA}>", ""))
    assert len(messages.file_title(replace(FILE, recording=recording))) <= 120


@given(st.text(), st.integers(2, 50))
def test_clean_keeps_its_limit(text: str, limit: int) -> None:
    """A cut text is no longer than asked, in the units Slack counts."""
    cut = clean(text, limit)
    assert len(cut.encode("utf-16-le")) // 2 <= limit


def test_escape_cuts_before_it_escapes() -> None:
    """No entity is ever halved, and the limit is kept with signs written out."""
    assert escape("&" * 10, 12) == "&amp;&amp;…"
    assert escape("&&", 10) == "&amp;&amp;"


def _assert_slack_takes(message: Message) -> None:
    assert message.text
    checked(list(message.blocks), "message")
    assert all(text["verbatim"] for text in objects_of(message.blocks, "mrkdwn"))


def test_nothing_of_somebody_chosen_names_them() -> None:
    """A press asks by the person's id in PostHog, which nobody would recognise."""
    nothing = NothingFound(
        (Identifier(IdentifierKind.UUID, JANE.id),),
        Reason.NO_SESSION,
        "No recording is kept.",
        "Try a session id.",
        (JANE,),
    )
    told = messages.nothing_found(nothing, AT, command="/replay")
    assert texts_of(told.blocks)[0].startswith("*No recordings of `Jane Doe`*")
