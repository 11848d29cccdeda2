"""Secrets are taken out of headers, URLs, bodies and console lines, and counted."""

import json
import time
from base64 import b64encode
from urllib.parse import quote

import pytest

from bot.exporter import export
from bot.exporter.page import file_page
from bot.exporter.segments import unpack
from bot.policy import RedactionPolicy
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
    ("given", "kind"),
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
        (console(json.dumps({"token": PLANTED})), "console"),
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
def test_a_planted_secret_is_gone_and_counted(given, kind):
    redactor = Redactor()
    clean = json.dumps(redactor.redact(given).event)
    assert PLANTED not in clean
    assert REDACTED in clean
    assert redactor.counts == {kind: 1}


def event(kind, data):
    return RrwebEvent("w", {"type": kind, "timestamp": 1, "data": data})


def snapshot(tag, **attributes):
    node = {"type": 2, "id": 2, "tagName": tag, "attributes": attributes}
    return event(2, {"node": {"type": 0, "id": 1, "childNodes": [node]}})


def mutation(**changes):
    return event(3, {"source": 0, "texts": [], "attributes": [], "adds": [], **changes})


PARTS = (
    f'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n{PLANTED}\r\n--x--'
)
JWT = f"eyJhbGciOiJI.eyJzdWIiOiIx.{PLANTED}"
ENCODED = quote(f"https://b.test/?token={PLANTED}", safe="")
PLACES = {
    "JSON in JSON": network(
        requestBody=json.dumps({"a": json.dumps({"b": [{"password": PLANTED}]})})
    ),
    "JSON cut off": network(responseBody=f'{{"a": 1, "password": "{PLANTED} x", "b'),
    "JSON after space": network(responseBody=f' \n{{"secret": "{PLANTED}"}}'),
    "JSON after a guard": network(responseBody=f')]}}\',\n{{"secret":"{PLANTED}"}}'),
    "a body not in a string": network(requestBody={"password": PLANTED}),
    "name and value": network(
        requestBody=json.dumps({"headers": [{"name": "Cookie", "value": PLANTED}]})
    ),
    "GraphQL": network(
        requestBody=json.dumps({"query": f'mutation {{ a(password: "{PLANTED}") }}'})
    ),
    "XML": network(requestBody=f'<a><db:password x="1">{PLANTED}</db:password></a>'),
    "multipart": network(requestBody=PARTS),
    "a form with spaces": network(requestBody=f"a=b c&password={PLANTED}"),
    "headers in pairs": network(requestHeaders=[["Authorization", PLANTED]]),
    "a header's list": network(responseHeaders={"set-cookie": [PLANTED]}),
    "a header of a header": network(requestHeaders={"x-cookie-jar": f"a={PLANTED}"}),
    "an encoded name": network(name=f"https://a.test/?%70assword={PLANTED}"),
    "a name encoded twice": network(name=f"https://a.test/?%2570assword={PLANTED}"),
    "an encoded address": network(name=f"https://a.test/?next={ENCODED}"),
    "semicolons": network(name=f"https://a.test/?a=1;token={PLANTED}"),
    "a fragment's query": network(name=f"https://a.test/#/reset?token={PLANTED}"),
    "an API's key": network(name=f"https://a.test/?key=AB{PLANTED}&page=2"),
    "OAuth's code": network(name=f"/callback?state=1&code=AB{PLANTED}"),
    "a key's header": network(requestHeaders={"Ocp-Apim-Subscription-Key": PLANTED}),
    "a prose address": console(f'"at https://a.test/a.js?sig={PLANTED}:1:2 (x)"'),
    "a path": network(name=f"https://a.test/verify/{JWT}"),
    "a path by name": network(name=f"/reset-password/{PLANTED}"),
    "two addresses": network(name=f"https://j:{PLANTED}@a.test/go/https://b.test/"),
    "console, twice": console(json.dumps(json.dumps({"password": PLANTED}))),
    "console, prose": console(f'"token={PLANTED} was refused"'),
    "console, cookies": console(f'"Cookie: a=b; sid={PLANTED}; c=d"'),
    "console, an address": console(f'"GET https://j:{PLANTED}@a.test/ failed"'),
    "console, header": console(f'"Authorization: Token {PLANTED}"'),
    "custom": event(5, {"tag": "x", "payload": {"deep": [{"apiKey": PLANTED}]}}),
    "custom, address": event(
        5, {"tag": "$url_changed", "payload": {"href": f"https://a/?token={PLANTED}"}}
    ),
    "password field": snapshot("input", type="password", value=PLANTED),
    "hidden field": snapshot("input", type="hidden", name="csrf", value=PLANTED),
    "meta": snapshot("meta", name="csrf-token", content=PLANTED),
    "data attribute": snapshot("div", **{"data-auth-token": PLANTED}),
    "link": snapshot("a", href=f"/go?token={PLANTED}"),
    "frame": snapshot("iframe", rr_src=f"/go?token={PLANTED}"),
    "frame's text": snapshot("iframe", srcdoc=f"<a href='/?token={PLANTED}'>"),
    "handler": snapshot("a", onclick=f"go({{token: '{PLANTED}'}})"),
    "added link": mutation(
        adds=[{"parentId": 1, "node": snapshot("a", href=f"?token={PLANTED}").data}]
    ),
    "changed link": mutation(
        attributes=[{"id": 2, "attributes": {"href": f"/?sig={PLANTED}"}}]
    ),
    "changed text": mutation(texts=[{"id": 2, "value": f"key sk_live_{PLANTED}"}]),
    "typed": event(3, {"source": 5, "id": 2, "text": f"Bearer {PLANTED}"}),
    "mobile field": event(
        2,
        {
            "wireframes": [
                {"childWireframes": [{"inputType": "password", "value": PLANTED}]}
            ]
        },
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_found_in_every_place_it_hides(place):
    redactor = Redactor()
    given = PLACES[place]
    before = json.dumps(given.event)
    assert PLANTED not in json.dumps(redactor.redact(given).event)
    assert redactor.counts.total() >= 1
    assert json.dumps(given.event) == before


def test_no_planted_secret_is_in_the_exported_file(tmp_path):
    """Plain, percent-encoded or base64, in the manifest or in the segments."""
    events = [recorded.events("static-simple")[0], *PLACES.values()]
    with export(events, source="file") as exported:
        plain = b"".join(
            unpack(segment, packed)
            for segment, packed in zip(
                exported.manifest.segments, exported.segments(), strict=True
            )
        )
        everything = plain + json.dumps(exported.manifest.to_json()).encode()
        for piece in file_page(exported.manifest, exported.segments()):
            everything += piece
    secret = PLANTED.encode()
    for form in (secret, quote(PLANTED).encode(), b64encode(secret)[:-4], secret[::-1]):
        assert form not in everything


def test_an_address_beside_the_events_is_as_in_them():
    address = f"https://a.test/i.png?sig={PLANTED}"
    assert PLANTED not in Redactor().url(address)
    assert Redactor(RedactionPolicy(secrets=False)).url(address) == address


@pytest.mark.parametrize(
    "given",
    [
        network(
            name="https://a.test/?author=jane&key=a/2024/report.pdf&code=SAVE10#/path",
            requestHeaders={"accept": "text/html"},
            responseHeaders={"Access-Control-Allow-Credentials": "true"},
            requestBody='{"note": "a keyboard", "n": 1, "order": "4111111111111112"}',
        ),
        console(
            '"Unexpected token < in JSON", "token: undefined", "basic information"'
        ),
        console('"TypeError: author is null (http://a.test/app.js:1:2)"'),
        event(5, {"tag": "$session_id_change", "payload": {"sessionId": "019a-1"}}),
        snapshot("input", type="password", value="******", name="password"),
        snapshot("input", type="text", name="author", value="what people see"),
        snapshot("input", type="checkbox", name="cookies", value="what people see"),
        snapshot("img", src="data:image/png;base64,token=abcdef"),
    ],
)
def test_what_is_no_secret_stays_as_it_is(given):
    """Names that merely contain a word such as author are left alone."""
    redactor = Redactor()
    assert redactor.redact(given) is given
    assert not redactor.counts


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ-",
        "token\\\\",
        'password="',
        "<password ",
        'name="password',
        "://a",
        "%25",
        "4111 ",
    ],
)
def test_no_text_makes_redaction_slow(piece):
    """Time grows with the length: a pattern that backtracks would take minutes."""
    text = piece * (200_000 // len(piece)) + "!"
    began = time.process_time()
    Redactor().redact(network(requestBody=text, responseBody=f"x {text}", name=text))
    assert time.process_time() - began < 8


def test_the_sdks_own_configuration_is_dropped_and_its_events_stay():
    """posthog-js records its whole configuration, the project token included. Of the
    rest only a card's number goes, which the shop left unmasked, with every key."""
    redactor = Redactor()
    events = recorded.events("checkout")
    clean = [redactor.redact(item) for item in events]
    assert len(clean) == len(events)
    assert redactor.counts == {"sdk_config": 6, "page": 19}
    assert "4242 4242 4242" in json.dumps([one.event for one in events])
    assert "4242" not in json.dumps([one.event for one in clean])
    configs = [one for one in clean if one.data.get("tag") == "$posthog_config"]
    assert [one.data["payload"] for one in configs] == [{}, {}]
