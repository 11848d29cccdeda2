"""The options of a share: each reaches the courier, and the answer comes where the
person is, wherever they share."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.slack import payloads
from bot.demo.slack.model import View
from bot.model import Action, Audience, LinkState, Opening, ShareTerms
from tests.integrations.slack.flow import (
    BACK,
    OPTIONS,
    SHARE,
    UNDO,
    Flow,
    changed,
    seen,
)
from tests.integrations.slack.samples import (
    FAILED,
    FILE,
    ID,
    SHARED,
    START,
    found,
)
from tests.integrations.slack.world import ANA


def opened(flow: Flow) -> View:
    """The modal on top of what Ana sees."""
    view = flow.slack.modal("ana")
    assert view is not None
    return view


def submitted(flow: Flow, view: View) -> dict[str, Any]:
    """A submission past the checks that Slack's own clients make."""
    ana = flow.slack.workspace.user("ana")
    return payloads.view_submission(ana, view, "7000.7001.cafe04", [])


def test_they_begin_where_the_person_is(flow: Flow) -> None:
    """Closing them leaves everything as it was."""
    flow.list()
    flow.press(OPTIONS)
    values = opened(flow).values
    assert values["where"]["where"]["selected_conversation"] == "C07SUPPORT1"
    assert values["expires"]["expires"]["selected_option"]["value"] == "604800"
    assert "thread" not in values
    flow.slack.close_modal("ana")
    assert "*Jane Doe*" in flow.shown()
    assert flow.last().action is Action.FIND


def test_they_reach_the_courier(flow: Flow) -> None:
    """Every one of them."""
    flow.list()
    flow.press(OPTIONS)
    flow.choose(
        note=" See the\nsecond click ",
        opens_at="first_error",
        expires="86400",
        audience="customer",
        opens="10",
    )
    request = flow.submit()
    assert flow.slack.modal("ana") is None
    assert (request.action, request.recording_id) == (Action.SHARE, ID)
    assert request.terms == ShareTerms(
        timedelta(days=1),
        Audience.CUSTOMER,
        10,
        Opening.FIRST_ERROR,
        "See the\nsecond click",
    )
    flow.answer(SHARED)
    assert "It is the customer copy." in flow.shown()
    assert "Opens 10 times." in flow.shown()


def test_a_file(flow: Flow) -> None:
    """A customer's copy, with a note beside it that calls nobody."""
    flow.list()
    flow.press(OPTIONS)
    flow.choose(form="file", audience="customer", note="For <!channel>")
    assert flow.submit().action is Action.ATTACH
    flow.answer(replace(FILE, audience=Audience.CUSTOMER))
    text = flow.newest().text
    assert "> For &lt;!channel&gt;" in text
    assert "Customer copy" in text
    assert {one.mention for one in flow.slack.notifications} == {f"<@{ANA}>"}


def test_into_another_conversation(flow: Flow) -> None:
    """It is posted there, and confirmed and undone where the person is."""
    flow.list()
    flow.press(OPTIONS)
    flow.choose(where="C07RANDOM02")
    flow.submit()
    flow.answer(SHARED)
    message = flow.newest("random")
    assert SHARED.watch_url in seen(message)
    assert "Shared in <#C07RANDOM02>." in flow.shown()
    flow.press(UNDO)
    flow.answer(changed(LinkState.REVOKED, by=ANA, at=START))
    # Where the bot is no member it cannot see whether somebody replied.
    assert "Taken back by" in seen(message)
    assert "Undone" in flow.shown()
    assert flow.slack.ephemerals("ana", "random") == []


def test_a_failure_keeps_them(flow: Flow) -> None:
    """Trying again shares there, and by the same terms."""
    flow.list()
    flow.press(OPTIONS)
    flow.choose(
        where="C07RANDOM02",
        note="Look <!here>",
        expires="3600",
        audience="customer",
        opens="3",
    )
    first = flow.submit()
    flow.answer(FAILED)
    assert "renew it" in flow.shown()
    again = flow.press(SHARE)
    assert again.key != first.key
    assert again.terms == first.terms
    address = again.reply_to.address
    assert (address["channel"], address["home"]) == ("C07RANDOM02", "C07SUPPORT1")


def test_a_thread_is_of_its_conversation_only(flow: Flow) -> None:
    """Ticked, it counts where the thread is; elsewhere there is none."""
    parent = flow.slack.post("ben", "support", "jane@example.com cannot pay")
    flow.slack.message_shortcut("ana", parent, "find_replays")
    flow.answer(found())
    for where, ticked, thread in (
        ("C07SUPPORT1", ["yes"], parent.ts),
        ("C07SUPPORT1", [], None),
        ("C07RANDOM02", ["yes"], None),
    ):
        flow.press(OPTIONS)
        flow.choose(where=where, thread=ticked)
        address = flow.submit().reply_to.address
        assert (address["channel"], address.get("thread_ts")) == (where, thread)


def test_filled_in_for_half_an_hour(flow: Flow) -> None:
    """What was pressed cannot be replaced then: the answer is a new one."""
    flow.list()
    flow.press(OPTIONS)
    view = opened(flow)
    kept = json.loads(view.body["private_metadata"])
    kept["asked_at"] = str(int(kept["asked_at"]) - 31 * 60)
    view.body["private_metadata"] = json.dumps(kept)
    assert "response_url" not in flow.submit().reply_to.address
    flow.answer(SHARED)
    list_, answer = flow.slack.ephemerals("ana", "support")
    assert "*Jane Doe*" in seen(list_)
    assert "Shared in <#C07SUPPORT1>." in seen(answer)
    assert BACK not in seen(answer)


@pytest.mark.parametrize(
    ("block", "entry", "said"),
    [
        ("note", {"value": "x" * 501}, "At most 500 characters."),
        ("where", {"selected_conversation": None}, "Choose a conversation."),
        ("expires", {"selected_option": {"value": "1"}}, "Choose one of these."),
        ("opens", {"selected_option": {"value": "7"}}, "Choose one of these."),
        ("audience", {"selected_option": {"value": "all"}}, "Choose one of these."),
        ("opens_at", {"selected_option": None}, "Choose one of these."),
    ],
)
def test_a_mistake_is_said_under_its_field(
    flow: Flow, block: str, entry: dict[str, Any], said: str
) -> None:
    """And nothing is shared. Slack itself keeps most of these from being sent."""
    flow.list()
    flow.press(OPTIONS)
    view = opened(flow)
    view.values[block][block] = {"type": view.values[block][block]["type"], **entry}
    ack = flow.slack.delivery.interaction("view", submitted(flow, view))
    assert json.loads(ack.body) == {
        "response_action": "errors",
        "errors": {block: said},
    }
    assert flow.last().action is Action.FIND


def test_what_cannot_be_queued(flow: Flow) -> None:
    """The modal stays, and says so."""
    flow.list()
    flow.press(OPTIONS)
    flow.courier.is_down = True
    flow.slack.submit("ana")
    assert "could not be queued" in opened(flow).errors["where"]


def test_sent_twice_and_changed(flow: Flow) -> None:
    """The same options sent twice are one share, however late; other options are
    another."""
    flow.list()
    flow.press(OPTIONS)
    view = opened(flow)
    before = len(flow.courier.requests)
    for _ in range(2):
        assert flow.slack.delivery.interaction("view", submitted(flow, view)).ok
        flow.now += 70
    assert len(flow.courier.requests) == before + 1
    view.values["opens"]["opens"] = {
        "type": "static_select",
        "selected_option": {"value": "3"},
    }
    flow.slack.delivery.interaction("view", submitted(flow, view))
    assert len(flow.courier.requests) == before + 2


def test_on_top_of_results_in_a_modal(flow: Flow) -> None:
    """Submitting closes all, and whoever is in no channel is told where they shared."""
    assert flow.slack.global_shortcut("ana", "find_replays_anywhere").ok
    flow.choose(who="jane@example.com")
    flow.submit()
    flow.answer(found())
    results = opened(flow)
    buttons = [one for block in results.blocks for one in block.get("elements", [])]
    assert SHARE not in [one.get("action_id") for one in buttons]
    assert flow.slack.click_in_view("ana", results, OPTIONS).ok
    assert opened(flow).previous == results.id
    flow.choose(where="C07SUPPORT1")
    flow.submit()
    assert flow.slack.modal("ana") is None
    flow.answer(SHARED)
    assert SHARED.watch_url in seen(flow.newest())
    (confirmation,) = flow.slack.ephemerals("ana", "support")
    assert "Shared in <#C07SUPPORT1>." in seen(confirmation)
    assert flow.slack.click("ana", confirmation, UNDO).ok
    flow.answer(changed(LinkState.REVOKED, by=ANA, at=START))
    (undone,) = flow.slack.ephemerals("ana", "support")
    assert "Undone" in seen(undone)


def test_in_a_direct_message(flow: Flow) -> None:
    """The list itself gives way to the answers; it shares elsewhere only."""
    flow.slack.direct_message("ana", "jane@example.com")
    flow.answer(found())
    (list_,) = flow.direct()
    assert OPTIONS in list_
    assert f'"{SHARE}"' not in list_
    assert flow.slack.click("ana", flow.newest("D07ANACOUR4"), OPTIONS).ok
    where = opened(flow).values["where"]["where"]
    assert where["selected_conversation"] is None
    flow.choose(where="C07SUPPORT1")
    flow.submit()
    flow.answer(SHARED)
    (confirmation,) = flow.direct()
    assert "Shared in <#C07SUPPORT1>." in confirmation
    assert SHARED.watch_url in seen(flow.newest())
    assert flow.slack.ephemerals("ana", "support") == []
