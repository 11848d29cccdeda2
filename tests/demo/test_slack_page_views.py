"""What the page of the Slack stand-in draws of views, unfurls and rich text, and what
it makes of what is filled in; the same in a browser is in tests/browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from bot.demo.slack import SlackStandIn
from bot.demo.slack.attachments import attachments_of
from bot.demo.slack.forms import state_values
from bot.demo.slack.pickers import Pickers
from bot.demo.slack.rich_text import RichText
from tests.demo.slack_app import (
    EXPIRY,
    SlackApp,
    answered_by,
    field,
    share_view,
    unfurl,
)

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> {{ 9 * "a" }}'


@pytest.fixture
def app() -> Iterator[SlackApp]:
    app = SlackApp()
    with app.server:
        yield app


@pytest.fixture
def slack(app: SlackApp) -> Iterator[SlackStandIn]:
    with answered_by(app) as stand_in:
        yield stand_in


def parts(slack: SlackStandIn, **where: str) -> dict[str, str]:
    answer = requests.get(f"{slack.url}/page/view", params=where, timeout=5)
    found: dict[str, str] = answer.json()["parts"]
    return found


def names(slack: SlackStandIn, user: str, **element: Any) -> list[str]:
    """What a menu of conversations offers the user."""
    workspace = slack.workspace
    pickers = Pickers(workspace, workspace.user(user), workspace.channel("support"))
    groups = pickers.groups({"type": "conversations_select", **element})
    return [choice.name for group in groups for choice in group.choices]


class TestRichText:
    TEXT = RichText(lambda id_: {"U1": "Ana <b>", "C1": "support"}.get(id_, ""))

    @pytest.mark.parametrize(
        ("piece", "html"),
        [
            ({"type": "text", "text": "a <b>\nc"}, "a &lt;b&gt;<br>c"),
            (
                {"type": "text", "text": "x", "style": {"bold": True, "code": True}},
                "<code><strong>x</strong></code>",
            ),
            ({"type": "emoji", "name": "mag"}, "🔍"),
            (
                {"type": "user", "user_id": "U1"},
                '<span class="mention">@Ana &lt;b&gt;</span>',
            ),
            (
                {"type": "channel", "channel_id": "C1"},
                '<span class="mention">#support</span>',
            ),
            (
                {"type": "broadcast", "range": "here"},
                '<span class="mention">@here</span>',
            ),
            ({"type": "date", "timestamp": 1, "fallback": "then"}, "then"),
            ({"type": "link", "url": "javascript:alert(1)", "text": "x"}, "x"),
            (
                {"type": "link", "url": 'https://a.example/"onclick="x'},
                '<a href="https://a.example/&#34;onclick=&#34;x" target="_blank"'
                ' rel="noopener noreferrer">https://a.example/&#34;onclick=&#34;x</a>',
            ),
            ({"type": "hologram", "text": "x"}, ""),
        ],
    )
    def test_each_piece_is_drawn_as_text(
        self, piece: dict[str, Any], html: str
    ) -> None:
        section = {"type": "rich_text_section", "elements": [piece]}
        block = {"type": "rich_text", "elements": [section]}
        assert self.TEXT.html(block) == f"<div>{html}</div>"

    def test_lists_quotes_and_code_have_their_own_look(self) -> None:
        line = [{"type": "text", "text": "x"}]
        section = {"type": "rich_text_section", "elements": line}
        elements = [
            {"type": "rich_text_list", "style": "ordered", "elements": [section]},
            {"type": "rich_text_quote", "elements": line},
            {"type": "rich_text_preformatted", "elements": line},
        ]
        html = self.TEXT.html({"type": "rich_text", "elements": elements})
        assert html == ("<ol><li>x</li></ol><blockquote>x</blockquote><pre>x</pre>")


class TestBelowMessages:
    def test_an_unfurl_hangs_below_the_message_with_its_picture(
        self, slack: SlackStandIn
    ) -> None:
        """Blocks of the app, with the bar and the app's name."""
        message = slack.post("ben", "support", "Look: https://replay.example/r/1")
        message.unfurls["https://replay.example/r/1"] = unfurl("http://127.0.0.1/p.png")
        html = parts(slack)["timeline"]
        below = html[html.index('data-testid="unfurl"') :]
        assert 'src="http://127.0.0.1/p.png" alt="A timeline of clicks' in below
        assert "Added by Replay Courier" in below

    def test_pictures_may_be_files_of_the_workspace(self, slack: SlackStandIn) -> None:
        """Without the file only what it shows is said."""
        by_id = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A frame"}
        by_url = {**by_id, "slack_file": {"url": "https://files.example/F1"}}
        message = slack.post("ben", "support", "Look")
        message.blocks = [by_id, by_url]
        html = parts(slack)["timeline"]
        assert html.count('<img src="/page/files/F1" alt="A frame"') == 1
        assert '<span class="no-image">A frame</span>' in html

    def test_attachments_of_a_helpdesk_are_drawn_as_text(
        self, slack: SlackStandIn
    ) -> None:
        """With fields and colour; what would run or load is left out."""
        message = slack.post("ben", "support", "A ticket")
        message.attachments = [
            {
                "color": "danger",
                "author_name": HOSTILE,
                "title": HOSTILE,
                "title_link": "javascript:alert(1)",
                "text": HOSTILE,
                "fields": [{"title": HOSTILE, "value": HOSTILE, "short": True}],
                "image_url": "file:///etc/passwd",
            },
            {"color": '"/><script>', "fallback": "Only a fallback"},
        ]
        first, second = attachments_of(message)
        assert (first.colour, second.colour) == ("#e01e5a", "")
        assert (first.title_link, first.image_url) == ("", "")
        html = parts(slack)["timeline"]
        assert "Only a fallback" in html
        assert not re.search(r"<(script|img)|javascript:|file:|a{9}", html)


class TestMenus:
    def test_people_see_the_conversations_they_may_see(
        self, slack: SlackStandIn
    ) -> None:
        """A member all public channels, guests and partners those they are in."""
        assert names(slack, "ben") == [
            "# support",
            "# random",
            "🔒 escalations",
            "# with-globex",
        ]
        assert names(slack, "gil") == ["# support"]
        assert names(slack, "sam") == ["# with-globex"]

    def test_the_apps_filter_is_kept(self, slack: SlackStandIn) -> None:
        """By kind, by company, and without apps; archived channels are never there."""
        slack.workspace.channel("random").archived = True
        private = {"include": ["private"]}
        assert names(slack, "ana", filter=private) == ["🔒 escalations"]
        ours = {"include": ["public"], "exclude_external_shared_channels": True}
        assert names(slack, "ana", filter=ours) == ["# support"]
        assert "Replay Courier" in names(slack, "ana")
        assert "Replay Courier" not in names(
            slack, "ana", filter={"exclude_bot_users": True}
        )

    def test_a_menu_starts_where_the_app_says(self, slack: SlackStandIn) -> None:
        """At a named conversation, else at the current one where it asks for it."""
        workspace = slack.workspace
        support = workspace.channel("support")
        pickers = Pickers(workspace, workspace.user("ana"), support)
        current = {"default_to_current_conversation": True}
        assert pickers.chosen(current) == support.id
        assert pickers.chosen({**current, "initial_conversation": "C1"}) == "C1"
        assert pickers.chosen({}) == ""

    def test_options_are_drawn_in_their_groups(
        self, slack: SlackStandIn, app: SlackApp
    ) -> None:
        """With the one that the menu starts with."""
        blocks = [field("expires", "Link expires", EXPIRY)]
        app.client.views_publish(
            user_id="U07ANA00001", view={"type": "home", "blocks": blocks}
        )
        html = parts(slack, channel="courier", tab="home")["timeline"]
        assert re.search(r'<optgroup label="Later"><option value="7d" selected>', html)


class TestForms:
    BLOCKS = share_view()["blocks"]

    def test_the_app_gets_back_the_options_it_sent(self) -> None:
        """Whole options by their value, plain values as they are."""
        given = {
            "where": {"where": "C07SUPPORT1"},
            "expires": {"expires": "30d"},
            "audience": {"audience": "customer"},
            "extras": {"extras": ["file"]},
            "note": {"note": "Look"},
            "day": {"day": "2026-11-24"},
        }
        values = state_values(self.BLOCKS, given)
        picked = {block: entry[block] for block, entry in values.items()}
        assert picked["where"]["selected_conversation"] == "C07SUPPORT1"
        assert picked["expires"]["selected_option"]["text"]["text"] == "30 days"
        assert (
            picked["audience"]["selected_option"]
            == (self.BLOCKS[3]["element"]["options"][1])
        )
        assert [each["value"] for each in picked["extras"]["selected_options"]] == [
            "file"
        ]
        assert picked["note"] == {"type": "plain_text_input", "value": "Look"}
        assert picked["day"]["selected_date"] == "2026-11-24"

    def test_what_was_emptied_is_null(self) -> None:
        """Not what the field started with."""
        values = state_values(share_view("A first note")["blocks"], {})
        assert values["note"]["note"]["value"] is None
        assert values["expires"]["expires"]["selected_option"] is None
        assert values["extras"]["extras"]["selected_options"] == []


class TestPlaces:
    def test_everybody_has_their_own_talk_with_the_app(
        self, slack: SlackStandIn
    ) -> None:
        """Ben at Ana's address sees his own; a stranger has none."""
        slack.workspace.direct_channel(slack.workspace.user("ana").id)
        slack.post("ana", "courier", "for me alone")
        where = {"channel": slack.dm_with_bot("ana").id}
        assert "for me alone" in parts(slack, user="ana", **where)["timeline"]
        ben = parts(slack, user="ben", **where)
        assert "for me alone" not in ben["timeline"]
        assert "just between you and the app" in ben["timeline"]
        sam = parts(slack, user="sam", **where)
        assert "with-globex" in sam["heading"]
        assert "data-app" not in sam["sidebar"]

    def test_a_removed_app_is_nowhere(self, slack: SlackStandIn) -> None:
        """Neither in the sidebar nor among the commands and shortcuts."""
        slack.post("ben", "support", "Jane is stuck")
        assert "data-shortcut" in parts(slack)["timeline"]
        slack.uninstall()
        line = {"user": "ana", "channel": "support", "text": "/replay jane"}
        requests.post(f"{slack.url}/page/say", json=line, timeout=5)
        shown = parts(slack)
        assert "data-app" not in shown["sidebar"]
        assert "data-shortcut" not in shown["timeline"]
        assert "is not a valid command" in shown["timeline"]

    def test_views_with_hostile_text_are_drawn_safely(
        self, slack: SlackStandIn, app: SlackApp
    ) -> None:
        """In labels, hints, options, placeholders and initial values."""
        plain = {"type": "plain_text", "text": HOSTILE}
        option = {"text": plain, "value": HOSTILE, "description": plain}
        texts = {"placeholder": plain, "initial_value": HOSTILE}
        menu = {"type": "static_select", "options": [option], "placeholder": plain}
        boxes = {"type": "checkboxes", "options": [option]}
        blocks = [
            field(HOSTILE, HOSTILE, element, hint=plain)
            for element in ({"type": "plain_text_input", **texts}, menu, boxes)
        ]
        for index, block in enumerate(blocks):
            block["block_id"] += str(index)
        app.client.views_publish(
            user_id="U07ANA00001", view={"type": "home", "blocks": blocks}
        )
        html = parts(slack, channel="courier", tab="home")["timeline"]
        assert html.count("&lt;script&gt;") > 10
        assert not re.search(r"<(script|img)|a{9}", html)

    def test_a_view_of_somebody_else_is_not_there(self, slack: SlackStandIn) -> None:
        """Nobody presses on a view that is not on their screen."""
        body = {"user": "ben", "action_id": "find", "in_view": "V1", "channel": "x"}
        answer = requests.post(f"{slack.url}/page/click", json=body, timeout=5)
        assert answer.status_code == 404
