"""Which tickets are worked on, and what is read of tickets and people to tell."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.records import Field, Ticket, User, moment
from integrations.zendesk.scope import Scope, Word

FIXTURES = Path(__file__).parent / "fixtures"


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text(encoding="utf-8"))


TICKET = replace(
    Ticket.read(fixture("GET_ticket")["ticket"]),
    brand_id=11,
    group_id=22,
    form_id=33,
    organization_id=None,
)
REQUESTER = replace(User.read(fixture("GET_user")["user"]), organization_id=44)


@pytest.mark.parametrize(
    ("only", "except_", "reason"),
    [
        ((), (), None),
        ((("brand", 11),), (), None),
        ((("brand", 10), ("brand", 11)), (), None),
        ((("brand", 10),), (), "its brand 11 is not named in ZENDESK_ONLY"),
        (
            (("brand", 11), ("group", 2)),
            (),
            "its group 22 is not named in ZENDESK_ONLY",
        ),
        ((("organization", 44),), (), None),
        ((), (("form", 33),), "its form 33 is named in ZENDESK_EXCEPT"),
        ((), (("form", 11), ("group", 33)), None),
        (
            (("brand", 11),),
            (("organization", 44),),
            "its organization 44 is named in ZENDESK_EXCEPT",
        ),
    ],
)
def test_which_tickets(
    only: tuple[Word, ...], except_: tuple[Word, ...], reason: str | None
) -> None:
    """One of each kind that ONLY names, none that EXCEPT names."""
    assert Scope(only, except_).excludes(TICKET, REQUESTER) == reason


def test_what_a_ticket_does_not_have_is_none_of_those_named() -> None:
    """A ticket without a group is not with a group that ONLY names."""
    ticket = replace(TICKET, group_id=None)
    assert Scope((("group", 22),)).excludes(ticket, REQUESTER) == (
        "it has no group, which is not named in ZENDESK_ONLY"
    )


def test_the_tickets_own_organisation_goes_before_the_requesters() -> None:
    """People belong to several; the ticket says as whom they wrote."""
    ticket = replace(TICKET, organization_id=55)
    scope = Scope(except_=(("organization", 44),))
    assert scope.excludes(ticket, REQUESTER) is None


def test_what_is_read_of_a_ticket() -> None:
    """Its brand, group, form, organisation, CCs and time of change; none is None."""
    row = {
        **fixture("GET_ticket")["ticket"],
        "brand_id": 1,
        "group_id": None,
        "ticket_form_id": 3,
        "organization_id": 4,
        "email_cc_ids": [5, 6],
        "updated_at": "2026-03-02T09:14:05Z",
    }
    ticket = Ticket.read(row)
    read = (ticket.brand_id, ticket.group_id, ticket.form_id, ticket.organization_id)
    assert read == (1, None, 3, 4)
    assert ticket.email_cc_ids == (5, 6)
    assert ticket.updated_at == moment("2026-03-02T09:14:05Z")


def test_what_is_read_of_a_person() -> None:
    """Suspension, organisation, and the fields that hold text."""
    row = {
        **fixture("GET_user")["user"],
        "organization_id": 7,
        "suspended": True,
        "user_fields": {"app_id": " u-1 ", "vip": True, "score": 3, "empty": " "},
    }
    user = User.read(row)
    assert (user.organization_id, user.suspended) == (7, True)
    assert user.user_fields == {"app_id": "u-1"}
    assert not User.read({"id": 1}).suspended


def test_what_is_read_of_a_field() -> None:
    """Those that were made inactive, or may be customers', are told apart."""
    row = {"id": 9, "title": "Replay link", "type": "text", "active": True}
    assert Field.read(row) == Field(9, "Replay link", True, False, "")
    assert not Field.read({**row, "active": False}).is_active
