"""Links and direct messages in the Slack stand-in: what the app hears, and unfurls."""

from __future__ import annotations

import time
from threading import Thread
from typing import Any

import pytest
from flask import Response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn
from tests.demo.slack_receiver import (
    SECTION,
    Clock,
    Receiver,
    actions,
    button,
    post,
    refusal,
    support,
)

LINK = "https://replays.acme.example/r/8Yc2?a=1&b=2"
CARD = {LINK: {"blocks": [SECTION]}}
RICH = {"type": "rich_text", "elements": []}


@pytest.fixture(autouse=True)
def domains(slack: SlackStandIn) -> None:
    slack.unfurl_domains = ("acme.example", "127.0.0.1")


def events(receiver: Receiver) -> list[dict[str, Any]]:
    return [sent["event"] for sent in receiver.payloads if "event" in sent]


class TestLinkShared:
    def test_a_link_is_told_of_twice(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """While it is typed and once it was sent, with what names each to unfurl it."""
        parent = slack.post("ben", "random", "hm").ts
        message = slack.say("ana", "random", f"See {LINK} and {LINK}", parent)
        typed, sent = events(receiver)
        assert (typed["channel"], typed["source"]) == ("COMPOSER", "composer")
        assert typed["message_ts"] == typed["unfurl_id"]
        assert (sent["channel"], sent["source"]) == (
            message.channel,
            "conversations_history",
        )
        assert (sent["message_ts"], sent["thread_ts"]) == (message.ts, parent)
        for event in (typed, sent):
            assert event["links"] == [{"domain": "replays.acme.example", "url": LINK}]
            assert event["is_bot_user_member"] is False
            assert "text" not in event

    def test_only_links_of_people_on_registered_domains_are_told_of(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """Nothing of apps, other hosts, or without the scope; ports do not matter."""
        post(client, support(slack), text=f"<{LINK}>")
        slack.say("helpdesk", "support", LINK)
        slack.say("ana", "support", "https://notacme.example/ https://acme.example.co/")
        assert events(receiver) == []
        slack.say("ana", "support", "http://127.0.0.1:8080/r/1")
        assert len(events(receiver)) == 2
        slack.bot_scopes = [s for s in DEFAULT_SCOPES if s != "links:read"]
        slack.say("ana", "support", LINK)
        assert len(events(receiver)) == 2

    @pytest.mark.parametrize(
        "domains",
        [
            ("https://acme.example",),
            ("acme.example:80",),
            ("ACME.example",),
            ("intranet",),
            tuple(f"{n}.example" for n in range(6)),
        ],
    )
    def test_slack_registers_bare_public_domains_only(
        self, slack: SlackStandIn, domains: tuple[str, ...]
    ) -> None:
        """No scheme, port, capitals or single label, and five at most."""
        with pytest.raises(ValueError, match="domain"):
            slack.unfurl_domains = domains


class TestUnfurls:
    def test_an_unfurl_stands_below_the_message_and_is_edited(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """By channel and ts or by unfurl_id; the second call takes the first's place,
        and a mention in it would notify."""
        message = slack.say("ana", "support", LINK)
        client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=CARD)
        assert message.unfurls[LINK][0]["text"] == SECTION["text"]
        sent = list(slack.workspace.link_shares.values())[-1]
        loud = {"type": "mrkdwn", "text": "<!here>", "verbatim": True}
        client.chat_unfurl(
            unfurl_id=sent.unfurl_id,
            source=sent.source,
            unfurls={LINK: {"blocks": [{"type": "section", "text": loud}]}},
        )
        assert [block["text"] for block in message.unfurls[LINK]] == [loud]
        assert [note.mention for note in slack.notifications] == ["<!here>"]
        shown = client.conversations_history(channel=message.channel)["messages"][0]
        assert shown["attachments"][0]["app_unfurl_url"] == LINK

    def test_a_link_in_the_composer_is_unfurled_too(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """It needs no message; Slack shows it below the composer."""
        share = slack.paste("ana", "support", LINK)
        assert share is not None
        preview = {"title": {"type": "plain_text", "text": "Replay"}}
        client.chat_unfurl(
            unfurl_id=share.unfurl_id,
            source="composer",
            unfurls={LINK: {"blocks": [SECTION], "preview": preview}},
        )
        assert share.unfurls[LINK][0]["type"] == "section"
        assert slack.paste("ana", "support", "no link") is None

    def test_its_picture_is_fetched_by_slack_itself(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """By Slack's image proxy, which is no reader."""
        message = slack.say("ana", "support", LINK)
        picture = f"{receiver.server.url}/r/timeline.png"
        drawn = [{"type": "image", "image_url": picture, "alt_text": "Timeline"}]
        client.chat_unfurl(
            channel=message.channel, ts=message.ts, unfurls={LINK: {"blocks": drawn}}
        )
        assert slack.pictures == [picture]
        assert receiver.visitors.get(timeout=5).startswith("Slack-ImgProxy")

    @pytest.mark.parametrize(
        ("arguments", "error"),
        [
            ({"unfurls": {}}, "missing_unfurls"),
            ({"unfurls": []}, "invalid_unfurls_format"),
            ({"unfurls": {LINK: "x"}}, "invalid_unfurls_format"),
            ({"unfurls": {LINK: {"text": "x"}}}, "cannot_parse_attachment"),
            (
                {"unfurls": {LINK: {"blocks": [SECTION], "preview": {"title": "x"}}}},
                "invalid_unfurls_format",
            ),
            (
                {"unfurls": {LINK: {"blocks": [RICH]}}},
                "invalid_blocks",
            ),
            (
                {"unfurls": {LINK.replace("&b", "&amp;b"): {"blocks": [SECTION]}}},
                "cannot_unfurl_message",
            ),
            ({"ts": "1.000001"}, "cannot_find_message"),
            ({"channel": "C0"}, "cannot_find_channel"),
            ({"channel": None}, "missing_channel"),
            ({"ts": None}, "missing_ts"),
            ({"unfurl_id": "x"}, "missing_source"),
            ({"source": "composer"}, "missing_unfurl_id"),
            ({"source": "history", "unfurl_id": "x"}, "invalid_source"),
            ({"source": "composer", "unfurl_id": "x"}, "invalid_unfurl_id"),
        ],
    )
    def test_what_slack_would_not_unfurl_is_refused(
        self,
        slack: SlackStandIn,
        client: WebClient,
        arguments: dict[str, Any],
        error: str,
    ) -> None:
        """The URL is taken byte for byte, and each mistake has its own error."""
        message = slack.say("ana", "support", LINK)
        given = {"channel": message.channel, "ts": message.ts, "unfurls": CARD}
        with pytest.raises(SlackApiError) as refused:
            client.api_call("chat.unfurl", json={**given, **arguments})
        assert refusal(refused) == error
        assert message.unfurls == {}

    def test_nothing_is_unfurled_before_the_event_is_acknowledged(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver, clock: Clock
    ) -> None:
        """After refusals only; a retry that is taken opens the way."""
        receiver.answers = [lambda: Response(status=500)] * 2
        message = slack.post("ana", "support", LINK)
        slack.announce(message)
        with pytest.raises(SlackApiError) as refused:
            client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=CARD)
        assert refusal(refused) == "cannot_unfurl_url"
        clock.now += 60
        slack.workspace.schedule.run_due()
        assert slack.acks[-1].retry_num == 2
        client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=CARD)

    def test_an_acknowledgement_on_its_way_is_awaited(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """An app that unfurls at once does not lose against its own answer."""

        def slowly() -> Response:
            time.sleep(0.1)
            return Response(status=200)

        receiver.answers = [slowly]
        message = slack.post("ana", "support", LINK)
        delivery = Thread(target=slack.announce, args=(message,))
        delivery.start()
        while not receiver.requests:
            time.sleep(0.005)
        client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=CARD)
        delivery.join()
        assert LINK in message.unfurls

    def test_the_apps_own_messages_are_not_unfurled(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Nobody was told of their links; without a domain there is no service."""
        ts = post(client, support(slack), text=f"<{LINK}>")
        for domains, error in (
            (("acme.example",), "cannot_unfurl_message"),
            ((), "cannot_find_service"),
        ):
            slack.unfurl_domains = domains
            with pytest.raises(SlackApiError) as refused:
                client.chat_unfurl(channel=support(slack), ts=ts, unfurls=CARD)
            assert refusal(refused) == error

    def test_a_press_in_an_unfurl_carries_it_instead_of_a_message(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """app_unfurl and its container; the response_url answers beside it."""
        message = slack.say("ana", "support", LINK)
        client.chat_unfurl(
            channel=message.channel,
            ts=message.ts,
            unfurls={LINK: {"blocks": actions(button("extend"))}},
        )
        ack = slack.click("ben", message, "extend")
        payload = receiver.payloads[-1]
        assert "message" not in payload
        assert payload["app_unfurl"]["app_unfurl_url"] == LINK
        assert payload["container"]["type"] == "message_attachment"
        assert payload["container"]["attachment_id"] == payload["app_unfurl"]["id"]
        WebhookClient(ack.response_url).send(text="No", replace_original=True)
        assert [seen.text for seen in slack.ephemerals("ben", "support")] == ["No"]
        assert message.text == f"<{LINK.replace('&', '&amp;')}>"


class TestDirectMessages:
    def test_writing_to_the_app_is_an_event(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """message.im, and no app_mention even where the app is named."""
        message = slack.direct_message("ben", "@courier jane@example.com")
        (event,) = events(receiver)
        assert (event["type"], event["channel_type"]) == ("message", "im")
        assert event["channel"] == message.channel == slack.dm_with_bot("ben").id
        assert (event["user"], event["ts"]) == (message.user, message.ts)
        assert "subtype" not in event
        assert "bot_id" not in event

    def test_it_takes_the_scope_and_the_subscription(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """Without im:history, or unsubscribed, the app hears nothing."""
        slack.bot_scopes = [s for s in DEFAULT_SCOPES if s != "im:history"]
        slack.direct_message("ben", "hello")
        slack.bot_scopes = DEFAULT_SCOPES
        slack.workspace.bot_events = ("app_mention",)
        slack.direct_message("ben", "hello")
        assert receiver.requests == []

    def test_the_app_hears_its_own_messages_and_their_changes(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """With its bot_id, so that it can leave them alone; only in conversations."""
        post(client, support(slack))
        channel = slack.dm_with_bot("ana").id
        ts = post(client, channel)
        client.chat_update(channel=channel, ts=ts, text="changed")
        client.chat_delete(channel=channel, ts=ts)
        slack.workspace.schedule.run_due()
        until = time.monotonic() + 5
        while len(slack.acks) < 3 and time.monotonic() < until:
            time.sleep(0.005)
        own, changed, deleted = events(receiver)
        assert own["bot_id"] == client.auth_test()["bot_id"]
        assert changed["subtype"] == "message_changed"
        assert changed["message"]["text"] == "changed"
        assert changed["previous_message"]["text"] == "hello"
        assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)

    def test_a_closed_messages_tab_takes_no_message(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """messages_tab_disabled, as where the app's settings switch it off."""
        slack.workspace.messages_tab_enabled = False
        with pytest.raises(SlackApiError) as refused:
            post(client, "U07BEN00002")
        assert refusal(refused) == "messages_tab_disabled"
