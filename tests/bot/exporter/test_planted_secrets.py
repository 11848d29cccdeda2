"""Secrets planted in a real recording are nowhere in the exported file.

The whole file is searched: the page and the unpacked events, in every form that a
secret can take (plain, percent-encoded, base64 at any alignment, gzip in a string).
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from bot.exporter import export
from bot.exporter.page import file_page
from bot.exporter.portable import open_portable
from bot.policy import Audience, RedactionPolicy
from bot.recording import lossless
from bot.recording.rrweb import RrwebEvent
from tests import recorded

OWN = "jane@example.com"


def secret(number: int) -> str:
    """One of its own for each place, so that a failure says which."""
    return f"plantedS3cret{number:02d}xQzW"


class Plants:
    """The events of a recording with secrets planted, and what was planted where."""

    def __init__(self) -> None:
        self.events: list[RrwebEvent] = []
        self.planted: dict[str, str] = {}
        self.at = 0

    def new(self, place: str) -> str:
        self.planted[place] = secret(len(self.planted))
        return self.planted[place]

    def put(self, kind: int, data: object, window: str = "w") -> None:
        self.at += 1
        event = {"type": kind, "timestamp": 1_795_431_705_574 + self.at, "data": data}
        self.events.append(RrwebEvent(window, event))

    def network(self, **row: object) -> None:
        request = {"name": "https://shop.test/", "entryType": "resource", **row}
        self.put(6, {"plugin": "rrweb/network@1", "payload": {"requests": [request]}})

    def console(self, *arguments: str, trace: tuple[str, ...] = ()) -> None:
        payload = {"level": "log", "payload": list(arguments), "trace": list(trace)}
        self.put(6, {"plugin": "rrweb/console@1", "payload": payload})

    def page(self, *nodes: dict[str, object]) -> None:
        self.put(4, {"href": "https://shop.test/", "width": 800, "height": 600})
        self.put(2, {"node": {"type": 0, "id": 1, "childNodes": list(nodes)}})

    def typed(self, node: int, text: str) -> None:
        """Every key of it."""
        for length in range(1, len(text) + 1):
            self.put(3, {"source": 5, "id": node, "text": text[:length]})


def element(number: int, tag: str, *children: object, **attributes: object):
    return {
        "type": 2,
        "id": number,
        "tagName": tag,
        "attributes": attributes,
        "childNodes": list(children),
    }


def text(number: int, content: str) -> dict[str, object]:
    return {"type": 3, "id": number, "textContent": content}


def plant() -> Plants:
    """Secrets of every kind in every place that a recording has."""
    p = Plants()
    basic = base64.b64encode(f"jane:{p.new('basic auth')}".encode()).decode()
    p.network(requestHeaders={"Authorization": f"Basic {basic}"})
    p.network(responseHeaders={"Set-Cookie": f"sid={p.new('set-cookie')}; Path=/"})
    p.network(request_headers=[["X-Api-Key", p.new("snake-case headers")]])
    p.network(requestHeaders={"x-forwarded": f"Bearer {p.new('bearer')}"})
    p.network(name=f"https://jane:{p.new('userinfo')}@shop.test/a")
    p.network(name=f"https://shop.test/?access_token={p.new('query')}&a=1")
    p.network(name=f"https://shop.test/#id_token={p.new('fragment')}")
    p.network(name=f"https://shop.test/reset-password/{p.new('path')}/x")
    p.network(name=f"https://shop.test/cart;jsessionid={p.new('matrix')}?a=b")
    inner = quote(f"https://b.test/?token={p.new('URL in URL')}", safe="")
    p.network(name=f"https://shop.test/?next={inner}")
    state = json.dumps({"password": p.new("base64 in URL")}).encode()
    p.network(name=f"/cb?state={base64.urlsafe_b64encode(state).decode()}")
    p.network(requestBody=json.dumps({"user": {"password": p.new("JSON body")}}))
    p.network(requestBody=f"a=1&password={p.new('form body')}")
    p.network(requestBody=f"<a><password>{p.new('XML body')}</password></a>")
    p.network(requestBody=f"<a><pin><![CDATA[{p.new('CDATA')}]]></pin></a>")
    p.network(
        requestBody='--x\r\nContent-Disposition: form-data; name="otp"\r\n\r\n'
        f"{p.new('multipart')}\r\n{p.new('second line')}\r\n--x--"
    )
    deep = json.dumps({"b": json.dumps([{"clientSecret": p.new("JSON in JSON")}])})
    p.network(responseBody=json.dumps({"a": deep}))
    p.network(responseBody=f'{{"a": 1, "token": "{p.new("JSON cut off")} x", "b')
    p.network(wsFrame=json.dumps({"type": "auth", "jwt": p.new("another field")}))
    p.console(json.dumps({"apiKey": p.new("console object")}))
    p.console(f'"login failed: password={p.new("console prose")}"')
    p.console('"token"', f'"{p.new("console pair")}"')
    p.console('"x"', trace=(f"at https://a.test/app.js?sig={p.new('trace')}:1:2",))
    p.console(json.dumps(json.dumps({"user": f"x sk_live_{p.new('storage dump')}"})))
    p.put(4, {"href": f"https://shop.test/?code_verifier={p.new('meta URL')}"})
    p.put(5, {"tag": "login", "payload": {"deep": [{"secret": p.new("custom")}]}})
    p.put(5, {"tag": "$pageview", "payload": {"href": f"/?token={p.new('pageview')}"}})
    p.put(5, {"tag": "$session_options", "payload": {"x": p.new("SDK options")}})
    p.put(6, {"plugin": "other@1", "payload": {"auth": p.new("other plugin")}})
    p.page(
        element(2, "title", text(3, f"Key ghp_{p.new('title')}")),
        element(4, "p", text(5, f"use whsec_{p.new('DOM text')} here")),
        element(6, "input", type="password", name="x", value=p.new("password field")),
        element(7, "input", type="hidden", name="csrf", value=p.new("hidden field")),
        element(8, "meta", name="csrf-token", content=p.new("meta tag")),
        element(9, "div", **{"data-auth-token": p.new("data attribute")}),
        element(
            10, "div", **{"data-url": f"https://a.test/?token={p.new('data URL')}"}
        ),
        element(11, "img", alt=f"Bearer {p.new('alt')}", src=f"/i?sig={p.new('src')}"),
        element(12, "a", href=f"//u:{p.new('link')}@a.test/", title="x"),
        element(13, "div", style=f"background:url(/b.png?token={p.new('style url')})"),
        element(14, "div", style=f"content:'npm_{p.new('style content')}'"),
        element(15, "input", type="text", id="otp", name="code"),
        element(16, "input", type="text", autocomplete="new-password"),
        element(17, "input", type="text", name="notes"),
        element(18, "img", srcset=f"/a?token={p.new('srcset')} 2x, /b 1x"),
        {"type": 5, "id": 19, "textContent": f"token: {p.new('comment')}"},
        element(20, "input", type="email", name="contact"),
        element(22, "div", text(21, "…"), contenteditable="true"),
        element(23, "input", type="text", name="remarks"),
    )
    p.typed(15, p.new("typed into a field by its name"))
    p.typed(16, p.new("typed into a field by its purpose"))
    p.typed(17, f"sk_live_{p.new('typed key')}")
    p.put(
        3,
        {
            "source": 0,
            "adds": [],
            "texts": [{"id": 5, "value": "ok"}],
            "attributes": [{"id": 16, "attributes": {"value": p.new("React")}}],
        },
    )
    p.put(3, {"source": 8, "adds": [{"rule": f"a{{b:url(/x?sig={p.new('rule')})}}"}]})
    p.put(
        3,
        {
            "source": 9,
            "commands": [
                {"property": "fillText", "args": [f"Bearer {p.new('canvas')}", 1, 2]}
            ],
        },
    )
    p.put(
        3,
        {
            "source": 13,
            "set": {
                "property": "c",
                "value": f"url(/y?key=1&token={p.new('declaration')})",
            },
        },
    )
    return p


PERSONAL = {
    "e-mail": "other.person@elsewhere.test",
    "typed e-mail": "typed.person@elsewhere.test",
    "e-mail in prose": "prose.person@elsewhere.test",
    "phone": "+49 170 1234567",
    "IP": "203.0.113.77",
    "IBAN": "DE89370400440532013000",
    "customer number": "ACME-4711-2209",
}


def plant_personal(p: Plants) -> None:
    """What only a configured policy takes out."""
    p.network(requestBody=json.dumps({"customer_iban": PERSONAL["IBAN"]}))
    p.network(name=f"/?mail={quote(PERSONAL['e-mail'])}")
    p.network(responseHeaders={"x-client": PERSONAL["IP"]})
    p.console(json.dumps([PERSONAL["customer number"], PERSONAL["phone"]]))
    p.typed(20, PERSONAL["typed e-mail"])
    p.typed(23, f"write to {PERSONAL['e-mail in prose']}, please")
    for length in range(len(PERSONAL["customer number"]) + 1):
        change = {"id": 21, "value": PERSONAL["customer number"][:length]}
        p.put(3, {"source": 0, "adds": [], "attributes": [], "texts": [change]})
    p.put(5, {"tag": "x", "payload": {"to": PERSONAL["e-mail"]}})


def forms(value: str) -> set[bytes]:
    """The forms in which a secret could still stand in a file."""
    raw = value.encode()
    found = {raw, quote(value, safe="").encode(), quote_plus(value).encode()}
    found.add(json.dumps(value)[1:-1].encode())
    for start in range(3):
        # Four letters say three bytes: only those that the secret alone decides.
        packed = base64.b64encode(b"\0" * start + raw).rstrip(b"=")
        inside = packed[(start * 8 + 5) // 6 : len(packed) - 1]
        found |= {inside, inside.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


def everything(path) -> bytes:
    """All that a file says: the page, its events, and what is gzip inside those."""
    replay = open_portable(path)
    lines = [lossless.dumps(event.event) for event in replay.events()]
    page = path.read_bytes()
    packed = [
        gzip.decompress(base64.b64decode(found))
        for line in lines
        for found in re.findall(rb"H4sIA[A-Za-z0-9+/]{20,}={0,2}", line)
    ]
    return b"\n".join(
        [
            page,
            *lines,
            *packed,
            json.dumps(replay.manifest.to_json(), ensure_ascii=False).encode(),
        ]
    )


def exported(tmp_path, events, policy, **options):
    with export(events, source="file", redaction=policy, **options) as made:
        path = tmp_path / made.manifest.filename
        path.write_bytes(b"".join(file_page(made.manifest, made.segments())))
        return path, made.manifest


def found_in(content: bytes, values: dict[str, str]) -> list[str]:
    return [
        place
        for place, value in values.items()
        if any(form in content for form in forms(value))
    ]


def test_the_search_finds_what_is_there(tmp_path):
    """Without redaction each of them is found, or the next test would say nothing."""
    plants = plant()
    plant_personal(plants)
    path, manifest = exported(tmp_path, plants.events, RedactionPolicy(secrets=False))
    content = everything(path)
    assert len(plants.planted) >= 45
    assert found_in(content, plants.planted) == list(plants.planted)
    assert found_in(content, PERSONAL) == list(PERSONAL)
    assert not manifest.redactions


def test_no_planted_secret_is_anywhere_in_the_file(tmp_path):
    plants = plant()
    plant_personal(plants)
    events = [*recorded.events("checkout"), *plants.events]
    path, manifest = exported(tmp_path, events, RedactionPolicy())
    content = everything(path)
    assert found_in(content, plants.planted) == []
    assert set(manifest.redactions) == {
        *("header", "url", "body", "console", "event", "page", "plugin", "sdk_config")
    }
    # Nobody asked for more.
    assert PERSONAL["e-mail"].encode() in content


def test_nor_is_what_the_policy_names_besides(tmp_path):
    """What was typed key by key included: no beginning longer than a word's."""
    plants = plant()
    plant_personal(plants)
    policy = RedactionPolicy().also(
        ["email", "ip", "phone", "field:iban", r"regex:ACME-\d{4}-\d{4}"]
    )
    path, manifest = exported(tmp_path, plants.events, policy)
    content = everything(path)
    assert found_in(content, plants.planted | PERSONAL) == []
    for beginning in (b"typed.per", b"prose.per", b"ACME-4"):
        assert beginning not in content
    assert {"email", "ip", "phone", "pattern"} <= set(manifest.redactions)


def test_a_customers_copy_holds_nothing_of_the_machinery(tmp_path):
    plants = plant()
    plant_personal(plants)
    plants.console(f'"from {OWN} on db01.acme.example"', trace=("at secret.js:1",))
    plants.page(element(2, "p", text(3, f"Hello {OWN}, ask db01.acme.example/x")))
    policy = replace(RedactionPolicy(), internal_hosts=("acme.example",)).for_audience(
        Audience.CUSTOMER
    )
    events = [*recorded.events("checkout"), *plants.events]
    path, manifest = exported(tmp_path, events, policy, person=OWN)
    content = everything(path)
    gone = {
        name: PERSONAL[name] for name in PERSONAL if name not in ("customer number",)
    }
    assert found_in(content, plants.planted | gone) == []
    assert b"acme.example" not in content
    assert b"phc_" not in content
    assert b"Hello jane@example.com" in content
    assert path.name.endswith("recording.customer.replay.html")
    assert manifest.to_json()["audience"] == "customer"
    assert {"console", "network_body", "network_headers", "custom_event_payload"} <= (
        set(manifest.removed)
    )
    assert "console" in manifest.report
    for event in open_portable(path).events():
        assert event.data.get("plugin") in (None, "rrweb/network@1")
        assert event.window_id in ("1", "2")
    assert not any("?" in page.url for page in manifest.summary.pages)
    assert manifest.summary.clicks > 0
    assert manifest.summary.network_requests > 0


def test_a_customers_copy_leaves_the_events_it_was_made_of_alone(tmp_path):
    events = recorded.events("checkout")
    before = [lossless.dumps(event.event) for event in events]
    policy = RedactionPolicy().for_audience(Audience.CUSTOMER)
    exported(tmp_path, events, policy, person=OWN)
    assert [lossless.dumps(event.event) for event in events] == before


@pytest.mark.parametrize("level", [1, 9])
def test_the_forms_of_a_secret_are_all_of_them(level):
    """The search itself: any alignment in base64, and within gzip."""
    value = secret(1)
    for padding in ("", "a", "ab", "abc"):
        packed = base64.b64encode(f"{padding}{value}zz".encode())
        assert any(form in packed for form in forms(value))
    assert value.encode() in zlib.decompress(zlib.compress(value.encode(), level))
