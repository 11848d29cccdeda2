"""Menus whose entries the app is asked for, by Slack's own rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bot.demo.slack import SlackStandIn
from bot.demo.slack.blocks import problems_of
from bot.demo.slack.errors import SlackError
from bot.demo.slack.views import checked_view, push_view
from tests.demo.slack_app import SlackApp, answered_by, field, option, plain


def form(**element: Any) -> dict[str, Any]:
    menu = {"type": "external_select", "placeholder": plain("Type"), **element}
    return {
        "type": "modal",
        "title": plain("Tickets"),
        "submit": plain("Add"),
        "callback_id": "share",
        "blocks": [field("ticket", "Ticket", menu)],
    }


@pytest.fixture
def app() -> Iterator[SlackApp]:
    app = SlackApp()
    with app.server:
        yield app


@pytest.fixture
def slack(app: SlackApp) -> Iterator[SlackStandIn]:
    with answered_by(app) as stand_in:
        stand_in.options_url = f"{app.server.url}/slack/options"
        yield stand_in


def show(slack: SlackStandIn, **element: Any) -> None:
    ana = slack.workspace.user("ana").id
    push_view(slack.workspace, checked_view(form(**element), "modal"), ana)


def words(options: list[dict[str, Any]]) -> list[str]:
    return [one["text"]["text"] for one in options]


def test_the_app_is_asked_at_an_address_of_its_own(
    slack: SlackStandIn, app: SlackApp
) -> None:
    show(slack, min_query_length=2)
    app.offers = {"options": [option("First", "1")]}
    assert words(slack.suggest("ana", "ticket", "fi")) == ["First"]
    (asked,) = app.of("block_suggestion")
    assert (asked["value"], asked["action_id"]) == ("fi", "ticket")
    assert asked["block_id"] == "ticket"
    assert asked["container"] == {"type": "view", "view_id": asked["view"]["id"]}
    assert asked["user"]["id"] == "U07ANA00001"
    assert "trigger_id" not in asked
    slack.options_url = ""
    assert slack.suggest("ana", "ticket", "fi") == []


def test_it_is_asked_from_so_many_characters_on(
    slack: SlackStandIn, app: SlackApp
) -> None:
    """Three, where it names no number."""
    show(slack)
    app.offers = {"options": [option("First", "1")]}
    with pytest.raises(ValueError, match="once more is typed"):
        slack.suggest("ana", "ticket", "fi")
    assert len(slack.suggest("ana", "ticket", "fir")) == 1


@pytest.mark.parametrize(
    "offers",
    [
        {"options": [option(str(n)) for n in range(101)]},
        {"options": [option("x" * 76, "1")]},
        {"options": [option("x", "1" * 151)]},
        {"options": [option("x", "1", "y" * 76)]},
        {"options": [{"text": {"type": "mrkdwn", "text": "*x*"}, "value": "1"}]},
        {"options": [option("x")], "option_groups": []},
        {},
        [],
        "no JSON",
    ],
    ids=[
        "too many",
        "too long",
        "long value",
        "long line",
        "not plain",
        "both",
        "neither",
        "a list",
        "no JSON",
    ],
)
def test_an_answer_that_slack_refuses_offers_nothing(
    slack: SlackStandIn, app: SlackApp, offers: Any
) -> None:
    show(slack)
    app.offers = offers
    assert slack.suggest("ana", "ticket", "first") == []


def test_an_answer_that_comes_late_offers_nothing(
    slack: SlackStandIn, app: SlackApp
) -> None:
    show(slack)
    app.offers = {"options": [option("First", "1")]}
    slack.delivery.deadline, app.waits = 0.05, 0.2
    assert slack.suggest("ana", "ticket", "first") == []
    assert slack.acks[-1].error == "http_timeout"


def test_only_what_was_offered_can_be_chosen(
    slack: SlackStandIn, app: SlackApp
) -> None:
    """Groups too, and what was offered before."""
    show(slack, initial_option=option("Zeroth", "0"))
    groups = [{"label": plain("New"), "options": [option("Second", "2")]}]
    app.offers = {"options": [option("First", "1")]}
    slack.suggest("ana", "ticket", "first")
    app.offers = {"option_groups": groups}
    slack.suggest("ana", "ticket", "second")
    for value in ("2", "1", "0"):
        slack.fill("ana", "ticket", value)
    with pytest.raises(LookupError):
        slack.fill("ana", "ticket", "3")
    slack.fill("ana", "ticket", "2")
    slack.submit("ana")
    state = app.of("view_submission")[-1]["view"]["state"]["values"]
    assert state["ticket"]["ticket"] == {
        "type": "external_select",
        "selected_option": option("Second", "2"),
    }


def test_the_page_offers_the_same(slack: SlackStandIn, app: SlackApp) -> None:
    show(slack, min_query_length=2)
    app.offers = {"options": [option("<b>First</b>", "1")]}
    view = slack.modal("ana")
    assert view is not None
    asked = {"user": "ana", "in_view": view.id, "action_id": "ticket", "typed": "fi"}
    answer = requests.post(f"{slack.url}/page/suggest", json=asked, timeout=5)
    assert words(answer.json()["options"]) == ["<b>First</b>"]
    drawn = requests.get(f"{slack.url}/page/view", params={"user": "ana"}, timeout=5)
    assert 'data-least="2"' in drawn.json()["parts"]["modal"]
    for wrong in ({"typed": "f"}, {"action_id": "other"}):
        refused = requests.post(
            f"{slack.url}/page/suggest", json={**asked, **wrong}, timeout=5
        )
        assert refused.status_code == 400


def test_messages_have_none() -> None:
    """The courier has no use for one there."""
    menu = {"type": "external_select", "action_id": "a", "placeholder": plain("x")}
    blocks = [{"type": "actions", "elements": [menu]}]
    assert "unsupported type: external_select" in json.dumps(problems_of(blocks))
    with pytest.raises(SlackError):
        checked_view(form(min_query_length="2"), "modal")
