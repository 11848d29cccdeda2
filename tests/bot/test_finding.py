"""A search shows a page of what is wanted, and the choice where several people fit."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery import Policy
from bot.delivery.finding import Finder
from bot.errors import BadInput, NotFound
from bot.ledger import Ledger
from bot.model import (
    Action,
    Filters,
    Found,
    Identifier,
    IdentifierKind,
    Person,
    Reason,
    ReplayRequest,
    ReplyTo,
)
from bot.replays import Replays
from bot.storage import ReplayStore
from tests.bot.test_delivery import RECORDED, Source, recording
from tests.bot.test_ledger import Time

JANE = Person("p1", "Jane", "jane@example.com")
JOHN = Person("p2", "John", "john@example.com")
JANES_OTHER_PROFILES = [
    Person("p3", "Jane", "JANE@example.com"),
    Person("p4", "jane@example.com", "jane@example.com"),
]
AT_JANES_ADDRESS = Person("p5", "Joan", "jane@example.com")
REQUEST = ReplayRequest(
    key="k1",
    action=Action.FIND,
    reply_to=ReplyTo("chat"),
    asked_by="U1",
    identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
)


class People(Source):
    """Each identifier fits the people it is told to."""

    def __init__(self, *recordings, **people):
        super().__init__(*recordings)
        self.people = people

    def find_people(self, identifier):
        name = identifier.value.partition("@")[0]
        return self.people.get(name, [JANE])


@pytest.fixture
def ledger(engine):
    return Ledger(engine, lease=timedelta(seconds=60))


@pytest.fixture
def finder_of(engine, ledger, tmp_path):
    time = Time()
    time.now = RECORDED + timedelta(hours=2)

    def make(source):
        replays = Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))
        policy = Policy(timedelta(days=14), timedelta(days=7), 5)
        return Finder([source], ledger, replays, policy=policy, clock=time)

    return make


def as_it_is(request):
    """A destination that has nothing to look up."""
    return request


def twelve():
    return Source(
        *(recording(f"r{n}", RECORDED - timedelta(hours=n)) for n in range(12))
    )


def test_pages_show_each_recording_once(finder_of):
    finder = finder_of(twelve())
    pages = [finder.find(replace(REQUEST, offset=offset)) for offset in (0, 5, 10)]
    assert [len(page.recordings) for page in pages] == [5, 5, 2]
    shown = [one.id for page in pages for one in page.recordings]
    assert shown == [f"r{n}" for n in range(12)]
    assert {page.total for page in pages} == {12}
    assert pages[0].why == "newest"


def test_a_page_goes_on_with_the_search_it_follows(finder_of, ledger):
    first = replace(
        REQUEST, look_back=timedelta(days=3), filters=Filters(page="/x"), text="jane"
    )
    search, _ = ledger.accept(first)
    follows = ReplayRequest(
        "k2", Action.FIND, ReplyTo("chat"), "U1", follows=search, offset=5
    )
    whole = finder_of(twelve()).whole(follows, as_it_is)
    assert (whole.identifiers, whole.look_back) == (REQUEST.identifiers, timedelta(3))
    assert (whole.filters, whole.text, whole.offset) == (Filters(page="/x"), "jane", 5)
    john = (Identifier(IdentifierKind.PERSON, "p2"),)
    chosen = finder_of(twelve()).whole(replace(follows, identifiers=john), as_it_is)
    assert chosen.identifiers == john


def test_a_page_goes_on_with_whom_the_destination_looked_up(finder_of, ledger):
    """Such as a mentioned colleague, whom the ledger knows by their id alone."""
    search, _ = ledger.accept(replace(REQUEST, identifiers=()))

    def complete(request):
        if request.follows:
            return request
        return replace(request, identifiers=REQUEST.identifiers)

    page = ReplayRequest(
        "k2", Action.FIND, ReplyTo("chat"), "U1", follows=search, offset=5
    )
    whole = finder_of(twelve()).whole(page, complete)
    assert whole.identifiers == REQUEST.identifiers


def test_pages_of_a_chosen_person_are_of_that_person(finder_of, ledger):
    first = replace(REQUEST, look_back=timedelta(days=3), filters=Filters(page="/x"))
    search, _ = ledger.accept(first)
    john = (Identifier(IdentifierKind.PERSON, "p2"),)
    choice = ReplayRequest(
        "k2", Action.FIND, ReplyTo("chat"), "U1", follows=search, identifiers=john
    )
    whole = finder_of(twelve()).whole(choice, as_it_is)
    assert whole.follows is None, "a search of its own"
    chosen, _ = ledger.accept(choice)
    page = ReplayRequest(
        "k3", Action.FIND, ReplyTo("chat"), "U1", follows=chosen, offset=5
    )
    whole = finder_of(twelve()).whole(page, as_it_is)
    assert (whole.identifiers, whole.look_back) == (john, timedelta(days=3))
    assert (whole.filters, whole.follows) == (Filters(page="/x"), chosen)


def test_nobody_follows_somebody_elses_search(finder_of, ledger):
    search, _ = ledger.accept(REQUEST)
    finder = finder_of(twelve())
    mine = ReplayRequest("k2", Action.FIND, ReplyTo("chat"), "U1", follows=search)
    with pytest.raises(BadInput, match="somebody else"):
        finder.whole(replace(mine, asked_by="U2"), as_it_is)
    with pytest.raises(BadInput, match="somebody else"):
        finder.whole(replace(mine, reply_to=ReplyTo("mail")), as_it_is)
    with pytest.raises(NotFound) as error:
        finder.whole(replace(mine, follows="0" * 32), as_it_is)
    assert "search again" in error.value.plain


@pytest.mark.parametrize("other", [JOHN, AT_JANES_ADDRESS], ids=lambda one: one.name)
def test_different_people_are_left_to_whoever_asked(finder_of, other):
    finder = finder_of(People(recording("r1"), jane=[JANE, other]))
    result = finder.find(REQUEST)
    assert result.reason is Reason.AMBIGUOUS
    assert result.people == (JANE, other)
    both = tuple(Identifier(IdentifierKind.PERSON, one) for one in ("p1", "p2"))
    assert isinstance(finder.find(replace(REQUEST, identifiers=both)), Found)


def test_two_profiles_of_one_customer_are_no_question(finder_of):
    finder = finder_of(People(recording("r1"), jane=[JANE, *JANES_OTHER_PROFILES]))
    assert len(finder.find(REQUEST).people) == 3


def test_a_ticket_asks_nobody(finder_of):
    finder = finder_of(People(recording("r1"), jane=[JANE, JOHN]))
    assert isinstance(finder.find(replace(REQUEST, action=Action.NOTE)), Found)


def test_what_nobody_is_known_by_is_named_beside_what_was_found(finder_of):
    mistyped = (
        *REQUEST.identifiers,
        Identifier(IdentifierKind.DISTINCT_ID, "banana"),
    )
    finder = finder_of(People(recording("r1"), banana=[]))
    found = finder.find(replace(REQUEST, identifiers=mistyped))
    assert [one.value for one in found.unknown] == ["banana"]


FAILING = recording(
    "failing",
    RECORDED - timedelta(hours=1),
    console_error_count=2,
    urls=("https://shop.test/cart", "https://shop.test/Checkout/pay?step=2"),
)


@pytest.mark.parametrize(
    "filters",
    [Filters(errors_only=True), Filters(page="/checkout"), Filters(True, "/pay")],
)
def test_only_what_is_wanted_is_shown(finder_of, filters):
    found = finder_of(Source(recording("calm"), FAILING)).find(
        replace(REQUEST, filters=filters)
    )
    assert [one.id for one in found.recordings] == ["failing"]
    assert (found.total, found.filters) == (1, filters)


def test_where_none_is_as_wanted_it_is_said_how_many_there_are(finder_of):
    wanted = Filters(errors_only=True, page="/nowhere")
    result = finder_of(Source(recording("calm"), FAILING)).find(
        replace(REQUEST, filters=wanted)
    )
    assert result.reason is Reason.FILTERED
    assert result.explanation == (
        "No recording in the last 14 days has errors and was on /nowhere; there are 2"
        " in all."
    )
    assert "without `errors only` and `on …`" in result.advice


def test_what_led_to_each_recording_is_told(finder_of):
    """The surest of the identifiers, whichever order they came in."""
    doubtful = Identifier(IdentifierKind.DISTINCT_ID, "u-1", is_doubtful=True)
    request = replace(REQUEST, identifiers=(doubtful, *REQUEST.identifiers))
    found = finder_of(People(recording("r1"))).find(request)
    assert found.found_by == {"r1": REQUEST.identifiers[0]}


def test_a_recording_that_is_named_is_no_doubt_but_somebodys_others_are(finder_of):
    """A UUID that somebody mentions is a session, or a person with all of theirs."""
    named = Identifier(IdentifierKind.UUID, "r1", is_doubtful=True)
    whose = Identifier(IdentifierKind.UUID, "jane", is_doubtful=True)
    source = Source(recording("r1"), recording("r2"))
    request = replace(REQUEST, action=Action.NOTE, identifiers=(named, whose))
    led = finder_of(source).find(request).found_by
    assert {key: one.is_doubtful for key, one in led.items()} == {
        "r1": False,
        "r2": True,
    }


def test_doubtful_identifiers_do_not_make_too_many_of_the_others(finder_of):
    many = [Person(f"p{n}", "Jane", "jane@example.com") for n in range(5)]
    doubtful = Identifier(IdentifierKind.DISTINCT_ID, "cc", is_doubtful=True)
    request = replace(
        REQUEST,
        action=Action.NOTE,
        identifiers=(doubtful, *REQUEST.identifiers),
    )
    finder = finder_of(People(recording("r1"), jane=many, cc=[JOHN]))
    assert finder.find(request).people == tuple(many)
