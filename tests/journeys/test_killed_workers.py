"""A worker is killed with SIGKILL at every step; what was acked is answered, once.

Each test brings one request to one step, kills the worker there, and starts another.
The stand-ins say how often the answer arrived.
"""

import re
from contextlib import contextmanager

import pytest
import redis

from bot.demo.posthog import Fault
from bot.demo.slack import faults as slack
from bot.demo.zendesk.faults import Kind
from tests.journeys.courier import ATTACH, SHARE, installed, links, plays, shown
from tests.journeys.processes import Process
from tests.journeys.waiting import eventually

FOREVER = 60.0


@pytest.fixture(scope="module")
def courier(tmp_path_factory, redis_server):
    """One installation for all the killing; every test has a customer of its own."""
    folder = tmp_path_factory.mktemp("killed")
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    settings = {"DATA_DIR": str(folder / "data"), "LEASE": "1s"}
    with installed(settings, redis_server) as courier, courier.web():
        # The web side shares PostHog's and the database's clock with the workers.
        courier.services.engine  # noqa: B018 (migrates before the workers do)
        yield courier


@pytest.fixture(scope="module")
def workers(courier, tmp_path_factory):
    pool = Workers(courier, tmp_path_factory.mktemp("workers"))
    yield pool
    pool.close()


@pytest.fixture(autouse=True)
def _no_faults_left(courier):
    yield
    courier.slack.faults.clear()
    courier.posthog.faults.clear()


class Workers:
    """One worker process at a time; the survivor of a test is the next one's victim."""

    def __init__(self, courier, folder):
        self._courier, self._folder = courier, folder
        self._now = None

    def start(self):
        if self._now is None:
            environment = self._courier.environment
            process = Process("worker", environment, self._folder, "Worker started")
            self._now = process.started()

    def kill(self):
        self._now.kill()
        self._now = None

    def close(self):
        if self._now is not None:
            self._now.kill()


@pytest.fixture
def killed(courier, workers):
    """``with killed(step):`` ask inside; the worker is killed at that step, and when
    the block ends its successor has settled everything."""

    @contextmanager
    def killed(step):
        reached = step(courier)
        workers.start()
        yield
        eventually(reached)
        workers.kill()
        assert courier.open_rows() == 1
        courier.end_leases()
        workers.start()
        courier.settled()
        assert courier.row().state == "done", "nobody is told that it failed"

    return killed


def in_posthog(kind):
    """While PostHog is asked for that."""

    def step(courier):
        courier.posthog.faults.add(kind, Fault.SLOW, times=1)
        before = courier.posthog.count()[kind]
        return lambda: courier.posthog.count()[kind] > before

    step.__name__ = f"posthog-{kind}"
    return step


def before_slack_did(method):
    """Slack was asked, and has not done it."""
    return _in_slack(method, slack.timeout(FOREVER), f"before-{method}")


def after_slack_did(method):
    """Slack has done it, and its answer is still on its way."""
    return _in_slack(method, slack.lost_answer(FOREVER), f"after-{method}")


def _in_slack(method, fault, name):
    def step(courier):
        courier.slack.faults.add(method, fault)
        before = len(courier.slack.faults.taken)
        return lambda: len(courier.slack.faults.taken) > before

    step.__name__ = name
    return step


def in_zendesk(kind, method, path):
    def step(courier):
        courier.zendesk.faults.next(kind, method=method, path=path)
        before = len(courier.zendesk.faults.taken)
        return lambda: len(courier.zendesk.faults.taken) > before

    step.__name__ = f"{kind}-{method}-{re.sub(r'[^a-z]+', '-', path)}"
    return step


def steps(*of):
    return pytest.mark.parametrize("step", of, ids=lambda step: step.__name__)


@steps(
    in_posthog("persons"),
    in_posthog("list"),
    in_posthog("query"),
    before_slack_did("response_url"),
    after_slack_did("response_url"),
)
def test_a_list_is_shown_once(courier, killed, step):
    customer = courier.customer()
    with killed(step):
        courier.ask(customer.email)
    [answer] = [one for one in courier.private() if customer.email in shown(one)]
    assert answer == courier.listing(customer)


@steps(
    in_posthog("retrieve"),
    in_posthog("sources"),
    in_posthog("blobs"),
    before_slack_did("chat.postMessage"),
    after_slack_did("chat.postMessage"),
)
def test_a_replay_is_shared_once(courier, workers, killed, step):
    customer = courier.customer()
    workers.start()
    courier.ask(customer.email)
    listing = courier.listing(customer)
    courier.settled()
    with killed(step):
        assert courier.slack.click("ana", listing, SHARE).ok
    [message] = mentioning(courier.slack.messages("support"), customer)
    assert plays(*links(shown(message)))


@steps(
    before_slack_did("files.getUploadURLExternal"),
    before_slack_did("upload"),
    after_slack_did("upload"),
    before_slack_did("files.completeUploadExternal"),
    after_slack_did("files.completeUploadExternal"),
    before_slack_did("files.info"),
)
def test_a_file_is_attached_once(courier, workers, killed, step):
    customer = courier.customer()
    workers.start()
    courier.ask(customer.email)
    listing = courier.listing(customer)
    courier.settled()
    with killed(step):
        assert courier.slack.click("ana", listing, ATTACH).ok
    [file] = [one for one in courier.slack.files if customer.recording_id in one.name]
    shows = [one.files for one in courier.slack.messages("support") if one.files]
    assert shows.count([file.id]) == 1


@steps(
    in_posthog("list"),
    before_slack_did("chat.postMessage"),
    after_slack_did("chat.postMessage"),
)
def test_a_direct_message_is_answered_once(courier, killed, step):
    customer = courier.customer()
    channel = courier.slack.dm_with_bot("ana").id
    with killed(step):
        courier.slack.direct_message("ana", customer.email)
    [_, answer] = mentioning(courier.slack.messages(channel), customer)
    assert "/checkout" in shown(answer)


@steps(in_posthog("list"), before_slack_did("chat.postEphemeral"))
def test_a_mention_is_answered_once(courier, killed, step):
    customer = courier.customer()
    parent = courier.slack.post("ben", "support", "Somebody cannot pay")
    with killed(step):
        courier.slack.mention("ana", "support", customer.email, parent.ts)
    answers = mentioning(courier.private(), customer)
    assert [answer.thread_ts for answer in answers] == [parent.ts]


@steps(
    in_zendesk(Kind.HANG, "GET", r"^/api/v2/tickets/\d+$"),
    in_posthog("blobs"),
    in_zendesk(Kind.HANG, "PUT", r"^/api/v2/tickets/\d+$"),
    in_zendesk(Kind.APPLIED_THEN_HANG, "PUT", r"^/api/v2/tickets/\d+$"),
)
def test_a_ticket_gets_one_note(courier, killed, step):
    customer = courier.customer()
    with killed(step):
        ticket = courier.zendesk.create_ticket(customer.email, "Cannot pay", "Help")
    [note] = courier.zendesk.notes(ticket)
    assert not note.public
    assert plays(*links(note.html_body))


@steps(
    in_zendesk(Kind.APPLIED_THEN_HANG, "PUT", r"^/api/v2/tickets/\d+$"),
    before_slack_did("response_url"),
)
def test_a_replay_is_added_to_a_ticket_once_and_told_once(
    courier, workers, killed, step
):
    customer = courier.customer()
    workers.start()
    ticket = courier.zendesk.create_ticket("nobody@example.com", "Hello", "Help me")
    courier.ask(customer.email)
    assert courier.slack.click("ana", courier.listing(customer), SHARE).ok
    courier.settled()
    [message] = mentioning(courier.slack.messages("support"), customer)
    choice = next(
        one["value"]
        for block in message.blocks
        for element in block.get("elements", [])
        for one in element.get("options", [])
        if one["value"].startswith("ticket:")
    )
    assert courier.slack.click("ana", message, "replay_extend", choice).ok
    courier.slack.suggest("ana", "ticket", str(ticket))
    courier.slack.fill("ana", "ticket", str(ticket))
    with killed(step):
        assert courier.slack.submit("ana").ok
    told = [one for one in courier.private() if f"ticket #{ticket}" in shown(one)]
    assert ["Added to ticket" in shown(one) for one in told] == [True]
    [note] = courier.zendesk.notes(ticket)
    assert plays(links(note.html_body)[0])


def mentioning(messages, customer):
    return [one for one in messages if customer.email in shown(one)]
