"""What the Slack stand-in sends is understood by the real slack_bolt."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from slack_bolt import App, Args, BoltContext
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient

from bot.demo.server import Server
from bot.demo.slack import SlackStandIn
from tests.demo.slack_receiver import actions, button, post

LINK = "https://replays.acme.example/r/1"
SAM, ACME, GLOBEX = "U09SAM00001", "T07ACME0001", "T09GLOBEX02"


class Listening:
    """A Bolt app that only notes which of its listeners heard whom, where."""

    def __init__(self, client: WebClient) -> None:
        self.heard: list[tuple[str, BoltContext]] = []
        bolt = App(
            client=client,
            signing_secret="demo-signing-secret",
            token_verification_enabled=False,
            # The stand-in's clock stands still, so that its signatures look old.
            request_verification_enabled=False,
        )
        for event in (
            "app_mention",
            "message",
            "link_shared",
            "app_home_opened",
            "tokens_revoked",
            "app_uninstalled",
        ):
            bolt.event(event)(self._noting(event))
        bolt.action("press")(self._noting("action"))
        bolt.global_shortcut("find")(self._noting("global_shortcut"))
        bolt.message_shortcut("find")(self._noting("message_shortcut"))
        bolt.view("share")(self._noting("view"))
        bolt.view_closed("share")(self._noting("view_closed"))
        bolt.command("/replay")(self._noting("command"))
        handler = SlackRequestHandler(bolt)
        app = Flask("bolt")

        @app.post("/slack/events")
        def take() -> Response:
            return handler.handle(request)

        self.server = Server(app)

    def _noting(self, name: str) -> Any:
        def listen(args: Args) -> None:
            args.ack()
            self.heard.append((name, args.context))

        return listen

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard]


@pytest.fixture
def bolt(slack: SlackStandIn, client: WebClient) -> Iterator[Listening]:
    listening = Listening(client)
    with listening.server:
        slack.request_url = f"{listening.server.url}/slack/events"
        yield listening


def eventually(listening: Listening, names: list[str]) -> None:
    """Bolt answers events before their listener is done."""
    until = time.monotonic() + 5
    while listening.names != names and time.monotonic() < until:
        time.sleep(0.005)
    assert listening.names == names


def test_bolt_finds_the_listener_for_everything_people_do(
    slack: SlackStandIn, client: WebClient, bolt: Listening
) -> None:
    """Every kind has its own listener and is acknowledged; own messages have none."""
    slack.unfurl_domains = ("acme.example",)
    view = {
        "type": "modal",
        "callback_id": "share",
        "title": {"type": "plain_text", "text": "Share"},
        "submit": {"type": "plain_text", "text": "Share"},
        "notify_on_close": True,
        "blocks": actions(button("press")),
    }
    slack.run_command("ana", "support", "x")
    slack.global_shortcut("ana", "find")
    message = slack.post("ana", "support", LINK)
    for _ in range(2):
        trigger = slack.message_shortcut("ana", message, "find").trigger_id
        client.views_open(trigger_id=trigger, view=view)
        top = slack.modal("ana")
        assert top is not None
    slack.click_in_view("ana", top, "press")
    slack.close_modal("ana")
    trigger = slack.global_shortcut("ana", "find").trigger_id
    client.views_open(trigger_id=trigger, view=view)
    slack.submit("ana")
    expected = ["command", "global_shortcut", "message_shortcut", "message_shortcut"]
    expected += ["action", "view_closed", "global_shortcut", "view"]
    assert bolt.names == expected
    post(client, "U07BEN00002")
    slack.workspace.schedule.run_due()
    slack.announce(message)
    eventually(bolt, [*expected, "link_shared"])
    card = {LINK: {"blocks": actions(button("press"))}}
    client.chat_unfurl(channel=message.channel, ts=message.ts, unfurls=card)
    slack.click("ana", message, "press")
    slack.direct_message("ana", "hello")
    eventually(bolt, [*expected, "link_shared", "action", "message"])
    slack.open_home("ana")
    eventually(bolt, [*expected, "link_shared", "action", "message", "app_home_opened"])
    assert [ack.kind for ack in slack.acks if not ack.ok] == []


def test_bolt_is_told_of_an_uninstallation(
    slack: SlackStandIn, bolt: Listening
) -> None:
    """With a dead token, for which Bolt asks nobody."""
    slack.uninstall()
    eventually(bolt, ["tokens_revoked", "app_uninstalled"])
    assert all(ack.ok for ack in slack.acks)


def test_bolt_tells_a_stranger_from_our_people(
    slack: SlackStandIn, client: WebClient, bolt: Listening
) -> None:
    """The team is always ours. Bolt finds the actor's in events only; for presses it
    gives the team's, so that an app has to read ``user.team_id`` itself."""
    post(client, "C07GLOBEX05", blocks=actions(button("press")))
    message = slack.messages("with-globex")[0]
    for person in ("sam", "ana"):
        slack.click(person, message, "press")
    slack.mention("sam", "with-globex", "jane@example.com")
    eventually(bolt, ["action", "action", "app_mention"])
    contexts = [context for _, context in bolt.heard]
    assert [context.team_id for context in contexts] == [ACME] * 3
    assert [context.actor_team_id for context in contexts] == [ACME, ACME, GLOBEX]
    assert contexts[2].actor_user_id == SAM
