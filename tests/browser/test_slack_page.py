"""The page of the Slack stand-in in a real browser, with an app that answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from slack_sdk.webhook import WebhookClient

from bot.demo.slack import SlackStandIn
from bot.demo.slack.views import checked_view, push_view
from tests.browser.accessibility import grave_violations
from tests.demo.slack_app import (
    SlackApp,
    answered_by,
    field,
    option,
    share_view,
    unfurl,
)

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
LINK = "http://127.0.0.1:1/r/a-token"


@pytest.fixture
def app() -> Iterator[SlackApp]:
    app = SlackApp()
    with app.server:
        yield app


@pytest.fixture
def slack(app: SlackApp) -> Iterator[SlackStandIn]:
    with answered_by(app, unfurl_domains=["127.0.0.1"]) as stand_in:
        yield stand_in


@contextmanager
def opened(browser: Browser, slack: SlackStandIn, **options: Any) -> Iterator[Page]:
    """The page; at the end it has to have run without an error."""
    context = browser.new_context(**{"viewport": DESKTOP, **options})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda line: problems.append(line.text) if line.type == "error" else None,
    )
    page.goto(slack.url)
    yield page
    context.close()
    assert problems == []


def ask(page: Page) -> Locator:
    page.get_by_test_id("composer").fill("/replay jane.doe@example.com")
    page.get_by_test_id("send").click()
    answer = page.get_by_test_id("ephemeral")
    expect(answer).to_contain_text("2 replays of")
    return answer


def open_shortcut(page: Page) -> Locator:
    page.get_by_label("Shortcuts").click()
    page.locator(".shortcuts").get_by_role("menuitem").click()
    modal = page.get_by_test_id("modal")
    expect(modal).to_contain_text("Share replay")
    return modal


def test_messages_have_menus_and_unfurls(
    browser: Browser, slack: SlackStandIn, app: SlackApp
) -> None:
    """What is chosen from each kind of menu reaches the app, confirmed where asked."""
    with opened(browser, slack) as page:
        message = slack.say("ana", "support", f"See {LINK}")
        app.client.chat_unfurl(
            channel=message.channel,
            ts=message.ts,
            unfurls={LINK: {"blocks": unfurl(app.picture)}},
        )
        picture = page.get_by_test_id("unfurl").locator("img")
        expect(picture).to_have_js_property("naturalWidth", 960)
        with page.expect_response("**/page/click"):
            page.get_by_test_id("unfurl").get_by_text("Find more").click()
        answer = ask(page)
        second = answer.locator("[data-block=replay-2]")
        second.get_by_label("More options").click()
        page.keyboard.press("Escape")
        expect(second.get_by_role("menu")).to_be_hidden()
        second.get_by_label("More options").click()
        with page.expect_response("**/page/click"):
            second.get_by_role("menuitem", name="Revoke link").click()
        with page.expect_response("**/page/click"):
            answer.locator("[data-action-id=expiry]").select_option(label="30 days")
        with page.expect_response("**/page/click"):
            answer.locator("[data-action-id=elsewhere]").select_option("# random")
        answer.get_by_text("Share link").click()
        with page.expect_response("**/page/click"):
            page.get_by_test_id("confirm").get_by_text("Share", exact=True).click()
        app.wait_for(5, "block_actions")
        clicks = {
            each["actions"][0]["action_id"]: each for each in app.of("block_actions")
        }
        assert clicks["again"]["app_unfurl"]["app_unfurl_url"] == LINK
        chosen = {action_id: each["actions"][0] for action_id, each in clicks.items()}
        assert chosen["more"]["block_id"] == "replay-2"
        assert chosen["more"]["selected_option"]["value"] == "Revoke link"
        assert chosen["expiry"]["selected_option"]["value"] == "30d"
        assert chosen["elsewhere"]["selected_conversation"] == "C07RANDOM02"
        assert chosen["share"]["value"] == "share"


def test_a_modal_is_filled_in_corrected_and_submitted(
    browser: Browser, slack: SlackStandIn, app: SlackApp
) -> None:
    """Errors stand under their input, and what was typed outlives every answer."""
    with opened(browser, slack) as page:
        modal = open_shortcut(page)
        share = modal.get_by_role("button", name="Share", exact=True)
        opens = modal.get_by_label("Limit of opens")
        note = modal.locator("textarea")
        expect(modal.get_by_label("Where")).to_have_value("C07SUPPORT1")
        share.click()
        expect(opens).to_be_focused()
        unfilled = modal.get_by_role("alert").filter(has_text="fill this in")
        expect(unfilled).to_have_count(1)
        assert app.of("view_submission") == []

        note.fill("Look at the payment")
        modal.get_by_label("Customer").check()
        modal.get_by_label("A file").check()
        modal.get_by_text("Preview").click()
        expect(modal.locator("hr")).to_be_attached()
        state = app.of("block_actions")[-1]["view"]["state"]["values"]
        assert state["note"]["note"]["value"] == "Look at the payment"
        expect(note).to_have_value("Look at the payment")
        expect(modal.get_by_label("Customer")).to_be_checked()

        opens.fill("many")
        share.click()
        wrong = modal.locator("[data-block=opens]")
        expect(wrong.get_by_role("alert")).to_have_text("Write a number, such as 5.")
        opens.fill("5")
        expect(wrong.get_by_role("alert")).to_be_empty()
        opens.press("Enter")
        expect(modal).to_contain_text("Are you sure?")
        modal.get_by_text("Cancel").click()
        expect(opens).to_have_value("5")
        expect(note).to_have_value("Look at the payment")
        app.fails = True
        share.click()
        expect(modal.get_by_text("did not answer")).to_be_visible()
        app.fails = False
        share.click()
        modal.get_by_text("Yes").click()
        expect(modal).to_have_count(0)

        values = app.of("view_submission")[-2]["view"]["state"]["values"]
        picked = {block: entry[block] for block, entry in values.items()}
        assert picked["where"]["selected_conversation"] == "C07SUPPORT1"
        assert picked["audience"]["selected_option"]["value"] == "customer"
        extras = [each["value"] for each in picked["extras"]["selected_options"]]
        assert extras == ["errors", "file"]
        assert picked["opens"]["value"] == "5"
        assert picked["owner"]["selected_user"] is None


def test_a_menu_that_asks_the_app_is_typed_into(
    browser: Browser, slack: SlackStandIn, app: SlackApp
) -> None:
    """What is offered is text; one is chosen by mouse or keys, and outlives errors."""
    slack.options_url = f"{app.server.url}/slack/options"
    app.offers = {"options": [option("<b>First</b>", "1"), option("Second", "2")]}
    menu = {"type": "external_select", "min_query_length": 2}
    view = share_view(extra=(field("ticket", "Ticket", menu),))
    ana = slack.workspace.user("ana").id
    push_view(slack.workspace, checked_view(view, "modal"), ana, "C07SUPPORT1")
    with opened(browser, slack) as page:
        modal = page.get_by_test_id("modal")
        box = modal.get_by_role("combobox", name="Ticket")
        offered = modal.locator(".typeahead [role=option]")
        modal.get_by_role("button", name="Share", exact=True).click()
        unfilled = modal.get_by_role("alert").filter(has_text="fill this in")
        expect(unfilled).to_have_count(2)
        box.press_sequentially("f")
        expect(modal.get_by_role("listbox")).to_be_hidden()
        box.press_sequentially("irst")
        expect(offered).to_have_text(["<b>First</b>", "Second"])
        box.press("Escape")
        expect(modal.get_by_role("listbox")).to_be_hidden()
        app.offers, some = {"options": []}, app.offers
        box.press_sequentially("ly")
        expect(offered).to_have_text(["No results"])
        app.offers = some
        box.press_sequentially(" x")
        offered.first.click()
        expect(box).to_have_value("<b>First</b>")
        box.fill("sec")
        expect(offered.last).to_be_visible()
        box.press("ArrowUp")
        box.press("Enter")
        expect(box).to_have_value("Second")
        modal.get_by_label("Limit of opens").fill("many")
        modal.get_by_role("button", name="Share", exact=True).click()
        expect(modal.get_by_text("Write a number")).to_be_visible()
        expect(box).to_have_value("Second")
        state = app.of("view_submission")[-1]["view"]["state"]["values"]
        assert state["ticket"]["ticket"]["selected_option"]["value"] == "2"
        box.fill("first")
        expect(offered.first).to_be_visible()
        assert grave_violations(page) == []


def test_the_app_has_a_home_and_messages(
    browser: Browser, slack: SlackStandIn, app: SlackApp
) -> None:
    """Coming to a tab tells the app; presses and lines there reach it."""
    with opened(browser, slack) as page:
        page.locator("[data-app]").click()
        home = page.get_by_test_id("home")
        expect(home).to_contain_text("Your recent shares")
        expect(page.get_by_test_id("composer")).to_be_hidden()
        assert app.of("app_home_opened")[-1]["tab"] == "home"
        home.get_by_label("More options").click()
        home.get_by_role("menuitem", name="Extend").click()
        home.get_by_text("Find replays").click()
        modal = page.get_by_test_id("modal")
        expect(modal).to_contain_text("Share replay")
        extend = app.of("block_actions")[0]
        assert extend["container"]["type"] == "view"
        assert extend["actions"][0]["selected_option"]["value"] == "extend"
        modal.get_by_label("Close").click()
        expect(modal).to_have_count(0)

        page.locator("[data-tab=messages]").click()
        page.get_by_test_id("composer").fill("jane.doe@example.com")
        page.get_by_test_id("composer").press("Enter")
        expect(page.get_by_test_id("message").last).to_contain_text("Looking…")
        assert [each["tab"] for each in app.of("app_home_opened")] == [
            "home",
            "messages",
        ]
        page.go_back()
        expect(home).to_contain_text("Your recent shares")


def test_a_private_answer_is_replaced_where_it_stands(
    browser: Browser, slack: SlackStandIn, app: SlackApp
) -> None:
    """In a thread as well; nothing else is drawn anew, and nothing jumps."""
    parent = slack.post("ben", "support", "Jane is stuck").ts
    for number in range(30):
        slack.post("ana", "support", f"line {number}")
        slack.post("ben", "support", f"reply {number}", thread_ts=parent)
    address = slack.run_command("ana", "support", "jane.doe@example.com").response_url
    slack.post("ben", "support", "after it")
    with opened(browser, slack) as page:
        scroller = page.locator(".scroll")
        expect(page.get_by_test_id("ephemeral")).to_contain_text("2 replays of")
        page.get_by_text("line 10").scroll_into_view_if_needed()
        page.get_by_text("line 10").evaluate("line => { line.dataset.same = 'yes' }")
        page.get_by_test_id("composer").fill("half a sentence")
        before = scroller.evaluate("part => part.scrollTop")
        WebhookClient(address).send(text="Replaced", replace_original=True)
        answer = page.get_by_test_id("ephemeral")
        expect(answer).to_contain_text("Replaced")
        assert scroller.evaluate("part => part.scrollTop") == before
        expect(page.locator("[data-same]")).to_have_text("line 10")
        expect(page.get_by_test_id("composer")).to_be_focused()

        page.goto(f"{slack.url}/?thread={parent}")
        app_says = {"channel": "C07SUPPORT1", "user": "U07ANA00001"}
        app.client.chat_postEphemeral(**app_says, text="Psst", thread_ts=parent)
        private = page.get_by_test_id("thread").get_by_test_id("ephemeral")
        expect(private).to_contain_text("Only visible to you")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_reaches_everything(
    browser: Browser, slack: SlackStandIn, app: SlackApp, scheme: Any
) -> None:
    """At 390 px nothing is wider than the screen, in neither scheme hard to read."""
    message = slack.post("ben", "support", f"See {LINK}")
    message.unfurls[LINK] = unfurl(app.picture)
    phone = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    with opened(browser, slack, **phone) as page:
        ask(page)
        assert_fits(page)
        modal = open_shortcut(page)
        assert_fits(page)
        assert grave_violations(page) == []
        modal.get_by_text("Cancel").click()
        expect(modal).to_have_count(0)
        page.get_by_label("Show conversations").click()
        page.locator("[data-app]").click()
        expect(page.get_by_test_id("home")).to_contain_text("Your recent shares")
        assert_fits(page)


def assert_fits(page: Page) -> None:
    wide = page.evaluate(
        """() => [...document.querySelectorAll('main *, .modal *')]
            .filter((element) => element.getClientRects().length &&
                element.getBoundingClientRect().right > innerWidth + 0.5)
            .map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
