"""Files of the Zendesk stand-in: uploaded, shown in a note, downloaded, redacted."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, expect

from bot.demo.zendesk import ZendeskStandIn
from tests.demo.zendesk_calls import call, update, upload

# One red pixel.
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAA"
    "AABJRU5ErkJggg=="
)
HTML = b"<script>document.title = 'ran'</script>"


def note(zendesk: ZendeskStandIn, ticket: int, html: str, *tokens: str) -> Any:
    """Write an internal note with these files; the audit's comment."""
    comment = {"html_body": html, "public": False, "uploads": list(tokens)}
    return update(zendesk, ticket, comment=comment).json()["audit"]["events"][0]


def test_a_picture_uploaded_with_a_note_shows_in_it(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """It is then no attachment of the list any more, unless asked for."""
    made = upload(zendesk, "timeline.png", "image/png", PIXEL)
    assert (made["attachment"]["width"], made["attachment"]["height"]) == (1, 1)
    address = made["attachment"]["content_url"]
    picture = f'<img src="{address}" alt="A &lt;timeline&gt;" onerror="x()" width="9">'
    event = note(zendesk, ticket, f"<p>{picture}</p>", made["token"])
    kept = f'<p dir="auto"><img src="{address}" alt="A &lt;timeline&gt;"></p>'
    assert event["html_body"] == f'<div class="zd-comment" dir="auto">{kept}</div>'
    assert [each["inline"] for each in event["attachments"]] == [True]
    path = f"tickets/{ticket}/comments"
    for query, count in (("", 0), ("?include_inline_images=true", 1)):
        comments = call(zendesk, "GET", path + query).json()["comments"]
        assert len(comments[-1]["attachments"]) == count


def test_any_other_picture_is_dropped(zendesk: ZendeskStandIn, ticket: int) -> None:
    """One from elsewhere, one of another note, one by its path alone."""
    first = upload(zendesk, "a.png", "image/png", PIXEL)
    address = first["attachment"]["content_url"]
    note(zendesk, ticket, f'<p><img src="{address}"></p>', first["token"])
    second = upload(zendesk, "b.png", "image/png", PIXEL)
    path = second["attachment"]["content_url"].removeprefix(zendesk.url)
    addresses = ("https://a.example/b.png", address, path)
    html = "".join(f'<img src="{each}">' for each in addresses)
    event = note(zendesk, ticket, f"<p>x{html}</p>", second["token"])
    assert '<p dir="auto">x</p>' in event["html_body"]
    assert [each["inline"] for each in event["attachments"]] == [False]


def test_an_account_may_keep_no_picture_at_all(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """The worst that could be: the picture is an attachment then, like any file."""
    zendesk.account.keeps_images = False
    made = upload(zendesk, "timeline.png", "image/png", PIXEL)
    address = made["attachment"]["content_url"]
    event = note(zendesk, ticket, f'<p>x<img src="{address}"></p>', made["token"])
    assert '<p dir="auto">x</p>' in event["html_body"]
    comments = call(zendesk, "GET", f"tickets/{ticket}/comments").json()["comments"]
    assert [each["file_name"] for each in comments[-1]["attachments"]] == [
        "timeline.png"
    ]


@pytest.mark.parametrize(
    ("name", "content_type", "content", "disposition"),
    [
        ("a b.png", "image/png", PIXEL, "inline"),
        ("r.html", "text/html", HTML, "attachment"),
    ],
)
def test_a_file_opens_at_its_address_and_cannot_run(
    zendesk: ZendeskStandIn,
    name: str,
    content_type: str,
    content: bytes,
    disposition: str,
) -> None:
    """Pictures are shown, everything else is downloaded."""
    made = upload(zendesk, name, content_type, content)["attachment"]
    shown = call(zendesk, "GET", f"attachments/{made['id']}").json()["attachment"]
    assert shown == made
    answer = requests.get(made["content_url"], timeout=5)
    assert answer.content == content
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.headers["Content-Disposition"].startswith(f"{disposition};")
    assert answer.headers["Content-Security-Policy"] == "sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_redacted_file_is_empty_for_good(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """On a closed ticket it can no longer be done."""
    made = upload(zendesk, "r.html", "text/html", HTML)
    event = note(zendesk, ticket, "<p>x</p>", made["token"])
    file = made["attachment"]["id"]
    path = f"tickets/{ticket}/comments/{event['id']}/attachments/{file}/redact"
    answer = call(zendesk, "PUT", path, {})
    assert answer.json()["attachment"]["file_name"] == "r.html"
    assert "remaining=28" in answer.headers["zendesk-ratelimit-per-ticket-updates"]
    gone = call(zendesk, "GET", f"attachments/{file}").json()["attachment"]
    assert (gone["file_name"], gone["size"]) == ("redacted.txt", 0)
    zendesk.close(ticket)
    assert call(zendesk, "PUT", path, {}).status_code == 422


def test_a_refused_note_leaves_its_files_for_the_next_try(
    zendesk: ZendeskStandIn, ticket: int
) -> None:
    """Only a comment that was written uses tokens up."""
    made = upload(zendesk, "r.html", "text/html", HTML)
    comment = {"body": "x", "public": False, "uploads": [made["token"], "none"]}
    assert update(zendesk, ticket, comment=comment).status_code == 422
    comment["uploads"] = [made["token"]]
    assert update(zendesk, ticket, comment=comment).status_code == 200
    gone = call(zendesk, "DELETE", f"uploads/{made['token']}")
    assert gone.status_code == 404


def test_the_page_shows_pictures_and_offers_files(
    zendesk: ZendeskStandIn, ticket: int, browser: Browser
) -> None:
    """The picture was loaded, and the file's link downloads it."""
    picture = upload(zendesk, "timeline.png", "image/png", PIXEL)
    file = upload(zendesk, "r.html", "text/html", HTML)
    html = f'<p><img src="{picture["attachment"]["content_url"]}" alt="Timeline"></p>'
    note(zendesk, ticket, html, picture["token"], file["token"])
    page = browser.new_page()
    page.goto(zendesk.url)
    page.get_by_test_id("ticket-row").click()
    shown = page.get_by_role("img", name="Timeline")
    expect(shown).to_have_js_property("naturalWidth", 1)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="r.html").click()
    assert downloading.value.suggested_filename == "r.html"
    page.close()
