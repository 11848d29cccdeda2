"""What a replay carries of the recorded site is shown; what it does not is said."""

from __future__ import annotations

import mimetypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect
from werkzeug.serving import make_server

from bot.assets.collect import FetchedAssets, Limits
from bot.assets.fetch import Fetcher
from bot.assets.guard import Guard
from bot.database.engine import connect
from bot.database.migrating import upgrade
from bot.exporter import Exported, export
from bot.exporter.page import file_page
from bot.hosts import host_pattern
from bot.recording.lines import Damage, read_lines
from bot.replays import Replays
from bot.sharing import Links
from bot.storage import ReplayStore
from bot.web import replays as routes
from bot.web.app import create_app
from tests import recorded
from tests.browser.replays import document, element, lines, meta, words
from tests.browser.viewer import Viewer
from tests.keys import sealer
from tests.sites import Site, served

FILES = Path(__file__).parents[1] / "recordings" / "checkout-site"

# Everything of the recorded page that only the site has, and whether it is shown.
_SHOWN = """async () => {
  const page = document.querySelector('.screen.front iframe').contentDocument;
  await page.fonts.load('16px "Inter Shop"').catch(() => null);
  const picture = (selector) => page.querySelector(selector)?.naturalWidth ?? 0;
  const background = async (selector) => {
    const style = page.defaultView.getComputedStyle(page.querySelector(selector));
    const url = /url\\("(.*?)"\\)/.exec(style.backgroundImage)?.[1] ?? '';
    const image = new Image();
    image.src = url;
    return image.decode().then(() => image.naturalWidth, () => 0);
  };
  const image = (name) => `img[alt="${name}"]`;
  return {
    hero: picture(image('hero')),
    products: [...page.querySelectorAll('.card img')].map((one) => one.naturalWidth),
    missing: picture(image('missing banner')),
    body: await background('body'),
    promo: await background('.promo'),
    font: [...page.fonts].map((face) => `${face.family} ${face.status}`),
  };
}"""


@pytest.fixture(scope="module")
def shop() -> Iterator[Site]:
    """The recorded shop and its CDN, as they were."""
    with served() as site:
        for file in FILES.rglob("*.*"):
            path = file.relative_to(FILES).as_posix().removeprefix("cdn/")
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            site.answers[f"/{path}"] = (200, {"Content-Type": kind}, file.read_bytes())
        yield site


def collector(shop: Site) -> FetchedAssets:
    return FetchedAssets(
        Fetcher(
            Guard([host_pattern("*.acme.test")], [ip_network("127.0.0.1/32")]),
            resolve=shop.resolve,
            max_bytes=1_000_000,
            timeout_s=10,
        ),
        Limits(count=50, total_bytes=5_000_000, total_s=20),
    )


def checkout(shop: Site | None) -> Exported:
    events = recorded.events("checkout")
    return export(events, source="file", assets=shop and (lambda: collector(shop)))


def on_disk(exported: Exported, folder: Path) -> str:
    file = folder / "a.replay.html"
    pieces = file_page(exported.manifest, exported.segments(), exported.assets())
    file.write_bytes(b"".join(pieces))
    return file.as_uri()


def shown(viewer: Viewer) -> dict[str, object]:
    viewer.go(1.5)
    viewer.eventually(lambda: "Trail backpack" in viewer.picture())
    found: dict[str, object] = viewer.page.evaluate(_SHOWN)
    return found


WHOLE = {
    "hero": 400,
    "products": [320] * 4,
    "missing": 96,
    "body": 40,
    "promo": 300,
    "font": ["Inter Shop loaded"],
}


def test_a_file_shows_the_site_s_pictures_font_and_foreign_sheet(
    viewer: Viewer, shop: Site, tmp_path: Path
) -> None:
    """From disk, with the site out of reach, and nothing asked of any network."""
    with checkout(shop) as exported:
        url = on_disk(exported, tmp_path)
    shop.asked.clear()
    viewer.open(url)
    assert shown(viewer) == WHOLE
    assert {one for one in viewer.asked if not one.startswith("blob:")} == {url}
    assert shop.asked == []
    assert viewer.said == []


def test_what_is_not_carried_is_a_placeholder_and_listed(
    viewer: Viewer, shop: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(shop.answers, "/banner.png")
    with checkout(shop) as exported:
        viewer.open(on_disk(exported, tmp_path))
    viewer.page.get_by_role("tab", name="Info").click()
    viewer.at("missing-assets").locator("summary").click()
    expect(viewer.at("missing-assets")).to_contain_text(
        "http://cdn.acme.test/banner.pngits host answered 404"
    )
    with checkout(None) as exported:
        assert exported.manifest.assets is None
        viewer.open(on_disk(exported, tmp_path))
    nothing = {"hero": 96, "products": [96] * 4, "missing": 96, "body": 0, "promo": 0}
    assert shown(viewer) == {**nothing, "font": []}


@contextmanager
def running(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def test_a_share_page_shows_them_too(
    viewer: Viewer, shop: Site, tmp_path: Path
) -> None:
    """From the courier's own server, under the policy it sends; and a download has
    them."""
    engine = connect(f"sqlite:///{tmp_path / 'courier.db'}")
    upgrade(engine)
    replays = Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))
    links = Links(engine, public_url="http://courier.test", sealer=sealer())
    with checkout(shop) as exported:
        stored = replays.keep(exported, is_final=True)
    link = links.mint(stored.id, origin="a", by="b", expires_in=timedelta(days=1))
    with running(create_app([routes.blueprint(links=links, replays=replays)])) as url:
        page = url + link.url.removeprefix("http://courier.test")
        viewer.open(page)
        assert shown(viewer) == WHOLE
        asked = {one.partition("/r/")[0] for one in viewer.asked}
        assert {one for one in asked if not one.startswith("blob:")} == {url}
        assert any("/assets/0" in one for one in viewer.asked)
        closed = viewer.page.request.get(f"{page}/assets/99")
        assert closed.status == 404
    assert not any("Content Security Policy" in one for one in viewer.said)
    engine.dispose()
    assert b'class="replay-asset" data-index="8"' in b"".join(replays.file(stored))


_EVIL_DRAWING = b"""<svg xmlns="http://www.w3.org/2000/svg" width="77" height="9"
  onload="top.ran=1"><script>top.ran=1</script><image href="http://evil.test/a.png"/>
  <foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"
  src="http://evil.test/"/></foreignObject></svg>"""
_EVIL_SHEET = """@import "http://evil.test/a.css"; @import "/more.css";
  p{background:url(http://evil.test/b.png);color:rgb(1,2,3)}
  @font-face{font-family:X;src:url(http://evil.test/f.woff2)} p{font-family:X}
  </style><script>top.ran=1</script>"""


def test_a_hostile_asset_neither_runs_nor_loads_anything(
    viewer: Viewer, shop: Site, tmp_path: Path
) -> None:
    """Drawings are pictures, sheets are made inert, and a page in a picture's place
    is not carried at all."""
    drawing = {"Content-Type": "image/svg+xml"}
    shop.answers["/evil.svg"] = (200, drawing, _EVIL_DRAWING)
    shop.answers["/page.svg"] = (200, {"Content-Type": "text/html"}, _EVIL_DRAWING)
    shop.sheet("/evil.css", _EVIL_SHEET)
    shop.sheet("/more.css", "p{border-left:5px solid;background:url(//evil.test/c)}")
    cdn = "http://cdn.acme.test"
    sheet = {"rel": "stylesheet", "href": f"{cdn}/evil.css"}
    recording = lines(
        ("w", 4, 0, meta(f"{cdn}/")),
        (
            "w",
            2,
            10,
            document(
                element(10, "link", sheet),
                element(11, "p", {}, words(12, "here it is")),
                element(13, "img", {"src": f"{cdn}/evil.svg", "alt": "drawing"}),
                element(14, "img", {"src": f"{cdn}/page.svg", "alt": "page"}),
                element(15, "iframe", {"src": f"{cdn}/evil.svg"}),
                element(16, "object", {"data": f"{cdn}/evil.svg"}),
            ),
        ),
        ("w", 3, 1000, {"source": 2, "type": 2, "id": 11, "x": 5, "y": 5}),
    )
    events = read_lines(recording.splitlines(), recording="r", damage=Damage())
    with export(events, source="file", assets=lambda: collector(shop)) as exported:
        url = on_disk(exported, tmp_path)
    viewer.open(url)
    viewer.eventually(lambda: "here it is" in viewer.picture())
    found = viewer.page.evaluate(
        """() => {
          const page = document.querySelector('.screen.front iframe').contentDocument;
          const width = (name) => page.querySelector(`img[alt=${name}]`).naturalWidth;
          const style = page.defaultView.getComputedStyle(page.querySelector('p'));
          return [width('drawing'), width('page'), style.color, style.borderLeftWidth];
        }"""
    )
    assert found == [77, 96, "rgb(1, 2, 3)", "5px"]
    assert viewer.page.evaluate("top.ran") is None
    assert {one for one in viewer.asked if not one.startswith("blob:")} == {url}
    assert viewer.said == []
