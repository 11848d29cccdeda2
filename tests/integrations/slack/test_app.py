"""What people do in Slack becomes one committed request, acknowledged afterwards."""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.identifiers import read
from bot.model import Action, ReplayRequest, ReplyTo
from integrations.slack.app import build_app
from tests.integrations.slack.sending import (
    NOBODY_THERE,
    NOW,
    SECRET,
    Courier,
    Slack,
    payload,
    signed,
)

JANE = read("jane@example.com")
TWO_WEEKS = timedelta(days=14)


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def slack(courier: Courier) -> Slack:
    return Slack(courier)


def test_command(slack: Slack, courier: Courier) -> None:
    """A command becomes a FIND, answered at once with a line only the asker sees."""
    answer = slack.command("jane@example.com")
    assert answer.text == (
        "Looking for recordings of `jane@example.com` in the last 14 days…"
    )
    assert courier.only == ReplayRequest(
        key="slack:7000.7001.deadbeef",
        action=Action.FIND,
        reply_to=ReplyTo(
            "slack",
            {
                "team": "T07ACME001",
                "channel": "C07SUPPORT1",
                "user": "U07ANA00001",
                "response_url": "https://hooks.slack.test/commands/T07ACME001/1/abc",
                "command": "/replay",
                "asked_at": str(int(NOW)),
            },
        ),
        asked_by="U07ANA00001",
        identifiers=JANE,
        look_back=TWO_WEEKS,
        text="jane@example.com",
    )


def test_same_command_twice(slack: Slack, courier: Courier) -> None:
    """A command that arrives twice is one request."""
    slack.command("jane@example.com")
    slack.command("jane@example.com")
    assert len(courier.requests) == 1


def test_command_with_a_span(slack: Slack, courier: Courier) -> None:
    """``last 3d`` is read as the time to search and not as a person."""
    answer = slack.command("jane@example.com last 3d")
    assert "in the last 3 days" in answer.text
    assert courier.only.look_back == timedelta(days=3)
    assert courier.only.identifiers == JANE
    assert courier.only.text == "jane@example.com"


@pytest.mark.parametrize("text", ["", "  ", "help", "HELP", "<#C07SUPPORT1>"])
def test_help(slack: Slack, courier: Courier, text: str) -> None:
    """Without anybody to look for, and no modal to ask in, the answer is how to ask, by
    the command's name."""
    answer = slack.command(text, command="/sessions").get_json()
    assert answer["response_type"] == "ephemeral"
    assert "/sessions jane@example.com" in str(answer["blocks"])
    assert not courier.requests


def test_command_that_cannot_be_queued(slack: Slack, courier: Courier) -> None:
    """When nothing could be committed, the person is told so and not left waiting."""
    courier.is_down = True
    answer = slack.command("jane@example.com")
    assert answer.status_code == 200
    assert "could not be queued" in answer.text


def test_unexpected_command(slack: Slack, courier: Courier) -> None:
    """A command without what must be in it still gets an honest answer."""
    answer = slack.command("jane@example.com", trigger_id="")
    assert answer.status_code == 200
    assert "could not be queued" in answer.text


def test_share(slack: Slack, courier: Courier) -> None:
    """A press on a private list knows its recording from the button alone."""
    assert slack.interaction("press_private").status_code == 200
    request = courier.only
    assert (request.action, request.recording_id) == (Action.SHARE, "rec-1")
    assert request.asked_by == "U07ANA00001"
    assert dict(request.reply_to.address) == {
        "team": "T07ACME001",
        "channel": "C07SUPPORT1",
        "user": "U07ANA00001",
        "response_url": "https://hooks.slack.test/actions/T07ACME001/7002/xyz",
        "replace": "yes",
        "asked_at": str(int(NOW)),
    }


def _press(value: str, action_id: str = "replay_share") -> list[dict[str, Any]]:
    return [{"type": "button", "action_id": action_id, "value": value}]


def _pressed_later(seconds: int) -> list[dict[str, Any]]:
    """The same button, pressed again."""
    [action] = payload("press_private")["actions"]
    at = float(action["action_ts"]) + seconds
    return [{**action, "action_ts": f"{at:.6f}"}]


def test_share_into_a_thread(slack: Slack, courier: Courier) -> None:
    """A list shown in the channel shares into the thread its button names."""
    slack.interaction("press_private", actions=_press('{"r":"rec-1","t":"1.2"}'))
    address = courier.only.reply_to.address
    assert address["thread_ts"] == "1.2"
    assert courier.only.about == datetime.fromtimestamp(1, UTC)


def test_attach(slack: Slack, courier: Courier) -> None:
    """The other button asks for the file."""
    slack.interaction("press_private", actions=_press('{"r":"rec-1"}', "replay_attach"))
    assert courier.only.action is Action.ATTACH


def test_double_click(slack: Slack, courier: Courier) -> None:
    """Pressing again within a minute is the same request, whatever the trigger."""
    slack.interaction("press_private")
    again = _pressed_later(59)
    slack.now += 59
    slack.interaction("press_private", trigger_id="7000.7001.cafe99", actions=again)
    assert len(courier.requests) == 1


def test_the_same_press_sent_again(slack: Slack, courier: Courier) -> None:
    """Whoever got hold of a signed press shares nothing a second time by it."""
    body = urlencode({"payload": json.dumps(payload("press_private"))})
    headers = signed(body)
    for _ in range(2):
        assert slack.post(body, headers=headers).status_code == 200
        slack.now += 200
    assert len(courier.requests) == 1


def test_share_again_later(slack: Slack, courier: Courier) -> None:
    """Pressing after a minute shares again: perhaps the first link was revoked."""
    slack.interaction("press_private")
    again = _pressed_later(60)
    slack.now += 60
    slack.interaction("press_private", actions=again)
    assert len(courier.requests) == 2


def test_try_again_is_a_new_request(slack: Slack, courier: Courier) -> None:
    """After a failure the new button works at once."""
    slack.interaction("press_private")
    slack.interaction("press_private", actions=_press('{"r":"rec-1","a":"req_1"}'))
    assert len(courier.requests) == 2


def test_others_may_share_the_same(slack: Slack, courier: Courier) -> None:
    """Two people's presses are two requests."""
    slack.interaction("press_private")
    slack.interaction("press_private", user={"id": "U07BEN00002"})
    assert len(courier.requests) == 2


def test_revoke(slack: Slack, courier: Courier) -> None:
    """A link is closed by a request, which outlives whoever took the press."""
    assert slack.interaction("press_in_thread").status_code == 200
    request = courier.only
    assert (request.action, request.link_id) == (Action.REVOKE, "lnk_1")
    assert request.asked_by == "U07BEN00002"
    address = request.reply_to.address
    assert address["ts"] == "1795431800.000500"
    assert address["team"] == "T07ACME001"


def test_open_button(slack: Slack, courier: Courier) -> None:
    """Buttons that only open a link are acknowledged and ask for nothing."""
    actions = _press("", "replay_open")
    assert slack.interaction("press_private", actions=actions).status_code == 200
    assert not courier.requests


@pytest.mark.parametrize("value", ["", "nonsense", "[]", "{}", '{"r":1}'])
def test_press_with_a_strange_value(slack: Slack, courier: Courier, value: str) -> None:
    """A button that is none of ours shows Slack's warning sign."""
    answer = slack.interaction("press_private", actions=_press(value))
    assert answer.status_code == 400
    assert not courier.requests


def test_press_that_cannot_be_queued(slack: Slack, courier: Courier) -> None:
    """A press that could not be committed is not acknowledged."""
    courier.is_down = True
    assert slack.interaction("press_private").status_code == 503


def test_shortcut(slack: Slack, courier: Courier) -> None:
    """The shortcut reads blocks and attachments too, and asks about that time."""
    assert slack.interaction("shortcut").status_code == 200
    request = courier.only
    assert {each.value for each in request.identifiers} == {
        "jane@example.com",
        "john@example.com",
    }
    assert request.about == datetime.fromtimestamp(1795430000, UTC)
    assert request.reply_to.address["thread_ts"] == "1795430000.000200"
    assert request.key == "slack:7000.7001.cafe03"


def test_the_shortcut_on_a_forwarded_mail(slack: Slack, courier: Courier) -> None:
    """A mail is a file: whoever sent it is meant, and whom its text names."""
    message = payload("shortcut")["message"] | {
        "text": "",
        "blocks": [],
        "attachments": [],
        "files": [
            {
                "id": "F0EMAIL0001",
                "filetype": "email",
                "mode": "email",
                "title": "Cannot pay",
                "subject": "Cannot pay",
                "to": [{"address": "support@acme.example", "original": "support"}],
                "from": [{"address": "jane@example.com", "name": "Jane"}],
                "plain_text": "From: John <john@example.com>\nI cannot pay.",
            },
            {"id": "F0TEXT00001", "filetype": "text", "title": "log", "from": None},
        ],
    }
    assert slack.interaction("shortcut", message=message).status_code == 200
    assert [each.value for each in courier.only.identifiers] == [
        "jane@example.com",
        "john@example.com",
    ]


def test_mention(slack: Slack, courier: Courier) -> None:
    """A mention asks for a private answer in its thread."""
    assert slack.event(payload("mention")).status_code == 200
    request = courier.only
    assert request.key == "slack:Ev07AAA0001"
    assert request.identifiers == JANE
    assert request.look_back == timedelta(hours=12)
    assert dict(request.reply_to.address) == {
        "team": "T07ACME001",
        "channel": "C07SUPPORT1",
        "user": "U07ANA00001",
        "thread_ts": "1795431000.000100",
        "shown_in": "1795431000.000100",
        "asked_at": str(int(NOW)),
    }


def test_mention_delivered_again(slack: Slack, courier: Courier) -> None:
    """Slack's retry is the same request, and the only one if the first was lost."""
    slack.event(payload("mention"))
    slack.event(payload("mention"))
    assert len(courier.requests) == 1


def test_mention_of_nobody(slack: Slack, courier: Courier) -> None:
    """A mention without an identifier is passed on, to be answered with help."""
    body = payload("mention")
    body["event"]["text"] = "<@U07BOT00001> hello"
    slack.event(body)
    assert courier.only.identifiers == ()


def test_mention_by_a_bot(slack: Slack, courier: Courier) -> None:
    """Bots are not answered: two of them would never stop."""
    body = payload("mention")
    body["event"] |= {"bot_id": "B07OTHER001"}
    assert slack.event(body).status_code == 200
    assert not courier.requests


def test_mention_that_cannot_be_queued(slack: Slack, courier: Courier) -> None:
    """An event that was not committed is not acknowledged, so Slack sends it again."""
    courier.is_down = True
    assert slack.event(payload("mention")).status_code == 503
    courier.is_down = False
    assert slack.event(payload("mention")).status_code == 200
    assert len(courier.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "team_join"}},
        {"type": "event_callback", "event_id": "Ev1", "event": {"type": "app_mention"}},
        {"type": "app_rate_limited", "team_id": "T1"},
    ],
)
def test_other_events(slack: Slack, courier: Courier, body: dict[str, Any]) -> None:
    """What nobody answers is acknowledged, or Slack would send it again for nothing."""
    assert slack.event(body).status_code == 200
    assert not courier.requests


def test_unknown_button(slack: Slack) -> None:
    """A button of an older version does nothing and shows no error."""
    actions = _press("x", "replay_of_old")
    assert slack.interaction("press_private", actions=actions).status_code == 200


def test_forty_at_once(slack: Slack, courier: Courier) -> None:
    """Acknowledgements stay far inside Slack's three seconds when many come at once."""

    def ask(number: int) -> tuple[int, float]:
        started = time.monotonic()
        answer = slack.command("jane@example.com", trigger_id=f"t{number}")
        return answer.status_code, time.monotonic() - started

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(ask, range(40)))
    assert {status for status, _ in answers} == {200}
    assert max(seconds for _, seconds in answers) < 1.5
    assert len(courier.requests) == 40


def test_environment_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bolt's own settings from the environment change nothing, and are kept."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "s")
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-other")
    app = build_app(intake=Courier(), clients=NOBODY_THERE, signing_secret=SECRET)
    assert app.oauth_flow is None
    assert app.client.token is None
    assert os.environ["SLACK_CLIENT_ID"] == "1.2"
