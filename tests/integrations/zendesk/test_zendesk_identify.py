"""Whose ticket it is: what Zendesk knows, most trusted first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from bot.errors import NotFound
from bot.model import Identifier, IdentifierKind
from integrations.zendesk.mailboxes import is_machine, is_shared
from integrations.zendesk.mentions import own_words
from integrations.zendesk.records import Comment, Ticket, User
from integrations.zendesk.requester import MAX_CCS, MAX_UUIDS, NO_RULES, Rules, identify
from integrations.zendesk.ways import Way

NOW = datetime(2026, 3, 2, 9, 14, tzinfo=UTC)
FIELD, OTHER_FIELD = 360000000001, 360000000002
SESSION = "0192f8a1-7c3e-7b21-9d10-4a5b6c7d8e9f"
REPLAY = f"https://eu.posthog.com/project/1/replay/{SESSION}"

JANE = User(1, "Jane", "jane@example.com", "end-user", None)
DANA = User(2, "Dana", "dana@acme.example", "agent", None)
COURIER = User(3, "Replay Courier", "courier@acme.example", "agent", None)
TICKET = Ticket(5, "Export", "It hangs.", "new", NOW, "", JANE.id, (), {})


def email(address: str) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, address)


def distinct_id(value: str) -> Identifier:
    return Identifier(IdentifierKind.DISTINCT_ID, value)


def recording(value: str) -> Identifier:
    return Identifier(IdentifierKind.RECORDING, value, "eu.posthog.com")


UUID = Identifier(IdentifierKind.UUID, SESSION)


@dataclass
class People:
    """An account's people, and who of them was asked for."""

    verified: dict[int, tuple[str, ...]] = field(
        default_factory=lambda: {JANE.id: ("jane@example.com",)}
    )
    users: dict[int, User] = field(
        default_factory=lambda: {one.id: one for one in (JANE, DANA, COURIER)}
    )
    asked: list[int] = field(default_factory=list)

    def me(self) -> User:
        return COURIER

    def user(self, user_id: int) -> User:
        self.asked.append(user_id)
        if user_id not in self.users:
            raise NotFound(f"no user {user_id}")
        return self.users[user_id]

    def verified_emails(self, user_id: int) -> Sequence[str]:
        self.asked.append(user_id)
        return self.verified.get(user_id, ())


def said(by: User, text: str, *, public: bool = True) -> Comment:
    return Comment(9, by.id, text, public, NOW)


def found(
    ticket: Ticket = TICKET,
    requester: User = JANE,
    comments: Sequence[Comment] = (),
    *,
    people: People | None = None,
    rules: Rules = NO_RULES,
) -> list[tuple[Identifier, str]]:
    """What is found, and by what it is known."""
    identified = identify(
        ticket, requester, comments, directory=people or People(), rules=rules
    )
    return [(one, one.known_by) for one in identified.identifiers]


def test_the_order_of_trust() -> None:
    """Fields, what is known of the person, own addresses, then sessions named."""
    ticket = replace(
        TICKET,
        description=f"See {SESSION}; ask bob@other.example",
        custom_fields={OTHER_FIELD: "user-8812", FIELD: REPLAY, 7: "not ours"},
    )
    requester = replace(JANE, external_id="c_77", user_fields={"app_id": "u-1"})
    people = People({JANE.id: ("jane@example.com", "jane@work.example")})
    rules = Rules(field_ids=(FIELD, OTHER_FIELD), user_field="app_id")
    assert found(ticket, requester, people=people, rules=rules) == [
        (recording(SESSION), Way.FIELD),
        (distinct_id("user-8812"), Way.FIELD),
        (distinct_id("u-1"), Way.USER_FIELD),
        (distinct_id("c_77"), Way.EXTERNAL_ID),
        (email("jane@example.com"), Way.VERIFIED),
        (email("jane@work.example"), Way.VERIFIED),
        (UUID, Way.DESCRIPTION),
    ]


def test_a_field_may_hold_an_address() -> None:
    """Forms are filled in by people: an address there is an address."""
    ticket = replace(TICKET, custom_fields={FIELD: "jane@work.example"})
    first, *_ = found(ticket, rules=Rules(field_ids=(FIELD,)))
    assert first == (email("jane@work.example"), Way.FIELD)


def test_an_address_that_is_only_claimed_or_mentioned_is_doubtful() -> None:
    """Anybody can mail as anybody, and write any address."""
    ticket = replace(TICKET, description="My account is real@example.com")
    people = People({})
    assert found(ticket, people=people) == [
        (email("jane@example.com"), Way.CLAIMED),
        (email("real@example.com"), Way.DESCRIPTION),
    ]
    identified = identify(ticket, JANE, (), directory=people)
    assert all(one.is_doubtful for one in identified.identifiers)


@pytest.mark.parametrize(
    ("known", "way"),
    [
        ({"custom_fields": {FIELD: "u-1"}}, Way.FIELD),
        ({}, Way.CLAIMED),
    ],
)
def test_a_claim_counts_where_nothing_better_is_known(
    known: dict[str, dict[int, str]], way: Way
) -> None:
    """A user id that our customer's own form filled in is better."""
    ticket = Ticket(
        5, "S", "D", "new", NOW, "", JANE.id, (), known.get("custom_fields", {})
    )
    ways = [one for _, one in found(ticket, people=People({}), rules=Rules((FIELD,)))]
    assert ways == [way]


def test_an_agent_as_requester_is_not_the_customer() -> None:
    """A ticket an agent opened for somebody is about whom the text names."""
    ticket = replace(TICKET, description="Spoke to jane@example.com on the phone")
    identified = identify(ticket, DANA, (), directory=People())
    assert identified.identifiers == (email("jane@example.com"),)
    assert not identified.identifiers[0].is_doubtful


def test_of_agents_words_only_sessions_and_links_count() -> None:
    """Agents' replies and notes name all sorts of people, so no address of theirs."""
    comments = [
        said(DANA, f"carol@example.com saw {REPLAY}", public=False),
        said(DANA, f"Is it {SESSION.replace('0192', '0193')}?"),
    ]
    assert found(comments=comments)[1:] == [
        (recording(SESSION), Way.AGENT),
        (Identifier(IdentifierKind.UUID, SESSION.replace("0192", "0193")), Way.AGENT),
    ]


PERSON = "https://eu.posthog.com/project/1/person/victim%40b.example"


def test_a_link_to_a_person_is_no_better_than_an_address() -> None:
    """Whoever knows an address or a user id can write such a link."""
    ticket = replace(TICKET, description=f"See {PERSON}")
    victim = replace(distinct_id("victim@b.example"), origin="eu.posthog.com")
    assert victim not in [one for one, _ in found(ticket)]
    identified = identify(ticket, JANE, (), directory=People({}))
    assert identified.identifiers[-1] == victim
    assert identified.identifiers[-1].is_doubtful
    by_agent = found(ticket, comments=[said(DANA, PERSON, public=False)])
    assert by_agent[-1] == (victim, Way.AGENT)


def test_a_uuid_of_a_customers_may_be_somebodys_user_id() -> None:
    """It is looked for, as a session first; whose it is otherwise, is doubted."""
    ticket = replace(TICKET, description=f"Session {SESSION}, {REPLAY}")
    *_, uuid, link = identify(ticket, JANE, (), directory=People()).identifiers
    assert (uuid, uuid.is_doubtful) == (UUID, True)
    assert (link, link.is_doubtful) == (recording(SESSION), False)


def test_the_words_of_whoever_opened_a_ticket_that_was_handed_on_do_not_count() -> None:
    """An agent's do, who opened it for the customer."""
    bob = User(8, "Bob", "bob@b.example", "end-user", None)
    people = People()
    people.users[8] = bob
    ticket = replace(TICKET, subject=SESSION, description=REPLAY)
    assert found(ticket, comments=[said(bob, REPLAY)], people=people) == found()
    by_agent = found(ticket, comments=[said(DANA, "On the phone.")])
    assert len(by_agent) > len(found())


def test_our_own_notes_name_nobody() -> None:
    """They are full of links to replays, of whoever was asked for then."""
    assert found(comments=[said(COURIER, REPLAY, public=False)]) == found()


def test_other_customers_words_do_not_count() -> None:
    """Somebody in copy is neither the requester nor staff."""
    carl = User(8, "Carl", "carl@example.com", "end-user", None)
    people = People()
    people.users[8] = carl
    assert found(comments=[said(carl, REPLAY)], people=people) == found()


def test_what_a_stranger_mails_to_a_ticket_does_not_count() -> None:
    """Zendesk makes a private comment of it, as if an agent had written it."""
    eve = User(8, "Eve", "eve@example.com", "end-user", None)
    people = People()
    people.users[8] = eve
    note = said(eve, REPLAY, public=False)
    assert found(comments=[note], people=people) == found()


def test_people_who_were_deleted_for_good_are_left_out() -> None:
    """What they wrote and were copied into is still there."""
    gone = User(99, "", None, "agent", None)
    ticket = replace(TICKET, email_cc_ids=(98,))
    rules = Rules(include_ccs=True)
    assert found(ticket, comments=[said(gone, REPLAY)], rules=rules) == found()


def test_a_pasted_log_does_not_make_a_hundred_questions() -> None:
    """Its ids are looked for, the first few; links to replays all."""
    ids = [SESSION.replace("0192", f"{n:04}") for n in range(12)]
    ticket = replace(TICKET, description="\n".join([*ids, REPLAY]))
    _, *named = found(ticket)
    assert [one.value for one, _ in named] == [*ids[:MAX_UUIDS], SESSION]


def test_who_wrote_is_asked_only_where_it_matters() -> None:
    """A comment that names nothing is worth no call."""
    people = People()
    found(
        comments=[said(DANA, "Thanks!"), said(DANA, "Hm", public=False)], people=people
    )
    assert people.asked == [JANE.id]


@pytest.mark.parametrize(
    "text",
    [
        f"> {REPLAY}",
        f"Thanks\n\nOn Mon, 2 Mar 2026 at 09:14, Bob <bob@b.example> wrote:\n{REPLAY}",
        f"Danke\n\nAm 2. März 2026 um 09:14 schrieb Bob:\n{REPLAY}",
        f"Hi\n-----Original Message-----\nFrom: Bob\n{REPLAY}",
        f"Hi\n________________________________\nFrom: Bob\n{REPLAY}",
        f"##- Please type your reply above this line -##\n{REPLAY}",
    ],
)
def test_what_is_quoted_was_written_by_others(text: str) -> None:
    """Neither of customers nor of agents does the history under a mail count."""
    assert REPLAY not in own_words(text)
    assert found(replace(TICKET, description=text)) == found()
    for by in (JANE, DANA):
        assert found(comments=[said(by, text)]) == found()


def test_customers_own_replies_count() -> None:
    """Sessions and links they send later on."""
    assert found(comments=[said(JANE, f"It was {REPLAY}")])[1:] == [
        (recording(SESSION), Way.COMMENT)
    ]


def test_a_shared_mailbox_is_the_last_resort() -> None:
    """Several people write from it; it is looked for where nothing else is known."""
    people = People({JANE.id: ("info@example.com",)})
    assert found(people=people) == [(email("info@example.com"), Way.SHARED)]
    named = replace(TICKET, description="Regards, jane@example.com")
    assert found(named, people=people) == [(email("jane@example.com"), Way.DESCRIPTION)]
    linked = replace(TICKET, subject=REPLAY)
    assert found(linked, people=people) == [(recording(SESSION), Way.SUBJECT)]
    claimed = replace(JANE, email="Info@example.com")
    assert found(requester=claimed, people=People({})) == [
        (email("Info@example.com"), Way.SHARED_CLAIMED)
    ]


def test_an_account_names_shared_mailboxes_of_its_own() -> None:
    """Whole addresses, or all of a domain."""
    for also in ("jane@example.com", "@example.com"):
        ways = [way for _, way in found(rules=Rules(shared_mailboxes=(also,)))]
        assert ways == [Way.SHARED]
    assert [way for _, way in found(rules=Rules(shared_mailboxes=("@ample.com",)))] == [
        Way.VERIFIED
    ]


@pytest.mark.parametrize(
    ("address", "shared", "machine"),
    [
        ("info@a.example", True, False),
        ("Support+shop@a.example", True, False),
        ("customer.service@a.example", True, False),
        ("infotech@a.example", False, False),
        ("jane@info.example", False, False),
        ("no-reply@a.example", False, True),
        ("DoNotReply@a.example", False, True),
        ("MAILER-DAEMON@a.example", False, True),
        ("postmaster@a.example", False, True),
    ],
)
def test_which_addresses_are_nobodys(address: str, shared: bool, machine: bool) -> None:
    """Role names in whatever spelling; a name that only begins so is a person's."""
    assert (is_shared(address), is_machine(address)) == (shared, machine)


def test_machines_are_never_looked_for() -> None:
    """Nobody uses a product as noreply."""
    robot = replace(JANE, email="noreply@example.com")
    ticket = replace(TICKET, description="Sent by mailer-daemon@example.com")
    for verified in ((), ("noreply@example.com",)):
        assert found(ticket, robot, people=People({JANE.id: verified})) == []


def test_customers_in_copy_count_by_setting() -> None:
    """Their verified addresses come last, five at most; no agent, nobody suspended."""
    ids = range(20, 28)
    people = People()
    for number in ids:
        people.users[number] = User(number, "C", None, "end-user", None)
        people.verified[number] = (f"c{number}@example.com", "office@example.com")
    people.users[20] = replace(people.users[20], role="agent")
    people.users[21] = replace(people.users[21], suspended=True)
    ticket = replace(TICKET, email_cc_ids=(JANE.id, *ids))
    assert found(ticket, people=people) == found()
    assert people.asked == [JANE.id]
    _, *copied = found(ticket, people=people, rules=Rules(include_ccs=True))
    assert copied == [(email(f"c{n}@example.com"), Way.CC) for n in (22, 23, 24)]
    assert len(copied) <= MAX_CCS


def test_nobody_is_looked_for_where_the_requester_is_suspended() -> None:
    """Not even whom the text names; no call is made for it."""
    people = People()
    ticket = replace(TICKET, description=REPLAY)
    spammer = replace(JANE, suspended=True)
    identified = identify(ticket, spammer, (), directory=people)
    assert identified.is_suspended
    assert (identified.identifiers, people.asked) == ((), [])
