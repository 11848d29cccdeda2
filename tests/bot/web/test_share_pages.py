"""``GET /r/<token>``: plays what the token grants, and honestly closed when closed."""

import hashlib
import re
from datetime import timedelta

import pytest

from bot.assets.index import AssetFile, AssetIndex
from bot.assets.kept import KeptAssets
from bot.errors import BadInput
from bot.exporter import export
from bot.exporter.portable import open_portable
from bot.replays import Replays
from bot.sharing import Links
from bot.storage import ReplayStore
from bot.web import replays as share_routes
from bot.web.app import create_app
from tests import recorded
from tests.keys import sealer
from tests.sites import PNG


@pytest.fixture
def stored(engine, tmp_path):
    return Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))


@pytest.fixture
def links(engine):
    return Links(engine, public_url="http://courier.test", sealer=sealer())


@pytest.fixture
def client(links, stored):
    return create_app(
        [share_routes.blueprint(links=links, replays=stored)]
    ).test_client()


@pytest.fixture
def replay(stored):
    files = (AssetFile(0, len(PNG), "image/png", hashlib.sha256(PNG).hexdigest()),)
    kept = KeptAssets(AssetIndex(files, {"a.png": 0}, (), 0), (PNG,))
    events = recorded.events("checkout")
    with export(events, source="file", assets=lambda: kept) as exported:
        return stored.keep(exported, is_final=True)


@pytest.fixture
def link(links, replay):
    return links.mint(replay.id, origin="r:1", by="U1", expires_in=timedelta(days=7))


@pytest.fixture
def path(link):
    return link.url.removeprefix("http://courier.test")


def test_the_page_holds_manifest_and_viewer_and_no_segment(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/html; charset=windows-1252"
    assert b'id="replay-manifest" data-segments="' in answer.data
    assert b'class="replay-segment"' not in answer.data


def test_the_page_may_load_nothing_but_its_own_segments(client, path):
    headers = client.get(path).headers
    rules = headers["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "connect-src 'self'" in rules
    assert "frame-ancestors 'none'" in rules
    script = rules.split("script-src ")[1].split(";")[0]
    assert script.startswith("'sha256-")
    assert "unsafe" not in script
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in headers


def test_segments_are_served_as_they_are_kept(client, path, replay, stored):
    answer = client.get(f"{path}/segments/0")
    assert answer.data == stored.segment(replay, 0)
    assert client.get(f"{path}/segments/1").status_code == 404
    assert client.get(f"{path}/segments/-1").status_code == 404


def test_the_download_is_the_portable_file(client, path, tmp_path):
    answer = client.get(f"{path}/download")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    file = tmp_path / "a.html"
    file.write_bytes(answer.data)
    assert list(open_portable(file).events())
    assert open_portable(file).manifest.summary.events == 332


def test_assets_are_served_as_bytes_and_nothing_a_browser_would_open(client, path):
    answer = client.get(f"{path}/assets/0")
    assert answer.data == PNG
    assert answer.content_type == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for beside in ("1", "-1", "99999999999999999999"):
        assert client.get(f"{path}/assets/{beside}").status_code == 404


ROUTES = ("", "/segments/0", "/assets/0", "/download")


@pytest.mark.parametrize("route", ROUTES)
def test_a_revoked_link_is_410_at_once_and_says_nothing(
    client, path, links, link, route
):
    assert client.get(path + route).status_code == 200
    links.revoke(link.id, by="U2")
    answer = client.get(path + route)
    assert answer.status_code == 410
    assert b"revoked" in answer.data
    assert b"shop.acme.test" not in answer.data


@pytest.mark.parametrize("route", ROUTES)
def test_an_expired_link_is_410_and_says_so(client, replay, links, route):
    short = links.mint(
        replay.id, origin="r:2", by="U1", expires_in=timedelta(seconds=-1)
    )
    answer = client.get(short.url.removeprefix("http://courier.test") + route)
    assert answer.status_code == 410
    assert b"expired" in answer.data


@pytest.mark.parametrize("route", ROUTES)
def test_an_unknown_link_is_404(client, engine, route):
    answer = client.get(f"/r/{'x' * 32}{route}")
    assert answer.status_code == 404
    assert b"no such link" in answer.data


def test_every_opening_is_logged_and_a_crawler_opens_nothing(client, path, links):
    """Slack fetches the links it sees; that is no view, and it gets no content."""
    crawler = "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"
    answer = client.get(path, headers={"User-Agent": crawler})
    assert b"replay-manifest" not in answer.data
    client.get(path)
    client.get(f"{path}/download")
    assert [entry.views for entry in links.entries()] == [1]


def test_looking_at_the_head_of_a_page_is_no_opening(client, path, links):
    """Mail scanners ask so; they get the head and nothing is counted."""
    for route in ROUTES:
        answer = client.head(path + route)
        assert answer.status_code == 200
        assert answer.data == b""
    assert [entry.views for entry in links.entries()] == [0]


def test_a_download_under_way_ends_where_its_link_is_revoked(
    client, links, stored, tmp_path
):
    """The next byte is not served, and what was served says that it is cut short."""
    with export(recorded.events("dashboard"), source="file") as exported:
        replay = stored.keep(exported, is_final=True)
    link = links.mint(replay.id, origin="r:3", by="U1", expires_in=timedelta(days=7))
    path = link.url.removeprefix("http://courier.test")
    pieces = client.get(f"{path}/download").iter_encoded()
    served = b"".join(next(pieces) for _ in range(4))
    links.revoke(link.id, by="U2")
    served += b"".join(pieces)
    assert served.count(b'class="replay-segment"') <= 2
    file = tmp_path / "a.html"
    file.write_bytes(served)
    with pytest.raises(BadInput, match="cut short"):
        open_portable(file)


def test_nothing_in_the_url_widens_what_the_token_grants(client, path):
    """Paths and parameters beside the token change nothing, or are not found."""
    assert client.get(f"{path}?download=1&redact=0").data == client.get(path).data
    for odd in ("/segments/0/..", "/segments/abc", "/../../healthz", "/manifest"):
        assert client.get(path + odd).status_code == 404
    assert client.post(path).status_code == 405


def test_a_missing_object_is_an_honest_404_page(client, path, replay, engine, tmp_path):
    (tmp_path / "objects" / replay.object_key).unlink()
    assert client.get(f"{path}/segments/0").status_code == 404


def test_a_link_that_opens_once_plays_for_whoever_opened_it(client, links, replay):
    link = links.mint(
        replay.id, origin="r:2", by="U1", expires_in=timedelta(days=7), max_opens=1
    )
    path = link.url.removeprefix("http://courier.test")
    assert client.get(f"{path}/segments/0").status_code == 404, "behind its page"
    assert client.head(path).status_code == 200
    page = client.get(path)
    assert page.status_code == 200
    base = re.search(rb'data-segments="([^"]+)"', page.data)[1].decode()
    assert client.get(f"{base}0").status_code == 200
    assert client.get(base.replace("segments/", "download")).status_code == 200
    again = client.get(path)
    assert again.status_code == 410
    assert b"limited number of times" in again.data
    assert client.get(f"{path}/download").status_code == 410
    assert client.get(f"{path}/segments/0").status_code == 410
    assert client.get(f"{path}/opened/guess/segments/0").status_code == 410
    links.revoke(link.id, by="U1")
    assert client.get(f"{base}0").status_code == 410


def test_a_download_takes_an_open(client, links, replay):
    link = links.mint(
        replay.id, origin="r:2", by="U1", expires_in=timedelta(days=7), max_opens=1
    )
    path = link.url.removeprefix("http://courier.test")
    assert client.get(f"{path}/download").status_code == 200
    assert client.get(path).status_code == 410
