"""Pictures of a shared replay: for whoever fetches previews, while the link is open."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from bot.exporter import export
from bot.preview.frame import Frames
from bot.preview.timeline import timeline
from bot.replays import Replays
from bot.sharing import Links
from bot.storage import ReplayStore
from bot.web import previews
from bot.web.app import create_app
from tests import recorded
from tests.keys import sealer


@pytest.fixture
def database_url(sqlite_url):
    """Nothing here depends on the kind of database."""
    return sqlite_url


@pytest.fixture
def store(tmp_path):
    return ReplayStore.at((tmp_path / "objects").as_uri())


@pytest.fixture
def stored(engine, store):
    return Replays(engine, store)


@pytest.fixture
def links(engine):
    return Links(engine, public_url="http://courier.test", sealer=sealer())


@pytest.fixture
def client(links, stored, store):
    frames = Frames(stored, store, None)
    app = create_app([previews.blueprint(links=links, replays=stored, frames=frames)])
    return app.test_client()


@pytest.fixture
def replay(stored):
    with export(recorded.events("checkout"), source="file") as exported:
        return stored.keep(exported, is_final=True)


@pytest.fixture
def link(links, replay):
    return links.mint(replay.id, origin="r:1", by="U1", expires_in=timedelta(days=7))


@pytest.fixture
def path(link):
    return link.url.removeprefix("http://courier.test")


@pytest.mark.parametrize(
    "agent",
    ["Slack-ImgProxy (+https://api.slack.com/robots)", "Slackbot 1.0", "Mozilla/5.0"],
)
def test_the_timeline_is_served_to_crawlers_and_people_alike(
    client, path, replay, agent
):
    answer = client.get(f"{path}/preview.png", headers={"User-Agent": agent})
    assert answer.status_code == 200
    assert answer.content_type == "image/png"
    assert answer.headers["Cache-Control"] == "private, max-age=60"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.data == timeline(replay.manifest.summary)
    assert client.get(f"{path}/preview.png").data == answer.data


def test_the_stored_replay_knows_when_the_user_was_busy(stored, replay):
    activity = stored.get(replay.id).manifest.summary.activity
    assert activity is not None
    assert activity == replay.manifest.summary.activity
    assert sum(activity.clicks) == recorded.facts("checkout")["counts"]["clicks"]


def test_looking_at_a_picture_is_no_view(client, path, links):
    client.get(f"{path}/preview.png")
    client.head(f"{path}/preview.png")
    client.get(f"{path}/frame.png")
    assert [entry.views for entry in links.entries()] == [0]


def test_head_tells_the_size_without_the_picture(client, path):
    answer = client.head(f"{path}/preview.png")
    assert answer.status_code == 200
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) == len(
        client.get(f"{path}/preview.png").data
    )


def test_a_frame_is_served_once_it_was_made(client, path, replay, store):
    assert client.get(f"{path}/frame.png").status_code == 404
    picture = io.BytesIO()
    Image.new("RGB", (4, 4), "red").save(picture, "PNG")
    store.put(f"replays/{replay.id}.frame.png", picture.getvalue())
    answer = client.get(f"{path}/frame.png")
    assert answer.data == picture.getvalue()
    assert answer.content_type == "image/png"


@pytest.mark.parametrize("name", ["preview.png", "frame.png"])
def test_pictures_close_with_their_link(client, path, link, links, replay, store, name):
    store.put(f"replays/{replay.id}.frame.png", b"picture")
    assert client.get(f"{path}/{name}").status_code == 200
    links.revoke(link.id, by="U1")
    answer = client.get(f"{path}/{name}")
    assert answer.status_code == 410
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"/r/unknown/{name}").status_code == 404
    over = links.mint(
        replay.id, origin="r:2", by="U1", expires_in=timedelta(seconds=-1)
    )
    gone = over.url.removeprefix("http://courier.test")
    assert client.get(f"{gone}/{name}").status_code == 410


def test_a_link_of_few_opens_shows_its_timeline_only_and_loses_none(
    client, links, replay, store
):
    store.put(f"replays/{replay.id}.frame.png", b"picture")
    once = links.mint(
        replay.id, origin="r:3", by="U1", expires_in=timedelta(days=1), max_opens=1
    )
    path = once.url.removeprefix("http://courier.test")
    for _ in range(2):
        assert client.get(f"{path}/preview.png").status_code == 200
        assert client.get(f"{path}/frame.png").status_code == 404
    links.door.admit(links.door.open(once.url.rpartition("/")[2]), "page")
    assert client.get(f"{path}/preview.png").status_code == 410
