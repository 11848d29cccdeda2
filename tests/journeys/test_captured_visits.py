"""The real posthog-js on a shop's pages, with the courier as its host, in each mode."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import func, select

from bot.clock import utc_now
from bot.database.tables import metadata
from bot.demo.posthog import DEMO_TOKEN, PostHogStandIn
from bot.demo.posthog.project import SamplePerson
from bot.demo.server import Server
from bot.demo.shop import Recorder, shop
from bot.exporter import export
from bot.identifiers import read
from bot.lookup import look_up
from bot.model import Found, Recording, Summary
from bot.recording.lines import Damage, read_lines
from tests.journeys.courier import Courier, installed
from tests.journeys.visiting import BATCHES, CARD, PAGES, Overheard, Visit, visit
from tests.journeys.waiting import eventually
from tests.servers import posthog_js

ALONE = {"CAPTURE_MODE": "keep", "POSTHOG_PROJECT_ID": "", "POSTHOG_API_KEY": ""}
"""Without any PostHog."""
PREFIX = "/ingest"
_FLAG = """() => new Promise((told) => posthog.onFeatureFlags(
    () => told(posthog.getFeatureFlag("checkout-button"))))"""

_LOADED = "() => performance.getEntriesByType('resource').map(({ name }) => name)"


@dataclass(frozen=True, slots=True)
class Jane:
    """A visit that goes on, in its page."""

    page: Page
    visit: Visit


@dataclass(frozen=True, slots=True)
class House:
    """A courier that takes recordings, and a shop whose pages are recorded."""

    courier: Courier
    shop_url: str
    heard: Overheard

    def finds(self, identifier: str) -> list[Recording]:
        """What whoever asks for the customer now is told."""
        found = look_up(
            self.courier.services.sources,
            read(identifier),
            look_back=timedelta(hours=1),
            limit=5,
            now=utc_now(),
        )
        return [*found.recordings] if isinstance(found, Found) else []

    def has(self, visited: Visit) -> Recording:
        """The one recording of a visit, once it is found by the customer's address."""
        [recording] = eventually(lambda: self.finds(visited.email))
        assert recording.id == visited.session_id
        return recording

    def plays(self, recording: Recording) -> tuple[Summary, str]:
        """What happened in it, and its events as JSON."""
        [source] = [
            one for one in self.courier.services.sources if one.name == recording.source
        ]
        lines = source.snapshot_lines(recording)
        events = read_lines(lines, recording=recording.id, damage=Damage())
        with export(events, source=source.name, recording=recording) as exported:
            text = orjson.dumps([one.event for one in exported.events()]).decode()
        return exported.manifest.summary, text


@contextmanager
def house(folder: Path, redis_url: str, **settings: str) -> Iterator[House]:
    """A courier at work with these settings, and the shop."""
    posthog_js()
    environment = {
        "DATA_DIR": str(folder),
        "CAPTURE_PROJECTS": DEMO_TOKEN,
        **settings,
    }
    with ExitStack() as stack:
        courier = stack.enter_context(installed(environment, redis_url))
        app = courier.services.app()
        app.wsgi_app = heard = Overheard(app.wsgi_app)  # type: ignore[method-assign]
        port = int(courier.url.rpartition(":")[2])
        stack.enter_context(Server(app, port))
        stack.enter_context(courier.working())
        url = courier.url + settings.get("CAPTURE_PREFIX", "")
        site = shop(Recorder(url, DEMO_TOKEN), slow_seconds=0)
        server = stack.enter_context(Server(site))
        # Another host than the recorder's, and not only another port.
        yield House(courier, server.url.replace("127.0.0.1", "localhost"), heard)


@pytest.fixture(scope="module")
def alone(
    tmp_path_factory: pytest.TempPathFactory, redis_server: str
) -> Iterator[House]:
    """It keeps, and there is no PostHog."""
    with house(tmp_path_factory.mktemp("alone"), redis_server, **ALONE) as made:
        yield made


@contextmanager
def passing_on(folder: Path, redis_url: str, mode: str) -> Iterator[House]:
    """It stands before a PostHog, which has posthog-js's files and a flag."""
    with house(folder, redis_url, CAPTURE_MODE=mode) as made:
        ingestion = made.courier.posthog.ingestion
        ingestion.sdk = posthog_js()
        ingestion.flags = {"checkout-button": "green"}
        yield made


@contextmanager
def visitor(browser: Browser, **headers: str) -> Iterator[Page]:
    """Somebody whom nobody has seen before."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, extra_http_headers=headers
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with visitor(browser) as page:
        yield page


@pytest.fixture(scope="module")
def unfollowed(alone: House, browser: Browser) -> Visit:
    """A visit that is over, of a browser that asks not to be followed."""
    before = len(alone.heard.bodies)
    with visitor(browser, **{"Sec-GPC": "1"}) as page:
        visited = visit(page, alone.shop_url)
        page.close(run_before_unload=True)
        eventually(lambda: "/s/" in dict(alone.heard.bodies[before:]))
    return visited


@pytest.fixture(scope="module")
def jane(unfollowed: Visit, alone: House, browser: Browser) -> Iterator[Jane]:
    """A visit to the shop of the snippet, later than that; it goes on."""
    with visitor(browser) as page:
        yield Jane(page, visit(page, alone.shop_url))


def test_a_visit_that_goes_on_is_found(alone: House, jane: Jane) -> None:
    """With the snippet, whose recorder comes after it, and no PostHog: seconds after
    signing in the visit is found by that address, and by everything else that it is
    known by; what was done before signing in is the same person's."""
    recording = alone.has(jane.visit)
    assert recording.source == "capture"
    for identifier in (
        jane.visit.anonymous_id,
        jane.visit.customer_id,
        jane.visit.session_id,
    ):
        [found] = alone.finds(identifier)
        assert found.id == jane.visit.session_id
        assert found.person is not None
        assert (found.person.name, found.person.email) == ("Jane Doe", jane.visit.email)


def test_what_was_done_plays_to_its_end(alone: House, jane: Jane) -> None:
    """Clicks, pages, console and network, with what is typed masked by the SDK; the
    last of it, which is sent when the page is gone already, too."""
    before = len(alone.heard.beacons)
    jane.page.get_by_role("link", name="Catalogue").click()
    jane.page.close(run_before_unload=True)
    played = eventually(lambda: _played_to_the_end(alone, jane.visit))
    assert played is not None
    summary, text = played
    assert "/s/" in alone.heard.beacons[before:]
    assert [urlsplit(one.url).path for one in summary.pages] == [*PAGES, "/"]
    assert summary.clicks == 8
    assert summary.console["error"] == 2
    assert {one.message.partition(":")[0] for one in summary.errors} == {
        "Payment failed 502 payment_provider_timeout",
        "Uncaught (in promise) TypeError",
    }
    [failed] = summary.failing
    assert (failed.method, failed.status) == ("POST", 502)
    assert urlsplit(failed.url).path == "/api/payments"
    assert "The payment provider did not answer within 10 seconds." in text
    assert CARD not in text
    assert "*" * len(CARD) in text


def _played_to_the_end(at: House, visited: Visit) -> tuple[Summary, str] | None:
    summary, text = at.plays(at.has(visited))
    return (summary, text) if len(summary.pages) > len(PAGES) else None


def test_who_does_not_want_to_be_followed_is_not_kept(
    alone: House, unfollowed: Visit, jane: Jane
) -> None:
    """The shop works for them as for all; of what was sent nothing is found, also when
    what came after it is there."""
    alone.has(jane.visit)
    for identifier in (
        unfollowed.email,
        unfollowed.anonymous_id,
        unfollowed.session_id,
    ):
        assert alone.finds(identifier) == []


def test_the_full_bundle_records_behind_a_prefix(
    tmp_path: Path, redis_server: str, page: Page
) -> None:
    """An application that brings its own recorder, at an address with a path."""
    with house(
        tmp_path, redis_server, CAPTURE_PREFIX=PREFIX, **ALONE
    ) as behind_a_prefix:
        visited = visit(page, behind_a_prefix.shop_url, build="full")
        summary, _ = behind_a_prefix.plays(behind_a_prefix.has(visited))
        assert summary.full_snapshots == 1
        loaded = page.evaluate(_LOADED)
        scripts = {urlsplit(one).path for one in loaded if ".js" in one}
        assert f"{PREFIX}/static/module.full.js" in scripts
        assert not any(one.endswith("recorder.js") for one in scripts)


def test_tee_keeps_and_passes_on(tmp_path: Path, redis_server: str, page: Page) -> None:
    """PostHog gets what the browser sent, byte for byte, and the page gets PostHog's
    flags; that both have the session makes it no second recording."""
    with passing_on(tmp_path, redis_server, "tee") as teeing:
        visited = visit(page, teeing.shop_url)
        assert page.evaluate(_FLAG) == "green"
        assert teeing.has(visited).sources == ("capture",)
        page.close(run_before_unload=True)
        posthog = teeing.courier.posthog
        eventually(lambda: _all(teeing.heard) == _arrived(posthog))
        _has_it_too(posthog, visited)
        assert set(teeing.has(visited).sources) == {"capture", "posthog"}


def test_forward_keeps_nothing(tmp_path: Path, redis_server: str, page: Page) -> None:
    """What was a tee passes everything on, and to the page nothing is different."""
    with passing_on(tmp_path, redis_server, "forward") as forwarding:
        visited = visit(page, forwarding.shop_url)
        assert page.evaluate(_FLAG) == "green"
        page.close(run_before_unload=True)
        posthog, heard = forwarding.courier.posthog, forwarding.heard
        eventually(
            lambda: "/s/" in dict(heard.bodies) and _all(heard) == _arrived(posthog)
        )
        assert forwarding.finds(visited.email) == []
        assert _kept(forwarding) == 0


def _all(heard: Overheard) -> Counter[tuple[str, bytes]]:
    return Counter(heard.bodies)


def _arrived(posthog: PostHogStandIn) -> Counter[tuple[str, bytes]]:
    """The bodies that PostHog got, each with its path."""
    heard = ((one.path, one.body) for one in posthog.ingestion.received)
    return Counter(one for one in heard if one[0] in BATCHES)


def _has_it_too(posthog: PostHogStandIn, visited: Visit) -> None:
    """Let PostHog's lists have the session that it was sent."""
    project, now = posthog.project, utc_now()
    ids = [visited.anonymous_id, visited.customer_id]
    project.people.append(
        SamplePerson(str(uuid.uuid4()), "Jane Doe", visited.email, ids, {})
    )
    project.recordings.append(
        replace(
            project.recordings[0],
            id=visited.session_id,
            distinct_id=visited.customer_id,
            start=now - timedelta(seconds=5),
            end=now,
        )
    )


def _kept(at: House) -> int:
    """The rows in all of the tables of what is kept."""
    tables = [one for one in metadata.sorted_tables if one.name.startswith("capture_")]
    with at.courier.services.engine.connect() as connection:
        counts = (select(func.count()).select_from(one) for one in tables)
        return sum(connection.execute(one).scalar_one() for one in counts)
