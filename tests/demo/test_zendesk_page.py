"""The Zendesk stand-in's page: a customer's form beside an agent's workspace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.seeds import MACRO
from tests.demo.zendesk_calls import HOSTILE, update


@pytest.fixture(scope="module")
def browser_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def test_a_newcomer_writes_a_request_and_watches_the_note_arrive(
    zendesk: ZendeskStandIn, browser_page: Page
) -> None:
    """Form, ticket, note on the open page, tag; and nothing hostile runs."""
    page = browser_page
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    page.goto(zendesk.url)
    page.get_by_test_id("new-ticket").click()
    page.get_by_test_id("requester").select_option("Another address…")
    page.get_by_label("Which address?").fill("Nora@example.com")
    page.get_by_test_id("subject").fill("<b>Export</b>")
    page.get_by_test_id("description").fill("<img src=x onerror=alert(1)> hangs")
    page.get_by_test_id("submit").click()
    expect(page.get_by_test_id("ticket-row")).to_contain_text("<b>Export</b>")
    expect(page.get_by_test_id("public-comment")).to_contain_text("<img src=x")

    (ticket,) = zendesk.tickets
    nora = zendesk.account.users[zendesk.tickets[ticket].requester_id]
    assert (nora.name, nora.email) == ("nora", "nora@example.com")
    assert not nora.verified
    update(
        zendesk,
        ticket,
        comment={"html_body": HOSTILE, "public": False},
        tags=["replay_attached"],
    )
    note = page.get_by_test_id("internal-note")
    expect(note).to_contain_text("Internal note")
    expect(note.get_by_role("link", name="y")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    expect(page.get_by_test_id("tag")).to_have_text("replay_attached")
    assert problems == []


def test_an_agent_writes_a_command_on_the_page(
    zendesk: ZendeskStandIn, ticket: int, browser_page: Page
) -> None:
    """The composer writes internal notes unless told otherwise."""
    page = browser_page
    page.goto(zendesk.url)
    page.get_by_test_id("ticket-row").click()
    page.get_by_label("Comment", exact=True).fill("#replay")
    page.get_by_role("button", name="Add comment").click()
    expect(page.get_by_test_id("internal-note")).to_contain_text("#replay")
    assert zendesk.comments(ticket)[-1].public is False


def test_a_ticket_tells_where_it_belongs_and_what_its_fields_say(
    zendesk: ZendeskStandIn, ticket: int, browser_page: Page
) -> None:
    """Fields by their title; only a web address becomes a link."""
    account, page = zendesk.account, browser_page
    made = [
        zendesk.admin.stamped(
            zendesk.admin.fields, {"title": title, "removable": True, "active": True}
        )["id"]
        for title in ("Replay link", "Other")
    ]
    zendesk.change(
        ticket,
        group_id=next(iter(account.groups)),
        email_ccs=[{"user_email": "sam@example.com"}],
        custom_fields=[
            {"id": made[0], "value": "https://replays.example.com/r/abc"},
            {"id": made[1], "value": "javascript:alert(1)"},
        ],
    )
    page.goto(zendesk.url)
    page.get_by_test_id("ticket-row").click()
    details = page.get_by_role("complementary", name="Ticket details")
    expect(details).to_contain_text("Sam Rivera")
    expect(details).to_contain_text("Support")
    link = details.get_by_role("link")
    expect(link).to_have_attribute("href", "https://replays.example.com/r/abc")
    expect(details).to_contain_text("javascript:alert(1)")


def test_a_person_can_tag_apply_a_macro_and_reopen(
    zendesk: ZendeskStandIn, browser_page: Page
) -> None:
    """What asks a courier for replays, all of it within reach."""
    page = browser_page
    zendesk.postman.losses = 100
    zendesk.webhook_url = "http://127.0.0.1:9/hook"
    ticket = zendesk.create_ticket("jane@example.com", "Export", "Hangs.")
    page.goto(zendesk.url)
    page.get_by_test_id("ticket-row").click()
    page.get_by_label("Add a tag").fill("VIP")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("tag")).to_have_text("vip")
    page.get_by_label("Apply macro").select_option(MACRO)
    expect(page.get_by_test_id("tag")).to_have_text(["replay_requested", "vip"])
    page.get_by_role("button", name="Remove vip").click()
    expect(page.get_by_test_id("tag")).to_have_text(["replay_requested"])
    page.get_by_role("button", name="Solve").click()
    page.get_by_role("button", name="Reopen as customer").click()
    expect(page.get_by_test_id("public-comment")).to_have_count(2)
    assert zendesk.tickets[ticket].status == "open"
    assert zendesk.comments(ticket)[-1].author_id == zendesk.customers[0].id
