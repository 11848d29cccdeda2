"""How tickets and people are found in the Zendesk stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.writing import MAX_COMMENTS
from tests.demo.slack_receiver import Clock
from tests.demo.zendesk_calls import call, update


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def zendesk(clock: Clock) -> Iterator[ZendeskStandIn]:
    """Three tickets an hour apart: Jane's, answered; Sam's, solved; Jane's, new."""
    stand_in = ZendeskStandIn(clock=clock).start()
    stand_in.create_ticket("jane@example.com", "Export", "Hangs.", tags=("a", "vip"))
    clock.now += 3600
    sams = stand_in.create_ticket("sam@example.com", "Login", "Fails.", tags=("b",))
    stand_in.solve(sams)
    clock.now += 3600
    stand_in.create_ticket("jane@example.com", "Login", "Slow export.", tags=("c",))
    yield stand_in
    stand_in.stop()


def search(zendesk: ZendeskStandIn, query: str, more: str = "") -> Any:
    return call(zendesk, "GET", f"search.json?query={quote(query)}{more}").json()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("type:ticket", [5160, 5159, 5158]),
        ("tags:a tags:b", [5159, 5158]),
        ("-tags:a -tags:b", [5160]),
        ("tags:vip -tags:a", []),
        ("status<solved", [5160, 5158]),
        ("status:solved", [5159]),
        ("requester:jane@example.com tags:c", [5160]),
        ("5159", [5159]),
        ("export", [5160, 5158]),
        ("login slow", [5160]),
        ('"slow export"', [5160]),
        ("brand:26155621587603 login", [5160, 5159]),
        ("brand:1", []),
        ("type:user", []),
    ],
)
def test_what_a_query_finds(
    zendesk: ZendeskStandIn, query: str, found: list[int]
) -> None:
    """Alternatives within a property, all properties together."""
    answer = search(zendesk, query)
    assert [row["id"] for row in answer["results"]] == found
    assert answer["count"] == len(found)


def test_times_bound_a_search(zendesk: ZendeskStandIn) -> None:
    """Both ends of a span, of creation or of the last change."""
    first, second = (zendesk.tickets[each].created_at for each in (5158, 5159))
    later = search(zendesk, f"created>{second}")["results"]
    assert [row["id"] for row in later] == [5160]
    span = search(zendesk, f"created>={first} created<{second}")["results"]
    assert [row["id"] for row in span] == [5158]
    changed = search(zendesk, f"updated>={second}", "&sort_order=asc")["results"]
    assert [row["id"] for row in changed][:2] == [5159, 5160]


@pytest.mark.parametrize("query", ["colour:red", "status:resolved", "created>today"])
def test_what_is_not_understood_is_refused(zendesk: ZendeskStandIn, query: str) -> None:
    """A typo must not pass as a search for something else."""
    assert search(zendesk, query)["error"] == "invalid"


def test_pages_turn_up_to_a_thousand_results(zendesk: ZendeskStandIn) -> None:
    """The next page's address is whole; too far is refused."""
    first = search(zendesk, "type:ticket", "&per_page=2")
    assert len(first["results"]) == 2
    assert first["next_page"].startswith(f"{zendesk.url}/api/v2/search.json?query=type")
    path = first["next_page"].removeprefix(f"{zendesk.url}/api/v2/")
    second = call(zendesk, "GET", path).json()
    assert [row["id"] for row in second["results"]] == [5158]
    assert second["next_page"] is None
    far = call(zendesk, "GET", "search.json?query=type:ticket&per_page=100&page=11")
    assert far.status_code == 422


def test_the_index_lags_behind(zendesk: ZendeskStandIn, clock: Clock) -> None:
    """Neither a new ticket nor a new tag is found at once."""
    zendesk.account.search_lag_seconds = 60
    assert [row["id"] for row in search(zendesk, "login")["results"]] == [5159]
    clock.now += 120
    zendesk.tag(5160, "fresh")
    assert search(zendesk, "tags:fresh")["count"] == 0
    assert search(zendesk, "tags:c -tags:fresh")["count"] == 1
    clock.now += 60
    assert search(zendesk, "tags:fresh")["count"] == 1
    zendesk.account.search_lag_seconds = 0


def test_people_are_found_by_address_and_external_id(zendesk: ZendeskStandIn) -> None:
    """Nobody is an empty list."""
    user = zendesk.account.add_user("Eve", "eve@example.com", external_id="u-7")
    for query in ("query=email:eve@example.com", "external_id=u-7", "query=eve"):
        (found,) = call(zendesk, "GET", f"users/search.json?{query}").json()["users"]
        assert found["id"] == user.id
    assert call(zendesk, "GET", "users/search?external_id=u-8").json()["users"] == []
    assert call(zendesk, "GET", "users/search").status_code == 400


def test_an_export_tells_what_changed_the_deleted_too(
    zendesk: ZendeskStandIn, clock: Clock
) -> None:
    """For administrators only, from a minute ago at the latest, by cursor."""
    start = int(clock.now) - 7 * 3600
    path = f"incremental/tickets/cursor.json?start_time={start}"
    assert call(zendesk, "GET", path).status_code == 403
    zendesk.bot.role = "admin"
    late = f"incremental/tickets/cursor?start_time={int(clock.now)}"
    assert call(zendesk, "GET", late).status_code == 422
    gone = zendesk.create_ticket("jane@example.com", "Gone", "Gone.")
    zendesk.delete(gone)
    first = call(zendesk, "GET", f"{path}&per_page=3").json()
    assert [len(first["tickets"]), first["end_of_stream"]] == [3, False]
    cursor = quote(first["after_cursor"])
    rest = call(zendesk, "GET", f"incremental/tickets/cursor?cursor={cursor}").json()
    assert [row["status"] for row in rest["tickets"]] == ["deleted"]
    assert rest["end_of_stream"] is True


def test_small_lists_and_single_places(zendesk: ZendeskStandIn) -> None:
    """By page number, or by cursor for whoever asks so."""
    made = zendesk.account.add_organization("Initech")
    for kind in ("brands", "groups", "organizations"):
        numbered = call(zendesk, "GET", f"{kind}.json").json()
        assert numbered["count"] == len(numbered[kind]) == 1
        cursor = call(zendesk, "GET", f"{kind}.json?page[size]=100").json()
        assert cursor["meta"]["has_more"] is False
    shown = call(zendesk, "GET", f"organizations/{made.id}.json").json()
    assert shown["organization"]["name"] == "Initech"
    assert call(zendesk, "GET", "brands/1").status_code == 404
    tags = call(zendesk, "GET", "tags.json").json()["tags"]
    assert {"name": "vip", "count": 1} in tags


def test_comments_turn_round_and_audits_do_not(zendesk: ZendeskStandIn) -> None:
    """Whoever asks for the newest audits first gets the oldest all the same."""
    zendesk.add_comment(5158, "second")
    path = "tickets/5158/{}?sort=-created_at"
    comments = call(zendesk, "GET", path.format("comments")).json()["comments"]
    assert [each["body"] for each in comments] == ["second", "Hangs."]
    audits = call(zendesk, "GET", path.format("audits")).json()["audits"]
    assert audits[0]["events"][0]["body"] == "Hangs."


def test_a_huge_ticket_pages_through_all_it_has(zendesk: ZendeskStandIn) -> None:
    """5,000 comments, a hundred at a time; one more is refused."""
    huge = zendesk.create_ticket("jane@example.com", "Huge", "Hangs.")
    comments = zendesk.comments(huge)
    comments += comments * (MAX_COMMENTS - 1)
    path, count = f"tickets/{huge}/comments.json?page[size]=100", 0
    while path:
        answer = call(zendesk, "GET", path).json()
        count += len(answer["comments"])
        following = answer["links"]["next"] or ""
        path = following.removeprefix(f"{zendesk.url}/api/v2/")
    assert count == MAX_COMMENTS
    more = {"body": "one too many", "public": False}
    assert update(zendesk, huge, comment=more).status_code == 422
