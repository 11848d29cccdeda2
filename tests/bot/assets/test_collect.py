"""A recording's assets in its replay: carried once, listed where missing, within
limits, without secrets, and still there when the replay is exported again."""

import gzip
import hashlib
import json
from datetime import timedelta
from ipaddress import ip_network

import pytest

from bot.assets.cache import AssetCache, RecentBlobs
from bot.assets.collect import FetchedAssets, Limits
from bot.assets.fetch import Fetcher
from bot.assets.guard import Guard
from bot.assets.kept import KeptAssets
from bot.clock import utc_now
from bot.errors import BadInput, RetryLater
from bot.exporter import export
from bot.exporter.manifest import Manifest
from bot.exporter.page import file_page
from bot.exporter.portable import open_portable
from bot.hosts import host_pattern
from bot.recording.rrweb import RrwebEvent
from bot.storage import ReplayStore, StoredBlobs
from tests.sites import PNG, served

LOOPBACK = [ip_network("127.0.0.1/32")]
CDN = "http://cdn.acme.test"


@pytest.fixture
def site():
    with served() as site:
        yield site


def collector(site, *, cache=None, known=None, resolve=None, **limits):
    options = {"count": 50, "total_bytes": 1_000_000, "total_s": 10.0} | limits
    fetcher = Fetcher(
        Guard([host_pattern("*.acme.test")], LOOPBACK),
        resolve=resolve or site.resolve,
        max_bytes=100_000,
        timeout_s=5,
    )
    return FetchedAssets(fetcher, Limits(**options), cache, known)


def page(*nodes):
    """Events of a page with these elements, as (tag, attributes)."""
    children = [
        {"type": 2, "id": number, "tagName": tag, "attributes": attributes}
        for number, (tag, attributes) in enumerate(nodes, 10)
    ]
    node = {"type": 0, "id": 1, "childNodes": children}
    events = [(4, {"href": "http://www.acme.test/shop/"}), (2, {"node": node})]
    return [
        RrwebEvent("w", {"type": kind, "timestamp": 1000, "data": data})
        for kind, data in events
    ]


def images(*urls):
    return page(*(("img", {"src": url}) for url in urls))


def exported(events, assets, **options):
    with export(events, source="file", assets=lambda: assets, **options) as made:
        return made.manifest.assets, list(made.assets())


def reasons(index):
    return {one.url: one.reason for one in index.missing}


def test_each_distinct_body_is_carried_once(site):
    site.picture("/a.png")
    site.picture("/same.png")
    site.picture("/b.png", PNG + b"b")
    urls = [f"{CDN}/a.png", f"{CDN}/a.png#x", f"{CDN}/same.png", f"{CDN}/b.png"]
    index, bodies = exported(images(*urls), collector(site))
    assert bodies == [PNG, PNG + b"b"]
    assert index.urls == {urls[0]: 0, urls[2]: 0, urls[3]: 1}
    assert [one.sha256 for one in index.files] == [
        hashlib.sha256(body).hexdigest() for body in bodies
    ]
    assert sorted(site.paths()) == ["/a.png", "/b.png", "/same.png"]


def test_what_is_missing_is_listed_with_the_reason(site):
    site.answers["/page.png"] = (200, {"Content-Type": "text/html"}, b"<html>")
    urls = [f"{CDN}/gone.png", f"{CDN}/page.png", "https://evil.test/x.png", "blob:x"]
    index, bodies = exported(images(*urls), collector(site))
    assert bodies == []
    assert reasons(index) == {
        urls[0]: "its host answered 404",
        urls[1]: "what its host sent is no picture",
        urls[2]: "its host is not allowed",
        urls[3]: "only http and https are fetched",
    }


def test_a_relative_address_is_that_of_the_page(site):
    site.picture("/shop/a.png")
    index, _ = exported(images("a.png"), collector(site))
    assert index.urls == {"a.png": 0}
    assert site.asked[0][0] == "www.acme.test"


def test_a_sheet_brings_what_it_names_to_the_second_import(site):
    site.redirect("/main.css", "/v2/main.css")
    site.sheet("/v2/main.css", '@import "deep/1.css";a{b:url(../bg.png#x)}')
    site.sheet("/v2/deep/1.css", "@import url(2.css);")
    site.sheet("/v2/deep/2.css", '@import "3.css";@font-face{src:url(f.woff2)}')
    site.picture("/bg.png")
    site.answers["/v2/deep/f.woff2"] = (200, {"Content-Type": "font/woff2"}, b"wOF2")
    link = ("link", {"rel": "stylesheet", "href": f"{CDN}/main.css"})
    index, bodies = exported(page(link), collector(site))
    deep = f"{CDN}/v2/deep"
    assert set(index.urls) == {
        *(f"{CDN}/main.css", f"{CDN}/bg.png"),
        *(f"{deep}/1.css", f"{deep}/2.css", f"{deep}/f.woff2"),
    }
    main = bodies[index.urls[f"{CDN}/main.css"]].decode()
    assert f'@import url("{deep}/1.css")' in main
    assert f'url("{CDN}/bg.png#x")' in main
    assert list(reasons(index)) == [f"{deep}/3.css"]


def test_sheets_that_import_each_other_come_to_an_end(site):
    site.sheet("/a.css", '@import "b.css";')
    site.sheet("/b.css", '@import "a.css";@import "b.css";')
    link = ("link", {"rel": "stylesheet", "href": f"{CDN}/a.css"})
    index, _ = exported(page(link), collector(site))
    assert set(index.urls) == {f"{CDN}/a.css", f"{CDN}/b.css"}
    assert sorted(site.paths()) == ["/a.css", "/b.css"]


def test_no_secret_of_an_address_is_written_down(site, tmp_path):
    """It is asked for as recorded, and known by what redaction leaves of it."""
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
    site.picture(f"/a.png?token={secret}")
    site.sheet(f"/a.css?token={secret}", f"a{{b:url(b.png?token={secret})}}")
    site.picture(f"/b.png?token={secret}")
    events = page(
        ("img", {"src": f"{CDN}/a.png?token={secret}"}),
        ("img", {"src": f"http://evil.test/a.png?token={secret}"}),
        ("link", {"rel": "stylesheet", "href": f"{CDN}/a.css?token={secret}"}),
    )
    path = tmp_path / "a.html"
    with export(events, source="file", assets=lambda: collector(site)) as made:
        path.write_bytes(
            b"".join(file_page(made.manifest, made.segments(), made.assets()))
        )
    replay = open_portable(path)
    assert set(replay.manifest.assets.urls) == {
        f"{CDN}/{name}?token=[redacted]" for name in ("a.png", "a.css", "b.png")
    }
    assert secret.encode() not in path.read_bytes()
    assert secret.encode() not in b"".join(replay.assets)
    events = "".join(json.dumps(one.event) for one in replay.events())
    assert secret not in events
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("limits", "carried", "reason"),
    [
        ({"count": 2}, 2, "more than 2 assets are named"),
        ({"total_bytes": 60}, 2, "there is no room left for it"),
        ({"total_s": 0.0}, 0, "there was no time left for it"),
    ],
)
def test_count_bytes_and_time_are_limited(site, limits, carried, reason):
    urls = [f"{CDN}/{number}.png" for number in range(5)]
    for number in range(5):
        site.picture(f"/{number}.png", PNG + bytes([number]))
    index, bodies = exported(images(*urls), collector(site, **limits))
    assert len(bodies) == carried
    assert index.missing_count == 5 - carried
    assert set(reasons(index).values()) == {reason}


def test_a_font_for_characters_that_nothing_shows_is_not_asked_for(site):
    """As no browser would: a font for Chinese may come in a hundred files."""
    fonts = {"/latin": "U+0-FF", "/greek": "U+370-3FF", "/han": "U+4E00-9FFF"}
    for path in fonts:
        site.answers[path] = (
            200,
            {"Content-Type": "font/woff2"},
            b"wOF2" + path.encode(),
        )
    css = "".join(
        f"@font-face{{src:url({CDN}{path});unicode-range:{characters}}}"
        for path, characters in fonts.items()
    )
    children = [
        {"type": 2, "id": 2, "tagName": "style", "attributes": {"_cssText": css}},
        {"type": 3, "id": 3, "textContent": "naïve Ελλάδα"},
    ]
    node = {"type": 0, "id": 1, "childNodes": children}
    snapshot = {"type": 2, "timestamp": 1, "data": {"node": node}}
    index, _ = exported([RrwebEvent("w", snapshot)], collector(site))
    assert set(index.urls) == {f"{CDN}/latin", f"{CDN}/greek"}
    assert index.missing_count == 0


def test_what_elements_show_comes_before_what_sheets_name(site):
    for path in ("/sheet.png", "/shown.png"):
        site.picture(path, PNG + path.encode())
    style = ("style", {"_cssText": f"a{{b:url({CDN}/sheet.png)}}"})
    image = ("img", {"src": f"{CDN}/shown.png"})
    index, _ = exported(page(style, image), collector(site, total_bytes=50))
    assert set(index.urls) == {f"{CDN}/shown.png"}


def test_a_host_that_is_away_does_not_cost_the_time_of_all(site):
    asked = []

    def resolve(host, port):
        asked.append(host)
        raise OSError("no such host")

    urls = [f"http://away.acme.test/{number}.png" for number in range(40)]
    index, _ = exported(images(*urls), collector(site, resolve=resolve))
    assert index.missing_count == 40
    assert len(asked) <= 3 + 6


def test_a_recording_that_names_assets_without_end_is_listed_in_part(site):
    urls = [f"http://evil.test/{number}" for number in range(3000)]
    index, _ = exported(images(*urls), collector(site))
    assert index.missing_count == 3000
    assert len(index.missing) == 100
    assert site.resolved == []


def test_a_cache_spares_the_host_until_it_is_old(site, tmp_path):
    now = utc_now()
    blobs = StoredBlobs(ReplayStore.at(tmp_path.as_uri()), "assets")
    cache = AssetCache(blobs, lifetime=timedelta(days=1), clock=lambda: now)
    site.picture("/a.png")
    events = images(f"{CDN}/a.png", f"{CDN}/gone.png")
    first = exported(events, collector(site, cache=cache))
    assert exported(events, collector(site, cache=cache)) == first
    assert sorted(site.paths()) == ["/a.png", "/gone.png"]
    names = [path.name for path in (tmp_path / "assets").iterdir()]
    assert all(len(name) == 64 for name in names)
    now += timedelta(hours=1)
    exported(events, collector(site, cache=cache))
    assert site.paths().count("/gone.png") == 2
    now += timedelta(days=1)
    exported(events, collector(site, cache=cache))
    assert site.paths().count("/a.png") == 2


def test_what_is_cached_is_still_refused_where_its_host_no_longer_is_allowed(
    site, tmp_path
):
    blobs = StoredBlobs(ReplayStore.at(tmp_path.as_uri()), "assets")
    cache = AssetCache(blobs, lifetime=timedelta(days=1))
    site.picture("/a.png")
    events = images(f"{CDN}/a.png")
    exported(events, collector(site, cache=cache))
    none = Fetcher(Guard([]), resolve=site.resolve, max_bytes=9, timeout_s=1)
    index, _ = exported(events, FetchedAssets(none, Limits(9, 99_999, 1), cache))
    assert reasons(index) == {f"{CDN}/a.png": "its host is not allowed"}


def test_a_cache_in_memory_lets_go_of_the_oldest():
    blobs = RecentBlobs(10)
    for key in ("a", "b", "a", "c"):
        blobs.put(key, key.encode() * 4)
    assert [blobs.get(key) for key in ("a", "b", "c")] == [b"aaaa", None, b"cccc"]
    blobs.put("d", bytes(11))
    assert blobs.get("d") is None


def test_an_export_goes_on_where_the_cache_is_away_or_damaged(site, tmp_path):
    class Away:
        def get(self, key):
            raise RetryLater("away")

        def put(self, key, content):
            raise RetryLater("away")

    class Damaged:
        def get(self, key):
            return b'{"at": "2026-01-01T00:00:00"}\nx'

        def put(self, key, content):
            pass

    site.picture("/a.png")
    for blobs in (Away(), Damaged()):
        cache = AssetCache(blobs, lifetime=timedelta(days=1))
        _, bodies = exported(images(f"{CDN}/a.png"), collector(site, cache=cache))
        assert bodies == [PNG]


def written(tmp_path, events, assets, **options):
    path = tmp_path / "a.replay.html"
    with export(events, source="file", assets=lambda: assets, **options) as made:
        pieces = file_page(made.manifest, made.segments(), made.assets())
        path.write_bytes(b"".join(pieces))
    return path


def test_a_file_gives_its_assets_back_and_carries_them_on(site, tmp_path):
    body = PNG + bytes(range(256)) + b"</script><!--"
    site.picture("/a.png", body)
    events = images(f"{CDN}/a.png", f"{CDN}/gone.png")
    first = open_portable(written(tmp_path, events, collector(site)))
    first.verify()
    assert first.assets == (body,)
    manifest = first.manifest
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest

    kept = KeptAssets(manifest.assets, first.assets)
    again = open_portable(written(tmp_path, first.events(), kept))
    assert (again.manifest.assets, again.assets) == (manifest.assets, first.assets)

    site.asked.clear()
    site.picture("/gone.png", PNG)
    more = collector(site, known=kept.by_url())
    third = open_portable(written(tmp_path, first.events(), more))
    assert third.assets == (body, PNG)
    assert site.paths() == ["/gone.png"]


def test_a_damaged_or_lost_asset_is_noticed(site, tmp_path):
    site.picture("/a.png")
    path = written(tmp_path, images(f"{CDN}/a.png"), collector(site))
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"\x89PNG", b"\x88PNG"))
    with pytest.raises(BadInput, match="an asset does not match"):
        open_portable(path).verify()
    path.write_bytes(whole.replace(b'class="replay-asset"', b'class="replay-a"'))
    with pytest.raises(BadInput, match="not all of its assets"):
        open_portable(path)


@pytest.mark.parametrize(
    "change",
    [
        {"urls": [{"url": "x", "file": 7}]},
        {"files": [{"offset": 0, "bytes": 1, "type": "text/html", "sha256": ""}]},
        {"missing": [{"url": 5, "reason": ""}]},
        {"missing_count": None},
    ],
)
def test_a_manifest_of_impossible_assets_is_refused(change):
    with export(images("x"), source="file") as made:
        manifest = made.manifest.to_json()
    assert manifest["assets"] is None
    nothing = {"files": [], "urls": [], "missing": [], "missing_count": 0}
    with pytest.raises(BadInput, match="damaged"):
        Manifest.from_json({**manifest, "assets": nothing | change})


def test_bytes_already_packed_are_not_carried_packed(site):
    """What is carried is what a browser would show, not how it was sent."""
    headers = {"Content-Type": "image/svg+xml", "Content-Encoding": "gzip"}
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
    site.answers["/a.svg"] = (200, headers, gzip.compress(svg))
    index, bodies = exported(images(f"{CDN}/a.svg"), collector(site))
    assert (index.files[0].type, bodies) == ("image/svg+xml", [svg])
