"""A search goes where people are: forms, pages, people to choose from, all in private.

Everything goes through the real slack_sdk and slack-bolt against a strict stand-in.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.demo.slack import faults
from bot.demo.slack.model import View
from bot.errors import NotFound, RetryLater
from bot.model import (
    Action,
    Filters,
    Identifier,
    IdentifierKind,
    NothingFound,
    Person,
    Reason,
    Result,
)
from tests.integrations.slack.samples import FAILED, JANE, JANES_EMAIL, NOBODY, found
from tests.integrations.slack.world import ANA, Draft, World

JOHN = Person(id="p2", name="John Doe", email="john@example.com")
TWO_FIT = NothingFound(
    (JANES_EMAIL,), Reason.AMBIGUOUS, "That fits 2 people.", "", (JANE, JOHN)
)
MANY_FIT = replace(
    TWO_FIT, people=tuple(Person(id=f"p{n}", name=f"J{n}") for n in range(30))
)


def answer(world: World, result: Result) -> None:
    """The courier's answer to what came in last."""
    request = world.destination.complete(world.last())
    world.post(request, result, Draft())


def ask(world: World, result: Result, text: str = "jane@example.com") -> None:
    assert world.slack.run_command("ana", "support", text).ok
    answer(world, result)


def only(world: World, channel: str = "support") -> Any:
    """The one private answer that Ana sees."""
    (seen,) = world.slack.ephemerals("ana", channel)
    return seen


def shown(blocks: Any) -> str:
    return json.dumps(list(blocks), ensure_ascii=False)


def form(world: World) -> View:
    view = world.slack.modal("ana")
    assert view is not None
    return view


def submit(world: World, who: str, **more: Any) -> None:
    """Fill the form in, leave the rest as it stands, and submit it."""
    for action_id, value in {"who": who, **more}.items():
        world.slack.fill("ana", action_id, value)
    world.slack.submit("ana")


def test_pages_take_each_others_place(world: World) -> None:
    """More pages and the way back replace the list, whatever is pressed."""
    ask(world, found(5, total=12))
    assert world.slack.click("ana", only(world), "replay_page").ok
    request = world.last()
    assert (request.follows, request.offset, request.asked_by) == ("req_1", 5, ANA)
    answer(world, found(5, total=12, offset=5))
    assert "6 to 10 of 12" in shown(only(world).blocks)
    assert world.slack.click("ana", only(world), "replay_page_back").ok
    assert (world.last().follows, world.last().offset) == ("req_1", 0)
    answer(world, found(5, total=12))
    assert "1 to 5 of 12" in shown(only(world).blocks)


def test_a_page_that_takes_longer_says_so_in_its_place(world: World) -> None:
    """In the list and in a modal alike; nothing is left over."""
    ask(world, found(5, total=12))
    world.slack.click("ana", only(world), "replay_page")
    world.destination.keep_waiting(world.last())
    assert only(world).text == "Looking for recordings…"
    answer(world, found(5, total=12, offset=5))
    assert "6 to 10 of 12" in shown(only(world).blocks)
    world.slack.global_shortcut("ana", "find_replays_anywhere")
    submit(world, "jane@example.com")
    answer(world, found(5, total=12))
    world.slack.click_in_view("ana", form(world), "replay_page")
    world.destination.keep_waiting(world.last())
    assert "Looking for recordings" in shown(form(world).blocks)
    world.slack.close_modal("ana")
    world.destination.keep_waiting(world.last())
    assert not [one for one in world.slack.messages("D07ANACOUR4") if one.by_app]


def test_whom_is_meant_is_chosen(world: World) -> None:
    """Where two fit, a press asks for the recordings of one of them, or of both."""
    ask(world, TWO_FIT)
    assert world.slack.click("ana", only(world), "replay_person").ok
    person = Identifier(IdentifierKind.PERSON, JANE.id)
    assert world.last().identifiers == (person,)
    assert world.last().follows == "req_1"
    answer(world, found())
    assert "*Jane Doe*" in shown(only(world).blocks)
    ask(world, TWO_FIT)
    world.slack.click("ana", world.seen_by("ana"), "replay_everybody")
    assert [one.value for one in world.last().identifiers] == ["p1", "p2"]


def test_one_of_many_is_chosen_from_a_menu(world: World) -> None:
    """More people than there is room for buttons stand in a menu."""
    ask(world, MANY_FIT)
    value = json.dumps({"s": "req_1", "p": "p17"}, separators=(",", ":"))
    assert world.slack.click("ana", only(world), "replay_person", value).ok
    assert world.last().identifiers == (Identifier(IdentifierKind.PERSON, "p17"),)


def test_a_failed_search_is_tried_again_in_its_place(world: World) -> None:
    """The press repeats the search by its id, and its answer replaces the failure."""
    ask(world, FAILED)
    assert world.slack.click("ana", only(world), "replay_page").ok
    assert (world.last().follows, world.last().offset) == ("req_1", 0)
    answer(world, found())
    assert "*Jane Doe*" in shown(only(world).blocks)


def test_without_arguments_the_command_opens_a_form(world: World) -> None:
    """It has the command's options, and its answer comes where it was typed."""
    assert world.slack.run_command("ana", "support", "last 3d").body == ""
    assert '"initial_option": {"text"' in shown(form(world).blocks)
    assert "Last 3 days" in shown(form(world).blocks)
    submit(world, "jane@example.com", page="/checkout?x", errors=["errors"])
    assert world.slack.modal("ana") is None
    request = world.last()
    assert request.identifiers == (JANES_EMAIL,)
    assert request.filters == Filters(errors_only=True, page="/checkout?x")
    assert request.look_back == timedelta(days=3)
    answer(world, found())
    assert "*Jane Doe*" in shown(only(world).blocks)


def test_the_form_says_what_it_cannot_read(world: World) -> None:
    """Its field is marked, it stays open, and nothing is asked."""
    world.slack.run_command("ana", "support", "")
    submit(world, "???")
    assert "no e-mail" in str(form(world).errors["who"])
    assert not world.courier.requests


def test_a_form_that_cannot_be_queued_keeps_what_was_typed(world: World) -> None:
    world.slack.run_command("ana", "support", "")
    world.courier.is_down = True
    submit(world, "jane@example.com")
    assert "could not be queued" in str(form(world).errors["who"])


def test_where_no_form_opens_the_ways_to_ask_are_told(world: World) -> None:
    """A late or a failing Slack costs the form and not the answer."""
    world.slack.faults.add("views.open", faults.error("expired_trigger_id"))
    assert "jane@example.com" in world.slack.run_command("ana", "support", "").body


def test_the_global_shortcut_answers_in_its_modal(world: World) -> None:
    """Looking, the list, its pages and a failure take each other's place in it."""
    assert world.slack.global_shortcut("ana", "find_replays_anywhere").ok
    submit(world, "jane@example.com")
    assert "Looking for recordings" in shown(form(world).blocks)
    answer(world, found(5, total=12))
    assert "*Jane Doe*" in shown(form(world).blocks)
    assert world.slack.click_in_view("ana", form(world), "replay_page").ok
    assert (world.last().follows, world.last().offset) == ("req_1", 5)
    answer(world, FAILED)
    assert "renew it" in shown(form(world).blocks)
    assert world.slack.click_in_view("ana", form(world), "replay_page").ok
    answer(world, found())
    assert "*Jane Doe*" in shown(form(world).blocks)
    assert not world.slack.ephemerals("ana", "support")


def test_an_answer_to_a_closed_modal_comes_as_a_direct_message(world: World) -> None:
    world.slack.global_shortcut("ana", "find_replays_anywhere")
    submit(world, "jane@example.com")
    world.slack.close_modal("ana")
    answer(world, found())
    channel = world.slack.dm_with_bot("ana").id
    assert "*Jane Doe*" in shown(world.newest(channel).blocks)


def test_a_direct_message_is_answered_there(world: World) -> None:
    """Its pages replace the answer; the app's own answer is not a question."""
    world.slack.direct_message("ana", "jane@example.com last 3d")
    request = world.last()
    assert request.identifiers == (JANES_EMAIL,)
    assert request.look_back == timedelta(days=3)
    answer(world, found(5, total=12))
    channel = world.slack.dm_with_bot("ana").id
    message = world.newest(channel)
    assert message.by_app
    assert len(world.courier.requests) == 1
    assert world.slack.click("ana", message, "replay_page").ok
    answer(world, found(5, total=12, offset=5))
    assert world.newest(channel) is message
    assert "6 to 10 of 12" in shown(message.blocks)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("user_4821", ["distinct_id"]),
        ("Jane jane@example.com cannot pay, can you look?", ["email"]),
        ("thank you very much", []),
        ("help", []),
    ],
)
def test_what_a_direct_message_asks(world: World, text: str, kinds: list[str]) -> None:
    """One or two words are an id, a letter is searched for addresses."""
    world.slack.direct_message("ana", text)
    assert [one.kind.value for one in world.last().identifiers] == kinds


def test_a_lost_answer_to_a_direct_message_is_found_again(world: World) -> None:
    world.slack.direct_message("ana", "jane@example.com")
    draft = Draft()
    world.slack.faults.add("chat.postMessage", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(world.last(), found(), draft)
    world.post(world.last(), found(), draft)
    assert world.calls("chat.postMessage") == 1


def test_the_shortcut_in_a_thread_is_answered_in_it(world: World) -> None:
    """Slack's response_url would lead to the channel."""
    parent = world.slack.post("ben", "support", "Trouble")
    reply = world.slack.post("ben", "support", "jane@example.com", parent.ts)
    assert world.slack.message_shortcut("ana", reply, "find_replays").ok
    answer(world, found())
    assert only(world).thread_ts == parent.ts
    assert world.calls("response_url") == 0


def test_the_shortcut_where_the_bot_is_not(world: World) -> None:
    """It is answered beside the thread where nobody invited the bot."""
    parent = world.slack.post("ana", "escalations", "Trouble")
    reply = world.slack.post("ana", "escalations", "jane@example.com", parent.ts)
    world.slack.message_shortcut("ana", reply, "find_replays")
    answer(world, NOBODY)
    assert "No recordings of" in shown(only(world, "escalations").blocks)


def test_the_shortcut_reads_no_button(world: World) -> None:
    """What another app keeps in its buttons is not what a message says."""
    message = world.slack.post("ben", "support", "jane@example.com")
    message.blocks = [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "x",
                    "text": {"type": "plain_text", "text": "Open"},
                    "value": "hidden@example.com",
                }
            ],
        }
    ]
    world.slack.message_shortcut("ana", message, "find_replays")
    assert world.last().identifiers == (JANES_EMAIL,)


def test_a_mention_without_a_name_reads_its_thread(world: World) -> None:
    """Whom the thread speaks of is meant; without the scope, nobody is."""
    parent = world.slack.post("ben", "support", "jane@example.com cannot pay")
    world.slack.mention("ana", "support", "", thread_ts=parent.ts)
    request = world.last()
    assert request.identifiers == ()
    assert world.destination.complete(request).identifiers == (JANES_EMAIL,)
    world.slack.bot_scopes = ("commands", "chat:write")
    assert world.destination.complete(request).identifiers == ()


def test_a_mentioned_colleague_is_found_by_their_address(world: World) -> None:
    """The address is Slack's; without it, it is said what to do."""
    ben = world.slack.workspace.user("ben")
    assert world.slack.run_command("ana", "support", f"<@{ben.id}|ben>").ok
    request = world.last()
    (found_by,) = world.destination.complete(request).identifiers
    assert (found_by.kind, found_by.value) == (IdentifierKind.EMAIL, ben.email)
    world.slack.bot_scopes = ("commands", "chat:write", "users:read")
    with pytest.raises(NotFound) as error:
        world.destination.complete(request)
    assert "users:read.email" in error.value.plain


def test_a_page_of_what_others_see_is_not_turned(world: World) -> None:
    """No message that others see shows recordings; a press that says so is refused."""
    message = world.slack.post("ben", "support", "x")
    message.blocks = found_buttons(world)
    message.user = "U07COURIER1"
    ack = world.slack.click("ben", message, "replay_page")
    assert ack.status == 400
    assert world.last().action is Action.FIND
    assert world.last().follows is None


def found_buttons(world: World) -> list[dict[str, Any]]:
    ask(world, found(5, total=12))
    return list(only(world).blocks)
