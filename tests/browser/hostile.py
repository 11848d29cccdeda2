"""The real checkout recording with everything in it that we know to run, load,
navigate, connect or break: what the tests of hostile replays play."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import Person, Recording
from tests import recorded
from tests.browser.replays import click, element, plugin, words
from tests.sites import Site

RUN = "top.ran=1;alert(1)"
MARKUP = (
    f"</title></script><script>{RUN}</script><img src=x onerror='{RUN}'><!--<script>"
    "]]>--> \u2028\u2029\x00\ud83d\u202egnp.exe ${1} \\1 \\g<0> &lt;b&gt;"
    "<!--replay:segments--><!--replay:manifest-->"
)
DRAWING = f"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'/>"
PLAYED = "all of it was replayed"
SITE = "http://cdn.hostile.test"
"""Where the recording's assets are, with the bodies of ``assets``."""

Node = dict[str, Any]
BODY, FRAME, LINK, SHEET, LAST = 900_001, 900_002, 900_003, 900_004, 900_006
_FIRST = 900_100


def styles(url: str) -> Iterator[tuple[str, ...]]:
    """Sheets, each of one or more texts that the browser reads as one."""
    yield (
        f"@import '{url}/1';@\\69mport '{url}/2';body{{background:u\\72l({url}/3)}}"
        f"@font-face{{font-family:x;src:URL({url}/4),u\\72l({url}/5)}}"
        f"p{{font-family:x;background:image-set('{url}/6' 1x)}}"
        f"a{{cursor:url({url}/7),auto;behavior:url({url}/8)}}"
        f"@namespace x url({url}/9);p{{--x:url({url}/10);background:var(--x)}}"
        f"@property --y{{syntax:'<image>';inherits:false;initial-value:url({url}/11)}}"
        f"p{{list-style:-webkit-image-set(url({url}/12) 1x)}}"
        f"p{{border-image:cross-fade(url({url}/13),url({url}/14),50%)}}"
        f"</style><script>{RUN}</script>",
    )
    # Escapes that spell a word, and ones that only do so once another is in letters.
    yield (f"p{{background:image\\-set('{url}/20' 1x)}}",)
    yield (f"p{{background:ur\\6\\63 ({url}/21)}}",)
    yield (f"@\\\\69mport '{url}/22';",)
    yield (f"p{{background:src('{url}/23')}}",)
    # Words that arise where something is taken out, or where texts meet.
    yield (f"@im@import 'x';port '{url}/24';",)
    yield ("@imp", f"ort '{url}/25';")
    yield ("p{background:u", f"rl({url}/26)}}")
    # A string that ends with its line, and what then stands outside.
    yield (f'p{{b:url("data:,\n)}}body{{background:url({url}/27)}}p{{c:")}}',)
    yield ("p{background:url(\u00a0data:,)}",)
    yield (f"@import/*;*/'{url}/28';p{{background:url(/*)*/'{url}/29')}}",)


def attributes(url: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Elements by their names and attributes."""
    for rel in (
        *("preconnect", "dns-prefetch", "prefetch", "preload", "stylesheet"),
        *("prerender", "modulepreload", "icon", "manifest"),
    ):
        for name, target in (("href", url), ("HREF", url), ("href", [url])):
            yield "link", {"rel": rel, name: target, "as": "image"}
    for sheet in styles(url):
        yield "link", {"rel": "stylesheet", "href": url, "_cssText": "".join(sheet)}
        yield "style", {"_cssText": "/* rr_split */".join(sheet)}
    for tag in (
        *("iframe", "frame", "embed", "object", "img", "video", "script", "portal"),
        *("fencedframe", "applet", "track", "source", "audio", "bgsound"),
    ):
        for name in (
            "src",
            "SRC",
            "data",
            "DATA",
            "poster",
            "srcset",
            "code",
            "rr_src",
        ):
            for target in (f"{url}/{tag}", f"javascript:{RUN}", DRAWING):
                yield tag, {name: target}
    for name in ("srcdoc", "SRCDOC"):
        yield "iframe", {name: f"<script>{RUN}</script>", "sandbox": "allow-scripts"}
    yield "meta", {"http-equiv": "refresh", "content": f"0;url={url}/refresh"}
    yield "META", {"HTTP-EQUIV": "refresh", "CONTENT": f"0;url=javascript:{RUN}"}
    yield "meta", {"http-equiv": "Content-Security-Policy", "content": "img-src *"}
    yield "base", {"href": url, "target": "_top"}
    yield "base", {"href": "data:text/html,x"}
    yield "form", {"action": f"javascript:{RUN}", "target": "_top", "onsubmit": RUN}
    yield "button", {"formaction": url, "onclick": RUN, "OnFocus": RUN}
    yield "input", {"type": "image", "src": url, "onfocus": RUN, "autofocus": True}
    yield "body", {"background": url, "onload": RUN, "onpageshow": RUN}
    yield "a", {"href": f"javascript:{RUN}", "ping": url, "target": "_top"}
    yield "a", {"HREF": f" \tjava\nscript:{RUN}", "attributionsrc": url}
    yield "p", {"style": f"background:u\\72l({url}/s);width:expression({RUN})"}
    yield "p", {"style": [f"background:url({url}/list)"]}
    yield "details", {"open": True, "ontoggle": RUN}
    yield "dialog", {"rr_open_mode": "modal", "open": ""}
    yield "p", {"popover": "auto", "rr_open_mode": "modal", "open": ""}
    yield "canvas", {"width": f"9'/><script>{RUN}</script>", "rr_dataURL": url}
    frame = f"data:image/png;base64,A'/><a href='{url}"
    yield "canvas", {"rr_dataURL": frame, "style": "'"}
    yield "img", {"rr_dataURL": url, "srcset": url}
    yield "audio", {"src": "data:audio/wav;base64,UklGRg==", "rr_mediaState": "played"}
    yield "video", {"rr_mediaVolume": 5, "rr_mediaPlaybackRate": 1e9}
    yield "math", {"href": f"javascript:{RUN}", "xlink:href": url}
    yield "x-evil", {"is": "evil", MARKUP: "x", "title": MARKUP}
    yield "img", {"src": f"{SITE}/evil.svg", "srcset": f"{SITE}/page.png 2x"}
    yield "link", {"rel": "stylesheet", "href": f"{SITE}/evil.css"}


def drawings(url: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Parts of an SVG: names, attributes, text."""
    for prefix in ("", "svg:"):
        yield f"{prefix}script", {"href": url}, RUN
        yield f"{prefix}style", {}, f"@import '{url}/style';"
        yield f"{prefix}set", {"attributeName": "href", "to": f"{url}/set"}, ""
        yield f"{prefix}animate", {"attributeName": "href", "values": f"{url}/set"}, ""
        yield f"{prefix}image", {"href": url, "xlink:href": url}, ""
        yield f"{prefix}a", {"href": f"javascript:{RUN}"}, ""
    for target in (f"{url}#a", f"{DRAWING}#a", "'#a", "\u00a0#a"):
        yield "use", {"href": target}, ""
        yield "feImage", {"xlink:href": target}, ""
    for name in ("mask", "cursor", "filter", "fill", "clip-path", "marker-start"):
        yield "rect", {name: f"u\\72l({url}/{name}#a)"}, ""
        yield "rect", {name: f"image-set('{url}/{name}' 1x)"}, ""
    yield "image", {"href": f"{SITE}/evil.svg"}, ""


def misshapen(url: str) -> Iterator[Node]:
    """Nodes that no recorder writes; their ids are given to them later."""
    for tag in ("<x>", "", "constructor", "__proto__", ["style"], None):
        yield element(0, "x", {}, words(0, f"@import '{url}/tag';")) | {"tagName": tag}
    yield element(0, "x", {"src": DRAWING}) | {"tagName": ["iframe"]}
    yield element(0, "img") | {"isShadowHost": True}
    yield element(0, "div") | {"isCustom": True}
    yield {"type": 4, "id": 0, "textContent": RUN}
    yield {"type": 1, "id": 0, "name": "html", "publicId": "", "systemId": ""}
    yield {"type": 0, "id": 0, "childNodes": []}
    yield {"type": 2, "id": 0, "tagName": "p"}
    yield {"type": 99, "id": 0}
    # What is no text is written as one.
    listed = {"type": 3, "id": 0, "textContent": [f"@import '{url}/text';"]}
    yield element(0, "style", {}, listed)


def nodes(url: str) -> Node:
    """One element with all of it inside."""
    held: list[Node] = []
    for sheet in styles(url):
        held.append(element(0, "style", {}, *(words(0, css) for css in sheet)))
    held += [element(0, tag, has) for tag, has in attributes(url)]
    for tag in ("script", "SCRIPT", "noscript", "template", "textarea", "title", "xmp"):
        held.append(element(0, tag, {}, words(0, RUN + MARKUP)))
    parts = [
        element(0, tag, {"width": "9", "height": "9"} | has, words(0, said))
        | {"isSVG": True}
        for tag, has, said in drawings(url)
    ]
    held.append(element(0, "svg", {"onload": RUN}, *parts) | {"isSVG": True})
    held += misshapen(url)
    whole = element(BODY, "section", {}, *held)
    numbers = iter(range(_FIRST, _FIRST + 10_000))
    waiting = [*held]
    while waiting:
        node = waiting.pop(0)
        node["id"] = next(numbers)
        waiting += node.get("childNodes", [])
    # An id that is no number: nothing that changes by ids would find it.
    lost = {"type": 3, "id": "900005", "textContent": f"@import '{url}/lost';"}
    whole["childNodes"] += [
        element(FRAME, "iframe"),
        element(SHEET, "style", {}, words(SHEET + 1, "p{color:red}"), lost),
        element(LINK, "a", {"href": f"javascript:{RUN}"}, words(LAST, MARKUP)),
    ]
    return whole


def framed(url: str) -> Node:
    """The page of a frame."""
    head = element(
        950_003,
        "head",
        {},
        element(950_004, "script", {"src": url}, words(950_005, RUN)),
        element(950_006, "link", {"rel": "preconnect", "href": url}),
        element(
            950_007, "meta", {"http-equiv": "refresh", "content": f"0;url={url}/frame"}
        ),
        element(950_008, "style", {}, words(950_009, f"@import '{url}/frame.css'")),
    )
    body = element(
        950_010, "body", {"onload": RUN}, element(950_011, "img", {"src": url})
    )
    return {
        "type": 0,
        "id": 950_001,
        "rootId": 950_001,
        "childNodes": [element(950_002, "html", {}, head, body)],
    }


def changes(url: str) -> Iterator[dict[str, Any]]:
    """Incremental events; the last one shows that all were replayed."""
    none: dict[str, Any] = {"texts": [], "adds": [], "removes": [], "attributes": []}

    def mutation(**more: Any) -> dict[str, Any]:
        return {"source": 0, **none, **more}

    def add(parent: int, node: Node) -> dict[str, Any]:
        return {"parentId": parent, "nextId": None, "node": node}

    preconnect = {"rel": "preconnect", "HREF": [url]}
    yield mutation(adds=[add(BODY, element(960_001, "link", preconnect))])
    yield mutation(adds=[add(SHEET, words(960_002, f"@import '{url}/added';"))])
    yield mutation(isAttachIframe=True, adds=[add(FRAME, framed(url))])
    yield mutation(isAttachIframe=True, adds=[add(LINK, framed(url))])
    yield mutation(texts=[{"id": SHEET + 1, "value": [f"@import '{url}/list';"]}])
    yield mutation(texts=[{"id": "900005", "value": f"@import '{url}/lost';"}])
    for has in (
        {"href": f"javascript:{RUN}", "onclick": RUN, "a b": "c", "": "d"},
        {"style": {"background": f"url({url}/m)"}},
        {"style": {"background": [[f"url({url}/m)"], ""]}},
        {"STYLE": [f"background:url({url}/m)"]},
    ):
        yield mutation(attributes=[{"id": LINK, "attributes": has}])
    yield {"source": 0, "adds": [None], "removes": None, "texts": [None]}
    yield {"source": 10, "family": "x", "fontSource": f"url(data:,x), url({url}/f)"}
    yield {"source": 10, "family": "x", "fontSource": "{", "buffer": True}
    for rule in (f"p{{background:url({url}/rule)}}", [f"p{{cursor:url({url}/rule)}}"]):
        yield {"source": 8, "id": BODY, "adds": [{"rule": rule}]}
        yield {"source": 8, "id": SHEET, "adds": [{"rule": rule, "index": 0}]}
        yield {"source": 8, "styleId": 1, "replace": rule}
        value = {"property": "background", "value": [f"url({url}/set)"]}
        yield {"source": 13, "id": SHEET, "index": [0], "set": value}
        sheets = [{"styleId": 1, "rules": [{"rule": rule}]}]
        yield {"source": 15, "id": 1, "styleIds": [1], "styles": sheets}
    yield {"source": 1, "positions": [None, {"x": 1e308, "timeOffset": "x"}]}
    yield {"source": 2, "type": 99, "id": LINK}
    yield {"source": 12, "positions": None}
    yield {"source": 4, "width": 1e9, "height": "x"}
    yield {"source": 7, "id": LINK, "type": 0, "volume": 9}
    yield {"source": 14, "ranges": [None]}
    yield {"source": 16, "define": {"name": MARKUP}}
    yield {"source": 4, "width": 1000, "height": 700}
    yield click(LINK)
    yield mutation(texts=[{"id": LAST, "value": f"{PLAYED} {MARKUP}"}])


def hostile(url: str) -> bytes:
    """The recording's lines. ``url`` is what nothing may connect to."""
    events = recorded.events("checkout")
    start = events[0].timestamp_ms
    made: list[tuple[str, dict[str, Any]]] = []
    for item in events:
        event = copy.deepcopy(item.event)
        if event["type"] == 2:
            html = event["data"]["node"]["childNodes"][-1]
            html["childNodes"][-1]["childNodes"].append(nodes(url))
            event["data"]["initialOffset"] = "x"
        made.append((item.window_id, event))

    def put(
        at_ms: float, data: dict[str, Any], kind: int = 3, window: str = ""
    ) -> None:
        event = {"type": kind, "timestamp": start + at_ms, "data": data}
        made.append((window or events[0].window_id, event))

    for index, change in enumerate(changes(url)):
        put(8000 + 20 * index, change)
    # Before the last click, so that every moment after it shows the outcome.
    for window in (MARKUP, "__proto__"):
        page = {"width": 800, "height": 600, "href": f"javascript:{RUN}//{MARKUP}"}
        put(20_000, page, 4, window)
        html = element(2, "html", {}, element(3, "head"), element(4, "body", {}))
        html["childNodes"][1]["childNodes"].append(
            nodes(url) if window == MARKUP else element(LINK, "p", {}, words(LAST, RUN))
        )
        snapshot = {"node": {"type": 0, "id": 1, "childNodes": [html]}}
        put(20_001, snapshot, 2, window)
        put(20_500, click(LINK), 3, window)
    put(9000, {"tag": MARKUP, "payload": {MARKUP: MARKUP, "__proto__": MARKUP}}, 5)
    put(9001, plugin("console", {"level": "error", "payload": [MARKUP]}), 6)
    put(9002, plugin("console", {"level": MARKUP, "payload": [{"a": MARKUP}]}), 6)
    put(9003, plugin("console", {"level": "__proto__", "payload": "x" * 10**6}), 6)
    for name in (
        f"{url}/?{MARKUP}",
        f"javascript:{RUN}",
        "-o/etc/passwd",
        MARKUP * 500,
    ):
        request = {
            "name": name,
            "method": MARKUP,
            "status": 500,
            "requestHeaders": {MARKUP: MARKUP, "@/etc/passwd": "x"},
            "requestBody": f"@/etc/passwd {MARKUP}",
            "responseBody": f"<html>{MARKUP}</html>",
            "responseHeaders": {"content-type": "text/html"},
        }
        put(9010, plugin("network", {"requests": [request]}), 6)
    return b"".join(json.dumps(pair).encode() + b"\n" for pair in made)


def recording() -> Recording:
    return Recording(
        id=MARKUP,
        source=MARKUP,
        start=datetime(2026, 11, 23, tzinfo=UTC),
        duration=timedelta(seconds=3),
        person=Person("1", f"{MARKUP}@{MARKUP}"),
        browser=MARKUP,
        os=MARKUP,
        url=f"javascript:{RUN}",
    )


def put_assets(site: Site, url: str) -> None:
    """The bodies that a host of the attacker's sends for what the recording names."""
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9' onload='{RUN}'>"
        f"<script>{RUN}</script><style>@import '{url}/svg.css';</style>"
        f"<image href='{url}/inner.png'/><foreignObject><iframe xmlns="
        f"'http://www.w3.org/1999/xhtml' src='{url}'/></foreignObject></svg>"
    )
    site.answers["/evil.svg"] = (
        200,
        {"Content-Type": "image/svg+xml"},
        drawing.encode(),
    )
    site.picture("/page.png", f"<html><script>{RUN}</script>".encode())
    more = "".join(part for sheet in styles(url) for part in sheet)
    site.sheet("/evil.css", f"@import 'more.css';@import '{url}/x';{more}")
    site.sheet("/more.css", f"@imp@import 'evil.css';ort '{url}/y';{more}")
