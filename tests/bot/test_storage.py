"""One store over a folder and over S3's API: whole objects, ranges, honest errors."""

import io
import socket

import pytest
from moto.server import ThreadedMotoServer

from bot.errors import NotFound, RetryLater, SettingsError
from bot.storage import ReplayStore, StoredBlobs


@pytest.fixture(scope="module")
def s3_server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_server, monkeypatch):
    import boto3

    for name, value in {
        "AWS_ENDPOINT": s3_server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=s3_server, region_name="us-east-1")
    client.create_bucket(Bucket="replays")
    client.close()
    return ReplayStore.at("s3://replays/courier")


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path):
    if request.param == "s3":
        return request.getfixturevalue("s3")
    return ReplayStore.at((tmp_path / "objects").as_uri())


def test_what_is_put_is_got_whole_and_in_ranges(store):
    store.put("a/b.segments", io.BytesIO(b"0123456789"))
    assert store.get("a/b.segments") == b"0123456789"
    assert store.get_range("a/b.segments", 3, 4) == b"3456"
    assert store.size("a/b.segments") == 10
    assert store.size("nothing") is None


def test_putting_again_replaces_and_deleting_twice_is_no_error(store):
    store.put("a", b"one")
    store.put("a", b"two")
    assert store.get("a") == b"two"
    store.delete("a")
    store.delete("a")
    with pytest.raises(NotFound, match="no a"):
        store.get("a")


def test_a_missing_object_is_not_found_in_ranges_too(store):
    with pytest.raises(NotFound):
        store.get_range("nothing", 0, 1)


def test_the_check_leaves_nothing_behind(store):
    store.check()


def test_blobs_are_kept_and_absent_ones_are_none(store):
    blobs = StoredBlobs(store)
    assert blobs.get("posthog/1/s/0-19") is None
    blobs.put("posthog/1/s/0-19", b"lines")
    assert blobs.get("posthog/1/s/0-19") == b"lines"


def test_a_store_that_cannot_be_written_says_so(tmp_path):
    """A folder whose place is taken by a file cannot hold objects."""
    store = ReplayStore.at((tmp_path / "objects").as_uri())
    (tmp_path / "objects" / "replays").write_text("a file in the way")
    with pytest.raises(RetryLater):
        store.put("replays/x.segments", b"bytes")


def test_a_store_that_is_away_is_retried_later(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    for name, value in {
        "AWS_ENDPOINT": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    store = ReplayStore.at("s3://replays")
    with pytest.raises(RetryLater, match="object store"):
        store.get("a")


def test_an_unknown_kind_of_store_is_a_settings_error():
    with pytest.raises(SettingsError, match=r"^STORAGE_URL: [^\n]+$"):
        ReplayStore.at("ftp://somewhere")
