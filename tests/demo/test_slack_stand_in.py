"""The Slack stand-in, through the real slack_sdk and a receiver of what it sends."""

from __future__ import annotations

import json
import time
from typing import Any, ClassVar
from urllib.error import URLError
from urllib.parse import parse_qs

import pytest
import requests
from flask import Response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook import WebhookClient

from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn, faults
from bot.demo.slack.model import Message
from tests.demo.slack_receiver import (
    SECTION,
    Clock,
    Receiver,
    Shown,
    actions,
    button,
    post,
    refusal,
    support,
)


def uploaded(client: WebClient, slack: SlackStandIn, **more: Any) -> str:
    answer = client.files_upload_v2(
        content=b"<!doctype html>\n<title>Replay</title>",
        filename="jane.replay.html",
        title="Jane's replay",
        channel=support(slack),
        **more,
    )
    return str(answer["file"]["id"])


class TestTokens:
    def test_auth_test_names_the_bot(self, client: WebClient) -> None:
        """A valid token is told who it is and which scopes it has."""
        answer = client.auth_test()
        assert answer["user"] == "courier"
        assert str(answer["bot_id"]).startswith("B")
        assert answer.headers["x-oauth-scopes"] == ",".join(DEFAULT_SCOPES)

    @pytest.mark.parametrize(
        ("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth")]
    )
    def test_other_tokens_are_refused(
        self, slack: SlackStandIn, token: str, error: str
    ) -> None:
        """No token and an unknown token have Slack's own errors."""
        with pytest.raises(SlackApiError) as refused:
            WebClient(token, base_url=slack.api_url).auth_test()
        assert refusal(refused) == error

    def test_a_revoked_token_is_refused_everywhere(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """After revoking, calls end with token_revoked."""
        slack.revoke_token()
        with pytest.raises(SlackApiError) as refused:
            client.auth_test()
        assert refusal(refused) == "token_revoked"

    def test_a_missing_scope_is_named(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """missing_scope says what is needed and what there is."""
        slack.bot_scopes = ("commands", "chat:write")
        with pytest.raises(SlackApiError) as refused:
            client.files_getUploadURLExternal(filename="a.html", length=1)
        assert refusal(refused) == "missing_scope"
        assert refused.value.response["needed"] == "files:write"
        assert refused.value.response["provided"] == "commands,chat:write"

    def test_history_scopes_go_by_the_kind_of_channel(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """groups:history does not open a public channel."""
        slack.bot_scopes = ("groups:history",)
        with pytest.raises(SlackApiError) as refused:
            client.conversations_history(channel=support(slack))
        assert refused.value.response["needed"] == "channels:history"


def test_a_body_that_is_no_json_is_refused(slack: SlackStandIn) -> None:
    """A broken body is answered by name and not with a server error."""
    headers = {"Content-Type": "application/json"}
    answer = requests.post(
        f"{slack.api_url}chat.postMessage", b"{", headers=headers, timeout=5
    )
    assert answer.json() == {"ok": False, "error": "invalid_json"}


class TestPosting:
    def test_a_message_is_kept_with_its_metadata(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """What was posted is read back, with metadata only when asked for."""
        metadata = {"event_type": "courier", "event_payload": {"request": "7"}}
        ts = post(client, support(slack), metadata=metadata)
        plain = client.conversations_history(channel=support(slack))
        whole = client.conversations_replies(
            channel=support(slack), ts=ts, include_all_metadata=True
        )
        assert "metadata" not in plain["messages"][0]
        assert whole["messages"][0]["metadata"] == metadata
        assert whole["messages"][0]["bot_id"]

    @pytest.mark.parametrize(
        ("channel", "error"),
        [
            ("random", "not_in_channel"),
            ("escalations", "channel_not_found"),
        ],
    )
    def test_the_bot_posts_only_where_it_is_a_member(
        self, slack: SlackStandIn, client: WebClient, channel: str, error: str
    ) -> None:
        """A public channel is known and closed; a private one does not exist."""
        with pytest.raises(SlackApiError) as refused:
            post(client, slack.workspace.channel(channel).id)
        assert refusal(refused) == error

    def test_chat_write_public_opens_public_channels(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """With that scope the bot need not be a member."""
        slack.bot_scopes = (*DEFAULT_SCOPES, "chat:write.public")
        assert post(client, slack.workspace.channel("random").id)

    def test_a_joined_or_archived_channel_changes_the_answer(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """After conversations.join it works, until the channel is archived."""
        random = slack.workspace.channel("random")
        client.conversations_join(channel=random.id)
        post(client, random.id)
        random.archived = True
        with pytest.raises(SlackApiError) as refused:
            post(client, random.id)
        assert refusal(refused) == "is_archived"

    def test_replies_need_the_parents_ts(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """A reply to a reply, or to nothing, is refused."""
        parent = post(client, support(slack))
        reply = post(client, support(slack), thread_ts=parent)
        assert [message.ts for message in slack.thread("support", parent)] == [
            parent,
            reply,
        ]
        for thread_ts in (reply, "1.000000"):
            with pytest.raises(SlackApiError):
                post(client, support(slack), thread_ts=thread_ts)

    def test_a_thread_is_read_with_its_parent(
        self, slack: SlackStandIn, client: WebClient, clock: Clock
    ) -> None:
        """The parent comes first even where it is older than the span asked for."""
        parent = slack.post("ben", "support", "hm").ts
        clock.now += 3600
        replies = [post(client, support(slack), thread_ts=parent) for _ in range(3)]
        page = client.conversations_replies(
            channel=support(slack), ts=parent, oldest=str(clock.now - 60), limit=2
        )
        rest = client.conversations_replies(
            channel=support(slack),
            ts=parent,
            oldest=str(clock.now - 60),
            cursor=page["response_metadata"]["next_cursor"],
        )
        found = [message["ts"] for message in page["messages"] + rest["messages"]]
        assert found == [parent, *replies]
        assert (page["has_more"], rest["has_more"]) == (True, False)

    def test_only_own_messages_are_changed(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """The bot's message is updated and deleted; Ana's is not."""
        ts = post(client, support(slack))
        client.chat_update(channel=support(slack), ts=ts, text="changed")
        assert slack.messages("support")[0].text == "changed"
        client.chat_delete(channel=support(slack), ts=ts)
        hers = slack.post("ana", "support", "mine")
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(channel=support(slack), ts=hers.ts, text="x")
        assert refusal(refused) == "cant_update_message"
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(channel=support(slack), ts=ts, text="x")
        assert refusal(refused) == "message_not_found"

    def test_more_than_a_burst_is_limited(
        self, slack: SlackStandIn, client: WebClient, clock: Clock
    ) -> None:
        """chat.postMessage takes a short burst, then one a second per channel."""
        for _ in range(slack.allowance.burst):
            post(client, support(slack))
        with pytest.raises(SlackApiError) as refused:
            post(client, support(slack))
        assert refused.value.response.status_code == 429
        assert refused.value.response.headers["Retry-After"] == "1"
        clock.now += 1
        assert post(client, support(slack))

    def test_a_permalink_leads_to_the_message(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """chat.getPermalink has Slack's form, with the thread where there is one."""
        parent = post(client, support(slack))
        reply = post(client, support(slack), thread_ts=parent)
        link = client.chat_getPermalink(channel=support(slack), message_ts=reply)
        assert f"/p{reply.replace('.', '')}" in link["permalink"]
        assert f"thread_ts={parent}" in link["permalink"]

    def test_mentions_in_an_apps_text_are_recorded(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Every mention that would notify is kept; escaped ones are not mentions."""
        loud = {"type": "mrkdwn", "text": "@here now"}
        quiet = {"type": "mrkdwn", "text": "@channel", "verbatim": True}
        post(
            client,
            support(slack),
            text="<!channel> and &lt;!here&gt; and <@U07ANA00001> and @everyone",
            blocks=[
                {"type": "section", "text": loud},
                {"type": "section", "text": quiet},
            ],
        )
        assert [note.mention for note in slack.notifications] == [
            "<!channel>",
            "<@U07ANA00001>",
            "@here",
        ]

    def test_links_are_crawled_unless_unfurling_is_off(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """Slack's crawler visits a link in an app's message unless told not to."""
        link = f"<{receiver.server.url}/r/abc|Open> or <https://a.example/|elsewhere>"
        post(client, support(slack), text=link)
        assert slack.crawled == []
        client.chat_postMessage(channel=support(slack), text=link)
        assert slack.crawled == [f"{receiver.server.url}/r/abc", "https://a.example/"]
        assert receiver.visitors.get(timeout=5).startswith("Slackbot-LinkExpanding")


class TestEphemerals:
    def test_only_its_user_sees_one(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """It is in nobody else's view, in no history, and cannot be updated."""
        answer = client.chat_postEphemeral(
            channel=support(slack), user="U07ANA00001", text="for you"
        )
        assert [seen.text for seen in slack.ephemerals("ana", "support")] == ["for you"]
        assert slack.ephemerals("ben", "support") == []
        assert client.conversations_history(channel=support(slack))["messages"] == []
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(
                channel=support(slack), ts=answer["message_ts"], text="x"
            )
        assert refusal(refused) == "message_not_found"

    def test_the_user_must_be_in_the_channel(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """An ephemeral message to a stranger is refused."""
        slack.invite_bot("random")
        with pytest.raises(SlackApiError) as refused:
            client.chat_postEphemeral(
                channel=slack.workspace.channel("random").id,
                user="U07GUEST003",
                text="x",
            )
        assert refusal(refused) == "user_not_in_channel"

    def test_a_thread_without_replies_hides_it(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """In a thread it shows once the thread has replies."""
        parent = slack.post("ana", "support", "hm").ts
        client.chat_postEphemeral(
            channel=support(slack), user="U07ANA00001", text="lost?", thread_ts=parent
        )
        assert slack.ephemerals("ana", "support") == []
        slack.post("ben", "support", "what is it?", thread_ts=parent)
        assert len(slack.ephemerals("ana", "support")) == 1


class TestBlocks:
    @pytest.mark.parametrize(
        ("blocks", "pointer"),
        [
            (actions(button("a" * 256)), "/blocks/0/elements/0/action_id"),
            (
                actions(button("a", text={"type": "plain_text", "text": "x" * 76})),
                "/blocks/0/elements/0/text/text",
            ),
            (actions(button("a", "v" * 2001)), "/blocks/0/elements/0/value"),
            (actions(button("a", url="javascript:x")), "/blocks/0/elements/0/url"),
            (actions(button("a"), button("a")), "/blocks/0/elements/1/action_id"),
            (actions(button("a", colour="red")), "/blocks/0/elements/0"),
            (
                [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}],
                "/blocks/0/text/text",
            ),
            (
                [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
                "/blocks/0/text/text",
            ),
            ([{"type": "section"}], "/blocks/0"),
            (
                [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
                "/blocks/0/text/type",
            ),
            ([{"type": "carousel"}], "/blocks/0/type"),
            ([{"type": "divider", "block_id": "same"}] * 2, "/blocks/1/block_id"),
            ([{"type": "divider"}] * 51, "/blocks"),
            (
                [{"type": "context", "elements": [button("a")]}],
                "/blocks/0/elements/0/type",
            ),
        ],
    )
    def test_what_slack_refuses_is_refused(
        self,
        slack: SlackStandIn,
        client: WebClient,
        blocks: list[dict[str, Any]],
        pointer: str,
    ) -> None:
        """invalid_blocks points at the part that is wrong."""
        with pytest.raises(SlackApiError) as refused:
            post(client, support(slack), blocks=blocks)
        assert refusal(refused) == "invalid_blocks"
        messages = refused.value.response["response_metadata"]["messages"]
        assert any(line.endswith(f"[json-pointer:{pointer}]") for line in messages)

    def test_legal_blocks_may_be_too_long_together(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Five legal sections of 2,900 characters are more than Slack takes."""
        long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
        with pytest.raises(SlackApiError) as refused:
            post(client, support(slack), blocks=[long] * 5)
        assert refusal(refused) == "msg_blocks_too_long"

    @pytest.mark.filterwarnings("ignore:The top-level `text` argument")
    def test_something_must_be_said(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """A message without text and blocks is no_text."""
        with pytest.raises(SlackApiError) as refused:
            post(client, support(slack), text="  ")
        assert refusal(refused) == "no_text"


class TestFiles:
    def test_a_share_is_seen_after_a_while(
        self, slack: SlackStandIn, client: WebClient, clock: Clock
    ) -> None:
        """The upload is answered at once; the message comes when Slack is done."""
        file_id = uploaded(client, slack, initial_comment="Here it is")
        assert client.files_info(file=file_id)["file"]["shares"] == {}
        assert slack.messages("support") == []
        clock.now += 1
        slack.workspace.schedule.run_due()
        shares = client.files_info(file=file_id)["file"]["shares"]
        message = slack.messages("support")[0]
        assert shares["public"][support(slack)][0]["ts"] == message.ts
        assert (message.text, message.files) == ("Here it is", [file_id])
        assert slack.files[0].content == b"<!doctype html>\n<title>Replay</title>"

    def test_a_share_may_never_come(
        self, slack: SlackStandIn, client: WebClient, clock: Clock
    ) -> None:
        """With the switch on, Slack says ok and shows nothing."""
        slack.workspace.files_never_land = True
        file_id = uploaded(client, slack)
        clock.now += 60
        slack.workspace.schedule.run_due()
        assert client.files_info(file=file_id)["file"]["shares"] == {}

    def test_the_bytes_must_be_as_many_as_promised(self, client: WebClient) -> None:
        """A body of another length is refused, and the file cannot be completed."""
        ticket = client.files_getUploadURLExternal(filename="a.html", length=4)
        assert requests.post(ticket["upload_url"], b"abc", timeout=5).status_code == 400
        with pytest.raises(SlackApiError) as refused:
            client.files_completeUploadExternal(files=[{"id": ticket["file_id"]}])
        assert refusal(refused) == "file_not_found"

    def test_files_need_membership(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """chat:write.public does not help a file into a channel."""
        slack.bot_scopes = (*DEFAULT_SCOPES, "chat:write.public")
        with pytest.raises(SlackApiError) as refused:
            client.files_upload_v2(
                content=b"x",
                filename="a.html",
                channel=slack.workspace.channel("random").id,
            )
        assert refusal(refused) == "not_in_channel"

    def test_a_deleted_file_is_gone(
        self, slack: SlackStandIn, client: WebClient, clock: Clock
    ) -> None:
        """Its message goes with it where it held nothing else."""
        file_id = uploaded(client, slack)
        clock.now += 1
        slack.workspace.schedule.run_due()
        client.files_delete(file=file_id)
        assert slack.messages("support") == []
        with pytest.raises(SlackApiError) as refused:
            client.files_info(file=file_id)
        assert refusal(refused) == "file_deleted"

    def test_private_urls_need_the_token_and_never_render(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """url_private_download gives the bytes as an attachment, with a token only."""
        url = client.files_info(file=uploaded(client, slack))["file"][
            "url_private_download"
        ]
        assert requests.get(url, timeout=5).status_code == 403
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        answer = requests.get(url, headers=headers, timeout=5)
        assert answer.content.startswith(b"<!doctype html>")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


class TestFaults:
    def test_rate_limits_can_be_provoked(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """The method asked for answers 429 with the delay, once."""
        slack.faults.add("chat.update", faults.ratelimited(7))
        ts = post(client, support(slack))
        with pytest.raises(SlackApiError) as refused:
            client.chat_update(channel=support(slack), ts=ts, text="x")
        assert refused.value.response.headers["Retry-After"] == "7"
        client.chat_update(channel=support(slack), ts=ts, text="x")

    @pytest.mark.parametrize(
        "fault", [faults.html(), faults.html(502), faults.error("fatal_error")]
    )
    def test_odd_answers_reach_the_client(
        self, slack: SlackStandIn, client: WebClient, fault: faults.Fault
    ) -> None:
        """An HTML body and any error word come back as a SlackApiError."""
        slack.faults.add("chat.postMessage", fault)
        with pytest.raises(SlackApiError):
            post(client, support(slack))
        assert slack.messages("support") == []

    @pytest.mark.parametrize(
        ("fault", "posted"),
        [
            (faults.reset(), 0),
            (faults.timeout(1.0), 0),
            (faults.lost_answer(), 1),
            (faults.lost_answer(1.0), 1),
        ],
    )
    def test_an_answer_may_get_lost(
        self, slack: SlackStandIn, fault: faults.Fault, posted: int
    ) -> None:
        """After a cut or a silence the message may be there or not."""
        client = WebClient(
            slack.bot_token, base_url=slack.api_url, timeout=0.3, retry_handlers=[]
        )
        slack.faults.add("chat.postMessage", fault)
        with pytest.raises((URLError, ConnectionError, TimeoutError)):
            post(client, support(slack))
        assert len(slack.messages("support")) == posted

    def test_every_call_is_kept(self, slack: SlackStandIn, client: WebClient) -> None:
        """The log has method, arguments without the token, time and outcome."""
        post(client, support(slack))
        call = slack.api_calls[-1]
        assert (call.method, call.error, call.time) == (
            "chat.postMessage",
            "",
            slack.workspace.clock(),
        )
        assert slack.bot_token not in json.dumps(call.args)


class TestCommands:
    def test_a_command_is_signed_form_data(
        self, slack: SlackStandIn, receiver: Receiver, clock: Clock
    ) -> None:
        """slack_sdk's verifier accepts the request, and it has Slack's fields."""
        ack = slack.run_command("ana", "random", "jane@example.com")
        headers, body = receiver.requests[0]
        verifier = SignatureVerifier("demo-signing-secret", clock=Shown(clock))
        assert verifier.is_valid_request(body, headers)
        form = parse_qs(body.decode())
        assert form["command"] == ["/replay"]
        assert form["text"] == ["jane@example.com"]
        assert form["response_url"] == [ack.response_url]
        assert ack.ok
        assert ack.seconds < 3

    def test_a_command_names_people_by_id(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """As Slack does for a command with ``should_escape``; others stay as typed."""
        slack.run_command("ana", "random", "@ben @nobody ben@example.com")
        form = parse_qs(receiver.requests[0][1].decode())
        assert form["text"] == ["<@U07BEN00002|ben> @nobody ben@example.com"]

    @pytest.mark.parametrize(
        ("body", "mimetype"),
        [
            ("Looking", "text/plain"),
            ('{"response_type": "ephemeral", "text": "Looking"}', "application/json"),
        ],
    )
    def test_a_body_in_the_ack_is_shown_to_the_user(
        self, slack: SlackStandIn, receiver: Receiver, body: str, mimetype: str
    ) -> None:
        """Text and JSON both become an ephemeral message; in any channel."""
        receiver.answers = [lambda: Response(body, mimetype=mimetype)]
        slack.run_command("ana", "random", "jane@example.com")
        assert [seen.text for seen in slack.ephemerals("ana", "random")] == ["Looking"]
        assert slack.messages("random") == []

    def test_a_late_or_failed_ack_tells_the_user(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """A 500 and a silence beyond the deadline each have Slack's wording."""
        slack.delivery.deadline = 0.2
        receiver.answers = [lambda: Response(status=500), self._late]
        slack.run_command("ana", "support", "x")
        slack.run_command("ana", "support", "x")
        first, second = slack.ephemerals("ana", "support")
        assert "dispatch_failed" in first.text
        assert "operation_timeout" in second.text
        assert [ack.status for ack in slack.acks] == [500, 0]

    @staticmethod
    def _late() -> Response:
        time.sleep(0.4)
        return Response("too late")


class TestResponseUrls:
    @pytest.fixture
    def url(self, slack: SlackStandIn) -> str:
        return slack.run_command("ana", "escalations", "jane@example.com").response_url

    def test_an_answer_is_private_and_needs_no_membership(
        self, slack: SlackStandIn, url: str
    ) -> None:
        """It reaches the user in a private channel the bot is not in."""
        answer = WebhookClient(url).send(text="Found", blocks=[SECTION])
        assert (answer.status_code, answer.body) == (200, "ok")
        assert slack.ephemerals("ana", "escalations")[0].blocks[0]["block_id"]

    def test_replacing_rewrites_the_answer_to_the_command(
        self, slack: SlackStandIn, url: str
    ) -> None:
        """The first answer of a command is the one that replace_original rewrites."""
        WebhookClient(url).send(text="Looking", replace_original=False)
        WebhookClient(url).send(text="Found", replace_original=True)
        assert [seen.text for seen in slack.ephemerals("ana", "escalations")] == [
            "Found"
        ]

    def test_in_channel_answers_are_for_everybody(
        self, slack: SlackStandIn, url: str
    ) -> None:
        """response_type in_channel posts a message, into a thread where asked."""
        parent = slack.post("ben", "escalations", "help").ts
        WebhookClient(url).send(text="Here", response_type="in_channel")
        WebhookClient(url).send_dict(
            {"text": "There", "response_type": "in_channel", "thread_ts": parent}
        )
        assert [message.text for message in slack.messages("escalations")] == [
            "help",
            "Here",
        ]
        assert slack.thread("escalations", parent)[1].text == "There"

    def test_it_works_five_times(self, url: str) -> None:
        """The sixth post is refused."""
        answers = [WebhookClient(url).send(text="x") for _ in range(6)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [404]
        assert answers[5].body == "used_url"

    def test_it_works_for_thirty_minutes(self, url: str, clock: Clock) -> None:
        """After that it is refused as expired."""
        clock.now += 30 * 60
        assert WebhookClient(url).send(text="x").status_code == 200
        clock.now += 1
        assert WebhookClient(url).send(text="x").body == "expired_url"

    def test_what_slack_cannot_show_is_refused(self, url: str) -> None:
        """Block Kit is checked here too."""
        answer = WebhookClient(url).send(text="x", blocks=[{"type": "section"}])
        assert (answer.status_code, answer.body) == (400, "invalid_blocks")


class TestClicks:
    def test_a_click_on_an_ephemeral_has_no_message(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """All there is to go by is the button's value and a new response_url."""
        client.chat_postEphemeral(
            channel=support(slack),
            user="U07ANA00001",
            text="pick",
            blocks=actions(button("share", "one"), button("attach", "two")),
        )
        seen = slack.ephemerals("ana", "support")[0]
        ack = slack.click("ana", seen, "attach")
        payload = receiver.payloads[0]
        assert payload["type"] == "block_actions"
        assert "message" not in payload
        assert payload["container"]["is_ephemeral"] is True
        assert payload["actions"][0]["value"] == "two"
        assert payload["actions"][0]["block_id"] == seen.blocks[0]["block_id"]
        WebhookClient(ack.response_url).send(text="done", replace_original=True)
        assert [left.text for left in slack.ephemerals("ana", "support")] == ["done"]
        WebhookClient(ack.response_url).send(text="", delete_original=True)
        assert slack.ephemerals("ana", "support") == []

    def test_a_click_on_a_message_carries_it(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """From a message in a thread the thread is known."""
        parent = slack.post("ana", "support", "hm").ts
        post(
            client,
            support(slack),
            thread_ts=parent,
            blocks=actions(button("revoke", style="danger")),
        )
        slack.click("ben", slack.thread("support", parent)[1], "revoke")
        payload = receiver.payloads[0]
        assert payload["message"]["thread_ts"] == parent
        assert payload["user"]["id"] == slack.workspace.user("ben").id

    def test_nobody_clicks_what_they_do_not_see(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Ben cannot press Ana's private button, nor anyone one that is not there."""
        client.chat_postEphemeral(
            channel=support(slack),
            user="U07ANA00001",
            text="pick",
            blocks=actions(button("share")),
        )
        seen = slack.ephemerals("ana", "support")[0]
        with pytest.raises(LookupError):
            slack.click("ben", seen, "share")
        with pytest.raises(LookupError):
            slack.click("ana", seen, "other")

    def test_menus_say_which_option_was_chosen(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """An overflow menu sends the chosen option whole."""
        options = [
            {"text": {"type": "plain_text", "text": name}, "value": name}
            for name in ("7 days", "30 days")
        ]
        menu = {"type": "overflow", "action_id": "more", "options": options}
        post(client, support(slack), blocks=[{**SECTION, "accessory": menu}])
        slack.click("ana", slack.messages("support")[0], "more", "30 days")
        assert receiver.payloads[0]["actions"][0]["selected_option"] == options[1]

    def test_a_click_that_is_not_acknowledged_warns_the_user(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """Slack puts a warning mark next to the button, for that user."""
        receiver.answers = [lambda: Response(status=404)]
        post(client, support(slack), blocks=actions(button("share")))
        message = slack.messages("support")[0]
        slack.click("ana", message, "share")
        assert message.warned == {slack.workspace.user("ana").id}


class TestEvents:
    def test_a_mention_is_an_event(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """Typed text arrives as Slack stores it, in the thread it was typed in."""
        parent = slack.post("ben", "support", "Jane is stuck").ts
        event_id = slack.mention("ana", "support", "jane@example.com & co", parent)
        envelope = receiver.payloads[0]
        assert envelope["event_id"] == event_id
        assert envelope["event"]["thread_ts"] == parent
        assert envelope["event"]["text"].endswith(
            "> <mailto:jane@example.com|jane@example.com> &amp; co"
        )

    def test_no_event_where_the_bot_is_no_member(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """A mention in another channel reaches nobody."""
        slack.mention("ana", "random", "jane@example.com")
        assert receiver.requests == []
        assert len(slack.messages("random")) == 1

    def test_a_refused_event_is_sent_again(
        self, slack: SlackStandIn, receiver: Receiver, clock: Clock
    ) -> None:
        """At once, after one minute and after five, with the same event id."""
        receiver.answers = [lambda: Response(status=500)] * 4
        event_id = slack.mention("ana", "support", "jane@example.com")
        assert [ack.retry_num for ack in slack.acks] == [0, 1]
        for wait in (60, 300, 3600):
            clock.now += wait
            slack.workspace.schedule.run_due()
        assert [ack.retry_num for ack in slack.acks] == [0, 1, 2, 3]
        assert {ack.event_id for ack in slack.acks} == {event_id}
        headers = receiver.requests[3][0]
        assert headers["X-Slack-Retry-Reason"] == "http_error"

    def test_an_app_may_refuse_retries(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """A refusal with X-Slack-No-Retry ends it."""
        receiver.answers = [
            lambda: Response(status=500, headers={"X-Slack-No-Retry": "1"})
        ]
        slack.mention("ana", "support", "jane@example.com")
        assert len(receiver.requests) == 1

    def test_an_event_can_be_redelivered(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """The same body comes again with a retry header."""
        event_id = slack.mention("ana", "support", "jane@example.com")
        slack.redeliver(event_id)
        (_, first), (headers, second) = receiver.requests
        assert first == second
        assert headers["X-Slack-Retry-Num"] == "1"


class TestModals:
    MODAL: ClassVar = {
        "type": "modal",
        "callback_id": "share",
        "title": {"type": "plain_text", "text": "Share replay"},
        "submit": {"type": "plain_text", "text": "Share"},
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": {"type": "plain_text", "text": "Note"},
                "element": {"type": "plain_text_input", "action_id": "note"},
            }
        ],
    }

    @pytest.fixture
    def message(self, slack: SlackStandIn) -> Message:
        return slack.post("ben", "random", "Jane is stuck")

    def test_a_shortcut_opens_one_modal(
        self,
        slack: SlackStandIn,
        client: WebClient,
        receiver: Receiver,
        message: Message,
    ) -> None:
        """The trigger works once, and the shortcut carries the whole message."""
        trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
        assert receiver.payloads[0]["message"]["text"] == "Jane is stuck"
        client.views_open(trigger_id=trigger, view=self.MODAL)
        assert slack.modal("ana") is not None
        assert slack.modal("ben") is None
        with pytest.raises(SlackApiError) as refused:
            client.views_open(trigger_id=trigger, view=self.MODAL)
        assert refusal(refused) == "exchanged_trigger_id"

    def test_a_trigger_lives_three_seconds(
        self, slack: SlackStandIn, client: WebClient, message: Message, clock: Clock
    ) -> None:
        """Later it has expired; an invented one never was."""
        trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
        clock.now += 3.1
        for given, error in (
            (trigger, "expired_trigger_id"),
            ("1.2", "invalid_trigge"),
        ):
            with pytest.raises(SlackApiError) as refused:
                client.views_open(trigger_id=given, view=self.MODAL)
            assert refusal(refused).startswith(error)

    def test_a_modal_is_updated_by_its_hash(
        self, slack: SlackStandIn, client: WebClient, message: Message
    ) -> None:
        """An old hash is a conflict."""
        trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
        view = client.views_open(trigger_id=trigger, view=self.MODAL)["view"]
        client.views_update(view_id=view["id"], hash=view["hash"], view=self.MODAL)
        with pytest.raises(SlackApiError) as refused:
            client.views_update(view_id=view["id"], hash=view["hash"], view=self.MODAL)
        assert refusal(refused) == "hash_conflict"

    def test_an_accepted_modal_closes(
        self,
        slack: SlackStandIn,
        client: WebClient,
        receiver: Receiver,
        message: Message,
    ) -> None:
        """Errors keep it open; an empty answer closes it."""
        trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
        client.views_open(trigger_id=trigger, view=self.MODAL)
        wrong = {"response_action": "errors", "errors": {"note": "Say more"}}
        receiver.answers = [lambda: Response(json.dumps(wrong))]
        values = {"note": {"note": {"type": "plain_text_input", "value": "hi"}}}
        slack.submit("ana", values)
        assert slack.modal("ana") is not None
        slack.submit("ana", values)
        assert slack.modal("ana") is None
        assert receiver.payloads[-1]["view"]["state"]["values"] == values

    def test_long_titles_are_refused(
        self, slack: SlackStandIn, client: WebClient, message: Message
    ) -> None:
        """A modal's title has 24 characters at most."""
        trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
        view = {**self.MODAL, "title": {"type": "plain_text", "text": "x" * 25}}
        with pytest.raises(SlackApiError) as refused:
            client.views_open(trigger_id=trigger, view=view)
        assert refusal(refused) == "invalid_arguments"


class TestPeople:
    def test_users_are_found_by_id_and_email(self, client: WebClient) -> None:
        """Guests are marked; addresses need their scope."""
        ana = client.users_lookupByEmail(email="ana@acme.example")["user"]
        assert ana["name"] == "ana"
        assert client.users_info(user="U07GUEST003")["user"]["is_restricted"] is True
        with pytest.raises(SlackApiError) as refused:
            client.users_lookupByEmail(email="jane@example.com")
        assert refusal(refused) == "users_not_found"

    def test_roles_and_homes_are_told(self, client: WebClient) -> None:
        """An administrator is one, a stranger's roles stay with their company."""
        ada = client.users_info(user="U07ADA00004")["user"]
        ana = client.users_info(user="U07ANA00001")["user"]
        sam = client.users_info(user="U09SAM00001")["user"]
        assert (ada["is_admin"], ada["is_owner"]) == (True, True)
        assert (ana["is_admin"], "is_stranger" in ana) == (False, False)
        assert (sam["is_stranger"], "is_admin" in sam) == (True, False)
        assert sam["team_id"] != ana["team_id"] == client.auth_test()["team_id"]

    def test_conversations_say_what_they_are(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Membership and outside partners are visible before posting."""
        slack.workspace.channel("support").ext_shared = True
        channel = client.conversations_info(channel=support(slack))["channel"]
        assert channel["is_member"] is True
        assert channel["is_ext_shared"] is True

    def test_a_direct_conversation_is_opened_once(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """conversations.open gives the same D… id each time; a user id works too."""
        opened = client.conversations_open(users="U07BEN00002")["channel"]["id"]
        assert opened.startswith("D")
        post(client, "U07BEN00002")
        assert client.conversations_open(users="U07BEN00002")["channel"]["id"] == opened
        assert isinstance(slack.workspace.messages[opened][0], Message)
