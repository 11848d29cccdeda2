"""Set-up makes, repairs and takes away what is the courier's, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from bot.demo.server import Server
from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.demo.zendesk.fields import add_field
from bot.demo.zendesk.triggers import add_trigger
from bot.demo.zendesk.views import add_macro
from bot.demo.zendesk.webhooks import add_webhook
from bot.errors import Refused, RetryLater
from integrations.zendesk.admin import Administration
from integrations.zendesk.client import Zendesk
from integrations.zendesk.credentials import ApiToken, OAuthClient
from integrations.zendesk.setup import (
    Action,
    Options,
    SetUp,
    Step,
    in_plain_words,
    removal,
)
from tests.integrations.zendesk.helpers import client

HERE = "https://replays.example.com"
NOWHERE = "http://127.0.0.1:9"
BY_TRIGGERS = Options(HERE)
BY_EVENTS = Options(HERE, by_events=True)


@pytest.fixture(autouse=True)
def administrator(zendesk: ZendeskStandIn) -> None:
    """Only they may set up."""
    zendesk.bot.role = "admin"


def planned(zendesk: ZendeskStandIn, options: Options = BY_TRIGGERS) -> list[Step]:
    return list(SetUp(Administration(client(zendesk)), options).steps())


def done(zendesk: ZendeskStandIn, options: Options = BY_TRIGGERS) -> list[Step]:
    walk = SetUp(Administration(client(zendesk)), options, acts=True)
    return list(walk.steps())


def removed(zendesk: ZendeskStandIn, **more: Any) -> list[Step]:
    return list(removal(Administration(client(zendesk)), acts=True, **more))


def actions(steps: list[Step]) -> dict[str, str]:
    return {step.name: step.action.value for step in steps}


def changes(zendesk: ZendeskStandIn) -> list[str]:
    return [call.method for call in zendesk.api_calls if call.method != "GET"]


def titles(rows: dict[int, Any]) -> list[str]:
    return [str(each["title"]) for each in rows.values()]


def told(zendesk: ZendeskStandIn) -> list[str]:
    """The kinds of what was delivered since last asked."""
    kinds = [each.body.decode().split('"')[3] for each in zendesk.deliveries]
    zendesk.postman.settle()
    zendesk.deliveries.clear()
    return kinds


def test_it_makes_all_that_the_courier_needs(zendesk: ZendeskStandIn) -> None:
    """Webhook, triggers, fields for agents only, on every form in use; macro, view."""
    old = zendesk.account.add_form("Old")
    old.active = False
    walk = SetUp(Administration(client(zendesk)), Options(f"{HERE}/"), acts=True)
    steps = list(walk.steps())
    assert {step.action for step in steps} == {Action.MAKE, Action.CHANGE}
    admin = zendesk.admin
    (webhook,) = admin.webhooks.values()
    assert webhook.endpoint == f"{HERE}/zendesk/webhook"
    assert walk.secret() == webhook.secret
    assert webhook.secret not in str(steps)
    assert len(admin.triggers) == 4
    fields = [row for row in admin.fields.values() if row["removable"]]
    assert [(row["title"], row["type"]) for row in fields] == [
        ("Replay link", "text"),
        ("Replay errors", "integer"),
        ("Replay last session", "date"),
    ]
    assert not any(row["visible_in_portal"] for row in fields)
    form = next(iter(zendesk.account.forms.values()))
    assert form.field_ids[-3:] == [row["id"] for row in fields]
    assert old.field_ids == []
    assert titles(admin.macros) == ["Replay Courier: fetch replays"]
    (view,) = admin.views.values()
    columns = [each["id"] for each in view["execution"]["columns"]]  # type: ignore[index]
    assert columns[-1] == fields[0]["id"]


def test_a_plan_only_looks_and_the_deed_keeps_to_it(zendesk: ZendeskStandIn) -> None:
    """The same steps in the same order; afterwards there is nothing to do."""
    plan = planned(zendesk)
    assert changes(zendesk) == []
    assert done(zendesk) == plan
    made = len(changes(zendesk))
    assert {step.action for step in done(zendesk)} == {Action.KEEP}
    assert len(changes(zendesk)) == made


def test_the_demos_account_is_what_set_up_makes(zendesk: ZendeskStandIn) -> None:
    """So that what works there works after set-up."""
    zendesk.webhook_url = f"{HERE}/zendesk/webhook"
    assert {step.action for step in planned(zendesk)} == {Action.KEEP}


def test_it_repairs_what_somebody_changed(zendesk: ZendeskStandIn) -> None:
    """And says what of each thing: a moved courier, an edited trigger, a shown field;
    how a view is laid out is left to them."""
    done(zendesk)
    admin = zendesk.admin
    (webhook,) = admin.webhooks.values()
    webhook.shown["status"] = "inactive"
    trigger = next(iter(admin.triggers.values()))
    conditions: Any = trigger["conditions"]
    conditions["all"].pop()
    field = next(row for row in admin.fields.values() if row["title"] == "Replay link")
    field["visible_in_portal"] = True
    next(iter(zendesk.account.forms.values())).field_ids.remove(int(str(field["id"])))
    next(iter(admin.macros.values()))["active"] = False
    next(iter(admin.views.values()))["execution"] = {}
    moved = Options("https://new.example.com")
    steps = {step.name: step for step in planned(zendesk, moved)}
    changed = {n for n, step in steps.items() if step.action is Action.CHANGE}
    assert changed == {
        "Replay Courier",
        "Replay Courier: new ticket",
        "Replay link",
        "Default Ticket Form",
        "Replay Courier: fetch replays",
    }
    of_webhook = [each.what for each in steps["Replay Courier"].differences]
    assert of_webhook == ["endpoint", "status"]
    (of_trigger,) = steps["Replay Courier: new ticket"].differences
    assert of_trigger.what == "conditions (all)"
    assert "replay_optout" in of_trigger.becomes
    done(zendesk, moved)
    assert {step.action for step in done(zendesk, moved)} == {Action.KEEP}


def test_a_run_that_broke_off_goes_on(zendesk: ZendeskStandIn) -> None:
    """Even where something was made and its answer was lost."""
    zendesk.faults.next(Fault.UNAVAILABLE, method="POST", path="/ticket_fields")
    with pytest.raises(RetryLater):
        done(zendesk)
    zendesk.faults.next(Fault.APPLIED_THEN_500, method="POST", path="/macros")
    with pytest.raises(RetryLater):
        done(zendesk)
    assert actions(done(zendesk))["Replay Courier: fetch replays"] == "keep"
    assert len(zendesk.admin.triggers) == 4
    assert titles(zendesk.admin.macros) == ["Replay Courier: fetch replays"]


def test_what_is_there_twice_is_there_once_afterwards(zendesk: ZendeskStandIn) -> None:
    """As after two runs at once."""
    done(zendesk)
    twice = next(iter(zendesk.admin.triggers.values()))
    add_trigger(zendesk.admin, dict(twice))
    steps = [s for s in done(zendesk) if s.action is not Action.KEEP]
    assert [(s.action, s.name) for s in steps] == [(Action.DELETE, twice["title"])]
    assert len(zendesk.admin.triggers) == 4


def test_removal_takes_what_set_up_made_and_only_that(zendesk: ZendeskStandIn) -> None:
    """What an administrator made stays, whatever its name; so does its wording."""
    admin = zendesk.admin
    theirs = add_macro(
        admin,
        {
            "title": "Replay Courier: fetch replays",
            "actions": [{"field": "status", "value": "open"}],
        },
    )
    field = add_field(admin, {"title": "Replay errors", "type": "integer"})
    steps = {step.name: step for step in done(zendesk)}
    for name in ("Replay Courier: fetch replays", "Replay errors"):
        assert steps[name].action is Action.LEAVE
        assert "not the courier's" in steps[name].note
    form = next(iter(zendesk.account.forms.values()))
    assert len(form.field_ids) == 9
    link = next(k for k, row in admin.fields.items() if row["title"] == "Replay link")
    ticket = zendesk.create_ticket("jane@example.com", "S", "D")
    zendesk.tickets[ticket].custom_fields[link] = "https://x.example"

    plan = list(removal(Administration(client(zendesk))))
    assert any(step.takes_values for step in plan)
    assert removed(zendesk) == plan
    assert list(admin.macros.values()) == [theirs]
    assert [r for r in admin.fields.values() if r["removable"]] == [field]
    assert (admin.triggers, admin.webhooks, admin.views) == ({}, {}, {})
    assert len(form.field_ids) == 7
    assert zendesk.tickets[ticket].custom_fields == {}
    assert removed(zendesk) == []


def test_a_webhook_that_others_use_stays(zendesk: ZendeskStandIn) -> None:
    """And who uses it is told: a trigger or an automation of an administrator's."""
    done(zendesk)
    (webhook,) = zendesk.admin.webhooks.values()
    calling = [{"field": "notification_webhook", "value": [webhook.id, "{}"]}]
    conditions = [{"field": "status", "operator": "changed"}]
    add_trigger(zendesk.admin, {"title": "Ours", "all": conditions, "actions": calling})
    automation = {"id": 1, "title": "Nightly", "actions": calling}
    zendesk.admin.automations[1] = automation
    last = removed(zendesk)[-1]
    assert last.action is Action.LEAVE
    assert last.note == (
        "used by trigger “Ours”, automation “Nightly”, which is not the courier's"
    )
    assert list(zendesk.admin.webhooks) == [webhook.id]
    assert titles(zendesk.admin.triggers) == ["Ours"]


def test_without_fields_none_are_made_and_none_removed(zendesk: ZendeskStandIn) -> None:
    """Nor is any form touched."""
    form = next(iter(zendesk.account.forms.values()))
    before = list(form.field_ids)
    done(zendesk, Options(HERE, fields=False))
    assert form.field_ids == before
    assert not any(row["removable"] for row in zendesk.admin.fields.values())
    done(zendesk)
    removed(zendesk, fields=False)
    assert len(form.field_ids) == len(before) + 3


def test_a_plan_without_forms_needs_none(zendesk: ZendeskStandIn) -> None:
    """The fields are made all the same; there agents see every field."""
    zendesk.admin.has_forms = False
    assert "Default Ticket Form" not in actions(done(zendesk))
    assert {step.action for step in done(zendesk)} == {Action.KEEP}


def test_events_take_the_triggers_place_and_back(zendesk: ZendeskStandIn) -> None:
    """Another webhook each time, as its kind cannot be changed; one at a time."""
    done(zendesk)
    done(zendesk, BY_EVENTS)
    (webhook,) = zendesk.admin.webhooks.values()
    assert webhook.shown["name"] == "Replay Courier: events"
    assert "zen:event-type:ticket.tags_changed" in webhook.subscriptions
    assert zendesk.admin.triggers == {}
    assert {step.action for step in done(zendesk, BY_EVENTS)} == {Action.KEEP}
    done(zendesk)
    (webhook,) = zendesk.admin.webhooks.values()
    assert webhook.subscriptions == ["conditional_ticket_events"]
    assert len(zendesk.admin.triggers) == 4


def test_where_events_are_refused_triggers_deliver(zendesk: ZendeskStandIn) -> None:
    """Said in a sentence; what delivered before goes on."""
    done(zendesk)
    zendesk.admin.allows_events = False
    walk = SetUp(Administration(client(zendesk)), BY_EVENTS, acts=True)
    first, *others = walk.steps()
    assert first.action is Action.LEAVE
    assert "triggers deliver instead" in first.note
    assert {step.action for step in others} == {Action.KEEP}
    (webhook,) = zendesk.admin.webhooks.values()
    assert walk.secret() == webhook.secret


@pytest.fixture
def at_work(zendesk: ZendeskStandIn) -> Iterator[ZendeskStandIn]:
    """An account set up, whose deliveries reach nobody."""
    done(zendesk, Options(NOWHERE))
    zendesk.postman.pace = 0.0
    yield zendesk
    zendesk.postman.settle()


def test_new_tickets_and_commands_are_delivered_once(at_work: ZendeskStandIn) -> None:
    """A command sets the tag too, and is still one delivery."""
    ticket = at_work.create_ticket("jane@example.com", "S", "D")
    assert told(at_work) == ["ticket_created"]
    at_work.add_comment(ticket, "#replay in public", public=True)
    at_work.add_comment(ticket, "just a note", public=False)
    at_work.add_comment(ticket, "and thanks", by=at_work.customers[0])
    assert told(at_work) == []
    at_work.add_comment(ticket, "#replay", public=False)
    assert told(at_work) == ["comment_command"]
    assert at_work.tickets[ticket].tags == ["replay_requested"]


def test_a_tag_asks_whoever_set_it(at_work: ZendeskStandIn) -> None:
    """A macro, an agent, a new ticket's form; with a public reply that names the
    command as well. Taking the tag away, as the courier's update does, asks nothing."""
    ticket = at_work.create_ticket("jane@example.com", "S", "D")
    told(at_work)
    at_work.apply_macro(ticket, "Replay Courier: fetch replays")
    assert told(at_work) == ["ticket_tagged"]
    note = {"comment": {"body": "Two recordings", "public": False}}
    answer = {**note, "tags": ["replay_attached"]}
    at_work.account.update_ticket(at_work.bot, ticket, answer)
    assert told(at_work) == []
    reply = {"body": "We type #replay for this", "public": True}
    asking = {"comment": reply, "tags": ["replay_requested"]}
    at_work.account.update_ticket(at_work.agent, ticket, asking)
    assert told(at_work) == ["ticket_tagged"]
    tags = ("replay_requested",)
    at_work.create_ticket("jane@example.com", "S", "D", tags=tags)
    assert told(at_work) == ["ticket_tagged"]


def test_reopening_is_delivered(at_work: ZendeskStandIn) -> None:
    """From solved to anything less; not the solving, nor other changes of status."""
    ticket = at_work.create_ticket("jane@example.com", "S", "D")
    at_work.account.update_ticket(at_work.agent, ticket, {"status": "pending"})
    at_work.account.update_ticket(at_work.agent, ticket, {"status": "open"})
    at_work.solve(ticket)
    assert told(at_work) == ["ticket_created"]
    comment = {"body": "Still broken", "public": True}
    reopening = {"status": "open", "comment": comment}
    at_work.account.update_ticket(at_work.customers[0], ticket, reopening)
    assert told(at_work) == ["ticket_reopened"]


def test_opted_out_tickets_are_left_alone(at_work: ZendeskStandIn) -> None:
    """Whatever happens to them."""
    tags = ("replay_optout",)
    ticket = at_work.create_ticket("jane@example.com", "S", "D", tags=tags)
    at_work.add_comment(ticket, "#replay", public=False)
    at_work.apply_macro(ticket, "Replay Courier: fetch replays")
    at_work.solve(ticket)
    at_work.account.update_ticket(at_work.agent, ticket, {"status": "open"})
    assert told(at_work) == []


def explained(zendesk: Zendesk) -> str:
    with pytest.raises(Refused) as refused, in_plain_words(zendesk):
        list(SetUp(Administration(zendesk), BY_TRIGGERS).steps())
    return str(refused.value)


def test_a_refusal_says_what_to_do(zendesk: ZendeskStandIn) -> None:
    """No administrator, wrong credentials, another subdomain; no secret in it."""
    zendesk.bot.role = "agent"
    assert "administrator role" in explained(client(zendesk))
    wrong = client(zendesk, ApiToken("a@example.com", "t0ken"))
    assert "ZENDESK_OAUTH_CLIENT_ID" in explained(wrong)
    assert "t0ken" not in explained(wrong)
    oauth = OAuthClient(zendesk.url, "courier", "s3cret")
    assert "ZENDESK_OAUTH_CLIENT_ID" in explained(client(zendesk, oauth))
    with Server(Flask("nobody")) as nobody:
        for credentials in (
            ApiToken("a@example.com", "t0ken"),
            OAuthClient(nobody.url, "courier", "s3cret"),
        ):
            elsewhere = Zendesk("nobody", credentials, nobody.url)
            assert "ZENDESK_SUBDOMAIN" in explained(elsewhere)
            elsewhere.close()


def test_administrators_by_role_may(zendesk: ZendeskStandIn) -> None:
    """A custom role that may manage all this is enough."""
    zendesk.bot.role = "agent"
    zendesk.admin.managers.add(zendesk.bot.id)
    assert Action.MAKE in {step.action for step in done(zendesk)}


def test_another_webhook_of_this_name_is_not_taken_over(
    zendesk: ZendeskStandIn,
) -> None:
    """Without the courier's mark it is an administrator's own."""
    theirs = add_webhook(
        zendesk.admin,
        {
            "name": "Replay Courier",
            "endpoint": "https://elsewhere.example.com",
            "http_method": "POST",
            "request_format": "json",
            "subscriptions": ["conditional_ticket_events"],
        },
    )
    done(zendesk)
    removed(zendesk)
    assert list(zendesk.admin.webhooks) == [theirs.id]
    assert theirs.endpoint == "https://elsewhere.example.com"
