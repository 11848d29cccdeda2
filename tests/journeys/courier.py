"""A courier of the real wiring among the stand-ins, and the people around it."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import requests
from sqlalchemy import select, update

from bot.clock import utc_now
from bot.config import Settings
from bot.database.schema import requests as rows
from bot.demo.posthog.project import SamplePerson
from bot.demo.run import Surroundings, surroundings
from bot.demo.server import Server
from bot.demo.slack.model import Ephemeral, Message
from bot.jobs.worker import Worker
from bot.wiring import Services
from tests.journeys.waiting import eventually
from tests.servers import free_port

SHARE, REVOKE = "replay_share", "replay_revoke"
OPTIONS, UNDO, BACK = "replay_share_options", "replay_undo", "replay_page"
ATTACH = "replay_more"
"""The menu of a recording, whose first entry attaches the file."""

_LINK = re.compile(r"https?://[^\s\"'<>|\\)]+/r/[\w-]+")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody the stand-ins know, with one recording."""

    email: str
    recording_id: str


class Courier:
    """One installation in threads of this process; workers are started by the test.

    ``around`` are the stand-ins, ``environment`` what a courier in a process of its own
    needs to be part of the same installation.
    """

    def __init__(
        self,
        around: Surroundings,
        url: str,
        redis_url: str | None,
        environment: dict[str, str],
    ) -> None:
        self.around = around
        self.url = url
        self.slack, self.zendesk, self.posthog = (
            around.slack,
            around.zendesk,
            around.posthog,
        )
        self.environment = around.environment(url, **environment)
        if redis_url is not None:
            self.environment["REDIS_URL"] = redis_url
        self.settings = Settings.from_env(self.environment)
        self.services = self.another()

    def another(self) -> Services:
        """The services of one more process of this installation; close them."""
        return Services(self.settings)

    @contextmanager
    def web(self) -> Iterator[None]:
        """Serve ``url`` from a thread."""
        with Server(self.services.app(), int(self.url.rpartition(":")[2])):
            yield

    @contextmanager
    def working(self, services: Services | None = None) -> Iterator[Worker]:
        """A worker at work."""
        worker = (services or self.services).worker()
        worker.start()
        try:
            yield worker
        finally:
            worker.stop()

    def customer(self, like: str = "jane.doe@example.com") -> Customer:
        """A new customer, known to PostHog and Zendesk, whose one recording shows what
        that of the sample person with the address ``like`` shows."""
        project = self.posthog.project
        sample = next(one for one in project.people if one.email == like)
        recording = next(
            one for one in project.recordings if one.distinct_id in sample.distinct_ids
        )
        number = uuid.uuid4().hex[:8]
        email = f"jane-{number}@example.com"
        person = SamplePerson(
            str(uuid.uuid4()), f"Jane {number}", email, [f"user-{number}"], {}
        )
        copy = replace(recording, id=str(uuid.uuid4()), distinct_id=f"user-{number}")
        project.people.append(person)
        project.recordings.append(copy)
        self.zendesk.account.add_user(person.name, email)
        return Customer(email, copy.id)

    def visits_again(
        self,
        customer: Customer,
        *,
        ago: timedelta = timedelta(0),
        goes_on: bool = False,
    ) -> str:
        """The customer's new session, which shows what their first does; its id."""
        project = self.posthog.project
        [first] = [one for one in project.recordings if one.id == customer.recording_id]
        start = utc_now() - ago
        again = replace(
            first,
            id=str(uuid.uuid4()),
            start=start,
            end=start + (first.end - first.start),
            shift=first.shift + (start - first.start),
            state="ongoing" if goes_on else "ready",
        )
        project.recordings.append(again)
        return again.id

    def ends(self, recording_id: str, *, later: timedelta) -> None:
        """A session that goes on ends so much later than it seemed to."""
        recordings = self.posthog.project.recordings
        [at] = [n for n, one in enumerate(recordings) if one.id == recording_id]
        going_on = recordings[at]
        recordings[at] = replace(going_on, end=going_on.end + later, state="ready")

    def ask(self, text: str, channel: str = "support") -> None:
        """Ana types ``/replay text`` and sees at once that it is looked for."""
        ack = self.slack.run_command("ana", channel, text)
        assert ack.ok, ack

    def private(self, channel: str = "support") -> list[Ephemeral]:
        """What Ana alone sees in the channel."""
        return self.slack.ephemerals("ana", channel)

    def told(self, words: str, channel: str = "support") -> Ephemeral:
        """The private message to Ana with these words, once it is there."""
        return self._sees(channel, words)

    def listing(self, customer: Customer, channel: str = "support") -> Ephemeral:
        """The private list of the customer's recordings, once it is there."""
        return self._sees(channel, customer.email, SHARE)

    def _sees(self, channel: str, *words: str) -> Ephemeral:
        def look() -> Ephemeral | None:
            for one in self.private(channel):
                if all(word in shown(one) for word in words):
                    return one
            return None

        return eventually(
            look, instead=lambda: [shown(one) for one in self.private(channel)]
        )

    def open_rows(self) -> int:
        """How many requests were acked and are not settled yet."""
        counts = self.services.ledger.counts()
        return counts.get("waiting", 0) + counts.get("working", 0)

    def settled(self, within: float = 10.0) -> None:
        """Wait until every request is settled."""
        eventually(
            lambda: self.open_rows() == 0, within=within, instead=lambda: self.row()
        )

    def row(self) -> Any:
        """The newest request as the ledger keeps it."""
        with self.services.engine.connect() as connection:
            return connection.execute(
                select(rows).order_by(rows.c.created_at.desc()).limit(1)
            ).one()

    def postponed(self) -> Any:
        """The newest request, once it was tried and is to be tried again."""

        def look() -> Any:
            row = self.row()
            return row if row.state == "waiting" and row.attempts else None

        return eventually(look)

    def pass_time(self, span: timedelta = timedelta(seconds=10)) -> None:
        """Let every waiting request be older by so much: it is due now, and nobody
        came when its bell was rung."""
        created_at = self.row().created_at - span
        with self.services.engine.begin() as connection:
            connection.execute(
                update(rows)
                .where(rows.c.state == "waiting")
                .values(created_at=created_at, rung_at=created_at, due_at=utc_now())
            )

    def end_leases(self) -> None:
        """Let so much time pass that what a dead worker had is anybody's."""
        with self.services.engine.begin() as connection:
            connection.execute(
                update(rows)
                .where(rows.c.state == "working")
                .values(leased_until=utc_now())
            )

    def grow_older(self, span: timedelta) -> None:
        """Let every request be older by so much."""
        created_at = self.row().created_at - span
        with self.services.engine.begin() as connection:
            connection.execute(update(rows).values(created_at=created_at))

    def forget(self) -> None:
        """Give up what is open, so that it is not in the next test's way."""
        with self.services.engine.begin() as connection:
            connection.execute(
                update(rows)
                .where(rows.c.state.in_(("waiting", "working")))
                .values(state="dead", settled_at=utc_now())
            )


@contextmanager
def installed(environment: dict[str, str], redis_url: str | None) -> Iterator[Courier]:
    """The stand-ins and a courier among them; nothing of it runs yet."""
    url = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        around = stack.enter_context(surroundings(url, recent=True))
        courier = Courier(around, url, redis_url, environment)
        stack.callback(courier.services.close)
        stack.callback(around.posthog.release)
        around.zendesk.postman.pace = 0.05
        yield courier


def shown(message: Message | Ephemeral) -> str:
    """All there is to read and to press in a message."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def links(text: str) -> list[str]:
    """The share links in a text, each once."""
    return list(dict.fromkeys(_LINK.findall(html.unescape(text))))


def plays(link: str) -> bool:
    """Whether the link's page opens and every one of its segments is there."""
    page = requests.get(link, timeout=10)
    if page.status_code != 200:
        return False
    found = re.search(r'id="replay-manifest"[^>]*>\n(.*?)\n</script>', page.text, re.S)
    assert found, "the page holds no manifest"
    segments = json.loads(found[1])["segments"]
    answers = [
        requests.get(f"{link}/segments/{index}", timeout=10)
        for index in range(len(segments))
    ]
    return bool(segments) and all(one.status_code == 200 for one in answers)
