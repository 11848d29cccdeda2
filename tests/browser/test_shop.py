"""The demo's shop by itself: it works without a recorder, and fails where it should."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.demo.server import Server
from bot.demo.shop import Recorder, shop
from tests.browser.accessibility import grave_violations
from tests.servers import free_port

JANE = {"Name": "Jane Doe", "E-mail": "jane.doe@example.com"}


@pytest.fixture(scope="module")
def shop_url() -> Iterator[str]:
    """A shop whose recorder does not answer."""
    recorder = Recorder(f"http://127.0.0.1:{free_port()}", "phc_demo")
    with Server(shop(recorder, slow_seconds=0)) as server:
        yield server.url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_a_visit_ends_at_a_payment_that_fails(shop_url: str, page: Page) -> None:
    """From the catalogue to a button that does nothing; every page on the way can be
    used by everybody, and nothing is asked of others."""
    errors: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    page.goto(shop_url)
    expect(page.get_by_test_id("product")).to_have_count(6)
    assert grave_violations(page) == []
    page.get_by_role("button", name="Add Camp mug").click()
    page.get_by_role("link", name="Dayfarer pack").click()
    expect(page.get_by_role("heading", name="Dayfarer pack")).to_be_focused()
    assert grave_violations(page) == []
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_test_id("basket").click()
    expect(page.get_by_test_id("total")).to_have_text("€110.00")
    assert grave_violations(page) == []
    page.get_by_test_id("who").click()
    for label, value in JANE.items():
        page.get_by_label(label).fill(value)
    assert grave_violations(page) == []
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("who")).to_have_text("Jane Doe")
    expect(page.get_by_role("radio")).to_have_count(2)
    assert grave_violations(page) == []
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    with (
        page.expect_event("pageerror"),
        page.expect_response("**/api/payments") as answered,
    ):
        page.get_by_test_id("pay").click()
    assert answered.value.status == 502
    expect(page.get_by_test_id("note")).to_contain_text(f"/replay {JANE['E-mail']}")

    assert errors == ["Cannot read properties of undefined (reading 'number')"]
    recorder = page.locator("html").get_attribute("data-recorder") or ""
    assert hosts == {shop_url.split("/")[2], recorder.split("/")[2]}


def test_what_a_visitor_types_stays_text(shop_url: str, page: Page) -> None:
    page.goto(f"{shop_url}/sign-in")
    page.get_by_label("Name").fill("<img src=x onerror=alert(1)>")
    page.get_by_label("E-mail").fill("a@example.com")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_test_id("who").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Hello, <img src=x onerror=alert(1)>"
    )
