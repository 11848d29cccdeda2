"""The embedded Redis: one process on a folder, nothing lost, no orphan left."""

import os
import signal
import stat
import subprocess
import sys
import tempfile

import pytest
import redis

from bot.database.engine import connect
from bot.errors import SettingsError
from bot.operations.embedded_redis import EmbeddedRedis, FolderLock
from bot.storage import ReplayStore


def test_what_was_written_is_there_after_a_restart(tmp_path):
    with EmbeddedRedis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
    with EmbeddedRedis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("key") == b"value"


def test_nobody_else_on_the_machine_may_look_into_the_data_folder(tmp_path):
    """Database, recordings and Redis alike, whichever of them makes the folder."""
    was = os.umask(0)
    try:
        FolderLock(tmp_path / "a" / "data").release()
        connect(f"sqlite:///{tmp_path / 'b' / 'data' / 'courier.db'}").dispose()
        ReplayStore.at((tmp_path / "c" / "data" / "objects").as_uri())
        with EmbeddedRedis(tmp_path / "d" / "data"):
            socket = tmp_path / "d" / "data" / "redis" / "redis.sock"
            assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    finally:
        os.umask(was)
    for folder in "abcd":
        assert stat.S_IMODE((tmp_path / folder / "data").stat().st_mode) == 0o700


def test_a_socket_is_put_into_no_folder_of_somebody_elses(tmp_path, monkeypatch):
    """A long path moves the socket to the shared temporary folder, where anybody could
    have made a folder of our name before."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / f"replay-courier-{os.getuid()}").mkdir(mode=0o777)
    (tmp_path / f"replay-courier-{os.getuid()}").chmod(0o777)
    with pytest.raises(SettingsError, match="open to others"):
        EmbeddedRedis(tmp_path / ("long" * 30))


def test_a_server_left_by_a_killed_process_is_replaced(tmp_path):
    """kill -9 leaves its Redis running; the next start stops it and keeps the data."""
    code = (
        "import sys, time, pathlib, redis\n"
        "from bot.operations.embedded_redis import EmbeddedRedis\n"
        "server = EmbeddedRedis(pathlib.Path(sys.argv[1])).start()\n"
        "redis.Redis.from_url(server.url).set('key', 'value')\n"
        "print(server._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as killed:
        orphan = int(killed.stdout.readline())
        killed.send_signal(signal.SIGKILL)
    os.kill(orphan, 0)  # still there
    with EmbeddedRedis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.get("key") == b"value"
        assert client.info()["process_id"] != orphan


def test_a_long_folder_gets_a_short_socket(tmp_path):
    """The kernel allows a socket's path some hundred bytes."""
    deep = tmp_path / ("a" * 60) / ("b" * 60)
    with EmbeddedRedis(deep) as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()


def test_a_second_process_on_the_folder_is_refused_by_name(tmp_path):
    lock = FolderLock(tmp_path)
    with pytest.raises(SettingsError, match="another replay-courier is running"):
        FolderLock(tmp_path)
    lock.release()
    FolderLock(tmp_path).release()
