"""Set-up can be run again without harm; doctor says what is wrong and what to do."""

from __future__ import annotations

import pytest

from bot.demo.zendesk import Fault, ZendeskStandIn
from integrations.zendesk.credentials import ApiToken
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.setup import set_up
from tests.integrations.zendesk.helpers import client

HERE = "https://replays.example.com"


@pytest.fixture(autouse=True)
def administrator(zendesk: ZendeskStandIn) -> None:
    """Only they may set up."""
    zendesk.bot.role = "admin"


def outcomes(zendesk: ZendeskStandIn, url: str = HERE) -> list[str]:
    return [step.outcome for step in set_up(client(zendesk), url).steps]


def changes(zendesk: ZendeskStandIn) -> list[str]:
    return [call.method for call in zendesk.api_calls if call.method != "GET"]


def test_set_up_makes_a_webhook_and_two_triggers(zendesk: ZendeskStandIn) -> None:
    """And hands over the secret that the deliveries will be signed with."""
    done = set_up(client(zendesk), f"{HERE}/")
    assert [step.outcome for step in done.steps] == ["made", "made", "made"]
    assert all(step.is_done for step in done.steps)
    (webhook,) = zendesk.admin.webhooks.values()
    assert webhook.endpoint == f"{HERE}/zendesk/webhook"
    assert done.secret == webhook.secret
    assert done.secret not in str(done.steps)
    assert len(zendesk.admin.triggers) == 2


def test_set_up_again_changes_nothing(zendesk: ZendeskStandIn) -> None:
    """Found by name, compared, kept."""
    set_up(client(zendesk), HERE)
    before = len(changes(zendesk))
    assert outcomes(zendesk) == ["kept", "kept", "kept"]
    assert len(changes(zendesk)) == before


def test_set_up_repairs_what_somebody_changed(zendesk: ZendeskStandIn) -> None:
    """A moved courier, a webhook switched off, an edited trigger."""
    set_up(client(zendesk), HERE)
    (webhook,) = zendesk.admin.webhooks.values()
    webhook.shown["status"] = "inactive"
    next(iter(zendesk.admin.triggers.values()))["active"] = False
    moved = "https://new.example.com"
    assert outcomes(zendesk, moved) == ["changed", "changed", "kept"]
    assert outcomes(zendesk, moved) == ["kept", "kept", "kept"]
    assert webhook.endpoint == f"{moved}/zendesk/webhook"


def test_a_dry_run_only_looks(zendesk: ZendeskStandIn) -> None:
    """What would be made is told, and nothing is."""
    planned = set_up(client(zendesk), HERE, dry_run=True)
    assert [step.outcome for step in planned.steps] == ["made", "made", "made"]
    assert not any(step.is_done for step in planned.steps)
    assert planned.secret is None
    assert changes(zendesk) == []


def test_the_triggers_it_makes_fire_when_they_should(zendesk: ZendeskStandIn) -> None:
    """A new ticket and a private command are delivered, nothing else is."""
    set_up(client(zendesk), "http://127.0.0.1:9")
    ticket = zendesk.create_ticket("jane@example.com", "S", "D")
    zendesk.add_comment(ticket, "#replay in public", public=True)
    zendesk.add_comment(ticket, "just a note", public=False)
    zendesk.add_comment(ticket, "#replay", public=False)
    zendesk.create_ticket("jane@example.com", "S", "D", tags=("replay_optout",))
    assert [each.body.decode() for each in zendesk.deliveries] == [
        f'{{"kind":"ticket_created","ticket_id":"{ticket}"}}',
        f'{{"kind":"comment_command","ticket_id":"{ticket}"}}',
    ]


def test_doctor_is_content_after_set_up(zendesk: ZendeskStandIn) -> None:
    """Who we are, and where the webhook delivers."""
    set_up(client(zendesk), HERE)
    lines = list(ZendeskDestination(client(zendesk)).check())
    assert [line.ok for line in lines] == [True, True]
    assert "Replay Courier <replay-bot@acme.example>, admin" in lines[0].detail
    assert lines[1].detail == f"delivers to {HERE}/zendesk/webhook"


def test_doctor_says_what_to_do(zendesk: ZendeskStandIn) -> None:
    """No webhook, wrong credentials, an account that is away, a bot who is no agent."""
    lines = list(ZendeskDestination(client(zendesk)).check())
    assert [line.ok for line in lines] == [True, False]
    assert lines[1].fix == "Run `replay-courier setup zendesk`."

    wrong = client(zendesk, ApiToken("a@example.com", "t0ken"))
    (line,) = ZendeskDestination(wrong).check()
    assert not line.ok
    assert "ZENDESK_OAUTH_CLIENT_ID" in line.fix
    assert "t0ken" not in str(line)

    zendesk.faults.next(Fault.UNAVAILABLE, method="GET", path="/webhooks")
    away = list(ZendeskDestination(client(zendesk)).check())
    assert [line.ok for line in away] == [True, False]

    zendesk.bot.role = "end-user"
    (credentials, *_) = ZendeskDestination(client(zendesk)).check()
    assert not credentials.ok
    assert "agent" in credentials.fix
