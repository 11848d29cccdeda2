"""Doctor proves the whole loop with Zendesk, and names the fix of what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask

from bot import __version__
from bot.demo.server import Server
from bot.demo.zendesk import Fault, ZendeskStandIn
from bot.demo.zendesk.postman import Attempt, Invocation
from bot.model import Check
from integrations.zendesk.admin import Administration
from integrations.zendesk.credentials import ApiToken
from integrations.zendesk.doctor import Installation, checks
from integrations.zendesk.setup import Options, SetUp
from integrations.zendesk.webhook import blueprint
from tests.integrations.zendesk.helpers import RecordingIntake, client


@dataclass
class Loop:
    """An account set up for a courier's door."""

    zendesk: ZendeskStandIn
    options: Options
    secrets: list[str]
    """Those that the running courier knows."""

    def lines(self, secrets: list[str] | None = None) -> dict[str, Check]:
        known = self.secrets if secrets is None else secrets
        found = checks(client(self.zendesk), Installation(self.options, known))
        return {each.name.removeprefix("zendesk: "): each for each in found}

    def wrong(self) -> dict[str, Check]:
        return {name: each for name, each in self.lines().items() if not each.ok}


@pytest.fixture
def loop(zendesk: ZendeskStandIn, intake: RecordingIntake) -> Iterator[Loop]:
    zendesk.bot.role = "admin"
    secrets: list[str] = []
    app = Flask("courier")
    app.register_blueprint(blueprint(intake=intake, secrets=secrets))
    with Server(app) as door:
        options = Options(door.url)
        walk = SetUp(Administration(client(zendesk)), options, acts=True)
        list(walk.steps())
        secrets.append(str(walk.secret()))
        yield Loop(zendesk, options, secrets)
    assert intake.requests == {}


def delivered(zendesk: ZendeskStandIn, status: str, code: int | None) -> None:
    """Something that Zendesk's log of deliveries holds."""
    (webhook,) = zendesk.admin.webhooks.values()
    made = Invocation("01HANA", webhook.id, webhook.endpoint, "", b"", status=status)
    made.attempts.append(Attempt("2026-03-02T09:14:05Z", code, "", status))
    zendesk.postman.invocations.append(made)


def test_a_whole_loop_is_proved_without_a_trace(loop: Loop) -> None:
    """Signed, delivered, understood and answered; no ticket, no request."""
    before = len(loop.zendesk.api_calls)
    lines = loop.lines()
    assert [name for name, line in lines.items() if not line.ok] == []
    assert list(lines) == [
        "credentials",
        "webhook",
        "triggers",
        "ticket fields",
        "macro and view",
        "signing secret",
        "deliveries",
        "round trip",
    ]
    assert "Replay Courier <replay-bot@acme.example>, admin" in (
        lines["credentials"].detail
    )
    assert f"version {__version__} answered" in lines["round trip"].detail
    made = [c for c in loop.zendesk.api_calls[before:] if c.method != "GET"]
    assert [call.path for call in made] == ["/api/v2/webhooks/test"]
    assert loop.zendesk.tickets == {}
    assert loop.zendesk.deliveries == []


def test_a_wrong_secret_is_told_twice(loop: Loop) -> None:
    """By comparing with Zendesk's, and by the courier that refuses the signature."""
    secret = loop.secrets.pop()
    loop.secrets.append("another")
    wrong = loop.wrong()
    assert list(wrong) == ["signing secret", "round trip"]
    assert "refused Zendesk's signature" in wrong["round trip"].detail
    assert "ZENDESK_WEBHOOK_SECRETS" in wrong["round trip"].fix
    assert secret not in str(wrong)


def test_an_address_that_nobody_answers_is_told(loop: Loop) -> None:
    """What Zendesk could not reach, and that PUBLIC_URL says where."""
    (webhook,) = loop.zendesk.admin.webhooks.values()
    nowhere = Options("http://127.0.0.1:9")
    webhook.shown["endpoint"] = nowhere.endpoint
    loop.options = nowhere
    wrong = loop.wrong()
    assert list(wrong) == ["round trip"]
    assert "cannot reach http://127.0.0.1:9/zendesk/webhook" in (
        wrong["round trip"].detail
    )
    assert "PUBLIC_URL" in wrong["round trip"].fix


def test_somebody_else_at_the_address_is_told(loop: Loop) -> None:
    """A 200 proves nothing without the nonce."""
    app = Flask("else")
    app.add_url_rule("/zendesk/webhook", view_func=lambda: "fine", methods=["POST"])
    (webhook,) = loop.zendesk.admin.webhooks.values()
    with Server(app) as other:
        loop.options = Options(other.url)
        webhook.shown["endpoint"] = loop.options.endpoint
        detail = loop.wrong()["round trip"].detail
    assert "answered 200, and not as a courier does" in detail


def test_what_was_changed_is_told_with_its_repair(loop: Loop) -> None:
    """Each thing as it is, and as it should be."""
    admin = loop.zendesk.admin
    first, second, *_ = admin.triggers.values()
    first["active"] = False
    del admin.triggers[int(str(second["id"]))]
    next(iter(loop.zendesk.account.forms.values())).field_ids.pop()
    wrong = loop.wrong()
    assert list(wrong) == ["triggers", "ticket fields"]
    told = wrong["triggers"].detail
    assert "“Replay Courier: new ticket” was changed: active false, not true" in told
    assert "command in an internal note” is not there" in told
    assert wrong["triggers"].fix == "Run `replay-courier setup zendesk`."
    assert "Replay last session" in wrong["ticket fields"].detail


def test_lost_deliveries_are_counted(loop: Loop) -> None:
    """A failure where the newest was lost; losses of the past are only told."""
    delivered(loop.zendesk, "succeeded", 202)
    assert loop.lines()["deliveries"].detail == "all of the last 1 arrived"
    delivered(loop.zendesk, "terminated", 403)
    delivered(loop.zendesk, "circuit broken", None)
    check = loop.lines()["deliveries"]
    assert not check.ok
    assert check.detail == (
        "2 of the last 3 were lost (1 circuit broken, 1 terminated);"
        " the last answer was 403"
    )
    delivered(loop.zendesk, "succeeded", 202)
    assert loop.lines()["deliveries"].ok


def test_an_agent_sees_less_and_is_told_so(loop: Loop) -> None:
    """What only administrators see is no failure."""
    loop.zendesk.bot.role = "agent"
    lines = loop.lines()
    assert list(lines) == ["credentials", "set-up"]
    assert lines["set-up"].ok
    assert "administrator" in lines["set-up"].detail


def test_without_fields_doctor_is_content(loop: Loop) -> None:
    for key in [k for k, row in loop.zendesk.admin.fields.items() if row["removable"]]:
        del loop.zendesk.admin.fields[key]
    assert loop.wrong() == {}


def test_events_that_fell_back_to_triggers_are_said_to(loop: Loop) -> None:
    """What delivers is what is checked."""
    loop.options = Options(loop.options.public_url, by_events=True)
    lines = loop.lines()
    assert [name for name, line in lines.items() if not line.ok] == []
    assert "by triggers" in lines["delivery"].detail


def test_what_cannot_be_checked_has_a_line(zendesk: ZendeskStandIn) -> None:
    """No set-up, wrong credentials, an account that is away, a bot who is no agent."""
    zendesk.bot.role = "admin"
    fresh = Loop(zendesk, Options("https://replays.example.com"), [])
    wrong = fresh.wrong()
    assert list(wrong) == ["webhook", "triggers", "macro and view"]
    assert "webhook “Replay Courier” is not there" in wrong["webhook"].detail

    found = Installation(fresh.options, [])
    wrong_token = client(zendesk, ApiToken("a@example.com", "t0ken"))
    (line,) = checks(wrong_token, found)
    assert not line.ok
    assert "ZENDESK_OAUTH_CLIENT_ID" in line.fix
    assert "t0ken" not in str(line)

    zendesk.faults.next(Fault.UNAVAILABLE, method="GET", path="/webhooks")
    assert list(fresh.wrong()) == ["set-up"]

    zendesk.bot.role = "end-user"
    assert "agent" in fresh.wrong()["credentials"].fix
