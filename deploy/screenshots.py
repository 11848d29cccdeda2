"""Takes the README's pictures: ``make screenshots``.

Runs the demo, does in a browser what a reader would do, and writes what is to be seen
to ``deploy/screenshots/``. Needs a Chromium, as the tests do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import requests
from playwright.sync_api import Page, expect, sync_playwright

PICTURES = Path(__file__).with_name("screenshots")
PORT = 8480
COURIER, SLACK, ZENDESK, POSTHOG, SHOP = (
    f"http://127.0.0.1:{port}" for port in range(PORT, PORT + 5)
)
CUSTOMER = "jane.doe@example.com"
VISITOR = "sam.rivers@example.com"
TROUBLE_S = 28
"""Into the sample recording, where the payment fails again and again."""

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_START_SECONDS = 30
_ANSWER_MS = 20_000


@contextmanager
def demo() -> Iterator[None]:
    """The demo, answering on all of its addresses."""
    command = [sys.executable, "-m", "bot", "demo", "--port", str(PORT), "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 (ours)
    try:
        deadline = time.monotonic() + _START_SECONDS
        for url in (f"{COURIER}/readyz", SLACK, ZENDESK, POSTHOG, SHOP):
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"the demo does not answer on {url}")
                time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=2).ok
    except requests.ConnectionError:
        return False


def slack(page: Page) -> str:
    """A private answer, and what was shared from it; the shared link's address."""
    page.goto(SLACK)
    page.get_by_test_id("composer").fill(f"/replay {CUSTOMER}")
    page.get_by_test_id("send").click()
    answer = page.get_by_test_id("ephemeral").last
    share = answer.get_by_role("button", name="Share").first
    expect(share).to_be_visible(timeout=_ANSWER_MS)
    share.click()
    confirm = page.get_by_test_id("confirm").get_by_role("button").last
    if confirm.is_visible():
        confirm.click()
    shared = page.get_by_test_id("message").last
    link = shared.locator(f'a[href^="{COURIER}/r/"]').first
    expect(link).to_be_visible(timeout=_ANSWER_MS)
    _take(page, "slack")
    return str(link.get_attribute("href"))


def viewer(page: Page, link: str) -> None:
    """The share page in the middle of the trouble, with the console beside it."""
    page.goto(f"{link.partition('#')[0]}#t={TROUBLE_S}")
    expect(page.locator("html")).to_have_attribute("data-state", "ready")
    page.get_by_test_id("tab-console").click()
    expect(page.get_by_test_id("console-row").first).to_be_visible()
    page.get_by_test_id("play").click()
    page.wait_for_timeout(3_000)
    page.get_by_test_id("play").click()
    _take(page, "viewer")


def requests_in_the_dark(page: Page, link: str) -> None:
    """The same page by night, with what the failing request sent and got."""
    page.emulate_media(color_scheme="dark")
    page.goto(f"{link.partition('#')[0]}#t={TROUBLE_S}")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-state", "ready")
    page.get_by_test_id("tab-network").click()
    page.get_by_role("button", name="Failed").first.click()
    row = page.get_by_test_id("network-row").filter(has_text="payment").first
    row.locator(".row-head").click()
    _take(page, "requests")
    page.emulate_media(color_scheme="light")


def zendesk(page: Page) -> None:
    """A customer's new ticket, the note that came by itself, and the sidebar app."""
    page.goto(ZENDESK)
    page.get_by_test_id("new-ticket").click()
    page.get_by_test_id("requester").select_option(CUSTOMER)
    page.get_by_test_id("subject").fill("I cannot pay")
    page.get_by_test_id("description").fill(
        "I filled in everything twice. When I press Pay nothing happens. Can you help?"
    )
    page.get_by_test_id("submit").click()
    note = page.get_by_test_id("internal-note").first
    expect(note).to_be_visible(timeout=_ANSWER_MS)
    app = page.frame_locator("[data-testid=sidebar-app]")
    expect(app.get_by_test_id("recording")).to_be_visible(timeout=_ANSWER_MS)
    page.locator("#log").evaluate("(log) => { log.scrollTop = 0; }")
    _take(page, "zendesk")


def shop(page: Page) -> None:
    """A visit to the shop, as far as the payment."""
    page.goto(SHOP)
    page.get_by_role("button", name="Add Camp mug").click()
    page.get_by_role("button", name="Add Dayfarer pack").click()
    page.get_by_test_id("who").click()
    page.get_by_label("Name").fill("Sam Rivers")
    page.get_by_label("E-mail").fill(VISITOR)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("radio").first).to_be_visible(timeout=_ANSWER_MS)
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_test_id("pay").click()
    expect(page.get_by_test_id("note")).to_contain_text(VISITOR)
    _take(page, "shop")


def _take(page: Page, name: str) -> None:
    # Nothing is hovered over, and transitions are over.
    page.mouse.move(1, 1)
    page.wait_for_timeout(600)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    click.echo(path)


def main() -> None:
    chromium = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if chromium is None:
        raise SystemExit("there is no Chromium; `sh tests/setup.sh` installs it")
    PICTURES.mkdir(exist_ok=True)
    with demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        # A usual screen, in pictures of 1280 by 800.
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, device_scale_factor=1280 / 1440
        )
        link = slack(page)
        viewer(page, link)
        requests_in_the_dark(page, link)
        zendesk(page)
        shop(page)
        browser.close()


if __name__ == "__main__":
    main()
