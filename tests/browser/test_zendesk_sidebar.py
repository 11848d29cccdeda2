"""The sidebar app in a real browser, inside a page that speaks as Zendesk does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, FrameLocator, Page, expect

from bot.demo.posthog.project import SamplePerson
from tests.browser.accessibility import grave_violations
from tests.journeys.courier import Courier, Customer, installed, links, shown
from tests.journeys.waiting import eventually

SLOW_MS = 15_000


@pytest.fixture(scope="module")
def courier(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Courier]:
    folder: Path = tmp_path_factory.mktemp("courier")
    environment = {"DATA_DIR": str(folder / "data")}
    with (
        installed(environment, redis_server) as courier,
        courier.web(),
        courier.working(),
    ):
        courier.zendesk.webhook_url = "http://127.0.0.1:9/"
        yield courier


class Desk:
    """An agent's browser at the ticket of a customer of its own."""

    def __init__(self, page: Page, courier: Courier) -> None:
        self.page = page
        self.courier = courier
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.customer: Customer = courier.customer()
        self.ticket = courier.zendesk.create_ticket(
            self.customer.email, f"About {self.customer.email}", "It fails."
        )

    @property
    def app(self) -> FrameLocator:
        return self.page.frame_locator("[data-testid=sidebar-app]")

    @property
    def frame(self) -> Frame:
        return next(one for one in self.page.frames if "/zendesk/app?" in one.url)

    def open(self) -> FrameLocator:
        self.page.goto(self.courier.zendesk.url)
        rows = self.page.get_by_test_id("ticket-row")
        rows.filter(has_text=self.customer.email).click()
        expect(self.app.get_by_test_id("recording")).to_have_count(1, timeout=SLOW_MS)
        return self.app

    def press(self, name: str) -> None:
        self.app.get_by_role("button", name=name).first.click()


@pytest.fixture
def desk(browser: Browser, courier: Courier) -> Iterator[Desk]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SLOW_MS)
    made = Desk(context.new_page(), courier)
    yield made
    context.close()
    assert made.problems == []


def test_whose_it_may_not_be_is_told_above_the_list(desk: Desk) -> None:
    requester = desk.courier.zendesk.account.user_by_email(desk.customer.email)
    assert requester is not None
    requester.identities[0]["verified"] = False
    expect(desk.open().get_by_test_id("doubt")).to_contain_text("Not verified: ")


def test_a_replay_plays_beside_the_ticket_and_opens_large(desk: Desk) -> None:
    """The list says what went wrong; Play shows it in place, as high as it needs."""
    app = desk.open()
    card = app.get_by_test_id("recording")
    expect(card).to_contain_text("12 errors")
    expect(card).to_contain_text("/checkout")
    frame = desk.page.get_by_test_id("sidebar-app")
    height = frame.bounding_box()
    assert height is not None
    assert height["height"] > 200

    desk.press("Play")
    player = app.get_by_test_id("player")
    expect(player).to_be_visible()
    replay = app.frame_locator("[data-testid=player]")
    expect(replay.locator("html")).to_have_attribute(
        "data-state", "ready", timeout=SLOW_MS
    )
    box = player.bounding_box()
    assert box is not None
    assert 320 <= box["width"] <= 400
    expect(replay.get_by_test_id("stage")).to_be_visible()
    # Nothing of the player is beyond its frame's edge.
    width = replay.locator("html").evaluate("(page) => page.scrollWidth")
    assert width <= box["width"]

    with desk.page.context.expect_page() as opening:
        app.get_by_role("link", name="Open large").click()
    expect(opening.value.locator("html")).to_have_attribute("data-state", "ready")
    assert "/r/" in opening.value.url
    desk.press("Back")
    expect(app.get_by_test_id("recording")).to_be_visible()


def test_a_replay_is_copied_attached_and_shared(desk: Desk) -> None:
    """Each is told in the card; the note and the message are there."""
    app = desk.open()
    said = app.get_by_test_id("recording").locator(".said")

    desk.press("Copy link")
    field = app.get_by_label("Link to the replay")
    expect(field).to_have_value(re.compile("/r/"))
    expect(said).to_contain_text("Copied")
    link = field.input_value().partition("#")[0]
    assert desk.page.request.get(link).status == 200

    desk.press("Attach")
    desk.press("Link that expires")
    expect(said).to_contain_text("Attached as an internal note")
    expect(desk.page.get_by_test_id("internal-note")).to_have_count(1)
    expect(desk.page.get_by_test_id("internal-note")).to_contain_text("Watch")

    desk.press("Share in Slack")
    app.get_by_label("Channel").select_option(label="#support")
    app.get_by_role("button", name="Share", exact=True).click()
    expect(said).to_have_text("Shared in #support.")
    [message] = [
        one
        for one in desk.courier.slack.messages("support")
        if desk.customer.email in shown(one)
    ]
    assert links(shown(message))


def test_others_are_searched_for_by_keyboard(desk: Desk) -> None:
    """Nobody, somebody, and several who fit; what they are called is text alone."""
    evil = "<img src=x onerror=alert(1)>"
    project = desk.courier.posthog.project
    for number in "12":
        twin = SamplePerson(
            f"0193e0aa-0000-7000-8000-00000000000{number}",
            f"{evil} {number}",
            "twin@example.com",
            [f"twin-{number}"],
            {},
        )
        if twin not in project.people:
            project.people.append(twin)
    app = desk.open()
    field = app.get_by_role("searchbox")
    field.fill("nobody@example.com")
    field.press("Enter")
    expect(app.get_by_test_id("nothing")).to_contain_text("Nobody is known by that")

    field.fill("twin@example.com")
    field.press("Enter")
    expect(app.get_by_role("heading", name="Whom do you mean?")).to_be_visible()
    first = app.get_by_role("button", name=f"{evil} 1")
    expect(first).to_be_visible()
    expect(app.locator("#app img")).to_have_count(0)
    first.focus()
    first.press("Enter")
    expect(app.get_by_test_id("nothing")).to_contain_text("Nothing found")

    desk.press("Back to the requester")
    expect(app.get_by_test_id("recording")).to_contain_text("errors")


def test_everybody_can_use_it(desk: Desk) -> None:
    """axe finds nothing grave, by day and by night, nor when the session has ended."""
    app = desk.open()
    desk.press("Attach")
    assert grave_violations(desk.frame) == []
    desk.page.emulate_media(color_scheme="dark")
    desk.page.get_by_role("button", name="Reload").click()
    expect(app.locator("html")).to_have_attribute("data-scheme", "dark")
    desk.press("Attach")
    assert grave_violations(desk.frame) == []

    desk.page.route("**/zendesk/app/asks/**", lambda route: route.fulfill(status=401))
    field = app.get_by_role("searchbox")
    field.fill("jane@example.com")
    field.press("Enter")
    expect(app.get_by_test_id("failed")).to_be_visible()
    assert grave_violations(desk.frame) == []


def test_only_the_accounts_own_page_is_heard(desk: Desk) -> None:
    """Messages of other windows and origins change nothing, and no other site may
    frame the app: the browser shows none of it."""
    desk.open()
    asked: list[str] = []
    desk.page.on("request", lambda request: asked.append(request.url))
    desk.frame.evaluate(
        """() => {
            window.postMessage(JSON.stringify(
                { key: 'zaf.ticket.requester.id.changed', message: {} }), '*');
            return new Promise((heard) => setTimeout(heard, 50));
        }"""
    )
    assert [url for url in asked if "/asks/" in url] == []

    token = desk.courier.zendesk.sidebar.token(desk.courier.zendesk.agent.id, "evil")
    other = desk.page.context.new_page()
    other.goto(desk.courier.around.posthog_url)
    with other.expect_event(
        "console", lambda message: "frame-ancestors" in message.text
    ):
        other.evaluate(
            """([url, token]) => {
                document.body.innerHTML = '<iframe name="stolen"></iframe>';
                const form = document.createElement('form');
                Object.assign(form, { action: url, method: 'POST', target: 'stolen' });
                const field = document.createElement('input');
                Object.assign(field, { name: 'token', value: token });
                form.append(field);
                document.body.append(form);
                form.submit();
            }""",
            [f"{desk.courier.url}/zendesk/app?origin=x&app_guid=x", token],
        )
    eventually(lambda: "stolen" in [one.name for one in other.frames])
    stolen = next(one for one in other.frames if one.name == "stolen")
    assert "app" not in stolen.url
