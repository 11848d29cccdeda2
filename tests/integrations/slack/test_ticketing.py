"""*Add to ticket*: who may, which tickets are offered, what is asked for, and how
whoever asked is told what became of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.slack.blocks import Block
from bot.demo.slack.views import checked_view, push_view
from bot.errors import BadInput, NotAllowed, RetryLater
from bot.model import (
    Action,
    Failed,
    Home,
    ReplayRequest,
    ReplyTo,
    Report,
    ShareTerms,
    TicketHit,
)
from integrations.slack.access import Rules
from integrations.slack.choices import PageChoice
from integrations.slack.listeners.deadline import Deadline
from integrations.slack.messages import home
from integrations.slack.modals.ticket import MOST_OFFERED, ticket_modal
from integrations.slack.share_choices import MAX_OPTION_VALUE, TO_TICKET, ShareChoice
from tests.integrations.slack.flow import BACK, EXTEND, MORE, Flow, seen
from tests.integrations.slack.samples import ID, SHARED, START, found
from tests.integrations.slack.world import ANA, Draft

AGAIN = "replay_ticket"
PAY = TicketHit("5158", "Cannot pay", "open", "Jane Doe (jane@example.com)")


class Desk:
    """Tickets in memory, searched by whatever is typed."""

    def __init__(self) -> None:
        self.hits = [PAY]
        self.asked: list[str] = []
        self.is_away = False

    def find(self, text: str) -> list[TicketHit]:
        self.asked.append(text)
        if self.is_away:
            raise RetryLater("Zendesk does not answer")
        return self.hits

    def reply_to(self, ticket_id: str) -> ReplyTo:
        return ReplyTo("zendesk", {"ticket": ticket_id})

    def web_address(self, ticket_id: str) -> str:
        return f"https://acme.zendesk.com/agent/tickets/{ticket_id}"


class Ticketing(Flow):
    """Ana at work where there are tickets."""

    desk: Desk

    def add(self, channel: str = "support") -> None:
        """She has the form before her, from the list of recordings."""
        self.list(channel)
        self.press(MORE, ticket_entry(self.only(channel).blocks, MORE), channel)

    def offered(self, typed: str, user: str = "ana") -> list[Block]:
        return self.slack.suggest(user, "ticket", typed)

    def submit_for(self, ticket: str = "5158", **values: Any) -> ReplayRequest:
        """What is asked for by the form."""
        self.offered(ticket)
        self.choose(ticket=ticket, **values)
        return self.submit()

    def report(self, request: ReplayRequest, **outcome: Any) -> None:
        """The courier tells what became of it."""
        asked = request.report_to
        assert asked is not None
        telling = ReplayRequest("report:1", Action.REPORT, asked, ANA, reports="1")
        self.answer(Report(request, **outcome), telling)

    def title(self, user: str = "ana") -> str:
        modal = self.slack.modal(user)
        return str(modal.body["title"]["text"]) if modal else ""


@pytest.fixture
def flow() -> Iterator[Ticketing]:
    flow = Ticketing()
    flow.desk = Desk()
    flow.start(rules=Rules(), tickets=flow.desk)
    yield flow
    flow.close()


def entries(blocks: list[Block], menu: str) -> dict[str, str]:
    """The first such menu's entries: values by words."""
    elements = [one for each in blocks for one in each.get("elements", [])]
    options = next(one["options"] for one in elements if one.get("action_id") == menu)
    return {one["text"]["text"]: one["value"] for one in options}


def ticket_entry(blocks: list[Block], menu: str) -> str:
    return entries(blocks, menu)["Add to ticket…"]


def words(options: list[Block]) -> list[str]:
    return [one["text"]["text"] for one in options]


class TestWhereItIsOffered:
    def test_on_a_recording_that_was_found(self, flow: Ticketing) -> None:
        flow.list()
        assert list(entries(flow.only().blocks, MORE)) == [
            "Attach file",
            "Add to ticket…",
            "Open in PostHog",
        ]

    def test_on_a_shared_replay(self, flow: Ticketing) -> None:
        message = flow.share()
        assert "Add to ticket…" in entries(message.blocks, EXTEND)

    def test_nowhere_without_tickets(self) -> None:
        flow = Flow()
        flow.start(rules=Rules())
        message = flow.share()
        flow.press(BACK)
        flow.answer(found())
        assert "Add to ticket" not in flow.shown() + seen(message)
        flow.close()

    @pytest.mark.parametrize("whose", ["Jane Doe", "Jane " * 12])
    def test_within_what_an_entry_may_hold(self, whose: str) -> None:
        """In a thread a name may have no room any more; the recording always has."""
        results = PageChoice("s" * 32, 5, "1767000000.000100")
        choice = ShareChoice(
            ID, "1767000000.000100", results=results, whose=whose, again="12345678"
        )
        value = choice.to_option(TO_TICKET)
        assert value is not None
        assert len(value) <= MAX_OPTION_VALUE
        kept = ShareChoice.from_value(value.removeprefix(TO_TICKET))
        assert (kept.recording_id, kept.results) == (ID, results)


class TestTheForm:
    def test_opens_at_once_on_whose_recording_it_is(self, flow: Ticketing) -> None:
        flow.add()
        assert flow.title() == "Add to ticket"
        modal = flow.slack.modal("ana")
        assert modal is not None
        assert "Jane Doe" in json.dumps(modal.blocks)
        assert flow.slack.acks[-1].seconds < 3

    def test_offers_the_tickets_that_are_found(self, flow: Ticketing) -> None:
        flow.add()
        (offered,) = flow.offered("cannot p")
        assert offered["value"] == "5158"
        assert offered["text"]["text"] == "#5158 Cannot pay"
        assert offered["description"]["text"] == "open · Jane Doe (jane@example.com)"
        assert flow.desk.asked == ["cannot p"]

    @pytest.mark.parametrize("typed", ["6001", "#6001", " 6001 "])
    def test_offers_a_number_no_search_knows_yet(
        self, flow: Ticketing, typed: str
    ) -> None:
        flow.desk.hits = []
        flow.add()
        assert words(flow.offered(typed)) == ["Ticket #6001"]

    def test_offers_a_number_that_is_known_once(self, flow: Ticketing) -> None:
        flow.add()
        assert words(flow.offered("5158")) == ["#5158 Cannot pay"]

    def test_offers_numbers_while_zendesk_is_away(self, flow: Ticketing) -> None:
        flow.desk.is_away = True
        flow.add()
        assert words(flow.offered("5158")) == ["Ticket #5158"]
        assert flow.offered("cannot pay") == []
        assert flow.slack.acks[-1].ok

    @pytest.mark.parametrize("typed", ["0", "-5158", "51 58", "5158x", "9" * 21])
    def test_offers_nothing_for_what_is_no_number(
        self, flow: Ticketing, typed: str
    ) -> None:
        flow.desk.hits = []
        flow.add()
        assert flow.offered(typed.ljust(2)) == []

    def test_asks_once_two_characters_are_typed(self, flow: Ticketing) -> None:
        """Each search is one of Zendesk's few calls a minute."""
        flow.add()
        with pytest.raises(ValueError, match="once more is typed"):
            flow.offered("5")
        assert flow.desk.asked == []

    def test_shows_what_customers_wrote_as_it_fits(self, flow: Ticketing) -> None:
        """Slack would show nothing if one entry were too long, or one too many."""
        wild = "<!channel> \u202e" + "💥" * 200
        flow.desk.hits = [
            replace(PAY, id=str(n), subject=wild, requester=wild)
            for n in range(1, MOST_OFFERED + 10)
        ]
        flow.add()
        offered = flow.offered("pay")
        assert len(offered) == MOST_OFFERED
        assert "\u202e" not in json.dumps(offered, ensure_ascii=False)

    def test_is_on_top_of_the_results_where_they_are_a_modal(
        self, flow: Ticketing
    ) -> None:
        assert flow.slack.global_shortcut("ana", "find_replays_anywhere").ok
        flow.choose(who="jane@example.com")
        flow.submit()
        flow.answer(found())
        view = flow.slack.modal("ana")
        assert view is not None
        value = ticket_entry(view.blocks, MORE)
        assert flow.slack.click_in_view("ana", view, MORE, value).ok
        request = flow.submit_for()
        flow.report(request, posted={"ticket": "5158"})
        assert "Added to ticket #5158" in flow.direct()[-1]


class TestWhoMay:
    """Tickets are customers' data."""

    def test_a_guest_is_told_instead_of_asked(self, flow: Ticketing) -> None:
        message = flow.share()
        value = ticket_entry(message.blocks, EXTEND)
        assert flow.slack.click("gil", message, EXTEND, value).ok
        modal = flow.slack.modal("gil")
        assert modal is not None
        assert "you are a guest here" in json.dumps(modal.blocks)
        assert "submit" not in modal.body

    def test_a_guest_who_has_the_form_is_shown_no_tickets(
        self, flow: Ticketing
    ) -> None:
        form = ticket_modal(ShareChoice(ID), {"channel": "C07SUPPORT1"})
        gil = flow.slack.workspace.user("gil").id
        push_view(flow.slack.workspace, checked_view(form, "modal"), gil)
        assert flow.offered("5158", "gil") == []
        assert flow.desk.asked == []

    def test_a_guests_request_is_refused_before_anything_is_done(
        self, flow: Ticketing
    ) -> None:
        """Whatever a press brings along, it is judged when it is worked on."""
        request = asked_by("U07GUEST003")
        with pytest.raises(NotAllowed):
            flow.destination.admit(request)

    def test_the_rules_of_the_channel_hold(self) -> None:
        flow = Ticketing()
        flow.desk = Desk()
        rules = Rules(channels=frozenset({"random"}))
        flow.start(rules=rules, tickets=flow.desk)
        with pytest.raises(NotAllowed):
            flow.destination.admit(asked_by(ANA))
        flow.close()

    def test_a_member_is_let_in_by_name(self, flow: Ticketing) -> None:
        assert flow.destination.admit(asked_by(ANA)) == "Ana Ruiz"


class TestWhatIsAskedFor:
    def test_one_request_for_the_ticket(self, flow: Ticketing) -> None:
        flow.add()
        request = flow.submit_for(note=" See the\nbutton ")
        assert request.action is Action.SHARE
        assert request.reply_to == ReplyTo("zendesk", {"ticket": "5158"})
        assert (request.recording_id, request.asked_by) == (ID, ANA)
        assert request.terms == ShareTerms(note="See the\nbutton")
        asked = request.report_to
        assert asked is not None
        assert asked.destination == "slack"
        assert asked.address["channel"] == "C07SUPPORT1"
        assert asked.address["user"] == ANA
        assert flow.slack.modal("ana") is None

    def test_a_file(self, flow: Ticketing) -> None:
        flow.add()
        assert flow.submit_for(form="file").action is Action.ATTACH

    def test_a_ticket_has_to_be_chosen(self, flow: Ticketing) -> None:
        flow.add()
        with pytest.raises(ValueError, match="'ticket' has to be filled in"):
            flow.slack.submit("ana")

    def test_what_was_not_offered_cannot_be_chosen(self, flow: Ticketing) -> None:
        flow.add()
        flow.offered("5158")
        with pytest.raises(LookupError):
            flow.choose(ticket="1")

    def test_a_value_that_is_no_number_is_sent_back(self, flow: Ticketing) -> None:
        flow.desk.hits = [replace(PAY, id="../users/1")]
        flow.add()
        flow.offered("pay")
        flow.choose(ticket="../users/1")
        before = len(flow.courier.requests)
        flow.slack.submit("ana")
        modal = flow.slack.modal("ana")
        assert modal is not None
        assert modal.errors == {"ticket": "Choose a ticket."}
        assert len(flow.courier.requests) == before

    def test_what_is_not_committed_is_said_in_the_form(self, flow: Ticketing) -> None:
        flow.add()
        flow.offered("5158")
        flow.choose(ticket="5158")
        flow.courier.is_down = True
        assert flow.slack.submit("ana").ok
        modal = flow.slack.modal("ana")
        assert modal is not None
        assert "could not be queued" in modal.errors["ticket"]


class TestWhatBecomesOfIt:
    def test_it_takes_the_place_of_what_was_pressed(self, flow: Ticketing) -> None:
        flow.add()
        request = flow.submit_for()
        flow.destination.keep_waiting(request)
        assert "Adding the replay to ticket #5158…" in flow.shown()
        flow.report(request, posted={"ticket": "5158"})
        shown = flow.shown()
        assert "Added to ticket #5158." in shown
        assert "https://acme.zendesk.com/agent/tickets/5158" in shown
        assert flow.press(BACK).action is Action.FIND

    def test_a_failure_leads_to_the_same_form(self, flow: Ticketing) -> None:
        flow.add()
        request = flow.submit_for(note="See here")
        failed = Failed("Ticket 5158 is closed.", "req_1")
        flow.report(request, failed=failed)
        assert "Not added to ticket #5158. Ticket 5158 is closed." in flow.shown()
        flow.press(AGAIN)
        modal = flow.slack.modal("ana")
        assert modal is not None
        assert modal.values["note"]["note"]["value"] == "See here"
        assert flow.submit_for("5158").key != request.key

    def test_from_a_shared_message_it_is_told_beside_it(self, flow: Ticketing) -> None:
        """In private, to whoever pressed; the message stays as it is."""
        message = flow.share()
        before = seen(message)
        value = ticket_entry(message.blocks, EXTEND)
        assert flow.slack.click("ben", message, EXTEND, value).ok
        flow.slack.suggest("ben", "ticket", "5158")
        flow.slack.fill("ben", "ticket", "5158")
        assert flow.slack.submit("ben").ok
        request = flow.last()
        assert (request.asked_by, request.recording_id) == ("U07BEN00002", ID)
        flow.destination.keep_waiting(request)
        flow.report(request, posted={"ticket": "5158"})
        assert "Added to ticket #5158" in seen(flow.seen_by("ben"))
        assert seen(message) == before

    def test_half_an_hour_later_it_is_told_all_the_same(self, flow: Ticketing) -> None:
        flow.add()
        request = flow.submit_for()
        flow.now += 31 * 60
        flow.report(request, posted={"ticket": "5158"})
        assert "Added to ticket #5158" in seen(flow.seen_by("ana"))

    def test_home_lists_it_as_what_it_is(self) -> None:
        shared = replace(SHARED, posted={"ticket": "5158", "audit": "1"})
        page = home(Home(shares=(shared,)), now=START, command="/replay")
        assert "shared in ticket #5158" in json.dumps(page)


class TestTheWayToAMessage:
    """What a ticket may tell of a share."""

    def posted(self, channel: str, ts: str) -> dict[str, str]:
        return {"team": "T07ACME0001", "channel": channel, "ts": ts}

    def test_is_its_permalink(self, flow: Ticketing) -> None:
        message = flow.share()
        url = flow.destination.way_to(self.posted(message.channel, message.ts))
        assert url.endswith(f"/archives/C07SUPPORT1/p{message.ts.replace('.', '')}")

    def test_is_none_once_it_was_deleted(self, flow: Ticketing) -> None:
        message = flow.share()
        message.deleted = True
        assert flow.destination.way_to(self.posted(message.channel, message.ts)) == ""

    @pytest.mark.parametrize("kind", ["im", "mpim"])
    def test_is_none_into_a_talk_of_a_few(self, flow: Ticketing, kind: str) -> None:
        channel = flow.slack.dm_with_bot("ana")
        if kind == "mpim":
            channel = flow.slack.workspace.channel("support")
            channel.kind = "mpim"
            flow.slack.bot_scopes = (*flow.slack.bot_scopes, "mpim:read")
        message = flow.slack.post("ana", channel.id, "hello")
        assert flow.destination.way_to(self.posted(channel.id, message.ts)) == ""

    def test_is_none_where_the_bot_is_not(self, flow: Ticketing) -> None:
        message = flow.slack.post("ana", "escalations", "hello")
        assert flow.destination.way_to(self.posted("C07ESCALAT3", message.ts)) == ""

    def test_is_asked_for_again_while_slack_is_away(self, flow: Ticketing) -> None:
        message = flow.share()
        flow.slack.stop()
        with pytest.raises(RetryLater):
            flow.destination.way_to(self.posted(message.channel, message.ts))


def test_what_takes_too_long_is_not_waited_for() -> None:
    """Slack shows an error after three seconds, whatever came of the search."""
    deadline, never = Deadline(), threading.Event()
    with pytest.raises(RetryLater):
        deadline.within(0.02, never.wait)
    never.set()
    assert deadline.within(1, lambda: "found") == "found"
    with pytest.raises(BadInput):
        deadline.within(1, bad_input)


def bad_input() -> None:
    raise BadInput("of the call's own")


def asked_by(user: str) -> ReplayRequest:
    address = {"team": "T07ACME0001", "channel": "C07SUPPORT1", "user": user}
    return ReplayRequest(
        key="slack:1",
        action=Action.SHARE,
        reply_to=ReplyTo("zendesk", {"ticket": "5158"}),
        asked_by=user,
        recording_id=ID,
        report_to=ReplyTo("slack", address),
    )


def test_a_draft_is_needed_for_nothing(flow: Ticketing) -> None:
    """A report is private: sent again it takes its own place."""
    flow.add()
    request = flow.submit_for()
    asked = request.report_to
    assert asked is not None
    telling = ReplayRequest("report:1", Action.REPORT, asked, ANA, reports="1")
    result = Report(request, posted={"ticket": "5158"})
    for _ in range(2):
        flow.post(telling, result, Draft())
    assert "Added to ticket #5158" in flow.shown()
