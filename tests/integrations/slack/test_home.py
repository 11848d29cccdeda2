"""The Home tab shows people their own shares, and administrators the installation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.demo.slack import faults
from bot.demo.slack.blocks import problems_of
from bot.demo.slack.model import View
from bot.errors import NotAllowed, Refused, RetryLater
from bot.model import (
    Action,
    Audience,
    Failed,
    Home,
    Installation,
    LinkState,
    Person,
    SharedReplay,
    Unanswered,
)
from integrations.slack import messages
from integrations.slack.access import Rules
from integrations.slack.blocks import Block
from integrations.slack.choices import FIND_ANYWHERE
from tests.integrations.slack.samples import (
    FAILED,
    LINK,
    RECORDING,
    SHARED,
    START,
    fixture,
)
from tests.integrations.slack.test_messages import (
    BARE_BROADCAST,
    COMMANDS,
    HOSTILE,
    OURS,
)
from tests.integrations.slack.world import ANA, PUBLIC_URL, Draft, World

POSTED = {"team": "T07ACME001", "channel": "C07SUPPORT1", "ts": "1795431705.000100"}


def share(number: int = 1, **link: Any) -> SharedReplay:
    """One of Ana's shares, posted in #support."""
    return replace(
        SHARED,
        link=replace(LINK, id=f"lnk_{number}", **link),
        shared_at=START + timedelta(hours=1),
        posted=POSTED,
    )


EXPIRING = share(1, expires_at=START + timedelta(hours=30), opens=2, max_opens=5)
SHARES = (
    replace(share(2, opens=1), note="see the <checkout>"),
    EXPIRING,
    replace(share(3), posted={**POSTED, "thread_ts": "1.000001"}),
    replace(
        share(4, state=LinkState.REVOKED),
        posted={**POSTED, "channel": "D07ANACOUR4"},
        audience=Audience.CUSTOMER,
    ),
    replace(share(5, state=LinkState.EXPIRED, opens=7), posted=None),
    share(6, state=LinkState.USED_UP, opens=2, max_opens=2),
)
INSTALLATION = Installation(
    version="1.2.3",
    requests={"done": 1204, "waiting": 2, "dead": 1},
    links={"open": 12, "expired": 40, "used_up": 1},
    unanswered=(Unanswered(START, Action.LINK_CHANGED, "0a1b2c3d"),),
    parts={"database": True, "redis": True, "storage": True},
)
BROKEN = replace(
    INSTALLATION, unanswered=(), parts={"database": True, "storage": False}
)
NOW = START + timedelta(hours=8)


def view(home: Home) -> Block:
    return messages.home(home, now=NOW, command="/replay")


SITUATIONS = {
    "home": view(Home(SHARES, expiring=(EXPIRING,))),
    "home_empty": view(Home(())),
    "home_admin": view(Home((), installation=INSTALLATION)),
    "home_broken": view(Home((), installation=BROKEN)),
    "home_failed": view(Home(SHARES[:1], failed=FAILED)),
    "home_closed": messages.home_closed(FAILED),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_view(situation: str) -> None:
    """The whole page is what its fixture says."""
    assert SITUATIONS[situation] == fixture(situation)


def test_long_lists_are_cut() -> None:
    """Slack takes the page however much there is to show."""
    shares = tuple(share(n) for n in range(60))
    home = Home(shares, shares[30:], INSTALLATION, FAILED)
    blocks = view(home)["blocks"]
    assert len(blocks) <= 100
    assert problems_of(blocks, "home") == []


def test_extending_is_offered_where_it_gains_something() -> None:
    """Not for a link that opens as long already."""
    left = {"6 days": 6, "a week": 7}
    offered = {
        name: "Extend 7 days"
        in json.dumps(view(Home((share(expires_at=NOW + timedelta(days=days)),))))
        for name, days in left.items()
    }
    assert offered == {"6 days": True, "a week": False}


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE, HOSTILE, HOSTILE)
def test_what_others_wrote_is_only_text(a: str, b: str, c: str) -> None:
    """No name, note, id or failure can mention, link, hide or overflow anything."""
    hostile = replace(
        share(),
        recording=replace(RECORDING, person=Person(id=a, name=b, email=c)),
        note=c,
        posted={"channel": a, "ts": b},
    )
    state = replace(INSTALLATION, version=a, parts={b: False, c: True})
    home = Home((hostile,), installation=state, failed=Failed(b, reference=c))
    blocks = view(home)["blocks"]
    assert problems_of(blocks, "home") == []
    for text in re.findall(r'"text": ("(?:[^"\\]|\\.)*")', json.dumps(blocks)):
        left = OURS.sub("", json.loads(text))
        assert not COMMANDS.search(left)
        assert "<" not in left
        assert not BARE_BROADCAST.search(left)


@pytest.fixture
def world() -> Iterator[World]:
    """Slack says who is an administrator: Ada is."""
    world = World()
    world.start(rules=Rules())
    yield world
    world.close()


def opened(world: World, user: str = "ana") -> View:
    """Somebody opens the Home tab while Ana has two shares."""
    assert world.slack.open_home(user)
    request = world.destination.complete(world.last())
    assert (request.action, request.by_admin) == (Action.HOME, user == "ada")
    state = INSTALLATION if request.by_admin else None
    home = Home(SHARES[:2], installation=state)
    world.post(request, home, Draft())
    return shown(world, user)


def shown(world: World, user: str = "ana") -> View:
    view = world.slack.workspace.home_of(user)
    assert view is not None
    return view


def test_opening_the_tab_shows_the_page(world: World) -> None:
    """Each visit publishes it anew, for that person alone."""
    assert "My recent shares" in json.dumps(opened(world).blocks)
    opened(world)
    assert world.calls("views.publish") == 2
    assert world.slack.workspace.home_of("ben") is None
    assert world.slack.messages("support") == []


def test_the_messages_tab_asks_for_nothing(world: World) -> None:
    """Only a visit to Home is a request."""
    world.slack.open_home("ana", "messages")
    assert world.courier.requests == {}
    assert world.slack.acks[-1].ok


def test_a_visit_delivered_twice_is_one_request(world: World) -> None:
    """The event's id is the request's key."""
    event = world.slack.open_home("ana")
    world.slack.redeliver(event)
    assert world.courier.only.key == f"slack:{event}"


def test_administrators_see_the_installation(world: World) -> None:
    """And nobody else does."""
    assert "This installation" in json.dumps(opened(world, "ada").blocks)
    assert "This installation" not in json.dumps(opened(world, "ana").blocks)


def test_shares_are_shown_though_nobody_knows_who_is_an_administrator() -> None:
    """Where everybody may ask, Slack's refusal to say who somebody is takes the
    administrators' part away and nothing else."""
    world = World()
    world.start(rules=Rules(guests=True, external=True))
    try:
        world.slack.bot_scopes = ["chat:write"]
        world.slack.open_home("ada")
        assert not world.destination.complete(world.last()).by_admin
    finally:
        world.close()


def test_guests_are_not_shown_anything(world: World) -> None:
    """By the installation's own rules, as everywhere else."""
    world.slack.open_home("gil")
    with pytest.raises(NotAllowed, match="guest"):
        world.destination.complete(world.last())


@pytest.mark.parametrize(
    ("action_id", "action", "expires_in"),
    [
        ("home_extend", Action.EXTEND, timedelta(days=7)),
        ("home_revoke", Action.REVOKE, None),
    ],
)
def test_a_press_is_answered_by_the_page(
    world: World, action_id: str, action: Action, expires_in: timedelta | None
) -> None:
    """Extending and revoking change the link they stand beside, and the page says so;
    no message is sent."""
    assert world.slack.click_in_view("ana", opened(world), action_id).ok
    request = world.last()
    assert (request.action, request.link_id, request.asked_by) == (action, "lnk_2", ANA)
    assert request.terms.expires_in == expires_in
    assert request.from_home
    after = Home((share(2, state=LinkState.REVOKED),))
    world.post(world.destination.complete(request), after, Draft())
    assert "*Revoked*" in json.dumps(shown(world).blocks)
    assert world.calls("chat.postMessage") == world.calls("chat.postEphemeral") == 0


def test_a_press_that_failed_says_so_on_top(world: World) -> None:
    """The shares stay where they are."""
    world.slack.click_in_view("ana", opened(world), "home_extend")
    world.post(world.last(), Home(SHARES[:2], failed=FAILED), Draft())
    said, reference = shown(world).blocks[:2]
    assert FAILED.plain in said["text"]["text"]
    assert "req_42" in json.dumps(reference)
    assert "home_extend" in json.dumps(shown(world).blocks)


def test_whoever_may_not_is_told_on_the_page(world: World) -> None:
    """Politely, without anything to press, and in no message."""
    world.slack.open_home("gil")
    no = Failed("I look up replays for full members of this workspace.", "req_1")
    world.post(world.last(), no, Draft())
    assert "full members" in json.dumps(shown(world, "gil").blocks)
    assert "button" not in json.dumps(shown(world, "gil").blocks)
    assert world.calls("chat.postMessage") == 0


def test_a_search_begins_on_the_page(world: World) -> None:
    """The first button opens the same form as the shortcut."""
    assert world.slack.click_in_view("ana", opened(world), FIND_ANYWHERE).ok
    assert world.slack.modal("ana")


def test_watching_from_home_is_acknowledged(world: World) -> None:
    """The button that opens the link shows no warning sign."""
    home = opened(world)
    assert f"{PUBLIC_URL}/r/tok#t=7" in json.dumps(home.blocks)
    assert world.slack.click_in_view("ana", home, "replay_open").ok


def test_a_page_that_slack_does_not_take_now_is_tried_again(world: World) -> None:
    """Rate limits name their time; a Home tab that is off never works."""
    world.slack.open_home("ana")
    world.slack.faults.add("views.publish", faults.ratelimited(7))
    with pytest.raises(RetryLater) as later:
        world.post(world.last(), Home(()), Draft())
    assert later.value.after == 7
    world.slack.workspace.home_tab_enabled = False
    with pytest.raises(Refused, match="not_enabled"):
        world.post(world.last(), Home(()), Draft())
