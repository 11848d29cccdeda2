"""The answer is ready and its place is not: a door is closed, locked or gone."""

import time

import pytest
import requests
from slack_sdk.signature import SignatureVerifier

from bot.demo.posthog import Fault
from tests.journeys.courier import ATTACH, SHARE, installed, shown
from tests.journeys.waiting import eventually

JANE = "jane.doe@example.com"


@pytest.fixture
def courier(small, redis_url):
    with installed(small, redis_url) as courier, courier.web(), courier.working():
        yield courier


@pytest.fixture
def meanwhile(courier):
    """Called with a deed: it is done while the request in hand waits for PostHog."""

    def meanwhile(ask, deed):
        courier.posthog.faults.add("persons", Fault.SLOW, times=1)
        asked = ask()
        eventually(lambda: courier.posthog.count()["persons"])
        deed(asked)
        courier.posthog.release()
        courier.settled()
        return asked

    return meanwhile


def dead_letters(courier):
    return [one.error for one in courier.services.ledger.dead_letters()]


@pytest.mark.parametrize("action", [SHARE, ATTACH])
def test_without_its_token_the_bot_says_so_privately(courier, action):
    courier.ask(JANE)
    listing = courier.told(SHARE)
    courier.slack.revoke_token()
    courier.slack.click("ana", listing, action)
    courier.told("Slack refused the bot's token (token_revoked). Ask an admin")
    assert courier.slack.messages("support") == []


def test_a_mention_that_cannot_be_answered_is_a_dead_letter(courier, meanwhile):
    parent = courier.slack.post("ben", "support", "Somebody cannot pay")
    meanwhile(
        lambda: courier.slack.mention("ana", "support", JANE, parent.ts),
        lambda _: courier.slack.revoke_token(),
    )
    assert len(courier.slack.thread("support", parent.ts)) == 2
    [error] = dead_letters(courier)
    assert "token_revoked" in error


def test_who_shares_where_the_bot_is_not_is_told_how_to_let_it_in(courier):
    courier.ask(JANE, "escalations")
    listing = courier.told("/checkout", "escalations")
    courier.slack.click("ana", listing, SHARE)
    refusal = courier.told("/invite @", "escalations")
    assert courier.slack.messages("escalations") == []
    courier.slack.invite_bot("escalations")
    courier.slack.click("ana", refusal, SHARE)
    [message] = eventually(lambda: courier.slack.messages("escalations"))
    assert "Payment failed" in shown(message)


@pytest.mark.parametrize("gone", ["archived", "deleted"])
def test_a_channel_that_is_gone_is_told_privately(courier, gone):
    courier.ask(JANE)
    listing = courier.told(SHARE)
    courier.posthog.faults.add("retrieve", Fault.SLOW, times=1)
    courier.slack.click("ana", listing, SHARE)
    eventually(lambda: courier.posthog.count()["retrieve"])
    channel = courier.slack.workspace.channel("support")
    if gone == "archived":
        channel.archived = True
    else:
        del courier.slack.workspace.channels[channel.id]
    courier.posthog.release()
    courier.settled()
    courier.slack.workspace.channels[channel.id] = channel
    courier.told("is archived" if gone == "archived" else "I can't see that")
    assert courier.slack.messages("support") == []


@pytest.mark.parametrize("gone", ["close", "delete"])
def test_a_ticket_that_is_gone_is_left_alone(courier, meanwhile, gone):
    def ask():
        return courier.zendesk.create_ticket(JANE, "Cannot pay", "It says 500.")

    ticket = meanwhile(ask, getattr(courier.zendesk, gone))
    assert courier.zendesk.tickets[ticket].comments[1:] == []
    [error] = dead_letters(courier)
    assert str(ticket) in error


def test_a_strangers_message_is_refused(courier):
    """The doors are closed to whoever holds no secret, and to old messages."""
    url = courier.slack.request_url
    body = "command=/replay&text=jane@example.com"
    signed = courier.slack.delivery.signed_headers(body)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    then = str(int(time.time()) - 6 * 60)
    verifier = SignatureVerifier(courier.slack.delivery.signing_secret)
    stale = {
        "X-Slack-Request-Timestamp": then,
        "X-Slack-Signature": verifier.generate_signature(timestamp=then, body=body),
    }
    for headers, sent in (({}, body), (signed, f"{body}&more"), (stale, body)):
        answer = requests.post(url, data=sent, headers={**form, **headers}, timeout=5)
        assert answer.status_code == 401
    answer = requests.post(courier.zendesk.webhook_url, json={}, timeout=5)
    assert answer.status_code == 401
    assert courier.services.ledger.counts() == {}
