"""The Zendesk stand-in is as strict as Zendesk."""

from __future__ import annotations

import pytest
import requests

from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.demo.zendesk.sanitise import safe_html
from tests.demo.zendesk_calls import HOSTILE, call, update


def test_paths_work_with_and_without_suffix(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """As in Zendesk; a path that is not there is answered as Zendesk does."""
    for path in (f"tickets/{ticket}", f"tickets/{ticket}.json"):
        assert call(zendesk, "GET", path).json()["ticket"]["id"] == ticket
    unknown = call(zendesk, "GET", "no_such_thing.json")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "InvalidEndpoint")


def test_nobody_gets_in_without_credentials(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """401 with Zendesk's own words."""
    answer = requests.get(f"{zendesk.url}/api/v2/tickets/{ticket}.json", timeout=5)
    assert answer.status_code == 401
    assert answer.json() == {"error": "Couldn't authenticate you"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("read write", ["show", "audits", "update"]),
        ("read", ["show", "audits"]),
        ("tickets:read tickets:write", ["show", "update"]),
        ("users:read", []),
    ],
)
def test_a_token_is_good_for_its_scope(
    zendesk: ZendeskStandIn, ticket: int, scope: str, allowed: list[str]
) -> None:
    """Audits need the whole of reading, as their page says."""
    known = zendesk.credentials
    asked = {
        "grant_type": "client_credentials",
        "client_id": known.client_id,
        "client_secret": known.client_secret,
        "scope": scope,
    }
    minted = requests.post(f"{zendesk.url}/oauth/tokens", json=asked, timeout=5)
    headers = {"Authorization": f"Bearer {minted.json()['access_token']}"}
    path = f"{zendesk.url}/api/v2/tickets/{ticket}"
    change = {"ticket": {"status": "open"}}
    answers = {
        "show": requests.get(path, headers=headers, timeout=5),
        "audits": requests.get(f"{path}/audits", headers=headers, timeout=5),
        "update": requests.put(path, json=change, headers=headers, timeout=5),
    }
    statuses = {name: answer.status_code for name, answer in answers.items()}
    assert [name for name, status in statuses.items() if status == 200] == allowed
    assert set(statuses.values()) <= {200, 403}


def test_a_comment_without_public_is_what_the_ticket_is(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """The trap for whoever leaves ``public`` out."""
    update(zendesk, ticket, comment={"body": "oops"})
    assert zendesk.notes(ticket)[0].public is True


def test_a_safe_update_of_a_changed_ticket_conflicts(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """And without safe_update the stamp does nothing."""
    stale = {"updated_stamp": "2001-01-01T00:00:00Z", "status": "open"}
    conflict = update(zendesk, ticket, safe_update=True, **stale)
    assert (conflict.status_code, conflict.json()["error"]) == (409, "UpdateConflict")
    assert update(zendesk, ticket, **stale).status_code == 200


def test_closed_and_deleted_tickets(zendesk: ZendeskStandIn, ticket: int) -> None:
    """Closed takes no change; deleted is not there."""
    zendesk.close(ticket)
    closed = update(zendesk, ticket, tags=["x"])
    assert closed.status_code == 422
    assert "status" in closed.json()["details"]
    zendesk.delete(ticket)
    assert call(zendesk, "GET", f"tickets/{ticket}").status_code == 404


def test_an_update_is_one_audit_with_its_metadata(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Note, tags and metadata land together, and can be read back."""
    note = {"html_body": HOSTILE, "public": False}
    answer = update(zendesk, ticket, comment=note, tags=["b", "A"], metadata={"k": 1})
    audit = answer.json()["audit"]
    assert [event["type"] for event in audit["events"]] == ["Comment", "Change"]
    assert audit["metadata"]["custom"] == {"k": 1}
    audits = call(zendesk, "GET", f"tickets/{ticket}/audits").json()["audits"]
    assert audits[-1] == audit
    comment = call(zendesk, "GET", f"tickets/{ticket}/comments").json()["comments"][-1]
    assert comment["metadata"]["custom"] == {"k": 1}
    assert comment["audit_id"] < comment["id"]
    assert zendesk.tickets[ticket].tags == ["a", "b"]


def test_tags_add_replace_and_remove(zendesk: ZendeskStandIn, ticket: int) -> None:
    """PUT adds, POST replaces, DELETE removes."""
    path = f"tickets/{ticket}/tags"
    assert call(zendesk, "PUT", path, {"tags": ["a", "b"]}).json() == {
        "tags": ["a", "b"]
    }
    assert call(zendesk, "POST", path, {"tags": ["c", "d"]}).status_code == 201
    assert call(zendesk, "DELETE", path, {"tags": ["c"]}).status_code == 204
    assert zendesk.tickets[ticket].tags == ["d"]


def test_an_upload_serves_one_comment(zendesk: ZendeskStandIn, ticket: int) -> None:
    """A token is good once; an empty file is a client's mistake and is counted."""
    path = f"{zendesk.url}/api/v2/uploads.json?filename=r.html"
    known = zendesk.credentials
    auth = (f"{known.agent_email}/token", known.api_token)
    made = requests.post(path, data=b"<p>", auth=auth, timeout=5)
    assert made.status_code == 201
    comment = {
        "body": "file",
        "public": False,
        "uploads": [made.json()["upload"]["token"]],
    }
    assert update(zendesk, ticket, comment=comment).status_code == 200
    assert update(zendesk, ticket, comment=comment).status_code == 422
    assert requests.post(path, data=b"", auth=auth, timeout=5).status_code == 422
    assert zendesk.account.empty_uploads == 1


def test_faults_that_lose_the_answer_keep_the_change(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """What makes duplicate notes can be had on demand."""
    zendesk.faults.next(Fault.APPLIED_THEN_500)
    lost = update(zendesk, ticket, comment={"body": "once", "public": False})
    assert lost.status_code == 500
    assert len(zendesk.notes(ticket)) == 1
    zendesk.faults.next(Fault.TRUNCATED)
    with pytest.raises(requests.RequestException):
        update(zendesk, ticket, comment={"body": "twice", "public": False})
    assert len(zendesk.notes(ticket)) == 2


def test_html_is_cut_to_the_safe_subset() -> None:
    """No attribute but a web link's address, no script, nothing to fetch."""
    assert safe_html(HOSTILE) == (
        '<h3>T</h3><a>x</a><a href="https://ok.example/" target="_blank"'
        ' rel="noopener noreferrer">y</a>'
    )
