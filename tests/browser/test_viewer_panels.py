"""The panels beside the stage, in a real Chromium: what a person can find and take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from bot.exporter.convert import CONVERTERS
from bot.exporter.portable import open_portable
from tests.browser.replays import (
    START_MS,
    checkout,
    document,
    element,
    exported,
    lines,
    meta,
    plugin,
    words,
    written,
)
from tests.browser.viewer import Viewer


@pytest.fixture
def open_checkout(viewer: Viewer, tmp_path: Path) -> Viewer:
    """The checkout recording, opened where its payment fails."""
    viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    viewer.open(f"{written(tmp_path, checkout(tmp_path)).as_uri()}#t=27")
    return viewer


def copied(viewer: Viewer, button: Locator) -> str:
    """What `button` puts on the clipboard, which was empty; it says that it did."""
    page = viewer.page
    page.evaluate("navigator.clipboard.writeText('')")
    button.click()
    viewer.eventually(lambda: page.evaluate("navigator.clipboard.readText()") != "")
    expect(page.get_by_role("button", name="Copied").last).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def of(viewer: Viewer, *entries: tuple[str, dict[str, Any]]) -> bytes:
    """A page and these plugin events, 50 ms apart."""
    return lines(
        ("w", 4, 0, meta("https://shop.test/")),
        ("w", 2, 1, document(element(5, "p", {}, words(6, "hello")))),
        *(
            ("w", 6, 50 * at, plugin(name, payload))
            for at, (name, payload) in enumerate(entries, 1)
        ),
    )


def request(name: str, **fields: Any) -> tuple[str, dict[str, Any]]:
    row = {"name": name, "entryType": "resource", "initiatorType": "fetch"} | fields
    return "network", {"requests": [row]}


def test_requests_are_narrowed_by_kind_trouble_and_words(open_checkout: Viewer) -> None:
    """Chips add up as in a browser's own tools; a hit in a body says where it is."""
    page = open_checkout.page
    open_checkout.at("tab-network").click()
    panel = page.get_by_role("list", name="Requests")
    rows = panel.get_by_role("listitem")
    found = page.locator(".panel:not([hidden])").get_by_role("status").first

    page.get_by_role("button", name="CSS 5").click()
    expect(rows).to_have_count(5)
    page.get_by_role("button", name="Font 2").click()
    expect(rows).to_have_count(7)
    expect(found).to_have_text("7 of 49")
    page.get_by_role("button", name="CSS 5").click()
    page.get_by_role("button", name="Font 2").click()
    page.get_by_role("button", name="Slow 1").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("3.3 s")
    page.get_by_role("button", name="Slow 1").click()
    page.get_by_role("searchbox", name="Search URLs").fill("COUPON_not")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text("in the response body")
    page.get_by_role("searchbox", name="Search URLs").fill("/api/coup")
    expect(rows.locator("mark")).to_have_text("/api/coup")
    page.get_by_role("searchbox", name="Search URLs").fill("no such thing")
    expect(page.get_by_text("Nothing matches the search and filters.")).to_be_visible()


def test_a_request_opens_to_everything_known_of_it(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Facts, timing, headers, bodies as what they are or raw, and a command to copy."""
    hostile = "it's $(touch /tmp/canary) `x` !\n"
    post = request(
        "https://api.test/pay?card=visa&tip=",
        method="POST",
        status=500,
        timestamp=START_MS + 100,
        startTime=10,
        requestStart=11,
        responseStart=30,
        responseEnd=40,
        duration=30,
        contentType="application/json",
        requestHeaders={"content-type": "application/x-www-form-urlencoded", "x": "1"},
        requestBody=f"a=1&note={hostile}",
        responseHeaders={"server": "nginx"},
        responseBody='{"error":{"code":"PGW_504"},"list":[1,2]}',
    )
    page_like = request(
        "https://api.test/page", method="GET", status=200, responseBody="<b>x</b>"
    )
    viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    file = written(tmp_path, exported(tmp_path, of(viewer, post, page_like)))
    viewer.open(file.as_uri())
    viewer.at("tab-network").click()

    row = viewer.at("network-row").filter(has_text="/pay")
    row.locator(".opener").click()
    details = viewer.at("request-details")
    expect(details.locator(".fold > summary")).to_have_text(
        [
            "General",
            "Timing 30 ms",
            "Query 2",
            "Request headers 2",
            "Request body 41 B",
            "Response headers 1",
            "Response body 41 B",
        ]
    )
    expect(details.locator(".phase")).to_have_count(3)
    expect(details.locator(".body dl")).to_contain_text("note")
    body = details.locator(".fold").last
    expect(body.locator(".key").first).to_have_text("error: ")
    body.get_by_role("button", name="Raw").click()
    expect(body.locator("pre")).to_have_text(
        '{"error":{"code":"PGW_504"},"list":[1,2]}'
    )
    expect(body.get_by_role("button", name="Raw")).to_have_attribute(
        "aria-pressed", "true"
    )
    copy = details.locator(".actions").first.get_by_role("button")
    assert copied(viewer, copy.nth(1)) == "https://api.test/pay?card=visa&tip="
    command = copied(viewer, copy.nth(0))
    assert command == (
        "curl --globoff 'https://api.test/pay?card=visa&tip=' \\\n"
        "  -H 'content-type: application/x-www-form-urlencoded' \\\n"
        "  -H 'x: 1' \\\n"
        "  --data-raw $'a=1&note=it\\'s $(touch /tmp/canary) `x` \\x21\\x0a'"
    )
    viewer.at("network-row").filter(has_text="/page").locator(".opener").click()
    expect(details.last.locator("pre.text").last).to_have_text("<b>x</b>")
    assert viewer.said == []


def test_the_console_is_counted_searched_and_folded(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Levels with counts, repeats in one row, stacks folded, matches marked, and a
    line to copy."""
    stack = "TypeError: no\n    at pay (a.js:1:2)\n    at b.js:3:4"
    boom = {"level": "error", "payload": [json.dumps(stack)], "trace": ["c.js:5:6"]}
    long = {"level": "log", "payload": [json.dumps("z" * 9000 + "end")]}
    other = {"level": "warn", "payload": ['"careful"', '{"deep":{"er":[1]}}']}
    entries = [("console", one) for one in (boom, boom, boom, other, long)]
    viewer.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    file = written(tmp_path, exported(tmp_path, of(viewer, *entries)))
    viewer.open(file.as_uri())
    rows = viewer.at("console-row")

    expect(rows).to_have_count(3)
    expect(rows.first.locator(".times")).to_have_text("3")
    expect(viewer.at("tab-console")).to_contain_text("5")
    rows.first.locator(".opener").click()
    expect(rows.first.locator(".text")).to_have_text("TypeError: no")
    frames = rows.first.get_by_text("pay (a.js:1:2)")
    expect(frames).to_be_hidden()
    rows.first.get_by_text("Stack trace").click()
    expect(frames).to_be_visible()
    rows.first.locator(".repeats").get_by_role("button").last.click()
    assert viewer.time_ms() == 150
    assert copied(viewer, rows.first.get_by_role("button", name="Copy line")) == (
        stack + "\n    at c.js:5:6"
    )
    rows.last.locator(".opener").click()
    expect(rows.last).not_to_contain_text("zend")
    rows.last.get_by_role("button", name="Show all 9,003 characters").click()
    expect(rows.last).to_contain_text("zend")
    viewer.page.get_by_role("button", name="Errors 3").click()
    expect(rows).to_have_count(1)
    viewer.page.get_by_role("button", name="Errors 3").click()
    viewer.page.get_by_role("searchbox").first.fill("CAREFUL")
    expect(rows).to_have_count(1)
    expect(rows.locator("mark")).to_have_text("careful")


def test_events_are_narrowed_and_what_the_app_sent_unfolds(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Resizes, session changes and the app's own events each have their filter."""
    extra = lines(
        ("w", 3, 300, {"source": 4, "width": 500, "height": 900}),
        ("w", 5, 400, {"tag": "window hidden", "payload": {}}),
        ("w", 5, 500, {"tag": "plan chosen", "payload": {"plan": {"seats": 5}}}),
        ("w", 5, 600, {"tag": "constructor", "payload": "x"}),
    )
    replay = exported(tmp_path, of(viewer) + extra)
    viewer.open(written(tmp_path, replay).as_uri())
    viewer.at("tab-events").click()
    rows = viewer.at("event-row")

    expect(rows).to_have_count(5)
    for chip, text in (
        ("Resizes 1", "500 \u00d7 900"),
        ("Session 1", "Switched away from the tab"),
        ("Pages 1", "https://shop.test/"),
    ):
        viewer.page.get_by_role("button", name=chip).click()
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(text)
        viewer.page.get_by_role("button", name=chip).click()
    viewer.page.get_by_role("searchbox", name="Search events").fill("plan")
    expect(rows).to_have_count(1)
    rows.locator(".opener").click()
    expect(rows.locator(".row-body .key").first).to_have_text("plan: ")
    assert viewer.time_ms() == 500


def test_rows_are_walked_opened_and_left_with_the_keyboard(
    open_checkout: Viewer,
) -> None:
    """One tab stop for the list; arrows, Home and End move, Enter opens and goes."""
    page = open_checkout.page
    open_checkout.at("tab-console").click()
    rows = open_checkout.at("console-row")
    page.get_by_role("list", name="Console lines").focus()

    page.keyboard.press("Home")
    expect(rows.first.locator(".opener")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    second = rows.nth(1)
    expect(second.locator(".opener")).to_have_attribute("aria-expanded", "true")
    expect(second).to_have_attribute("aria-current", "time")
    at = second.locator(".at").first.inner_text()
    assert open_checkout.time_ms() // 1000 == int(at.split(":")[1])
    page.keyboard.press("Tab")
    expect(second.locator(".row-body :focus")).to_have_count(1)
    second.locator(".opener").focus()
    page.keyboard.press("End")
    expect(rows.last.locator(".opener")).to_be_focused()
    expect(rows.last).to_have_attribute("aria-setsize", "11")
    page.get_by_role("button", name="Back to now").click()
    expect(page.get_by_role("button", name="Back to now")).to_be_hidden()


def test_twenty_thousand_lines_are_as_quick_as_twenty(
    viewer: Viewer, tmp_path: Path
) -> None:
    """Only rows near the view are drawn; end, clock and search find theirs."""
    many = 20_000
    entries = [
        ("console", {"level": "log", "payload": [f'"line {number}"']})
        for number in range(1, many + 1)
    ]
    file = written(tmp_path, exported(tmp_path, of(viewer, *entries)))
    viewer.open(file.as_uri())
    rows = viewer.at("console-row")
    expect(viewer.at("tab-console")).to_contain_text(str(many))

    viewer.go(many * 0.05 / 2)
    now = viewer.page.locator(".row.now:visible")
    expect(now).to_contain_text(f"line {many // 2}")
    expect(now).to_be_in_viewport()
    viewer.page.get_by_role("list", name="Console lines").focus()
    viewer.page.keyboard.press("End")
    expect(rows.last).to_contain_text(f"line {many}")
    expect(rows.last).to_have_attribute("aria-posinset", str(many))
    assert rows.count() <= 300
    took = viewer.page.evaluate(
        """async () => {
          const before = performance.now();
          document.querySelector('.chip:not([hidden])').click();
          document.querySelector('.rows').getBoundingClientRect();
          return performance.now() - before;
        }"""
    )
    assert took < 500
    viewer.page.get_by_role("searchbox").first.fill("line 1999")
    expect(viewer.page.get_by_text(f"11 of {many}")).to_be_visible()
    expect(rows).to_have_count(11)


def test_text_from_elsewhere_stays_in_its_place(viewer: Viewer, tmp_path: Path) -> None:
    """Markup, overrides of direction, NULs and lone surrogates are only ever text."""
    evil = "\u202eevil\0<img src=x onerror=alert(1)>\ud800\u2028" + "x" * 50_000
    entries = [
        ("console", {"level": evil, "payload": [json.dumps(evil)], "trace": [evil]}),
        request(f"https://a.test/{evil}", method=evil, requestHeaders={evil: evil}),
        request(evil, contentType=evil, responseBody=json.dumps({evil: [evil]})),
        ("network", {"requests": [{"name": {}, "initiatorType": []}, None, 7]}),
    ]
    tail = lines(("w", 5, 900, {"tag": evil, "payload": {evil: evil}}))
    replay = exported(tmp_path, of(viewer, *entries) + tail)
    viewer.open(written(tmp_path, replay).as_uri())

    for tab in ("console", "network", "events", "info"):
        viewer.at(f"tab-{tab}").click()
        viewer.page.locator(".panel:not([hidden])").evaluate(
            """panel => {
              for (const opener of panel.querySelectorAll('.opener')) opener.click();
              for (const fold of panel.querySelectorAll('details')) fold.open = true;
            }"""
        )
    loose = viewer.page.evaluate(
        """() => [...document.querySelectorAll('.panel *')]
             .filter(one => [...one.childNodes].some(
               text => text.nodeType === 3 && text.data.includes('\\u202e')))
             .filter(one => !/isolate/.test(getComputedStyle(one).unicodeBidi)
               && getComputedStyle(one).display === 'inline'
               && !one.closest('bdi'))
             .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert loose == []
    assert viewer.page.locator(".panel img, .panel script").count() == 0
    assert viewer.said == []


def test_what_is_saved_from_the_file_is_what_convert_writes(
    open_checkout: Viewer, tmp_path: Path
) -> None:
    """The same JSON and the same file names as the command's, made in the page."""
    page = open_checkout.page
    replay = open_portable(tmp_path / "a.replay.html")
    buttons = {
        "har": "HAR",
        "posthog-json": "PostHog JSON",
        "rrweb": "rrweb JSON",
        "console": "Console lines",
    }
    open_checkout.at("tab-info").click()

    for name, button in buttons.items():
        with page.expect_download() as saved:
            page.locator(".download").filter(has_text=button).click()
        ending, convert = CONVERTERS[name]
        expected = b"".join(convert(replay.events(), replay.manifest.recording_id))
        made = saved.value.path().read_bytes()
        assert saved.value.suggested_filename == f"recording{ending}"
        if name == "console":
            made, expected = (
                b"[" + text.strip().replace(b"\n", b",") + b"]"
                for text in (made, expected)
            )
        assert json.loads(made) == json.loads(expected)
    expect(page.locator(".hint").filter(has_text="Saved").first).to_be_visible()
    open_checkout.at("tab-network").click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as HAR").click()
    assert saved.value.suggested_filename == "recording.har"


def test_on_paper_the_info_tab_is_a_document(open_checkout: Viewer) -> None:
    """Whichever tab is open: title, facts, errors, failing requests and pages, on
    white, and neither player nor buttons."""
    page = open_checkout.page
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    open_checkout.at("tab-network").click()
    page.emulate_media(media="print")

    expect(page.locator(".panel.info")).to_be_visible()
    for text in (
        "Session replay: j***@example.com",
        "Uncaught TypeError",
        "POST http://shop.acme.test/api/payment",
        "http://shop.acme.test/checkout/shipping",
        "Intact: every segment",
    ):
        expect(page.locator(".panel.info").get_by_text(text).first).to_be_visible()
    for gone in ("header.top", "main", ".tabs", ".save", ".network-titles"):
        expect(page.locator(gone).first).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "light"
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight")


def test_a_copy_says_what_was_left_out_of_it(viewer: Viewer, tmp_path: Path) -> None:
    """In words where the rows would be, and in the report, kinds unheard of too."""
    file = written(tmp_path, exported(tmp_path, of(viewer)))
    left = {
        "audience": "customer",
        "removed": [{"kind": "console", "count": 3}, {"kind": "odd_thing", "count": 2}],
    }
    page = file.read_bytes()
    told = json.dumps(left)[1:-1].encode() + b', "segments": ['
    file.write_bytes(page.replace(b'"segments": [', told, 1))

    viewer.open(file.as_uri())

    expect(viewer.page.get_by_text("The console was left out of this")).to_be_visible()
    viewer.at("tab-network").click()
    expect(viewer.page.get_by_text("The recording holds no requests.")).to_be_visible()
    viewer.at("tab-info").click()
    facts = viewer.page.locator(".info dl")
    expect(facts.first).to_contain_text("Made forCustomer")
    expect(facts.filter(has_text="Odd thing")).to_have_text("Console3Odd thing2")


def test_the_info_tab_goes_to_moments_and_says_what_was_left_out(
    open_checkout: Viewer,
) -> None:
    """Errors, failing requests and pages each lead to their moment."""
    page = open_checkout.page
    open_checkout.at("tab-info").click()

    page.locator(".failing-list li").filter(has_text="coupons").locator(".at").click()
    assert open_checkout.time_ms() // 1000 == 22
    page.locator(".page-list .at").last.click()
    assert open_checkout.time_ms() == 37_880
    page.locator(".error-list .at").last.click()
    assert open_checkout.time_ms() // 1000 == 30
    expect(page.locator(".panel.info")).to_contain_text("Redacted")
