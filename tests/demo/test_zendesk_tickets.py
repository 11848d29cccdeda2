"""What a ticket of the Zendesk stand-in is, and how people change it."""

from __future__ import annotations

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.records import Refusal
from tests.demo.zendesk_calls import call, update


def test_a_ticket_belongs_where_it_was_opened(zendesk: ZendeskStandIn) -> None:
    """Brand, group, form, assignee and copied people show in the API."""
    account, agent = zendesk.account, zendesk.agent
    brand, group = account.add_brand("Other"), account.add_group("Billing")
    form, sam = account.add_form("Returns"), zendesk.customers[1]
    ticket = zendesk.create_ticket(
        "jane@example.com",
        "Export",
        "Hangs.",
        brand_id=brand.id,
        group_id=group.id,
        ticket_form_id=form.id,
        assignee_id=agent.id,
        email_cc_ids=(sam.id,),
    )
    shown = call(zendesk, "GET", f"tickets/{ticket}").json()["ticket"]
    assert (shown["brand_id"], shown["group_id"]) == (brand.id, group.id)
    assert (shown["ticket_form_id"], shown["assignee_id"]) == (form.id, agent.id)
    assert shown["email_cc_ids"] == [sam.id]


def test_a_ticket_follows_its_requester_to_their_organization(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """At first, and when the requester is changed."""
    initech = zendesk.account.add_organization("Initech")
    peter = zendesk.account.add_user(
        "Peter",
        "peter@initech.example",
        organization_id=initech.id,
        user_fields={"plan": "pro"},
    )
    user = call(zendesk, "GET", f"users/{peter.id}").json()["user"]
    assert user["organization_id"] == initech.id
    assert user["user_fields"] == {"plan": "pro"}
    zendesk.change_requester(ticket, peter)
    made = zendesk.create_ticket("peter@initech.example", "Printer", "Jams.")
    for each in (ticket, made):
        shown = call(zendesk, "GET", f"tickets/{each}").json()["ticket"]
        assert shown["organization_id"] == initech.id
    changed = {event["field_name"] for event in zendesk.audits(ticket)[-1].events}
    assert changed == {"requester_id", "organization_id"}


def test_every_changed_field_is_an_event_of_one_audit(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Ids are text in it, and copied people have an event of their own."""
    brand = zendesk.account.add_brand("Other")
    answer = update(
        zendesk,
        ticket,
        status="open",
        brand_id=brand.id,
        assignee_id=zendesk.agent.id,
        email_ccs=[{"user_id": str(zendesk.customers[1].id), "action": "put"}],
    )
    status, assignee, other, ccs = answer.json()["audit"]["events"]
    assert (status["value"], status["previous_value"]) == ("open", "new")
    assert assignee["value"] == str(zendesk.agent.id)
    assert other["field_name"] == "brand_id"
    assert (ccs["type"], ccs["current_email_ccs"]) == (
        "EmailCcChange",
        ["sam@example.com"],
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"brand_id": 1},
        {"group_id": "none"},
        {"requester_id": None},
        {"status": "resolved"},
        {"custom_fields": {"1": "x"}},
        {"email_ccs": [{"user_id": "1"}]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_wrong_field_refuses_the_whole_update(
    zendesk: ZendeskStandIn, ticket: int, wrong: dict[str, object]
) -> None:
    """Not even the comment beside it is kept."""
    note = {"body": "kept?", "public": False}
    assert update(zendesk, ticket, comment=note, **wrong).status_code == 422
    assert len(zendesk.comments(ticket)) == 1


def test_a_customer_who_writes_again_opens_the_ticket(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """An agent's comment does not."""
    zendesk.solve(ticket)
    zendesk.add_comment(ticket, "Solved, I think.")
    assert zendesk.tickets[ticket].status == "solved"
    zendesk.reopen(ticket)
    assert zendesk.tickets[ticket].status == "open"
    assert [event["type"] for event in zendesk.audits(ticket)[-1].events] == [
        "Comment",
        "Change",
    ]


def test_a_merged_ticket_is_closed_and_both_say_so(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """In internal notes; the merged one takes no change any more."""
    other = zendesk.create_ticket("jane@example.com", "Again", "Still hangs.")
    zendesk.tag(other, "export")
    zendesk.merge(other, ticket)
    merged = zendesk.tickets[other]
    assert (merged.status, merged.tags) == ("closed", ["closed_by_merge", "export"])
    for each in (ticket, other):
        assert "merged into" in zendesk.comments(each)[-1].body
        assert zendesk.comments(each)[-1].public is False
    assert update(zendesk, other, tags=[]).status_code == 422


def test_a_suspended_user_keeps_the_old_tickets(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Nothing new of theirs is taken; agents go on working."""
    jane = zendesk.customers[0]
    zendesk.suspend(jane)
    with pytest.raises(Refusal):
        zendesk.create_ticket("jane@example.com", "More", "Spam.")
    with pytest.raises(Refusal):
        zendesk.reopen(ticket)
    assert call(zendesk, "GET", f"users/{jane.id}").json()["user"]["suspended"] is True
    assert update(zendesk, ticket, tags=["x"]).status_code == 200


def test_a_deleted_ticket_is_gone_for_every_call(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Deleted by an agent, or through the API."""
    assert call(zendesk, "DELETE", f"tickets/{ticket}.json").status_code == 204
    for path in (f"tickets/{ticket}", f"tickets/{ticket}/comments"):
        assert call(zendesk, "GET", path).status_code == 404
    assert update(zendesk, ticket, tags=["x"]).status_code == 404
