"""The Zendesk stand-in's set-up calls refuse, and its triggers fire, as Zendesk's."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest
import requests
from flask import Flask, Response, request

from bot.demo.server import Server
from bot.demo.zendesk import ZendeskStandIn
from tests.demo.zendesk_calls import call

Row = dict[str, Any]
NOWHERE = "http://127.0.0.1:9/hook"


@pytest.fixture(scope="module")
def account() -> Iterator[ZendeskStandIn]:
    stand_in = ZendeskStandIn().start()
    stand_in.bot.role = "admin"
    yield stand_in
    stand_in.stop()


@pytest.fixture
def zendesk(account: ZendeskStandIn) -> Iterator[ZendeskStandIn]:
    """One server for all tests; each finds nothing that another made."""
    yield account
    admin = account.admin
    account.bot.role = "admin"
    admin.managers.clear()
    admin.allows_events = admin.has_forms = True
    for rows in (admin.triggers, admin.webhooks, admin.views, admin.macros):
        rows.clear()
    for key in [k for k, row in admin.fields.items() if row["removable"]]:
        del admin.fields[key]
    account.postman.invocations.clear()
    account.gate.limits.account.calls.clear()


def make(zendesk: ZendeskStandIn, kind: str, **fields: Any) -> Row:
    answer = call(zendesk, "POST", f"{kind}s", {kind: fields})
    assert answer.status_code == 201, answer.text
    made: Row = answer.json()[kind]
    return made


def refusal(zendesk: ZendeskStandIn, kind: str, **fields: Any) -> tuple[int, str]:
    answer = call(zendesk, "POST", f"{kind}s", {kind: fields})
    return answer.status_code, json.dumps(answer.json().get("details"))


def webhook(zendesk: ZendeskStandIn, **fields: Any) -> Row:
    given = {
        "name": "W",
        "endpoint": NOWHERE,
        "http_method": "POST",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }
    return make(zendesk, "webhook", **{**given, **fields})


def trigger(
    zendesk: ZendeskStandIn, *all_: Row, actions: list[Row] | None = None
) -> Row:
    tagging = [{"field": "current_tags", "value": "fired"}]
    conditions = {"all": list(all_), "any": []}
    actions = actions or tagging
    return make(zendesk, "trigger", title="T", conditions=conditions, actions=actions)


def on(field: str, operator: str = "is", value: Any = None) -> Row:
    return {"field": field, "operator": operator, "value": value}


def opened(zendesk: ZendeskStandIn, **fields: Any) -> int:
    return zendesk.create_ticket("jane@example.com", "Export", "Hangs.", **fields)


def tags(zendesk: ZendeskStandIn, ticket: int) -> list[str]:
    return zendesk.tickets[ticket].tags


def test_only_who_may_manage_does(zendesk: ZendeskStandIn) -> None:
    """An agent reads triggers and fields, not webhooks, and changes nothing."""
    zendesk.bot.role = "agent"
    assert call(zendesk, "GET", "triggers").status_code == 200
    assert call(zendesk, "GET", "ticket_fields").status_code == 200
    assert call(zendesk, "GET", "webhooks").status_code == 403
    for kind in ("webhook", "trigger", "ticket_field", "view", "macro"):
        answer = call(zendesk, "POST", f"{kind}s", {kind: {"title": "x"}})
        assert (answer.status_code, answer.json()["error"]) == (403, "Forbidden")
    zendesk.admin.managers.add(zendesk.bot.id)
    assert webhook(zendesk)["status"] == "active"


def test_a_webhook_changes_but_never_its_kind(zendesk: ZendeskStandIn) -> None:
    """PATCH is partial, PUT whole; trigger-connected stays trigger-connected."""
    made = webhook(zendesk)
    path = f"webhooks/{made['id']}"
    patched = call(zendesk, "PATCH", path, {"webhook": {"status": "inactive"}})
    assert patched.status_code == 204
    shown = call(zendesk, "GET", path).json()["webhook"]
    assert (shown["status"], shown["endpoint"]) == ("inactive", NOWHERE)
    partial = call(zendesk, "PUT", path, {"webhook": {"name": "N"}})
    assert partial.status_code == 422
    events = {"subscriptions": ["zen:event-type:ticket.created"]}
    assert call(zendesk, "PATCH", path, {"webhook": events}).status_code == 422
    assert call(zendesk, "DELETE", path).status_code == 204
    assert call(zendesk, "GET", path).status_code == 404


def test_a_webhook_in_use_stays(zendesk: ZendeskStandIn) -> None:
    """As long as a trigger calls it."""
    made = webhook(zendesk)
    calling = [{"field": "notification_webhook", "value": [made["id"], "{}"]}]
    rule = trigger(zendesk, on("status", "changed"), actions=calling)
    path = f"webhooks/{made['id']}"
    assert call(zendesk, "DELETE", path).status_code == 400
    assert call(zendesk, "DELETE", f"triggers/{rule['id']}").status_code == 204
    assert call(zendesk, "DELETE", path).status_code == 204


def test_event_subscriptions_where_the_account_has_them(
    zendesk: ZendeskStandIn,
) -> None:
    """Known ticket events, never mixed with triggers; some accounts have none."""
    kinds = ["zen:event-type:ticket.created", "zen:event-type:ticket.tags_changed"]
    assert webhook(zendesk, subscriptions=kinds)["subscriptions"] == kinds
    given = {"name": "W", "endpoint": NOWHERE, "http_method": "POST"}
    given |= {"request_format": "json"}
    mixed = ["conditional_ticket_events", kinds[0]]
    assert refusal(zendesk, "webhook", **given, subscriptions=mixed)[0] == 422
    unknown = ["zen:event-type:weather.changed"]
    assert refusal(zendesk, "webhook", **given, subscriptions=unknown)[0] == 400
    zendesk.admin.allows_events = False
    assert refusal(zendesk, "webhook", **given, subscriptions=kinds)[0] == 400


def test_a_secret_is_shown_and_reset(zendesk: ZendeskStandIn) -> None:
    path = f"webhooks/{webhook(zendesk)['id']}/signing_secret"
    first = call(zendesk, "GET", path).json()["signing_secret"]
    assert first["algorithm"] == "SHA256"
    reset = call(zendesk, "POST", path)
    assert reset.status_code == 201
    assert reset.json()["signing_secret"]["secret"] != first["secret"]
    assert call(zendesk, "GET", path).json() == reset.json()


def test_a_test_call_is_signed_with_the_webhooks_secret(
    zendesk: ZendeskStandIn,
) -> None:
    """And its answer comes back whole; it is in no log of deliveries."""
    app = Flask("door")
    signed: list[bool] = []
    secret = ""

    @app.post("/hook")
    def hook() -> Response:
        at = request.headers["X-Zendesk-Webhook-Signature-Timestamp"]
        digest = hmac.new(secret.encode(), at.encode() + request.data, sha256).digest()
        given = request.headers["X-Zendesk-Webhook-Signature"]
        signed.append(given == base64.b64encode(digest).decode())
        return Response(request.data, 203)

    with Server(app) as door:
        made = webhook(zendesk, endpoint=f"{door.url}/hook")
        secret = zendesk.admin.webhooks[made["id"]].secret
        path = f"webhooks/test?webhook_id={made['id']}"
        answer = call(zendesk, "POST", path, {"request": {"payload": '{"a": 1}'}})
    response = answer.json()["response"]
    assert (response["status_code"], response["payload"]) == (203, '{"a": 1}')
    assert signed == [True]
    assert zendesk.deliveries == []
    gone = call(zendesk, "POST", path, {"request": {}}).json()["response"]
    assert gone["status_code"] == 504


def test_deliveries_can_be_looked_up(zendesk: ZendeskStandIn) -> None:
    """Each with its status, and its attempts with what was sent and answered."""
    app = Flask("door")
    app.add_url_rule("/hook", view_func=lambda: ("no", 403), methods=["POST"])
    with Server(app) as door:
        made = webhook(zendesk, endpoint=f"{door.url}/hook")
        calling = [{"field": "notification_webhook", "value": [made["id"], "{}"]}]
        trigger(zendesk, on("update_type", value="Create"), actions=calling)
        opened(zendesk)
        assert zendesk.postman.settle()
    path = f"webhooks/{made['id']}/invocations"
    (row,) = call(zendesk, "GET", path).json()["invocations"]
    assert (row["status"], row["status_code"]) == ("terminated", 403)
    (attempt,) = call(zendesk, "GET", f"{path}/{row['id']}/attempts").json()["attempts"]
    assert attempt["request"]["payload"] == "{}"
    assert attempt["response"]["payload"] == "no"


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (on("update_typ", value="Create"), "Invalid field"),
        (on("status", "includes", "open"), "Invalid operator"),
        (on("status", "is", "opened"), "Invalid value 'opened' in 'Status / Is"),
        (on("current_via_id", "is_not", "web"), "'Update via / Is not / web'"),
        (on("group_id", "is", "support"), "Invalid value"),
        (on("brand_id", "changed"), "Invalid operator"),
        (on("current_tags", "includes", " "), "Invalid value"),
    ],
)
def test_conditions_that_cannot_be(
    zendesk: ZendeskStandIn, condition: Row, words: str
) -> None:
    """422, naming what is wrong."""
    status, said = refusal(
        zendesk,
        "trigger",
        title="T",
        all=[condition],
        actions=[{"field": "current_tags", "value": "x"}],
    )
    assert status == 422
    assert words in said


@pytest.mark.parametrize(
    "action",
    [
        {"field": "comment_value", "value": "hello"},
        {"field": "status", "value": "opened"},
        {"field": "notification_webhook", "value": ["01NOSUCHWEBHOOK", "{}"]},
        {"field": "notification_webhook", "value": "01NOSUCHWEBHOOK"},
        {"field": "remove_tags", "value": ""},
    ],
)
def test_actions_that_cannot_be(zendesk: ZendeskStandIn, action: Row) -> None:
    """A trigger calls webhooks of its account, and writes no comments."""
    conditions = [on("status", "changed")]
    status, _ = refusal(zendesk, "trigger", title="T", all=conditions, actions=[action])
    assert status == 422


def test_triggers_are_paged_and_shown_like_recorded_ones(
    zendesk: ZendeskStandIn,
) -> None:
    """In their order; conditions in either place; partial changes keep the rest."""
    for number in range(3):
        make(
            zendesk,
            "trigger",
            title=f"T{number}",
            all=[on("status", "less_than", "solved")],
            actions=[{"field": "status", "value": "open"}],
        )
    first = call(zendesk, "GET", "triggers.json?page[size]=2").json()
    assert [each["title"] for each in first["triggers"]] == ["T0", "T1"]
    rest = requests.get(
        first["links"]["next"],
        auth=(
            f"{zendesk.credentials.agent_email}/token",
            zendesk.credentials.api_token,
        ),
        timeout=5,
    ).json()
    assert [each["title"] for each in rest["triggers"]] == ["T2"]
    assert rest["meta"]["has_more"] is False
    shown = first["triggers"][0]
    assert shown["conditions"]["any"] == []
    path = f"triggers/{shown['id']}.json"
    changed = call(zendesk, "PUT", path, {"trigger": {"active": False}})
    assert changed.json()["trigger"]["conditions"] == shown["conditions"]
    replaced = {"all": [on("status", "changed")]}
    call(zendesk, "PUT", path, {"trigger": replaced})
    shown = call(zendesk, "GET", path).json()["trigger"]
    assert shown["conditions"]["all"] == [on("status", "changed")]


def test_definitions_say_what_is_offered(zendesk: ZendeskStandIn) -> None:
    """Changed from is ``value_previous``, and needs a value."""
    offered = call(zendesk, "GET", "triggers/definitions").json()["definitions"]
    status = next(
        each for each in offered["conditions_all"] if each["subject"] == "status"
    )
    operators = {each["value"]: each["terminal"] for each in status["operators"]}
    assert operators["value_previous"] is False
    assert operators["changed"] is True
    assert {"subject": "notification_webhook", "title": "notification_webhook"} in (
        offered["actions"]
    )
    (category,) = call(zendesk, "GET", "trigger_categories").json()[
        "trigger_categories"
    ]
    assert category["id"] == trigger(zendesk, on("status", "changed"))["category_id"]


Deed = Callable[[ZendeskStandIn], int]


def reopened(zendesk: ZendeskStandIn) -> int:
    ticket = opened(zendesk)
    zendesk.solve(ticket)
    change(zendesk, ticket, status="open")
    return ticket


def change(zendesk: ZendeskStandIn, ticket: int, **patch: Any) -> None:
    zendesk.account.update_ticket(zendesk.agent, ticket, patch, "web")


def commented(zendesk: ZendeskStandIn) -> int:
    ticket = opened(zendesk)
    zendesk.add_comment(ticket, "please #replay this", public=False)
    return ticket


def solved(zendesk: ZendeskStandIn) -> int:
    ticket = opened(zendesk)
    zendesk.solve(ticket)
    return ticket


@pytest.mark.parametrize(
    ("condition", "deed", "fires"),
    [
        (on("status", "value_previous", "solved"), reopened, True),
        (on("status", "value_previous", "solved"), solved, False),
        (on("status", "value", "solved"), solved, True),
        (on("status", "not_value", "solved"), solved, True),  # at creation
        (on("status", "value", "solved"), opened, False),
        (on("status", "changed"), opened, True),
        (on("status", "greater_than", "pending"), solved, True),
        (on("status", "greater_than", "pending"), opened, False),
        (on("requester_id", "not_changed"), commented, True),
        (on("role", "is_not", "end_user"), opened, False),
        (on("role", "is", "agent"), commented, True),
        (on("comment_includes_word", "is", "#replay"), commented, True),
        (on("comment_includes_word", "is_not", "#replay"), commented, True),
        (on("comment_is_public", "is", False), commented, True),
        (on("comment_is_public", "is", "false"), opened, False),
        (on("organization_id", "is", ""), opened, True),
        (on("group_id", "is_not", ""), opened, False),
        (on("brand_id", "is", "26155621587603"), opened, True),
        (on("ticket_form_id", "is_not", "26155621471251"), opened, False),
        (on("current_via_id", "is", "0"), opened, True),
        (on("current_via_id", "is", "5"), opened, False),
    ],
)
def test_when_a_condition_holds(
    zendesk: ZendeskStandIn, condition: Row, deed: Deed, fires: bool
) -> None:
    """At the ticket's creation or at what happened to it since."""
    trigger(zendesk, condition)
    assert ("fired" in tags(zendesk, deed(zendesk))) is fires


def test_a_trigger_fires_once_for_an_update_and_after_others(
    zendesk: ZendeskStandIn,
) -> None:
    """A tag set by a later trigger starts an earlier one, in the same audit; two
    triggers that undo each other come to rest."""
    asked = on("current_tags", "includes", "asked")
    trigger(zendesk, asked, actions=[{"field": "remove_tags", "value": "asked"}])
    trigger(
        zendesk,
        on("status", value="open"),
        actions=[{"field": "current_tags", "value": "asked seen"}],
    )
    ticket = opened(zendesk)
    change(zendesk, ticket, status="open")
    assert tags(zendesk, ticket) == ["seen"]
    last = zendesk.audits(ticket)[-1]
    names = [(e["field_name"], e.get("via", {}).get("channel")) for e in last.events]
    assert names == [("status", None), ("tags", "rule"), ("tags", "rule")]


def test_set_tags_replaces_all(zendesk: ZendeskStandIn) -> None:
    trigger(
        zendesk,
        on("update_type", value="Create"),
        actions=[{"field": "set_tags", "value": "only these"}],
    )
    ticket = opened(zendesk, tags=("vip",))
    assert tags(zendesk, ticket) == ["only", "these"]


def test_ticket_fields(zendesk: ZendeskStandIn) -> None:
    """Made for agents only, changed, and deleted with their values."""
    made = make(zendesk, "ticket_field", title="Replay link", type="text")
    assert made["visible_in_portal"] is False
    path = f"ticket_fields/{made['id']}"
    changes = {"agent_description": "Set by us", "visible_in_portal": True}
    changed = call(zendesk, "PUT", path, {"ticket_field": changes}).json()
    assert changed["ticket_field"]["agent_description"] == "Set by us"
    retyped = call(zendesk, "PUT", path, {"ticket_field": {"type": "date"}})
    assert retyped.status_code == 422
    ticket = opened(zendesk, custom_fields={made["id"]: "https://x.example"})
    assert call(zendesk, "DELETE", path).status_code == 204
    assert zendesk.tickets[ticket].custom_fields == {}
    rows = call(zendesk, "GET", "ticket_fields").json()["ticket_fields"]
    subject = next(each for each in rows if each["type"] == "subject")
    stock = call(zendesk, "DELETE", f"ticket_fields/{subject['id']}")
    assert stock.status_code == 422


def test_option_values_belong_to_one_field(zendesk: ZendeskStandIn) -> None:
    """They become tags, so no other field of the account may have them."""
    options = [{"name": "Yes", "value": "replay_yes"}]
    fields = {"type": "tagger", "custom_field_options": options}
    made = make(zendesk, "ticket_field", title="One", **fields)
    assert refusal(zendesk, "ticket_field", title="Two", **fields)[0] == 422
    box = {"title": "Three", "type": "checkbox", "tag": "replay_yes"}
    assert refusal(zendesk, "ticket_field", **box)[0] == 422
    assert refusal(zendesk, "ticket_field", title="Four", type="tagger")[0] == 422
    assert refusal(zendesk, "ticket_field", title="Five", type="colour")[0] == 422
    again = {"ticket_field": {"custom_field_options": options}}
    path = f"ticket_fields/{made['id']}"
    assert call(zendesk, "PUT", path, again).status_code == 200


def test_forms_show_fields_where_the_plan_has_forms(zendesk: ZendeskStandIn) -> None:
    """The list of a form's fields is replaced whole, by fields that there are."""
    (form,) = call(zendesk, "GET", "ticket_forms").json()["ticket_forms"]
    made = make(zendesk, "ticket_field", title="Replay link", type="text")
    path = f"ticket_forms/{form['id']}"
    ids = [*form["ticket_field_ids"], made["id"]]
    wanted = {"ticket_form": {"ticket_field_ids": ids}}
    changed = call(zendesk, "PUT", path, wanted).json()["ticket_form"]
    assert changed["ticket_field_ids"] == ids
    unknown = {"ticket_form": {"ticket_field_ids": [1]}}
    assert call(zendesk, "PUT", path, unknown).status_code == 422
    call(zendesk, "DELETE", f"ticket_fields/{made['id']}")
    (form,) = call(zendesk, "GET", "ticket_forms").json()["ticket_forms"]
    assert made["id"] not in form["ticket_field_ids"]
    zendesk.admin.has_forms = False
    assert call(zendesk, "GET", "ticket_forms").status_code == 403


def test_a_view_needs_a_condition_that_narrows_it(zendesk: ZendeskStandIn) -> None:
    """Tags alone do not; columns are fields that there are."""
    tagged = on("current_tags", "includes", "replay_failed")
    assert refusal(zendesk, "view", title="V", all=[tagged])[0] == 422
    narrowed = [on("status", "less_than", "solved"), tagged]
    wrong = {"columns": ["status", "weather"]}
    assert refusal(zendesk, "view", title="V", all=narrowed, output=wrong)[0] == 422
    trigger_only = [on("status", "changed")]
    assert refusal(zendesk, "view", title="V", all=trigger_only)[0] == 422
    made = make(zendesk, "view", title="V", all=narrowed)
    assert len(made["execution"]["columns"]) == 6
    path = f"views/{made['id']}"
    output = {"columns": ["status", "requester"], "group_by": "status"}
    changed = call(zendesk, "PUT", path, {"view": {"output": output}}).json()["view"]
    assert changed["conditions"] == made["conditions"]
    assert [each["id"] for each in changed["execution"]["columns"]] == output["columns"]
    assert call(zendesk, "DELETE", path).status_code == 204


def test_the_agent_applies_a_macro(zendesk: ZendeskStandIn) -> None:
    """Its actions are one update by the agent, which triggers see."""
    wrong = [{"field": "notification_webhook", "value": ["x", "y"]}]
    assert refusal(zendesk, "macro", title="M", actions=wrong)[0] == 422
    closing = [{"field": "status", "value": "closed"}]
    assert refusal(zendesk, "macro", title="M", actions=closing)[0] == 422
    actions = [
        {"field": "current_tags", "value": "replay_requested"},
        {"field": "comment_value", "value": "Looking"},
        {"field": "comment_mode_is_public", "value": "false"},
        {"field": "status", "value": "pending"},
    ]
    make(zendesk, "macro", title="M", actions=actions)
    trigger(zendesk, on("current_tags", "includes", "replay_requested"))
    ticket = opened(zendesk, tags=("vip",))
    zendesk.apply_macro(ticket, "M")
    assert tags(zendesk, ticket) == ["fired", "replay_requested", "vip"]
    assert zendesk.tickets[ticket].status == "pending"
    assert zendesk.comments(ticket)[-1].public is False
    assert len(zendesk.audits(ticket)) == 2
