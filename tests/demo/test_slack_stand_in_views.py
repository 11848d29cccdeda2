"""Views and shortcuts in the Slack stand-in: what people fill in reaches the app."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.demo.slack import SlackStandIn
from bot.demo.slack.model import View
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

ANA = "U07ANA00001"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def field(name: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": name,
        "label": plain(name),
        "element": {"action_id": name, **element},
        **more,
    }


TTL = {
    "type": "static_select",
    "options": [
        {"text": plain("7 days"), "value": "7"},
        {"text": plain("30 days"), "value": "30"},
    ],
}
WHERE = {
    "type": "conversations_select",
    "response_url_enabled": True,
    "default_to_current_conversation": True,
}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
FIELDS = [
    field("where", WHERE),
    field("ttl", {**TTL, "initial_option": TTL["options"][0]}),
    field("note", {"type": "plain_text_input", "max_length": 20}, optional=True),
]


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "title": plain("Share replay"),
        "submit": plain("Share"),
        "blocks": list(blocks) or FIELDS,
        **more,
    }


def home(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": list(blocks) or [SECTION], **more}


def opened(slack: SlackStandIn, client: WebClient, view: dict[str, Any]) -> View:
    message = slack.post("ben", "random", "Jane is stuck")
    trigger = slack.message_shortcut("ana", message, "find_replays").trigger_id
    client.views_open(trigger_id=trigger, view=view)
    shown = slack.modal("ana")
    assert shown is not None
    return shown


class TestSubmissions:
    def test_every_field_is_in_the_state(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """What was chosen, what it started with, and null for what is empty."""
        opened(slack, client, modal())
        assert slack.fill("ana", "ttl", "30") is None
        slack.submit("ana")
        values = receiver.payloads[-1]["view"]["state"]["values"]
        channel = slack.workspace.channel("random").id
        assert values == {
            "where": {
                "where": {
                    "type": "conversations_select",
                    "selected_conversation": channel,
                }
            },
            "ttl": {
                "ttl": {"type": "static_select", "selected_option": TTL["options"][1]}
            },
            "note": {"note": {"type": "plain_text_input", "value": None}},
        }

    def test_a_conversation_that_was_picked_has_a_response_url(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """It answers there, for selects that asked for it; without the flag, none."""
        opened(slack, client, modal())
        slack.fill("ana", "where", slack.workspace.channel("escalations").id)
        slack.submit("ana")
        (address,) = receiver.payloads[-1]["response_urls"]
        assert (address["block_id"], address["action_id"]) == ("where", "where")
        assert address["channel_id"] == slack.workspace.channel("escalations").id
        WebhookClient(address["response_url"]).send(
            text="x", response_type="in_channel"
        )
        assert [seen.text for seen in slack.messages("escalations")] == ["x"]
        opened(slack, client, modal(field("where", {"type": "conversations_select"})))
        slack.fill("ana", "where", support(slack))
        slack.submit("ana")
        assert receiver.payloads[-1]["response_urls"] == []

    def test_slack_keeps_what_is_incomplete(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """The app hears nothing of an empty field, or of a text that is too long."""
        opened(slack, client, modal(field("where", {"type": "conversations_select"})))
        sent = len(receiver.requests)
        with pytest.raises(ValueError, match="filled in"):
            slack.submit("ana")
        opened(slack, client, modal())
        slack.fill("ana", "note", "x" * 21)
        with pytest.raises(ValueError, match="length"):
            slack.submit("ana")
        with pytest.raises(LookupError):
            slack.fill("ana", "ttl", "90")
        assert len(receiver.requests) == sent + 1

    @pytest.mark.parametrize(
        ("body", "shown"),
        [
            ('{"response_action": "errors", "errors": {"note": "No"}}', {"note"}),
            ('{"response_action": "errors", "errors": {"other": "No"}}', {""}),
            ('{"response_action": "errors", "errors": {}}', {""}),
            ('{"response_action": "close"}', {""}),
            ('{"response_action": "update", "view": {"type": "modal"}}', {""}),
            ("oops", {""}),
        ],
    )
    def test_errors_are_shown_at_inputs_only(
        self,
        slack: SlackStandIn,
        client: WebClient,
        receiver: Receiver,
        body: str,
        shown: set[str],
    ) -> None:
        """Anything Slack cannot use leaves the modal there with a general error."""
        view = opened(slack, client, modal())
        receiver.answers = [lambda: Response(body)]
        slack.submit("ana")
        assert slack.modal("ana") is view
        assert set(view.errors) == shown

    def test_the_answer_may_update_push_or_clear(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """An update keeps what was filled in where block and action stay the same."""
        view = opened(slack, client, modal())
        slack.fill("ana", "note", "kept")
        changed = modal(FIELDS[2], {**SECTION, "block_id": "new"})
        answers = [
            {"response_action": "update", "view": changed},
            {"response_action": "push", "view": modal()},
            {"response_action": "clear"},
        ]
        receiver.answers = [lambda a=a: Response(json.dumps(a)) for a in answers]
        slack.submit("ana")
        assert slack.modal("ana") is view
        assert view.values["note"]["note"]["value"] == "kept"
        assert list(view.values) == ["note"]
        slack.submit("ana")
        above = slack.modal("ana")
        assert above is not None
        assert (above.root, above.previous) == (view.id, view.id)
        slack.submit("ana")
        assert slack.modal("ana") is None


class TestClosing:
    def test_the_app_hears_where_it_asked_to(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """view_closed for each view with notify_on_close, and no trigger to go on."""
        below = opened(slack, client, modal(notify_on_close=True))
        button_view = modal(*actions(button("more")), notify_on_close=True)
        trigger = slack.click_in_view("ana", below, "ttl", "7").trigger_id
        client.views_push(trigger_id=trigger, view=button_view)
        slack.close_modal("ana", back=True)
        closed = receiver.payloads[-1]
        assert (closed["type"], closed["is_cleared"]) == ("view_closed", False)
        assert "trigger_id" not in closed
        assert slack.modal("ana") is below
        slack.close_modal("ana")
        assert receiver.payloads[-1]["view"]["id"] == below.id
        assert receiver.payloads[-1]["is_cleared"] is True
        heard = len(receiver.requests)
        opened(slack, client, modal())
        slack.close_modal("ana")
        assert len(receiver.requests) == heard + 1

    def test_a_view_may_clear_the_stack_when_it_closes(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """clear_on_close leaves nothing below."""
        below = opened(slack, client, modal())
        trigger = slack.click_in_view("ana", below, "ttl", "7").trigger_id
        client.views_push(trigger_id=trigger, view=modal(clear_on_close=True))
        slack.close_modal("ana", back=True)
        assert slack.modal("ana") is None


class TestPresses:
    def test_a_press_in_a_view_has_its_state_and_no_response_url(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """The container is the view; there is neither channel nor message."""
        view = opened(slack, client, modal(*FIELDS, *actions(button("look"))))
        slack.fill("ana", "note", "hello")
        ack = slack.click_in_view("ana", view, "look")
        payload = receiver.payloads[-1]
        assert payload["container"] == {"type": "view", "view_id": view.id}
        assert payload["view"]["state"]["values"]["note"]["note"]["value"] == "hello"
        assert payload["view"]["hash"] == view.hash
        assert not {"channel", "message", "response_url"} & set(payload)
        assert (ack.response_url, bool(ack.trigger_id)) == ("", True)
        with pytest.raises(LookupError):
            slack.click_in_view("ben", view, "look")

    def test_an_input_may_be_dispatched(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """dispatch_action makes a block_actions of what was typed."""
        text = {"type": "plain_text_input"}
        opened(slack, client, modal(field("who", text, dispatch_action=True)))
        assert slack.fill("ana", "who", "jane@example.com") is not None
        (action,) = receiver.payloads[-1]["actions"]
        assert (action["type"], action["value"]) == (
            "plain_text_input",
            "jane@example.com",
        )

    def test_menus_in_messages_say_what_was_picked(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """In the action and in the message's state, beside menus left alone."""
        ttl = {**TTL, "action_id": "ttl", "initial_option": TTL["options"][0]}
        where = {"type": "conversations_select", "action_id": "where"}
        boxes = {"type": "checkboxes", "action_id": "and", "options": TTL["options"]}
        post(client, support(slack), blocks=actions(ttl, where, boxes))
        message = slack.messages("support")[0]
        slack.click("ana", message, "where", "C07RANDOM02")
        payload = receiver.payloads[-1]
        assert payload["actions"][0]["selected_conversation"] == "C07RANDOM02"
        (state,) = payload["state"]["values"].values()
        assert state["where"]["selected_conversation"] == "C07RANDOM02"
        assert state["ttl"]["selected_option"] == TTL["options"][0]
        slack.click("ana", message, "and", ["30"])
        action = receiver.payloads[-1]["actions"][0]
        assert action["selected_options"] == [TTL["options"][1]]
        for action_id, value in (("where", None), ("ttl", "90"), ("and", ["90"])):
            with pytest.raises(LookupError):
                slack.click("ana", message, action_id, value)


class TestViewMethods:
    @pytest.mark.parametrize(
        ("view", "error"),
        [
            (modal(*[SECTION] * 101), "invalid_arguments"),
            (modal(private_metadata="x" * 3001), "invalid_arguments"),
            (modal(callback_id="x" * 256), "invalid_arguments"),
            (modal(submit=None), "invalid_arguments"),
            (modal(close=plain("x" * 25)), "invalid_arguments"),
            (home(), "invalid_arguments"),
            (modal(*[LONG] * 90), "view_too_large"),
        ],
    )
    def test_views_have_limits(
        self, slack: SlackStandIn, client: WebClient, view: dict[str, Any], error: str
    ) -> None:
        """Blocks, metadata, ids and words are counted as Slack counts them."""
        with pytest.raises(SlackApiError) as refused:
            opened(slack, client, view)
        assert refusal(refused) == error
        assert slack.modal("ana") is None

    def test_a_stack_is_three_deep_and_ids_are_unique(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """The fourth push and a second view of one external_id are refused."""
        view = opened(slack, client, modal(external_id="one"))
        assert refused_push(slack, client, modal(external_id="one")) == (
            "duplicate_external_id"
        )
        for _ in range(2):
            trigger = slack.click_in_view("ana", view, "ttl", "7").trigger_id
            client.views_push(trigger_id=trigger, view=modal())
        assert refused_push(slack, client, modal()) == "push_limit_reached"
        updated = client.views_update(external_id="one", view=modal(external_id="one"))
        assert updated["view"]["id"] == view.id

    def test_a_closed_view_is_not_found(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Whoever closed the modal is spared the late update."""
        view = opened(slack, client, modal())
        slack.close_modal("ana")
        with pytest.raises(SlackApiError) as refused:
            client.views_update(view_id=view.id, view=modal())
        assert refusal(refused) == "not_found"


def refused_push(slack: SlackStandIn, client: WebClient, view: dict[str, Any]) -> str:
    top = slack.modal("ana")
    assert top is not None
    trigger = slack.click_in_view("ana", top, "ttl", "7").trigger_id
    with pytest.raises(SlackApiError) as refused:
        client.views_push(trigger_id=trigger, view=view)
    return refusal(refused)


class TestHome:
    def test_a_visit_is_an_event_with_the_view_once_there_is_one(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """Each visit, in the person's own conversation with the app."""
        slack.open_home("ana")
        assert slack.workspace.home_of("ana") is None
        view = client.views_publish(user_id=ANA, view=home(callback_id="h"))["view"]
        slack.open_home("ana")
        slack.open_home("ana", tab="messages")
        first, second, third = [sent["event"] for sent in receiver.payloads]
        assert "view" not in first
        assert first["channel"] == slack.dm_with_bot("ana").id
        assert (second["tab"], second["view"]["hash"]) == ("home", view["hash"])
        assert (third["tab"], "view" in third) == ("messages", False)

    def test_publishing_is_locked_by_the_hash(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """One Home tab a person; an old hash is a conflict, a closed tab an error."""
        first = client.views_publish(user_id=ANA, view=home())["view"]
        second = client.views_publish(user_id=ANA, view=home(), hash=first["hash"])
        assert second["view"]["id"] == first["id"]
        with pytest.raises(SlackApiError) as refused:
            client.views_publish(user_id=ANA, view=home(), hash=first["hash"])
        assert refusal(refused) == "hash_conflict"
        slack.workspace.home_tab_enabled = False
        with pytest.raises(SlackApiError) as refused:
            client.views_publish(user_id=ANA, view=home())
        assert refusal(refused) == "not_enabled"

    def test_a_press_on_it_opens_a_modal(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """A button on the Home tab carries the view and a trigger."""
        client.views_publish(user_id=ANA, view=home(*actions(button("extend"))))
        view = slack.workspace.home_of("ana")
        assert view is not None
        ack = slack.click_in_view("ana", view, "extend")
        assert receiver.payloads[-1]["view"]["type"] == "home"
        client.views_open(trigger_id=ack.trigger_id, view=modal())
        assert slack.modal("ana") is not None


class TestShortcuts:
    def test_a_global_shortcut_has_a_trigger_and_nothing_else(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """No channel and no response_url, so a modal is all that can follow."""
        ack = slack.global_shortcut("ana", "find")
        payload = receiver.payloads[-1]
        assert (payload["type"], payload["callback_id"]) == ("shortcut", "find")
        assert not {"channel", "message", "response_url"} & set(payload)
        client.views_open(trigger_id=ack.trigger_id, view=modal())
        assert slack.modal("ana") is not None

    def test_shortcuts_take_the_commands_scope(self, slack: SlackStandIn) -> None:
        """Without it Slack offers neither shortcuts nor commands."""
        message = slack.post("ana", "support", "hm")
        slack.bot_scopes = ("chat:write",)
        with pytest.raises(LookupError):
            slack.global_shortcut("ana", "find")
        with pytest.raises(LookupError):
            slack.message_shortcut("ana", message, "find")
        with pytest.raises(LookupError):
            slack.run_command("ana", "support", "x")

    def test_a_message_shortcut_carries_what_other_apps_attached(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """A helpdesk's message has its bot_id, blocks and attachments."""
        mail = {"fallback": "Mail from jane@example.com", "fields": []}
        message = slack.post(
            "helpdesk", "support", "New ticket", blocks=[SECTION], attachments=[mail]
        )
        slack.message_shortcut("ana", message, "find_replays")
        shown = receiver.payloads[-1]["message"]
        assert shown["attachments"] == [mail]
        assert shown["blocks"] == [SECTION]
        assert shown["bot_id"].startswith("B")

    def test_an_answer_to_a_shortcut_leaves_the_thread(
        self, slack: SlackStandIn
    ) -> None:
        """What was started on a reply answers into the channel, whatever it asks."""
        parent = slack.post("ben", "support", "hm").ts
        reply = slack.post("ben", "support", "jane@example.com", thread_ts=parent)
        url = slack.message_shortcut("ana", reply, "find_replays").response_url
        WebhookClient(url).send_dict(
            {"text": "x", "response_type": "in_channel", "thread_ts": parent}
        )
        assert [seen.text for seen in slack.messages("support")] == ["hm", "x"]


class TestEphemeralsInThreads:
    @pytest.mark.parametrize("named", [True, False])
    def test_a_press_may_name_the_thread_and_is_answered_in_place(
        self,
        slack: SlackStandIn,
        client: WebClient,
        receiver: Receiver,
        clock: Clock,
        *,
        named: bool,
    ) -> None:
        """container.thread_ts is there or not; the answer replaces, then deletes, what
        is in the thread, and is spent after five uses."""
        parent = slack.post("ana", "support", "hm").ts
        slack.post("ben", "support", "yes?", thread_ts=parent)
        client.chat_postEphemeral(
            channel=support(slack),
            user=ANA,
            text="pick",
            thread_ts=parent,
            blocks=actions(button("share")),
        )
        slack.workspace.names_threads_of_ephemerals = named
        seen = slack.ephemerals("ana", "support")[0]
        url = slack.click("ana", seen, "share").response_url
        assert ("thread_ts" in receiver.payloads[-1]["container"]) is named
        clock.now += 30 * 60
        for text in ("Working", "Shared"):
            WebhookClient(url).send(text=text, replace_original=True)
        (left,) = slack.ephemerals("ana", "support")
        assert (left.text, left.thread_ts, left.blocks) == ("Shared", parent, [])
        WebhookClient(url).send(text="", delete_original=True)
        assert slack.ephemerals("ana", "support") == []
        for _ in range(2):
            WebhookClient(url).send(text="more", replace_original=False)
        assert WebhookClient(url).send(text="x").status_code == 404
