"""What was shared stands in the conversation and stays true: revoked, extended, expired
or used up, by whomever and wherever that happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Action, LinkChanged, LinkState
from tests.integrations.slack.flow import (
    BACK,
    EXTEND,
    MORE,
    REVOKE,
    SHARE,
    Flow,
    changed,
    seen,
    to_be_told,
)
from tests.integrations.slack.samples import FAILED, LINK, SHARED, START, found
from tests.integrations.slack.world import ANA

BEN = "U07BEN00002"


def test_revoked(flow: Flow) -> None:
    """By whoever presses; the message says so, and nobody gets an answer besides."""
    message = flow.share()
    assert flow.slack.click("ben", message, REVOKE).ok
    flow.answer(changed(LinkState.REVOKED, by=BEN, at=START))
    assert f"*Link revoked by <@{BEN}>" in seen(message)
    assert LINK.url not in seen(message)
    assert flow.slack.ephemerals("ben", "support") == []


def test_extended(flow: Flow) -> None:
    """The menu below it asks for seven days, and the message tells the new date."""
    message = flow.share()
    assert flow.slack.click("ben", message, EXTEND).ok
    request = flow.last()
    assert (request.action, request.link_id) == (Action.EXTEND, LINK.id)
    assert request.terms.expires_in == timedelta(days=7)
    later = replace(LINK, expires_at=START + timedelta(days=30))
    flow.answer(LinkChanged(replace(SHARED, link=later)))
    assert f"expires <!date^{int(later.expires_at.timestamp())}^" in seen(message)
    assert SHARED.watch_url in seen(message)


@pytest.mark.parametrize("action_id", [REVOKE, EXTEND])
def test_what_cannot_be_changed(flow: Flow, action_id: str) -> None:
    """Whoever pressed is told, and the message stays as it is."""
    message = flow.share()
    flow.slack.click("ben", message, action_id)
    flow.answer(FAILED)
    (answer,) = flow.slack.ephemerals("ben", "support")
    assert "renew it" in seen(answer)
    assert SHARED.watch_url in seen(message)


@pytest.mark.parametrize("action_id", [MORE, EXTEND])
def test_entries_that_open_an_address(flow: Flow, action_id: str) -> None:
    """They are acknowledged and ask for nothing."""
    message = flow.share()
    flow.press(BACK)
    flow.answer(found())
    before = len(flow.courier.requests)
    shown = message if action_id == EXTEND else flow.only()
    assert flow.slack.click("ana", shown, action_id, "open").ok
    assert len(flow.courier.requests) == before


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LinkState.EXPIRED, "*Link expired <!date^"),
        (LinkState.REVOKED, "*Link revoked, <!date^"),
        (LinkState.USED_UP, "*Link used up: it was opened"),
    ],
)
def test_closed_by_itself(flow: Flow, state: LinkState, said: str) -> None:
    """The message says so, and keeps what went wrong."""
    message = flow.share()
    metadata = message.metadata
    flow.answer(changed(state), to_be_told(message))
    assert said in seen(message)
    assert LINK.url not in seen(message)
    assert "Payment failed 500" in seen(message)
    assert message.metadata == metadata


@pytest.mark.parametrize("gone", ["message", "channel"])
def test_gone(flow: Flow, gone: str) -> None:
    """What is not there any more needs no update."""
    message = flow.share()
    if gone == "message":
        message.deleted = True
    else:
        del flow.slack.workspace.channels[message.channel]
    flow.answer(changed(LinkState.EXPIRED), to_be_told(message))
    assert SHARED.watch_url in seen(message)


def test_a_change_that_could_not_be_told(flow: Flow) -> None:
    """A failure without anybody who asked is no answer to anybody."""
    message = flow.share()
    before = len(flow.slack.api_calls)
    flow.answer(FAILED, to_be_told(message))
    assert len(flow.slack.api_calls) == before


def test_a_note(flow: Flow) -> None:
    """It is quoted for everybody as it was written, and calls nobody."""
    flow.list()
    flow.press(SHARE)
    flow.answer(replace(SHARED, note="<!channel> see @here & there"))
    quoted = flow.newest().blocks[1]["text"]["text"]
    assert quoted == "> &lt;!channel&gt; see @\u2060here &amp; there"
    assert {one.mention for one in flow.slack.notifications} == {f"<@{ANA}>"}
