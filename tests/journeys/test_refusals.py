"""What cannot be answered is said, in words that say what to do; nothing is lost."""

import re
from datetime import timedelta

import pytest
import redis
import requests

from bot.audit import Event
from bot.demo.posthog import DEMO_KEY, Fault
from bot.demo.posthog.stand_in import ALL_SCOPES
from bot.exporter.portable import open_portable
from tests.journeys.courier import ATTACH, SHARE, installed, links, plays, shown
from tests.journeys.waiting import eventually


@pytest.fixture(scope="module")
def courier(tmp_path_factory, redis_server):
    """One installation at work; every test asks in its own words."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    settings = {"DATA_DIR": str(tmp_path_factory.mktemp("data")), "LEASE": "5s"}
    with (
        installed(settings, redis_server) as courier,
        courier.web(),
        courier.working(),
    ):
        yield courier


@pytest.fixture(autouse=True)
def _as_before(courier):
    yield
    courier.slack.faults.clear()
    courier.posthog.faults.clear()
    courier.posthog.release()
    courier.posthog.keys[DEMO_KEY] = ALL_SCOPES
    courier.forget()
    courier.slack.workspace.ephemerals.clear()
    for said in courier.slack.workspace.messages.values():
        said.clear()


def listed(courier, customer):
    courier.ask(customer.email)
    return courier.listing(customer)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("nobody@example.com", "Nobody is known by that."),
        ("nora@example.com", "no recording of them is kept"),
        ("019cb000-0000-7000-8000-000000000a6e", "Nobody is known by that"),
        ("jane", "Nobody is known by that."),
        ("help", "an e-mail address"),
    ],
)
def test_nothing_to_show_is_explained(courier, asked, said):
    courier.ask(asked)
    answer = courier.told(said)
    assert courier.private() == [answer]


@pytest.mark.parametrize(
    ("who", "channel", "said"),
    [
        ("gil", "support", "you are a guest here"),
        ("sam", "with-globex", "people of the company that runs me"),
    ],
)
def test_guests_and_strangers_are_refused_privately_and_counted(
    courier, who, channel, said
):
    before = refusals(courier)
    courier.slack.mention(who, channel, "jane.doe@example.com")
    courier.settled()
    [answer] = courier.slack.ephemerals(who, channel)
    assert said in shown(answer)
    assert "Jane" not in shown(answer)
    assert len(courier.slack.messages(channel)) == 1, "the question alone"
    assert refusals(courier) == before + 1
    newest = next(courier.services.audit.entries())
    assert (newest.event, newest.who) == (
        Event.REFUSE,
        courier.slack.workspace.user(who).id,
    )


def refusals(courier):
    """How many were refused, as Prometheus is told."""
    page = requests.get(f"{courier.url}/metrics", timeout=10).text
    counted = re.search(r'courier_audit_events_total{event="refuse"} ([\d.]+)', page)
    return float(counted[1]) if counted else 0.0


def test_a_recording_past_its_retention_is_told_from_one_never_made(courier):
    url = f"{courier.around.posthog_url}/project/1/replay"
    courier.ask(f"{url}/019cb000-0000-7000-8000-000000000a6e")
    courier.told("it is past its retention, or belongs to another project")


@pytest.mark.parametrize("action", [SHARE, ATTACH])
def test_a_deleted_recording_is_told_to_whoever_chose_it(courier, action):
    courier.ask("dana@example.com")
    courier.slack.click("ana", courier.told(SHARE), action)
    courier.told("This recording was deleted in PostHog.")
    assert courier.slack.messages("support") == []


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("persons", Fault.DOWN),
        ("list", Fault.ERROR),
        ("list", Fault.BUSY),
        ("list", Fault.LIMITED),
    ],
)
def test_posthog_may_be_away_and_come_back(courier, kind, fault):
    customer = courier.customer()
    courier.posthog.faults.add(kind, fault)
    courier.ask(customer.email)
    waits = courier.postponed()
    if fault is Fault.LIMITED:
        assert waits.due_at - waits.created_at > timedelta(seconds=36), "Retry-After"
    courier.posthog.faults.clear()
    courier.pass_time()
    courier.listing(customer)


def test_a_slow_posthog_is_waited_for(courier):
    customer = courier.customer()
    courier.posthog.faults.add("persons", Fault.SLOW, times=1)
    courier.ask(customer.email)
    eventually(lambda: courier.posthog.calls[-1].kind == "persons")
    courier.posthog.release()
    courier.listing(customer)
    assert courier.row().attempts == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault.DOWN, "PostHog has trouble answering."),
        (Fault.LIMITED, "PostHog limits how often it may be asked."),
    ],
)
def test_who_waited_long_enough_is_told_that_it_failed(courier, fault, said):
    courier.posthog.faults.add("persons", fault)
    courier.ask("jane.doe@example.com")
    courier.postponed()
    courier.pass_time(timedelta(minutes=3))
    answer = courier.told(said)
    assert "trying again" not in shown(answer), "nobody tries again"
    assert "Please try again" in shown(answer)


@pytest.mark.parametrize(
    ("scopes", "said"),
    [
        (None, "PostHog does not accept the courier's key."),
        (ALL_SCOPES - {"person:read"}, "lacks the scope person:read"),
        (ALL_SCOPES - {"session_recording:read"}, "scope session_recording:read"),
    ],
)
def test_what_the_key_may_not_is_named(courier, scopes, said):
    if scopes is None:
        del courier.posthog.keys[DEMO_KEY]
    else:
        courier.posthog.keys[DEMO_KEY] = scopes
    courier.ask("jane.doe@example.com")
    answer = courier.told(said)
    assert DEMO_KEY not in shown(answer)
    assert [one.error for one in courier.services.ledger.dead_letters(1)]


@pytest.mark.parametrize(
    "fault", [Fault.HALF_BODY, Fault.TRUNCATED, Fault.MISSING_BLOCK, Fault.LOST_BLOCK]
)
def test_half_a_recording_is_never_shared_for_a_whole_one(courier, fault):
    customer = courier.customer()
    listing = listed(courier, customer)
    before = len(courier.slack.messages("support"))
    courier.posthog.faults.add("blobs", fault, times=8)
    courier.slack.click("ana", listing, SHARE)
    shared = eventually(
        lambda: (
            courier.slack.messages("support")[before:]
            or (courier.row().attempts and courier.row().error)
        )
    )
    if isinstance(shared, str):
        courier.posthog.faults.clear()
        courier.pass_time()
        shared = eventually(lambda: courier.slack.messages("support")[before:])
    assert "12 console errors" in shown(shared[0])
    assert plays(*links(shown(shared[0])))


def test_a_recording_nobody_can_read_is_not_shared(courier):
    customer = courier.customer()
    listing = listed(courier, customer)
    recording = newest_recording(courier)
    recording.blocks[:] = [b"no JSON at all\n" * 3 for _ in recording.blocks]
    before = len(courier.slack.messages("support"))
    courier.slack.click("ana", listing, SHARE)
    courier.told(f"recording {recording.id} holds no readable event")
    assert len(courier.slack.messages("support")) == before


def test_a_recording_of_a_shape_nobody_knows_is_named(courier):
    customer = courier.customer()
    listing = listed(courier, customer)
    newest_recording(courier).blocks[1] = b'{"format": "of 2031"}\n'
    courier.slack.click("ana", listing, SHARE)
    courier.told("holds data this version cannot read")


def test_a_damaged_line_costs_no_more_than_itself(courier, tmp_path):
    customer = courier.customer()
    listing = listed(courier, customer)
    recording = newest_recording(courier)
    lines = recording.blocks[1].splitlines(keepends=True)
    recording.blocks[1] = b"".join([*lines[:5], lines[5][:40] + b"\n", *lines[6:]])
    before = len(courier.slack.messages("support"))
    courier.slack.click("ana", listing, SHARE)
    [message] = eventually(lambda: courier.slack.messages("support")[before:])
    [link] = links(shown(message))
    assert plays(link)
    path = tmp_path / "replay.html"
    path.write_bytes(requests.get(f"{link}/download", timeout=10).content)
    replay = open_portable(path)
    replay.verify()
    assert replay.manifest.damaged == 1


def newest_recording(courier):
    """The recording of the newest customer, hours old: nothing is added to it now."""
    recording = courier.posthog.project.recordings[-1]
    assert recording.spans  # read while there is something to be read
    recording.start -= timedelta(hours=3)
    recording.end -= timedelta(hours=3)
    return recording
