"""Secrets are taken out of headers, URLs, bodies and console lines, and counted."""

import json

import pytest

from bot.recording.redaction import REDACTED, Redactor
from bot.recording.rrweb import RrwebEvent
from tests import recorded


def network(**row):
    return RrwebEvent(
        "w",
        {
            "type": 6,
            "timestamp": 1,
            "data": {
                "plugin": "rrweb/network@1",
                "payload": {"requests": [{"name": "https://a.test/", **row}]},
            },
        },
    )


def console(*arguments):
    return RrwebEvent(
        "w",
        {
            "type": 6,
            "timestamp": 1,
            "data": {
                "plugin": "rrweb/console@1",
                "payload": {"level": "log", "trace": [], "payload": list(arguments)},
            },
        },
    )


PLANTED = "hunter2hunter2"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (network(requestHeaders={"Authorization": PLANTED}), "header"),
        (network(responseHeaders={"set-cookie": f"a={PLANTED}"}), "header"),
        (network(name=f"https://a.test/?access_token={PLANTED}&page=2"), "url"),
        (network(name=f"https://jane:{PLANTED}@a.test/"), "url"),
        (network(requestBody=json.dumps({"user": {"password": PLANTED}})), "body"),
        (network(requestBody=f"user=jane&password={PLANTED}"), "body"),
        (network(responseBody=json.dumps([{"apiKey": PLANTED}])), "body"),
        (console(f'"Bearer {PLANTED}"'), "console"),
        (console(f'"login failed password={PLANTED}"'), "console"),
        (console(json.dumps({"token": PLANTED})), "body"),
        (
            RrwebEvent(
                "w",
                {
                    "type": 4,
                    "timestamp": 1,
                    "data": {"href": f"https://a.test/#id_token={PLANTED}"},
                },
            ),
            "url",
        ),
    ],
)
def test_a_planted_secret_is_gone_and_counted(event, kind):
    redactor = Redactor()
    clean = json.dumps(redactor.redact(event).event)
    assert PLANTED not in clean
    assert REDACTED in clean
    assert redactor.counts == {kind: 1}


def test_what_is_no_secret_stays_as_it_is():
    """Names that merely contain a word such as author are left alone."""
    event = network(
        name="https://a.test/?author=jane&page=2",
        requestHeaders={"accept": "text/html"},
        requestBody='{"note": "a keyboard", "n": 1}',
    )
    redactor = Redactor()
    assert redactor.redact(event) is event
    assert not redactor.counts


def test_the_sdks_own_configuration_is_dropped_and_its_events_stay():
    """posthog-js records its whole configuration, the project token included."""
    redactor = Redactor()
    events = recorded.events("checkout")
    clean = [redactor.redact(item) for item in events]
    assert len(clean) == len(events)
    assert redactor.counts == {"sdk_config": 6}
    configs = [one for one in clean if one.data.get("tag") == "$posthog_config"]
    assert [one.data["payload"] for one in configs] == [{}, {}]
