"""``replay-courier demo`` in a real browser: the main job, as a person does it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.demo.run import PORTS
from tests.servers import posthog_js

EMAIL = "jane.doe@example.com"


def _free_ports() -> int:
    """The first of the ports in a row that nobody uses."""
    for first in range(18080, 60000, PORTS):
        try:
            with ExitStack() as stack:
                for port in range(first, first + PORTS):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no free ports")


@pytest.fixture(scope="module")
def demo() -> Iterator[dict[str, str]]:
    """The demo as a process, and the addresses it printed."""
    command = [sys.executable, "-m", "bot", "demo", "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(_free_ports())], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    addresses: dict[str, str] = {}
    for line in process.stdout:
        if found := re.match(r"\s+(Slack|Zendesk|PostHog|Shop)\s+(http://\S+)", line):
            addresses[found[1]] = found[2]
        if "Ctrl-C" in line:
            break
    yield addresses
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=30) == 0
    process.stdout.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_the_demo_prints_four_addresses(demo: dict[str, str]) -> None:
    assert set(demo) == {"Slack", "Zendesk", "PostHog", "Shop"}


def test_slack_from_command_to_replay(demo: dict[str, str], page: Page) -> None:
    """Type the command, share the recording, open the link, see what went wrong."""
    page.goto(demo["Slack"])
    page.get_by_test_id("composer").fill(f"/replay {EMAIL}")
    page.get_by_test_id("send").click()
    answer = page.get_by_test_id("ephemeral")
    expect(answer).to_contain_text("/checkout/payment")
    expect(answer).to_contain_text("12 console errors")
    expect(answer).to_have_count(1)

    page.locator("[data-action-id=replay_share]").first.click()
    shared = page.get_by_test_id("message").filter(has_text="shared by")
    expect(shared).to_contain_text("POST /api/payment")
    expect(shared).to_contain_text("11 failed requests")

    with page.context.expect_page() as opening:
        shared.get_by_text("Watch the replay").click()
    replay = opening.value
    errors: list[str] = []
    replay.on("pageerror", lambda error: errors.append(str(error)))
    expect(replay.locator("html")).to_have_attribute("data-state", "ready")
    stage = replay.get_by_test_id("stage").frame_locator("iframe").first
    expect(stage.get_by_text("Checkout").first).to_be_visible()

    replay.get_by_test_id("tab-console").click()
    rows = replay.get_by_test_id("console-row")
    expect(rows.filter(has_text="Payment failed").first).to_be_visible()
    expect(rows.filter(has_text="payment_gateway_timeout").first).to_be_attached()
    replay.get_by_test_id("tab-network").click()
    requests = replay.get_by_test_id("network-row")
    failed = requests.filter(has_text="/api/payment").first
    expect(failed).to_contain_text("POST")
    expect(failed).to_contain_text("500")
    assert errors == []


def test_revoking_in_slack_closes_the_link(demo: dict[str, str], page: Page) -> None:
    page.goto(demo["Slack"])
    page.get_by_test_id("composer").fill(f"/replay {EMAIL}")
    page.get_by_test_id("send").click()
    every = page.get_by_test_id("message").filter(has_text="shared by")
    before = every.count()
    page.locator("[data-action-id=replay_share]").last.click()
    expect(every).to_have_count(before + 1)
    shared = every.last
    link = shared.get_by_text("Watch the replay").get_attribute("href")
    assert link is not None
    assert page.request.get(link).status == 200
    shared.get_by_text("Revoke link").click()
    page.get_by_test_id("confirm").get_by_role("button", name="Revoke").click()
    expect(page.get_by_test_id("message").last).to_contain_text(
        "revoked", timeout=15000
    )
    assert page.request.get(link).status == 410


def test_zendesk_from_ticket_to_note(demo: dict[str, str], page: Page) -> None:
    """File a ticket as the customer; the agent sees exactly one internal note, and the
    same recordings in the sidebar."""
    page.goto(demo["Zendesk"])
    page.get_by_test_id("new-ticket").click()
    jane = page.get_by_test_id("requester").locator("option", has_text="Jane Doe")
    page.get_by_test_id("requester").select_option(jane.get_attribute("value"))
    page.get_by_test_id("subject").fill("I cannot pay")
    page.get_by_test_id("description").fill("The button does nothing.")
    page.get_by_test_id("submit").click()
    page.get_by_test_id("ticket-row").filter(has_text="I cannot pay").click()
    note = page.get_by_test_id("internal-note")
    expect(note).to_contain_text("Payment failed")
    expect(note).to_contain_text("/api/payment")
    expect(
        page.get_by_test_id("tag").filter(has_text="replay_attached")
    ).to_be_visible()
    link = note.get_by_role("link", name=re.compile("Watch")).first.get_attribute(
        "href"
    )
    assert link is not None
    assert page.request.get(link).status == 200
    expect(note).to_have_count(1)
    expect(page.get_by_test_id("public-comment")).to_have_count(1)
    sidebar = page.frame_locator("[data-testid=sidebar-app]")
    expect(sidebar.get_by_test_id("recording").first).to_contain_text("errors")


def test_whoever_visits_the_shop_finds_themself(
    demo: dict[str, str], page: Page
) -> None:
    """Sign in, try to pay, and follow what the shop says to do: type the command, see
    the visit that goes on, share it and watch it."""
    posthog_js()
    page.goto(demo["Shop"])
    page.get_by_role("button", name="Add Camp mug").click()
    page.get_by_test_id("who").click()
    page.get_by_label("Name").fill("Sam Rivers")
    page.get_by_label("E-mail").fill("sam.rivers@example.com")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("radio")).to_have_count(2)
    page.get_by_label("Card number").fill("4242 4242 4242 4242")
    page.get_by_test_id("pay").click()
    note = page.get_by_test_id("note")
    expect(note).to_contain_text("Nothing happened?")
    command = note.locator("code").inner_text()
    note.get_by_role("link").click()

    answers = page.get_by_test_id("ephemeral").filter(has_text="sam.rivers")
    # A person takes longer to come here than the last of the visit.
    for asked in range(1, 11):
        page.get_by_test_id("composer").fill(command)
        page.get_by_test_id("send").click()
        expect(answers).to_have_count(asked, timeout=15_000)
        if "1 exception" in answers.last.inner_text():
            break
        page.wait_for_timeout(300)
    expect(answers.last).to_contain_text("still recording")
    expect(answers.last).to_contain_text("2 console errors · 1 exception")
    answers.last.locator("[data-action-id=replay_share]").first.click()
    shared = page.get_by_test_id("message").filter(has_text="sam.rivers")
    expect(shared).to_contain_text("POST /api/payments")
    with page.context.expect_page() as opening:
        shared.get_by_text("Watch the replay").click()
    replay = opening.value
    expect(replay.locator("html")).to_have_attribute("data-state", "ready")
    stage = replay.get_by_test_id("stage").frame_locator("iframe").first
    expect(stage.get_by_text("Fernhill").first).to_be_visible()
    replay.get_by_test_id("tab-network").click()
    rows = replay.get_by_test_id("network-row")
    expect(rows.filter(has_text="/api/payments")).to_contain_text("502")
