"""Who is who, in whatever order it is told and however often."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen

from bot.captured.identities import News, learn
from bot.captured.rows import alone
from bot.captured.whom import people_with
from bot.database.captures import aliases, distinct_ids, people
from bot.model import CapturedEvent

START = datetime(2026, 11, 24, tzinfo=UTC)


def event(name, distinct_id, at, set_=None, once=None, **properties):
    dollar = {f"${key}": value for key, value in properties.items() if key != "alias"}
    alias = {"alias": properties["alias"]} if "alias" in properties else {}
    return CapturedEvent(
        uuid=f"{name}-{distinct_id}-{at}",
        name=name,
        distinct_id=distinct_id,
        session_id="s",
        at=START + timedelta(seconds=at),
        properties={**dollar, **alias},
        set_=set_ or {},
        set_once=once or {},
    )


def told(engine, events, project="p"):
    for one in events:
        news = News()
        news.add(one)
        with alone(engine) as connection:
            learn(connection, project, news, START)


def who(engine):
    """Each person by their ids, with what is known of them."""
    with engine.connect() as connection:
        rows = connection.execute(select(people.c.id, people.c.properties)).all()
        ids = connection.execute(select(distinct_ids)).all()
    assert {row.person_id for row in ids} == {row.id for row in rows}
    known = dict(map(tuple, rows))
    groups = {}
    for row in ids:
        groups.setdefault(row.person_id, set()).add(row.distinct_id)
    return {frozenset(names): known[key] for key, names in groups.items()}


IDENTIFY = event(
    "$identify",
    "jane",
    1,
    {"email": "Jane@x.test", "plan": "old"},
    anon_distinct_id="a",
)
AGAIN_ELSEWHERE = event("$identify", "jane", 2, anon_distinct_id="b")
ANOTHER = event("$identify", "john", 3, {"email": "john@x.test"}, anon_distinct_id="a")
ALIAS = event("$create_alias", "jane", 4, alias="c")
UPGRADE = event("$pageview", "b", 5, {"plan": "new"}, {"first": "b", "plan": "once"})
EARLIER = event("$pageview", "c", 0, None, {"first": "c"})


@pytest.mark.parametrize("seed", range(3))
def test_order_and_repetition_change_nothing(sqlite_engine, seed):
    """The anonymous visit belongs to who was named by it first; two who were both
    named stay two; what was set last holds, what was set once the first of it."""
    events = [IDENTIFY, AGAIN_ELSEWHERE, ANOTHER, ALIAS, UPGRADE, EARLIER]
    orders = list(itertools.permutations(events))
    told(sqlite_engine, [*orders[seed * 239 + 5], *events[:3]])
    assert who(sqlite_engine) == {
        frozenset({"jane", "a", "b", "c"}): (
            '{"email":"Jane@x.test","first":"c","plan":"new"}'
        ),
        frozenset({"john"}): '{"email":"john@x.test"}',
    }


def test_two_named_people_are_one_only_where_that_is_said_dangerously(engine):
    told(engine, [IDENTIFY, ANOTHER, event("$create_alias", "jane", 6, alias="john")])
    assert len(who(engine)) == 2
    told(engine, [event("$merge_dangerously", "jane", 7, alias="john")])
    assert set(who(engine)) == {frozenset({"jane", "john", "a"})}


def test_ids_that_mean_nobody_join_nobody(engine):
    told(engine, [event("$identify", "null", 1, anon_distinct_id="a")])
    told(engine, [event("$identify", "undefined", 2, anon_distinct_id="a")])
    assert set(who(engine)) == {frozenset({"null"}), frozenset({"undefined"})}


def test_projects_know_nothing_of_each_other(engine):
    told(engine, [IDENTIFY])
    told(engine, [event("$pageview", "jane", 1)], project="q")
    with engine.connect() as connection:
        assert len(people_with(connection, distinct_id="jane")) == 2
        [jane] = people_with(connection, email=" jane@X.test")
    assert set(jane.distinct_ids) == {"jane", "a"}


def test_an_id_that_everybody_claims_to_be_stays_of_one_size(sqlite_engine):
    """Each claim costs as much as those before it, however many there were; who came
    too late is somebody else."""
    news = News()
    for number in range(600):
        news.add(event("$identify", "hub", number, anon_distinct_id=f"anon-{number}"))
    with alone(sqlite_engine) as connection:
        learn(connection, "p", news, START)
        assert connection.scalar(select(func.count()).select_from(aliases)) == 500
        claim = event("$identify", "hub", 700, anon_distinct_id="late")
        more = News()
        more.add(claim)
        statements = []
        listen(connection, "before_cursor_execute", lambda *_: statements.append(1))
        learn(connection, "p", more, START)
    assert len(statements) < 50
