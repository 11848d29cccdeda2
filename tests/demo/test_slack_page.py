"""The page of the Slack stand-in: what a person sees, and that text stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, expect
from slack_sdk import WebClient

from bot.demo.server import Server
from bot.demo.slack import SlackStandIn
from bot.demo.slack.rendering import MessageText

HOSTILE = (
    '<script>alert(1)</script> <img src=x onerror="alert(1)"> '
    '<https://a.example/?q=%22|"><b>x> <javascript:alert(1)|x> <!channel|<i>>'
)


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    """A workspace whose app answers every command with two buttons."""
    app = Flask("courier")

    @app.post("/slack/events")
    def take() -> Response | dict[str, Any]:
        if "command" not in request.form:
            return Response(status=200)
        return {
            "response_type": "ephemeral",
            "text": "Found",
            "blocks": [
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "action_id": "share",
                            "style": "primary",
                            "text": {"type": "plain_text", "text": "Share link"},
                            "value": "one",
                            "confirm": {
                                "title": {"type": "plain_text", "text": "Share it?"},
                                "text": {"type": "plain_text", "text": "To all."},
                                "confirm": {"type": "plain_text", "text": "Share"},
                                "deny": {"type": "plain_text", "text": "Cancel"},
                            },
                        },
                        {
                            "type": "button",
                            "action_id": "open",
                            "text": {"type": "plain_text", "text": "Open"},
                            "url": "http://127.0.0.1/replay",
                        },
                    ],
                }
            ],
        }

    with Server(app) as server:
        stand_in = SlackStandIn(request_url=f"{server.url}/slack/events").start()
        yield stand_in
        stand_in.stop()


@pytest.fixture
def page(slack: SlackStandIn, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda line: problems.append(line.text) if line.type == "error" else None,
    )
    opened.goto(slack.url)
    yield opened
    context.close()
    assert problems == []


def parts(slack: SlackStandIn, **where: str) -> dict[str, str]:
    answer = requests.get(f"{slack.url}/page/view", params=where, timeout=5)
    found: dict[str, str] = answer.json()["parts"]
    return found


class TestText:
    TEXT = MessageText(lambda id_: {"U1": "Ana <b>"}.get(id_, ""))

    @pytest.mark.parametrize(
        ("given", "html"),
        [
            ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"),
            ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
            ("`a *b* &lt;c&gt;`", "<code>a *b* &lt;c&gt;</code>"),
            ("&gt; said\nthen", "<blockquote>said</blockquote>then"),
            ("one\ntwo", "one<br>two"),
            ("&amp;lt;", "&amp;lt;"),
            ("<@U1>", '<span class="mention">@Ana &lt;b&gt;</span>'),
            (
                "*<https://a.example/x_y_z?a=1&amp;b=2|The *link*>*",
                '<strong><a href="https://a.example/x_y_z?a=1&amp;b=2" target="_blank"'
                ' rel="noopener noreferrer">The *link*</a></strong>',
            ),
            (":mag: :unknown:", "🔍 :unknown:"),
            (
                "<!date^1767000000^{date} at {time}|long ago>",
                '<time data-unix="1767000000" data-layout="{date} at {time}">'
                "long ago</time>",
            ),
        ],
    )
    def test_slacks_formatting_is_drawn(self, given: str, html: str) -> None:
        """Each piece of mrkdwn has its HTML."""
        assert str(self.TEXT.mrkdwn(given)) == html

    @pytest.mark.parametrize("draw", ["mrkdwn", "plain"])
    def test_nothing_hostile_becomes_markup(self, draw: str) -> None:
        """Tags, attributes and other schemes stay text, in either kind of object."""
        html = str(getattr(self.TEXT, draw)(HOSTILE))
        tags = set(re.findall(r"<(\w+)", html))
        assert tags <= {"a", "span"}
        assert 'onerror="alert' not in html
        assert 'href="javascript' not in html


class TestPage:
    def test_the_page_allows_nothing_from_elsewhere(self, slack: SlackStandIn) -> None:
        """Its policy names no other host, and it holds no inline script or style."""
        answer = requests.get(slack.url, timeout=5)
        assert answer.headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'; style-src 'self'"
        )
        assert not re.search(r"<script(?! src=\"/assets/)|<style| style=", answer.text)

    def test_messages_with_hostile_text_are_drawn_safely(
        self, slack: SlackStandIn
    ) -> None:
        """In text, block, button, file name and modal alike."""
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        plain = {"type": "plain_text", "text": HOSTILE[:75]}
        client.chat_postMessage(
            channel=slack.workspace.channel("support").id,
            text=HOSTILE,
            blocks=[
                {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}},
                {
                    "type": "actions",
                    "elements": [
                        {
                            "type": "button",
                            "action_id": '"><img src=x>',
                            "value": '"><img src=x>',
                            "text": plain,
                        }
                    ],
                },
            ],
        )
        html = parts(slack)["timeline"]
        assert "<img" not in html
        assert "<script" not in html
        assert "&lt;script&gt;" in html

    def test_what_is_private_is_shown_to_one(self, slack: SlackStandIn) -> None:
        """Ana's answer is on her page and not on Ben's."""
        slack.run_command("ana", "support", "jane.doe@example.com")
        assert "Only visible to you" in parts(slack, user="ana")["timeline"]
        assert "Only visible to you" not in parts(slack, user="ben")["timeline"]

    def test_commands_are_not_for_threads(self, slack: SlackStandIn) -> None:
        """Slack says so to the person; the app hears nothing."""
        parent = slack.post("ben", "support", "hm").ts
        slack.post("ana", "support", "what?", thread_ts=parent)
        where = {"user": "ana", "channel": "support"}
        line = {**where, "thread": parent, "text": "/replay jane.doe@example.com"}
        answer = requests.post(f"{slack.url}/page/say", json=line, timeout=5)
        assert answer.status_code == 204
        assert "not supported in threads" in parts(slack, thread=parent)["thread"]
        assert slack.acks == []

    def test_other_sites_cannot_act(self, slack: SlackStandIn) -> None:
        """A form of another site is no JSON, and is refused."""
        form = {"user": "ana", "channel": "support", "text": "hello"}
        answer = requests.post(f"{slack.url}/page/say", data=form, timeout=5)
        assert answer.status_code == 415
        assert slack.messages("support") == []

    def test_a_permalink_opens_its_thread(self, slack: SlackStandIn) -> None:
        """The address given by chat.getPermalink leads to the page."""
        parent = slack.post("ben", "support", "hm").ts
        reply = slack.post("ana", "support", "what?", thread_ts=parent).ts
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        link = client.chat_getPermalink(
            channel=slack.workspace.channel("support").id, message_ts=reply
        )["permalink"]
        answer = requests.get(link, timeout=5)
        assert f'id="t-{reply}"' in answer.text


class TestBrowser:
    def test_a_person_finds_and_shares(self, slack: SlackStandIn, page: Page) -> None:
        """Type the command, press the button, confirm; Ben sees none of it."""
        page.get_by_text("/replay jane.doe@example.com", exact=True).click()
        expect(page.get_by_test_id("composer")).to_have_value(
            "/replay jane.doe@example.com"
        )
        page.get_by_test_id("send").click()
        private = page.get_by_test_id("ephemeral")
        expect(private).to_contain_text("Only visible to you")
        link = private.locator("[data-action-id=open]")
        assert link.get_attribute("target") == "_blank"
        private.locator("[data-action-id=share]").click()
        confirm = page.get_by_test_id("confirm")
        confirm.get_by_text("Cancel").click()
        assert [ack.kind for ack in slack.acks] == ["command"]
        private.locator("[data-action-id=share]").click()
        with page.expect_response("**/page/click"):
            confirm.get_by_text("Share", exact=True).click()
        page.locator("[data-user=ben]").click()
        expect(page.get_by_test_id("ephemeral")).to_have_count(0)

    def test_a_person_asks_in_a_thread(self, slack: SlackStandIn, page: Page) -> None:
        """A thread opens beside the channel, and a mention in it is delivered."""
        parent = slack.post("ben", "support", "Jane is stuck").ts
        page.get_by_text("Jane is stuck").hover()
        page.get_by_label("Reply in thread").click()
        page.get_by_test_id("thread-composer").fill("@courier jane.doe@example.com")
        page.get_by_test_id("thread-composer").press("Enter")
        expect(page.get_by_test_id("thread").get_by_test_id("message")).to_have_count(2)
        assert slack.thread("support", parent)[1].text.startswith("<@U07COURIER1>")
