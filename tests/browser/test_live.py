"""A session that goes on, watched on its share page in a real Chromium."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bot.database.engine import connect
from bot.demo.server import Server
from tests import recorded
from tests.bot.test_delivery import RECORDED
from tests.bot.test_watching import LIVE, World
from tests.browser.accessibility import grave_violations


@pytest.fixture
def world(sqlite_url, tmp_path):
    engine = connect(sqlite_url)
    made = World(engine, tmp_path)
    yield made
    made.bell.close()
    engine.dispose()


def test_what_is_new_appears_without_losing_the_place(world, viewer):
    """New activity comes into the open page: its place, speed, panel and search stay;
    *Follow* keeps to the newest moment; the badge goes when the session has ended."""
    page = viewer.page
    page.clock.set_fixed_time(RECORDED + timedelta(minutes=1))
    _, path = world.share(max_opens=1)
    asks = []

    def look(part):
        """The session goes on, a worker looks, and the page asks again."""
        world.time.pass_(seconds=20)
        world.grow_to(part)
        for worked in (True, False):
            with page.expect_response(lambda answer: "/newer/" in answer.url) as asked:
                page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            asks.append(asked.value.status)
            if worked:
                world.work()

    with Server(world.client.application) as server:
        with page.expect_response(lambda answer: "/newer/" in answer.url):
            viewer.open(server.url + path)
        expect(viewer.at("live")).to_have_text("Live")
        page.get_by_role("tab", name="Events").click()
        page.get_by_label("Search events").fill("page")
        page.get_by_role("button", name="2x").click()
        viewer.go(3)
        length = viewer.at("clock").inner_text().split(" / ")[1]
        rows = viewer.at("tab-events").inner_text()

        look(0.7)
        expect(viewer.at("clock")).not_to_have_text(f"0:03 / {length}")
        assert viewer.time_ms() == 3000
        expect(viewer.at("tab-events")).not_to_have_text(rows)
        expect(page.get_by_label("Search events")).to_have_value("page")
        expect(page.get_by_role("tab", name="Events")).to_have_attribute(
            "aria-selected", "true"
        )
        expect(page.get_by_role("button", name="2x")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert grave_violations(page) == []

        follow = viewer.at("follow-newest")
        page.keyboard.press("l")
        expect(follow).to_have_attribute("aria-pressed", "true")
        pressed = follow.evaluate("one => getComputedStyle(one).backgroundColor")
        follow.hover()
        expect(follow).to_have_css("background-color", pressed)
        before = viewer.time_ms()
        world.source.recordings["r1"] = replace(LIVE, ongoing=False)
        look(1)
        viewer.eventually(lambda: viewer.time_ms() > before + 5000)
        expect(viewer.at("live")).to_be_hidden()
        expect(follow).to_be_hidden()
        expect(viewer.at("toast")).to_have_text("The session has ended")
        seconds = recorded.facts("checkout")["duration_ms"] // 1000
        assert viewer.at("clock").inner_text().endswith(f" / 0:{seconds}")
        viewer.go(seconds - 1)
        viewer.eventually(lambda: viewer.picture().strip() != "")
    assert asks == [200] * 4
    # The clock of the test is no script that the recorded page may run.
    assert [one for one in viewer.said if not one.startswith("Blocked script")] == []
    [entry] = world.links.entries()
    assert entry.opens == 1
