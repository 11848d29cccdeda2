"""A replay that is asked for in the chat goes into a ticket: the chat's rules say who
may, and they are told there. And tickets hear where their recordings are discussed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.audit import AuditLog, Event
from bot.database.schema import requests as rows
from bot.delivery import Courier, Policy
from bot.errors import NotAllowed, Refused, RetryLater
from bot.jobs.worker import Worker
from bot.ledger import DEAD, DONE, Ledger
from bot.model import (
    Action,
    Delivery,
    Discussed,
    Failed,
    Identifier,
    IdentifierKind,
    Note,
    ReplayRequest,
    ReplyTo,
    Report,
    SharedReplay,
    ShareTerms,
)
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests.bot.jobs.test_worker import Chat
from tests.bot.test_delivery import RECORDED, Source, recording
from tests.bot.test_ledger import Time
from tests.keys import sealer

ASKED = ReplyTo("chat", {"team": "T1", "channel": "C1", "response_url": "https://s"})
TICKET = ReplyTo("desk", {"ticket": "5158"})
ADD = ReplayRequest(
    key="add",
    action=Action.SHARE,
    reply_to=TICKET,
    asked_by="U1",
    recording_id="r1",
    terms=ShareTerms(note="see here"),
    report_to=ASKED,
)
SHARE = ReplayRequest(
    key="share",
    action=Action.SHARE,
    reply_to=ReplyTo("chat", {"channel": "C1"}),
    asked_by="U1",
    recording_id="r1",
)
NOTE = ReplayRequest(
    key="note",
    action=Action.NOTE,
    reply_to=TICKET,
    asked_by="desk",
    identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
)


class Channel(Chat):
    """A chat whose messages stand in a channel until they are deleted."""

    is_away = is_private = False

    def __init__(self):
        super().__init__()
        self.waiting = []

    def keep_waiting(self, request):
        self.waiting.append((request.reply_to, request.report_to))

    def way_to(self, posted):
        if self.is_away:
            raise RetryLater("the chat is away")
        return "" if self.is_private else f"https://chat.test/{posted['ts']}"

    def post(self, request_id, request, result, draft):
        super().post(request_id, request, result, draft)
        return Delivery({"channel": "C1", "ts": request_id[:4]})


class Desk(Chat):
    """Tickets, whose notes stay as they are."""

    name = "desk"
    is_conversation = False

    def __init__(self):
        super().__init__()
        self.requests = []

    def complete(self, request):
        self.requests.append(request)
        return super().complete(request)

    def _at(self, request):
        return Delivery({"ticket": request.reply_to.address["ticket"], "audit": "1"})

    def find_posted(self, request_id, request, draft):
        return self._at(request) if request_id in self.posted else None

    def post(self, request_id, request, result, draft):
        super().post(request_id, request, result, draft)
        return self._at(request)


class SilentBell:
    """Rows are looked at when the test says so."""

    def ring(self, request_id):
        return True


@pytest.fixture
def database_url(sqlite_url):
    """One kind of database will do: nothing is asked of it that others do not ask."""
    return sqlite_url


class World:
    def __init__(self, engine, folder):
        self.engine = engine
        self.time = Time()
        self.time.now = RECORDED + timedelta(hours=2)
        self.chat, self.desk = Channel(), Desk()
        lease = timedelta(seconds=60)
        self.ledger = Ledger(engine, lease=lease, clock=self.time, sealer=sealer())
        self.links = Links(
            engine, public_url="http://x.test", sealer=sealer(), clock=self.time
        )
        self.audit = AuditLog(engine, clock=self.time)
        self.source = Source(recording("r1"))
        self.courier = Courier(
            sources=[self.source],
            destinations={"chat": self.chat, "desk": self.desk},
            ledger=self.ledger,
            replays=Replays(engine, ReplayStore.at((folder / "o").as_uri())),
            links=self.links,
            postings=Postings(engine, clock=self.time),
            audit=self.audit,
            policy=Policy(timedelta(days=14), timedelta(days=7), 5),
            clock=self.time,
        )
        self.worker = Worker(
            courier=self.courier,
            ledger=self.ledger,
            bell=SilentBell(),
            lease=lease,
            threads=1,
            clock=self.time,
        )
        self.number = 0

    def ask(self, request):
        """Accept one more such request and work on it once; its id."""
        self.time.pass_(seconds=1)
        self.number += 1
        id_, _ = self.ledger.accept(replace(request, key=f"k{self.number}"))
        self.worker.look_at(id_)
        return id_

    def work(self, seconds=0):
        """What is due after so long is worked on, and what comes of that."""
        self.time.pass_(seconds=seconds)
        self.courier.tell_changes()
        while due := self.ledger.due():
            for id_ in due:
                self.worker.look_at(id_)

    def posted(self, chat, kind):
        return [
            one for each in chat.posted.values() for one in each if type(one) is kind
        ]

    def states(self):
        with self.engine.connect() as connection:
            found = connection.execute(select(rows.c.action, rows.c.state))
            return sorted(map(tuple, found))


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def test_who_asked_is_told_once_where_they_asked(world):
    id_ = world.ask(ADD)
    (shared,) = world.posted(world.desk, SharedReplay)
    assert shared.note == "see here"
    for _ in range(2):
        world.work()
    (report,) = world.posted(world.chat, Report)
    assert report.posted == {"ticket": "5158", "audit": "1"}
    assert report.request == world.ledger.request(id_)
    assert world.states() == [("report", DONE), ("share", DONE)]


def test_who_asked_sees_at_once_that_it_is_being_done(world):
    """The form that asked has closed; in the ticket nobody waits."""
    world.ask(ADD)
    ((ticket, asked),) = world.chat.waiting
    assert (ticket.address["ticket"], asked) == ("5158", ASKED)


def test_the_ticket_and_the_audit_log_say_who_asked(world):
    world.ask(ADD)
    (request,) = world.desk.requests
    assert request.reply_to.address == {"ticket": "5158", "by": "Ana Ruiz"}
    (entry,) = world.audit.entries(events=(Event.SHARE,))
    assert entry.who == "U1"
    assert entry.place == "desk:5158 from chat:T1:C1 by Ana Ruiz"


def test_a_failure_is_told_where_it_was_asked_and_not_in_the_ticket(world):
    world.desk.refuses = Refused("closed", plain="Ticket 5158 is closed.")
    id_ = world.ask(ADD)
    world.work()
    assert world.desk.posted == {}
    (report,) = world.posted(world.chat, Report)
    assert report.failed == Failed("Ticket 5158 is closed.", id_[:8])
    assert world.states() == [("report", DONE), ("share", DEAD)]


def test_who_may_not_gets_nothing_into_a_ticket(world):
    """They are judged by the rules of where they ask."""
    world.chat.refuses = NotAllowed("U1 is a guest", plain="Guests may not.")
    world.ask(ADD)
    world.chat.refuses = None
    world.work()
    assert world.desk.requests == []
    assert world.source.exports == []
    (report,) = world.posted(world.chat, Report)
    assert report.failed.plain == "Guests may not."
    assert report.failed.is_final
    (entry,) = world.audit.entries()
    assert (entry.event, entry.subject) == (Event.REFUSE, "U1 is a guest")


def test_a_worker_killed_between_posting_and_reporting_still_reports_once(world):
    """The next one finds the note, does not write another, and tells who asked."""
    world.desk.lost_answers = 1
    world.ask(ADD)
    world.work(seconds=10)
    world.work()
    assert len(world.posted(world.desk, SharedReplay)) == 1
    assert len(world.posted(world.chat, Report)) == 1
    assert world.states() == [("report", DONE), ("share", DONE)]


def test_a_worker_killed_after_it_asked_for_the_report_reports_once(world):
    """What became of it is told when it is settled, and not before."""
    id_, _ = world.ledger.accept(ADD)
    world.courier.deliver(world.ledger.claim(id_))
    world.work()
    assert world.posted(world.chat, Report) == []
    world.work(seconds=61)
    world.work(seconds=10)
    assert len(world.posted(world.desk, SharedReplay)) == 1
    assert len(world.posted(world.chat, Report)) == 1


def test_a_failure_that_turns_out_to_be_none_is_reported_as_done(world):
    world.desk.lost_answers = 1
    id_ = world.ask(ADD)
    claim = None
    world.time.pass_(seconds=10)
    claim = world.ledger.claim(id_)
    world.ledger.fail(claim, "The desk does not answer.", "timeout")
    world.work()
    (report,) = world.posted(world.chat, Report)
    assert report.failed is None


def test_what_is_told_where_it_was_asked_lies_sealed(world):
    id_, _ = world.ledger.accept(ADD)
    with world.engine.connect() as connection:
        (body,) = connection.execute(select(rows.c.body)).scalars()
    assert "https://s" not in body
    assert world.ledger.request(id_) == ADD


def test_a_ticket_is_not_told_that_its_links_closed(world):
    """A note cannot be changed; whoever follows the link is told then."""
    world.ask(ADD)
    world.ask(NOTE)
    links = [one.id for one in world.links.entries()]
    assert len(links) == 2
    for one in links:
        world.links.revoke(one, by="U1")
    assert world.courier.tell_changes() == 0
    world.work()
    assert world.posted(world.chat, Report)
    assert {action for action, _ in world.states()} == {"note", "share", "report"}


def discussed(chat, id_):
    return f"https://chat.test/{id_[:4]}"


def test_a_note_tells_where_its_recordings_were_shared_before(world):
    shares = [world.ask(SHARE) for _ in range(4)]
    world.ask(NOTE)
    (note,) = world.posted(world.desk, Note)
    told = [one.url for one in note.discussed["r1"]]
    assert told == [discussed(world.chat, one) for one in reversed(shares)][:3]


def test_a_replay_that_is_added_tells_so_too(world):
    share = world.ask(SHARE)
    world.ask(ADD)
    (added,) = world.posted(world.desk, SharedReplay)
    assert [one.url for one in added.discussed] == [discussed(world.chat, share)]
    (shared,) = world.posted(world.chat, SharedReplay)
    assert shared.discussed == ()


@pytest.mark.parametrize("how", ["is_private", "is_away", "revoked"])
def test_what_is_private_or_taken_back_is_not_told(world, how):
    """Nor is what cannot be known: the note does not wait for the chat."""
    world.ask(SHARE)
    if how == "revoked":
        (link,) = world.links.entries()
        world.links.revoke(link.id, by="U1")
    else:
        setattr(world.chat, how, True)
    world.ask(NOTE)
    (note,) = world.posted(world.desk, Note)
    assert note.discussed == {}


def test_a_ticket_hears_of_a_later_share_once(world):
    world.ask(NOTE)
    world.ask(ADD)
    share = world.ask(SHARE)
    world.work()
    assert world.posted(world.desk, Discussed) == [], "it may be taken back yet"
    for _ in range(3):
        world.work(seconds=60)
    (told,) = world.posted(world.desk, Discussed)
    assert told.recording.id == "r1"
    assert told.discussion.url == discussed(world.chat, share)


def test_what_was_told_is_not_told_again_by_the_next_note(world):
    """The first note told of the first share, a note of its own of the second."""
    world.ask(SHARE)
    world.ask(NOTE)
    world.ask(SHARE)
    world.work(seconds=60)
    world.ask(NOTE)
    world.work(seconds=60)
    first, second = world.posted(world.desk, Note)
    assert (len(first.discussed["r1"]), second.discussed) == (1, {})
    assert len(world.posted(world.desk, Discussed)) == 1


def test_each_ticket_that_holds_the_recording_hears_of_it(world):
    for number in ("5158", "5159"):
        world.ask(replace(NOTE, reply_to=ReplyTo("desk", {"ticket": number})))
    world.ask(SHARE)
    world.work(seconds=60)
    assert len(world.posted(world.desk, Discussed)) == 2


@pytest.mark.parametrize("how", ["is_private", "revoked"])
def test_a_later_share_that_is_private_or_taken_back_is_not_told(world, how):
    world.ask(NOTE)
    world.ask(SHARE)
    if how == "revoked":
        world.links.revoke(world.links.entries()[0].id, by="U1")
    else:
        world.chat.is_private = True
    world.work(seconds=60)
    assert world.posted(world.desk, Discussed) == []
    assert ("discussed", DONE) in world.states()


def test_a_later_share_is_told_when_the_chat_is_back(world):
    world.ask(NOTE)
    world.ask(SHARE)
    world.chat.is_away = True
    world.work(seconds=60)
    world.chat.is_away = False
    world.work(seconds=10)
    assert len(world.posted(world.desk, Discussed)) == 1


def test_a_share_whose_answer_got_lost_is_told_too(world):
    world.ask(NOTE)
    world.chat.lost_answers = 1
    world.ask(SHARE)
    world.chat.find_posted = lambda *_: Delivery({"channel": "C1", "ts": "1"})
    world.work(seconds=10)
    world.work(seconds=60)
    assert len(world.posted(world.desk, Discussed)) == 1


def test_telling_of_a_discussion_is_no_end_of_telling(world):
    world.ask(SHARE)
    world.ask(ADD)
    world.ask(SHARE)
    world.ask(NOTE)
    for _ in range(3):
        world.work(seconds=120)
    assert [action for action, _ in world.states()].count("discussed") == 1
    assert all(state == DONE for _, state in world.states())
