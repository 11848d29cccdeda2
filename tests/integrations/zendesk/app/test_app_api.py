"""The app's API: who is answered, about which ticket, and what they are told."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
import requests

from bot.demo.zendesk import Fault
from tests.integrations.zendesk.app.agents import AtWork
from tests.journeys.courier import plays


def test_the_requesters_recordings_are_listed(work: AtWork) -> None:
    jane = work.customer()
    told = work.page().told("list", work.ticket(jane))
    assert told["state"] == "found"
    assert told["of_ticket"] is True
    assert [one["email"] for one in told["people"]] == [jane.email]
    [one] = told["recordings"]
    assert one["id"] == jane.recording_id
    # As the note counts them: what was thrown is in the console too.
    assert one["errors"] == 12
    assert one["pages"][0].startswith("/")
    assert "?" not in json.dumps(one["pages"])


def test_that_it_may_be_somebody_else_is_said_as_in_notes(work: AtWork) -> None:
    """Anybody can mail as anybody; whom an agent searches for, they mean."""
    jane = work.customer()
    ticket, page = work.ticket(jane), work.page()
    assert page.told("list", ticket)["doubts"] == []
    requester = work.zendesk.account.user_by_email(jane.email)
    assert requester is not None
    requester.identities[0]["verified"] = False
    [doubt] = page.told("list", ticket)["doubts"]
    assert doubt.startswith("Not verified: Zendesk has not confirmed that")
    assert doubt.endswith(f" {jane.email}.")
    assert page.told("search", ticket, text=jane.email)["doubts"] == []


def test_somebody_else_is_searched_for(work: AtWork) -> None:
    jane, sam = work.customer(), work.customer()
    told = work.page().told("search", work.ticket(jane), text=sam.email)
    assert told["of_ticket"] is False
    assert [one["id"] for one in told["recordings"]] == [sam.recording_id]


def test_nobody_found_says_why(work: AtWork) -> None:
    told = work.page().told("search", work.ticket(work.customer()), text="no@b.example")
    assert told["state"] == "nothing"
    assert "Nobody is known" in told["explanation"]
    told = work.page().told("search", work.ticket(work.customer()), text="…")
    assert told["state"] == "nothing"


def test_a_recording_plays_in_a_frame_and_opens_large(work: AtWork) -> None:
    """One link that expires soon; in frames of the account and of our own alone."""
    jane = work.customer()
    told = work.page().told("play", work.ticket(jane), recording=jane.recording_id)
    framed = requests.get(work.courier.url + told["play"], timeout=10)
    assert framed.status_code == 200
    policy = framed.headers["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {work.zendesk.url}" in policy
    assert "X-Frame-Options" not in framed.headers
    assert plays(work.courier.url + told["play"].partition("#")[0])
    alone = requests.get(told["watch"], timeout=10)
    assert alone.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in alone.headers["Content-Security-Policy"]
    [entry] = [one for one in work.courier.services.links.entries() if not one.posted]
    assert 29 * 60 < (entry.expires_at - entry.created_at).total_seconds() <= 30 * 60


def test_a_link_that_was_shared_elsewhere_opens_in_no_frame(work: AtWork) -> None:
    """A token is no pass, and what was sealed for something else is none either."""
    jane = work.customer()
    page = work.page()
    told = page.told("link", work.ticket(jane), recording=jane.recording_id)
    assert told["play"] is None
    token = told["watch"].partition("#")[0].rpartition("/")[2]
    for pass_ in (token, page.bearer, "x" * 600):
        answer = requests.get(f"{work.url}/play/{pass_}", timeout=10)
        assert answer.status_code == 404
        ancestors = answer.headers["Content-Security-Policy"].rpartition("; ")[2]
        assert ancestors == f"frame-ancestors 'self' {work.zendesk.url}"


def test_a_frame_closes_with_its_link(work: AtWork) -> None:
    jane = work.customer()
    told = work.page().told("play", work.ticket(jane), recording=jane.recording_id)
    links = work.courier.services.links
    links.revoke(links.named(told["watch"].partition("#")[0]), by="admin")
    assert requests.get(work.courier.url + told["play"], timeout=10).status_code == 410


def test_an_answer_is_the_asking_agents_alone(work: AtWork) -> None:
    jane = work.customer()
    mine, theirs = work.page(), work.page(work.agent())
    ask = mine.ask("list", work.ticket(jane))
    assert mine.answer(ask)["state"] == "found"
    assert theirs.call("GET", f"/answers/{ask}").status_code == 404
    # The same agent's other page may.
    assert work.page().answer(ask)["state"] == "found"


def test_an_answer_lies_sealed_in_the_database(work: AtWork) -> None:
    jane = work.customer()
    page = work.page()
    told = page.told("link", work.ticket(jane), recording=jane.recording_id)
    row = work.courier.row()
    assert set(json.loads(row.delivery)) == {"answer"}
    assert "/r/" not in row.delivery
    assert told["watch"].startswith(f"{work.courier.url}/r/")


def test_asking_twice_is_asking_once(work: AtWork) -> None:
    """A page whose answer got lost sends the same question again."""
    jane = work.customer()
    page, ticket = work.page(), work.ticket(jane)
    ask = page.ask("link", ticket, recording=jane.recording_id)
    body = {"want": "link", "ticket": str(ticket), "recording": jane.recording_id}
    assert page.call("POST", f"/asks/{ask}", json=body).status_code == 202
    assert page.answer(ask) == page.answer(ask)
    made = [
        one
        for one in work.courier.services.links.entries()
        if one.created_by == str(work.zendesk.agent.id)
    ]
    urls = {page.answer(ask)["watch"]}
    assert len(urls) == 1
    assert made


@pytest.mark.parametrize(
    ("restriction", "want"),
    [
        ("groups", "list"),
        ("organization", "list"),
        ("assigned", "list"),
        ("a new word", "list"),
        ("groups", "search"),
        ("groups", "play"),
        ("groups", "note"),
        ("groups", "share"),
    ],
)
def test_a_ticket_the_agent_may_not_see_shows_nothing(
    work: AtWork, restriction: str, want: str
) -> None:
    """Whatever is asked; a restriction we do not know allows nothing."""
    jane = work.customer()
    told = work.page(work.agent(restriction)).told(
        want,
        work.ticket(jane, group_id=7, organization_id=8),
        text=jane.email,
        recording=jane.recording_id,
        channel="C07SUPPORT1",
    )
    assert told["state"] == "failed"
    assert "may not see this ticket" in told["plain"]
    assert jane.email not in json.dumps(told)


@pytest.mark.parametrize("restriction", ["groups", "organization", "assigned"])
def test_a_ticket_within_the_agents_reach_is_answered(
    work: AtWork, restriction: str
) -> None:
    agent = work.agent(restriction)
    agent.group_ids, agent.organization_id = [7, 9], 8
    ticket = work.ticket(
        work.customer(), group_id=9, organization_id=8, assignee_id=agent.id
    )
    assert work.page(agent).told("list", ticket)["state"] == "found"


@pytest.mark.parametrize(
    ("access", "state"),
    [
        ("all", "found"),
        ("within-groups", "failed"),
        ("within-groups-and-public-groups", "failed"),
        ("assigned-only", "failed"),
        ("a new word", "failed"),
    ],
)
def test_a_custom_role_restricts_too(work: AtWork, access: str, state: str) -> None:
    agent = work.agent()
    agent.custom_role_id = work.zendesk.account.new_id()
    work.zendesk.account.custom_roles[agent.custom_role_id] = access
    ticket = work.ticket(work.customer(), group_id=9)
    assert work.page(agent).told("list", ticket)["state"] == state


@pytest.mark.parametrize("who", ["end-user", "suspended"])
def test_whoever_is_no_agent_any_more_is_refused(work: AtWork, who: str) -> None:
    """The token was good; what Zendesk says now counts."""
    agent = work.agent()
    page, ticket = work.page(agent), work.ticket(work.customer())
    if who == "suspended":
        agent.suspended = True
    else:
        agent.role = who
    told = page.told("list", ticket)
    assert told["state"] == "failed"
    assert "Only agents" in told["plain"]


@pytest.mark.parametrize("want", ["list", "search", "play", "note"])
def test_what_is_left_alone_is_left_alone_here_too(work: AtWork, want: str) -> None:
    jane = work.customer()
    page, asked = work.page(), {"text": jane.email, "recording": jane.recording_id}
    excluded = page.told(want, work.ticket(jane, organization_id=99), **asked)
    assert "leave this ticket alone" in excluded["plain"]
    opted_out = page.told(want, work.ticket(jane, tags=["replay_optout"]), **asked)
    assert "replay_optout" in opted_out["plain"]


def test_of_a_ticket_the_agent_may_not_see_not_even_that_is_told(work: AtWork) -> None:
    ticket = work.ticket(work.customer(), group_id=7, tags=["replay_optout"])
    told = work.page(work.agent("groups")).told("list", ticket)
    assert "may not see this ticket" in told["plain"]


def test_a_ticket_that_is_not_there(work: AtWork) -> None:
    told = work.page().told("list", 999_999)
    assert told["state"] == "failed"
    assert "no such ticket" in told["plain"]


def test_a_question_outlives_an_outage(work: AtWork) -> None:
    """The page waits meanwhile; the worker asks Zendesk again."""
    jane = work.customer()
    page, ticket = work.page(), work.ticket(jane)
    path = f"/tickets/{ticket}"
    work.zendesk.faults.next(Fault.UNAVAILABLE, method="GET", path=path)
    ask = page.ask("list", ticket)
    work.courier.postponed()
    assert page.call("GET", f"/answers/{ask}").status_code == 202
    work.courier.pass_time()
    assert page.answer(ask)["state"] == "found"


def test_of_a_suspended_requester_nothing_is_looked_for(work: AtWork) -> None:
    jane = work.customer()
    ticket = work.ticket(jane)
    requester = work.zendesk.account.user_by_email(jane.email)
    assert requester is not None
    requester.suspended = True
    told = work.page().told("list", ticket)
    assert "suspended" in told["plain"]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"want": "everything", "ticket": "1"},
        {"want": "list"},
        {"want": "list", "ticket": "1/../2"},
        {"want": "list", "ticket": "0"},
        {"want": "list", "ticket": "1", "offset": -1},
        {"want": "list", "ticket": "1", "offset": "1"},
        {"want": "play", "ticket": "1"},
        {"want": "play", "ticket": "1", "recording": "../x"},
        {"want": "share", "ticket": "1", "recording": "r", "channel": "<!here>"},
        {"want": "search", "ticket": "1", "text": "a" * 500},
        {"want": "search", "ticket": "1", "text": 1},
    ],
)
def test_what_no_page_of_ours_would_ask(work: AtWork, body: Any) -> None:
    page, ask = work.page(), uuid.uuid4()
    answer = page.call("POST", f"/asks/{ask}", json=body)
    assert answer.status_code == 400
    assert page.call("GET", f"/answers/{ask}").status_code == 404


@pytest.mark.parametrize("ask", ["1", "A" * 36, "a" * 36, "0-0"])
def test_a_question_is_named_by_a_uuid(work: AtWork, ask: str) -> None:
    body = {"want": "list", "ticket": "1"}
    assert work.page().call("POST", f"/asks/{ask}", json=body).status_code == 400


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer x", "Basic {bearer}"])
def test_nobody_is_answered_without_a_session(work: AtWork, header: str | None) -> None:
    bearer = work.page().bearer
    headers = {} if header is None else {"Authorization": header.format(bearer=bearer)}
    for method, path in (
        ("POST", "/session"),
        ("POST", f"/asks/{uuid.uuid4()}"),
        ("GET", f"/answers/{uuid.uuid4()}"),
    ):
        answer = requests.request(
            method, f"{work.url}{path}", headers=headers, json={}, timeout=10
        )
        assert answer.status_code == 401
        assert answer.json()["state"] == "over"


def test_a_session_is_renewed(work: AtWork) -> None:
    page = work.page()
    renewed = page.call("POST", "/session").json()
    assert renewed["bearer"] != page.bearer
    assert renewed["seconds"] == 900
