"""Answers as recorded ones are, full and sparse, through zenpy and our records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from flask import Flask, Response, jsonify

from bot.demo.server import Server
from integrations.zendesk.client import MARKER, Zendesk
from integrations.zendesk.credentials import ApiToken
from integrations.zendesk.records import Audit, Comment, Field, Ticket, User
from tests.demo.shapes import call_of, example

FIXTURES = Path(__file__).parent / "fixtures"
SHAPES = json.loads(
    (FIXTURES.parents[2] / "demo" / "fixtures" / "zendesk_shapes.json").read_bytes()
)
# Of the audits of one ticket there is no recording; those of all have their shape.
SHAPES["GET /tickets/{id}/audits"] = SHAPES["GET /ticket_audits"]


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("name", ["GET_ticket", "POST_ticket", "PUT_ticket"])
def test_recorded_tickets_are_read(name: str) -> None:
    """Shown, made and changed; from years before some of today's keys."""
    row = fixture(name)["ticket"]
    ticket = Ticket.read(row)
    assert (ticket.id, ticket.status) == (row["id"], row["status"])
    assert ticket.created_at <= ticket.updated_at
    assert ticket.tags == tuple(row["tags"])


def test_the_audit_beside_a_ticket_is_read() -> None:
    """With the comment it made."""
    row = fixture("POST_ticket")["audit"]
    (comment,) = (each for each in row["events"] if each["type"] == "Comment")
    assert Audit.read(row, MARKER).comments == ((comment["id"], comment["public"]),)


def test_recorded_people_and_fields_are_read() -> None:
    """A person as search finds them, and one of the account's own fields."""
    (row,) = fixture("GET_search_user")["results"]
    person = User.read(row)
    assert (person.email, person.is_staff) == (row["email"], True)
    row = fixture("GET_ticket_field")["ticket_field"]
    assert Field.read(row) == Field(row["id"], "Subject", "subject", True)


@pytest.fixture(scope="module", params=["full", "sparse"])
def zendesk(request: pytest.FixtureRequest) -> Iterator[Zendesk]:
    """Answers every call with all that was ever seen, or with as little."""
    app = Flask(__name__)
    sparse = request.param == "sparse"

    @app.route("/api/v2/<path:path>", methods=["GET", "POST", "PUT"])
    def answer(path: str) -> Response:
        call = call_of(flask.request.method, f"/api/v2/{path}")
        return jsonify(example(SHAPES[call], sparse=sparse))

    with Server(app) as server:
        calls = Zendesk("acme", ApiToken("a@example.com", "t"), server.url)
        yield calls
        calls.close()


def test_whatever_zendesk_leaves_out_is_read(zendesk: Zendesk) -> None:
    """Null, missing and empty as recorded, times with nanoseconds."""
    ticket = zendesk.ticket("5158")
    assert isinstance(ticket, Ticket)
    assert isinstance(zendesk.me(), User)
    assert isinstance(zendesk.user(5158), User)
    assert all(isinstance(each, Comment) for each in zendesk.comments("5158"))
    (audit,) = zendesk.audits("5158")
    assert audit.marker == {}
    assert len(audit.comments) == 1
    written = zendesk.update(ticket, tags=(), marker={}, html="<p>note</p>")
    assert isinstance(written, Audit)
    assert zendesk.upload("r.html", "text/html", b"x").token == "text"
