"""Sharing in Slack from elsewhere: in which channels, as whom, and by the same rules.

Of the stand-in's workspace ana and ben are members, gil is a guest, ben is in
@support-leads; #with-globex is shared with another company.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn
from bot.errors import NotAllowed, Refused
from bot.model import Sharer
from integrations.slack.access import Access, Rules
from integrations.slack.clients import OneWorkspace
from integrations.slack.roles import Role
from integrations.slack.visitors import Visitors

ANA, BEN = "U07ANA00001", "U07BEN00002"
SUPPORT, RANDOM = "::C07SUPPORT1", "::C07RANDOM02"
NOBODY = Sharer("Dana", "dana@acme.example")


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn().start()
    yield stand_in
    stand_in.stop()


def visitors(slack: SlackStandIn, rules: Rules = Rules()) -> Visitors:  # noqa: B008
    clients = OneWorkspace(
        WebClient(token=slack.bot_token, base_url=slack.api_url, timeout=2)
    )
    return Visitors(clients, Access(rules, clients), clock=lambda: 1_790_000_000.0)


def sharer(name: str) -> Sharer:
    return Sharer(name.title(), f"{name}@acme.example")


def test_channels_are_those_the_bot_may_post_in(slack: SlackStandIn) -> None:
    found = visitors(slack).channels()
    assert [(one.id, one.name) for one in found] == [
        (RANDOM, "random"),
        (SUPPORT, "support"),
    ]


@pytest.mark.parametrize("rule", ["support", "C07SUPPORT1"])
def test_channels_are_those_of_the_rules(slack: SlackStandIn, rule: str) -> None:
    allowed = visitors(slack, Rules(channels=frozenset({rule})))
    assert [one.name for one in allowed.channels()] == ["support"]
    with pytest.raises(NotAllowed) as error:
        allowed.share(RANDOM, sharer("ben"))
    assert "certain channels" in error.value.plain


def test_somebody_is_who_has_their_address(slack: SlackStandIn) -> None:
    place, who = visitors(slack).share(SUPPORT, sharer("ana"))
    assert who == ANA
    assert place.destination == "slack"
    assert place.address == {
        "channel": "C07SUPPORT1",
        "user": ANA,
        "asked_at": "1790000000",
    }


@pytest.mark.parametrize("one", [NOBODY, Sharer("Dana"), Sharer("<@U07ANA00001>")])
def test_anybody_else_is_named(slack: SlackStandIn, one: Sharer) -> None:
    """And never taken for a member, whatever they are called."""
    place, who = visitors(slack).share(SUPPORT, one)
    assert who == f"{one.name} (Zendesk)"
    assert "user" not in place.address


@pytest.mark.parametrize(
    "rules", [Rules(groups=frozenset({"support-leads"})), Rules(role=Role.MEMBER)]
)
def test_where_the_rules_are_about_people_nobody_may_not(
    slack: SlackStandIn, rules: Rules
) -> None:
    with pytest.raises(NotAllowed) as error:
        visitors(slack, rules).share(SUPPORT, NOBODY)
    assert "Slack knows nobody" in error.value.plain
    assert visitors(slack, rules).share(SUPPORT, sharer("ben"))[1] == BEN


def test_rules_about_people_hold_for_members(slack: SlackStandIn) -> None:
    leads = Rules(groups=frozenset({"support-leads"}))
    with pytest.raises(NotAllowed, match="no group"):
        visitors(slack, leads).share(SUPPORT, sharer("ana"))
    with pytest.raises(NotAllowed, match="guest"):
        visitors(slack).share(SUPPORT, Sharer("Gil", "gil@partner.example"))


@pytest.mark.parametrize(
    "channel",
    [
        "::C07ESCALAT3",
        "::C07GLOBEX05",
        "::D07ANACOUR4",
        "::C0NOWHERE",
        "T0OTHER::C07SUPPORT1",
        "C07SUPPORT1",
        "::",
        "",
    ],
)
def test_no_other_channel_is_shared_in(slack: SlackStandIn, channel: str) -> None:
    with pytest.raises(NotAllowed):
        visitors(slack).share(channel, sharer("ben"))


def test_without_the_permission_people_are_named() -> None:
    scopes = [one for one in DEFAULT_SCOPES if one != "users:read.email"]
    stand_in = SlackStandIn(bot_scopes=scopes).start()
    try:
        assert visitors(stand_in).share(SUPPORT, sharer("ben"))[1] == "Ben (Zendesk)"
    finally:
        stand_in.stop()


def test_without_the_permission_to_list_it_says_so() -> None:
    scopes = [one for one in DEFAULT_SCOPES if one != "groups:read"]
    stand_in = SlackStandIn(bot_scopes=scopes).start()
    try:
        with pytest.raises(Refused, match="groups:read"):
            visitors(stand_in).channels()
    finally:
        stand_in.stop()
