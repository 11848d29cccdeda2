"""Where portable replays and finished blobs are kept: keys in, bytes out.

One API over a folder, S3, GCS and Azure, through obstore. Credentials of the clouds
come from their usual environment variables.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import (
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import LocalStore, ObjectStore, from_url

from bot.errors import NotFound, Refused, RetryLater, SettingsError
from bot.folders import private_folder

# obstore's own ten tries take up to three minutes, and somebody waits for the answer.
# Work that must not be lost is tried again from the ledger.
_RETRIES = {"max_retries": 2, "retry_timeout": timedelta(seconds=10)}


class ReplayStore:
    """Objects by key. Raises RetryLater where the store is full or away."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, *, named: str = "STORAGE_URL") -> ReplayStore:
        """The store at ``file:///…``, ``s3://…``, ``gs://…`` or ``az://…``. Raises
        SettingsError, which says where the URL was ``named``."""
        parts = urlsplit(url)
        try:
            if parts.scheme in ("", "file"):
                folder = private_folder(Path(unquote(parts.path)))
                return cls(LocalStore(folder))
            client = {"timeout": "30s", "connect_timeout": "5s"}
            if parts.scheme.startswith("s3"):
                client["allow_http"] = "true"  # an S3 in one's own house may be plain
            return cls(from_url(url, client_options=client, retry_config=_RETRIES))  # type: ignore[call-overload]
        except (BaseError, OSError, ValueError) as error:
            # What comes after the first line is obstore's own data, as Rust prints it.
            said = str(error).partition("\n")[0]
            raise SettingsError(f"{named}: {said}") from error

    def put(self, key: str, content: bytes | IO[bytes]) -> None:
        """Keep an object; one with the same key is replaced as a whole."""
        with _ours(key):
            obstore.put(self._store, key, content)

    def put_durably(self, key: str, content: bytes | IO[bytes]) -> None:
        """Keep an object that outlives the machine's power once this returns: clouds
        promise it of every object, a folder's files have to be written through."""
        self.put(key, content)
        if isinstance(self._store, LocalStore):
            with _ours(key):
                _write_through(Path(str(self._store.prefix)), key)

    def get(self, key: str) -> bytes:
        """A whole object. Raises NotFound."""
        with _ours(key):
            return bytes(obstore.get(self._store, key).bytes())

    def stream(self, key: str) -> Iterator[bytes]:
        """A whole object, piece by piece. Raises NotFound."""
        with _ours(key):
            yield from map(bytes, obstore.get(self._store, key).stream())

    def keys(self, folder: str) -> Iterator[str]:
        """The keys of all objects in a folder and those below it."""
        with _ours(f"{folder}/"):
            for some in obstore.list(self._store, prefix=folder):
                for one in some:
                    yield one["path"]

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """A part of an object. Raises NotFound."""
        with _ours(key):
            return bytes(
                obstore.get_range(self._store, key, start=start, length=length)
            )

    def size(self, key: str) -> int | None:
        """An object's length in bytes; None where there is none."""
        try:
            with _ours(key):
                return obstore.head(self._store, key)["size"]
        except NotFound:
            return None

    def delete(self, key: str) -> None:
        """Remove an object; nothing happens where there is none."""
        try:
            with _ours(key):
                obstore.delete(self._store, key)
        except NotFound:
            return

    def check(self) -> None:
        """Write, read and remove a small object. Raises what those raise."""
        key = f"checks/{uuid.uuid4().hex}"
        self.put(key, b"ok")
        if self.get(key) != b"ok":
            raise RetryLater(f"the object store gave back other bytes for {key}")
        self.delete(key)


class StoredBlobs:
    """A BlobCache in the object store: blobs that never change are fetched once."""

    def __init__(self, store: ReplayStore, folder: str = "blobs") -> None:
        self._store = store
        self._folder = folder

    def get(self, key: str) -> bytes | None:
        try:
            return self._store.get(f"{self._folder}/{key}")
        except NotFound:
            return None

    def put(self, key: str, content: bytes) -> None:
        self._store.put(f"{self._folder}/{key}", content)


def _write_through(folder: Path, key: str) -> None:
    """The file, and the folders that name it: they may be new."""
    path = folder / key
    for one in (path, *path.parents):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if one == folder:
            break


@contextmanager
def _ours(key: str) -> Iterator[None]:
    """obstore's errors as ours."""
    try:
        yield
    except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
        raise NotFound(f"the object store has no {key}") from error
    except (PermissionDeniedError, UnauthenticatedError, PermissionError) as error:
        raise Refused(
            f"the object store refused access to {key}",
            plain="Our object store refuses access; an administrator can run"
            " `replay-courier doctor`.",
        ) from error
    except (BaseError, OSError) as error:
        full = "No space left" in str(error)
        reason = str(error).partition("\n")[0]
        raise RetryLater(
            f"the object store has trouble with {key}: {reason}",
            plain="Our storage is full; an administrator must make room."
            if full
            else "Our object store is not available right now.",
        ) from error
