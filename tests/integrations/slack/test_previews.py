"""Share links that people post are described below their message, and no others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.demo.slack import faults
from bot.demo.slack.blocks import problems_of
from bot.demo.slack.model import Message
from bot.errors import RetryLater
from bot.model import (
    Action,
    ErrorLine,
    LinkState,
    Page,
    Person,
    Previews,
    ReplayRequest,
    ReplyTo,
    SharedReplay,
)
from integrations.slack import messages
from integrations.slack.access import Rules
from integrations.slack.listeners.previews import MAX_LINKS
from tests.integrations.slack.samples import (
    LINK,
    RECORDING,
    SHARED,
    SUMMARY,
    fixture,
)
from tests.integrations.slack.sending import PAYLOADS, Courier, Slack
from tests.integrations.slack.test_messages import (
    BARE_BROADCAST,
    COMMANDS,
    HOSTILE,
    OURS,
)
from tests.integrations.slack.world import ANA, PUBLIC_URL, Draft, World

URL = f"{PUBLIC_URL}/r/tok"
PICTURES = (f"{URL}/preview.png", f"{URL}/frame.png")
LIMITED = replace(SHARED, link=replace(LINK, max_opens=3, opens=2), note="for Ben only")
MASKED = replace(SHARED, recording=replace(RECORDING, person=Person("", "J***")))

SITUATIONS = {
    "preview": messages.preview(URL, MASKED, PICTURES),
    "preview_limited": messages.preview(URL, LIMITED),
    **{
        f"preview_{state}": messages.preview_closed(state)
        for state in (LinkState.REVOKED, LinkState.EXPIRED, LinkState.USED_UP)
    },
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_preview(situation: str) -> None:
    """The whole preview is what its fixture says."""
    assert SITUATIONS[situation] == fixture(situation)["blocks"]


def test_a_preview_says_nothing_that_the_link_does_not() -> None:
    """Neither the sharer nor what they said to those they shared it with."""
    shown = json.dumps(SITUATIONS["preview_limited"])
    assert "for Ben only" not in shown
    assert ANA not in shown


@pytest.mark.parametrize(
    ("picture", "is_shown"),
    [
        (PICTURES[0], True),
        ("http://127.0.0.1:8080/r/x/preview.png", True),
        ("http://localhost:8080/r/x/preview.png", True),
        ("http://replays.example.com/r/x/preview.png", False),
        ("http://127.0.0.1.example.com/r/x/preview.png", False),
    ],
)
def test_pictures_that_slack_cannot_fetch_are_left_out(
    picture: str, is_shown: bool
) -> None:
    """It takes https; on this machine the demo's stand-in shows them all the same."""
    assert (picture in json.dumps(messages.preview(URL, SHARED, [picture]))) is is_shown


def test_watching_begins_where_the_poster_pointed() -> None:
    """At the moment in their link, or else where it was shared to open."""
    assert f"{URL}#t=90" in json.dumps(messages.preview(f"{URL}?x#t=90", SHARED))
    assert SHARED.watch_url in json.dumps(messages.preview(URL, SHARED))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_recording_cannot_say_more_than_text(a: str, b: str, c: str) -> None:
    """No name, page, error or posted address can mention, link or overflow anything."""
    summary = replace(
        SUMMARY,
        pages=tuple(Page(url, 0) for url in (a, b, c)),
        errors=(ErrorLine(a, 3, 9, True),),
        browser=b,
        os=c,
    )
    person = Person(id=a, name=b, email=c)
    shared = replace(
        SHARED, recording=replace(RECORDING, person=person), summary=summary
    )
    blocks = messages.preview(f"{URL}?{a}", shared, PICTURES)
    assert problems_of(blocks, "unfurl") == []
    assert len(json.dumps(blocks)) < 13_000
    for text in re.findall(r'"text": ("(?:[^"\\]|\\.)*")', json.dumps(blocks)):
        left = OURS.sub("", json.loads(text))
        assert not COMMANDS.search(left)
        assert "<" not in left
        assert not BARE_BROADCAST.search(left)


@pytest.fixture
def slack() -> Iterator[World]:
    """A workspace whose administrators registered the courier's domain, and where only
    members may ask."""
    world = World()
    world.start(rules=Rules())
    world.slack.unfurl_domains = ("example.com",)
    yield world
    world.close()


def say(
    world: World, text: str, channel: str = "support", user: str = "ana"
) -> Message:
    """Somebody writes, and sends, a message."""
    return world.slack.say(user, channel, text)


def requests(world: World) -> list[ReplayRequest]:
    return list(world.courier.requests.values())


def describe(world: World, **more: Any) -> dict[str, SharedReplay]:
    """Answer what was asked last: every link is open."""
    shared = dict.fromkeys(world.last().urls, SHARED)
    world.post(world.last(), Previews(shared, **more), Draft())
    return shared


def test_a_link_is_described_while_it_is_typed_and_once_it_is_sent(
    slack: World,
) -> None:
    """Slack tells of both; each is a request of its own, with what names it."""
    message = say(slack, f"See {URL}")
    typed, sent = requests(slack)
    for request in (typed, sent):
        assert (request.action, request.urls) == (Action.PREVIEW, (URL,))
        slack.post(request, Previews({URL: SHARED}), Draft())
    assert typed.reply_to.address["source"] == "composer"
    assert sent.reply_to.address["ts"] == message.ts
    (share, _) = slack.slack.workspace.link_shares.values()
    assert "Jane Doe" in json.dumps(share.unfurls[URL])
    assert "Jane Doe" in json.dumps(message.unfurls[URL])
    assert slack.calls("chat.postMessage") == 0


WRITTEN = [
    f"{PUBLIC_URL}/r/tok",
    f"{PUBLIC_URL}/r/tok/",
    f"{PUBLIC_URL}/r/tok#t=90",
    f"{PUBLIC_URL}/r/tok?a=1&b=2#t=90",
    "https://Replays.EXAMPLE.com/r/tok",
    "https://replays.example.com:443/r/tok",
    "http://replays.example.com/r/tok",
]


@pytest.mark.parametrize("url", WRITTEN)
def test_links_are_recognised_however_they_are_written(slack: World, url: str) -> None:
    """And unfurled under the very URL that Slack gave."""
    message = say(slack, f"See {url} please")
    assert slack.last().urls == (url,)
    describe(slack)
    assert list(message.unfurls) == [url]


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com/r/tok",
        "https://replays.example.com.example.com/r/tok",
        "https://replays.example.com@example.com/r/tok",
        f"{PUBLIC_URL}/",
        f"{PUBLIC_URL}/r/",
        f"{PUBLIC_URL}/r/tok/download",
        f"{PUBLIC_URL}/x/r/tok",
        f"{PUBLIC_URL}:8443/r/tok",
    ],
)
def test_other_links_ask_for_nothing(slack: World, url: str) -> None:
    """Not even a row; Slack is thanked all the same."""
    say(slack, f"See {url}")
    assert slack.slack.workspace.link_shares, "Slack told of it"
    assert slack.courier.requests == {}
    assert all(ack.ok for ack in slack.slack.acks)


def test_several_links_in_a_message(slack: World) -> None:
    """Each is described once, ten at most."""
    message = say(slack, f"{URL}1 {URL}2 and {URL}1 again")
    assert slack.last().urls == (f"{URL}1", f"{URL}2")
    describe(slack)
    assert set(message.unfurls) == {f"{URL}1", f"{URL}2"}
    say(slack, " ".join(f"{URL}{n}" for n in range(30)))
    assert len(slack.last().urls) == MAX_LINKS
    describe(slack)


def test_an_event_delivered_twice_is_one_request(slack: World) -> None:
    """The event's id is the request's key."""
    say(slack, URL)
    assert len(requests(slack)) == 2
    event = slack.last().key.removeprefix("slack:")
    assert slack.slack.redeliver(event).ok
    assert len(requests(slack)) == 2


@pytest.mark.parametrize(
    ("user", "channel"), [("gil", "support"), ("sam", "with-globex")]
)
def test_whoever_posts_a_link_it_is_described(
    slack: World, user: str, channel: str
) -> None:
    """A guest and somebody of another company could open it too."""
    message = say(slack, URL, channel, user)
    assert slack.destination.complete(slack.last()) == slack.last()
    describe(slack)
    assert URL in message.unfurls


def test_where_no_link_opens_nothing_is_said(slack: World) -> None:
    """An expired, revoked, used up or unknown link stays a bare link."""
    message = say(slack, URL)
    slack.post(slack.last(), Previews({}), Draft())
    assert message.unfurls == {}
    assert slack.calls("chat.unfurl") == 0


def test_a_closed_link_takes_the_place_of_its_preview(slack: World) -> None:
    """What was shown is gone, pictures included; a refusal ends in the log."""
    message = say(slack, URL)
    delivery = slack.post(slack.last(), Previews({URL: SHARED}), Draft())
    closing = replace(
        slack.last(),
        action=Action.PREVIEW_CLOSED,
        reply_to=ReplyTo("slack", delivery.reference),
    )
    closed = Previews({}, closed={URL: LinkState.EXPIRED})
    slack.post(closing, closed, Draft())
    shown = json.dumps(message.unfurls[URL])
    assert "this link has expired" in shown
    assert "Watch" not in shown
    slack.slack.faults.add("chat.unfurl", faults.error("cannot_find_message"))
    slack.post(closing, closed, Draft())


def test_pictures_that_slack_could_not_load_are_left_out(slack: World) -> None:
    """The words are shown without them."""
    message = say(slack, URL)
    slack.slack.faults.add("chat.unfurl", faults.error("invalid_blocks"))
    describe(slack, picture_urls={URL: PICTURES})
    assert "image" not in json.dumps(message.unfurls[URL])
    describe(slack, picture_urls={URL: PICTURES})
    assert PICTURES[0] in json.dumps(message.unfurls[URL])


def test_before_slack_saw_the_acknowledgement(slack: World, draft: Draft) -> None:
    """The same refusal as for a blocked domain: tried again, a few times."""
    message = say(slack, URL)
    result = Previews({URL: SHARED})
    slack.slack.faults.add("chat.unfurl", faults.error("cannot_unfurl_url"))
    with pytest.raises(RetryLater):
        slack.post(slack.last(), result, draft)
    slack.post(slack.last(), result, draft)
    assert URL in message.unfurls
    blocked = Draft()
    for _ in range(3):
        slack.slack.faults.add("chat.unfurl", faults.error("cannot_unfurl_url"))
    for _ in range(2):
        with pytest.raises(RetryLater):
            slack.post(slack.last(), result, blocked)
    slack.post(slack.last(), result, blocked)


def test_a_refused_preview_ends_in_the_log(
    slack: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody is told, and the log names the refusal without the link."""
    say(slack, URL)
    slack.slack.faults.add("chat.unfurl", faults.error("cannot_find_message"))
    with caplog.at_level("INFO"):
        describe(slack)
    assert "cannot_find_message" in caplog.text
    assert URL not in caplog.text
    assert slack.calls("chat.postEphemeral") == 0


def test_an_event_that_names_no_unfurl() -> None:
    """Where Slack gives none, the message is named by channel and time."""
    courier = Courier()
    body = json.loads((PAYLOADS / "link_shared.json").read_text("utf-8"))
    assert Slack(courier).event(body).status_code == 200
    address = courier.only.reply_to.address
    assert (address["channel"], address["ts"]) == ("C07SUPPORT1", "1767000400.000500")
    assert "unfurl_id" not in address
