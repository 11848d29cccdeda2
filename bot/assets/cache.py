"""Fetched assets kept for the next export: the same site's pictures are in every
recording of it. Keyed by the digest of the URL, which may hold what nobody should read
in a bucket's listing."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import suppress
from datetime import datetime, timedelta

from bot.assets.fetch import NotFetched
from bot.assets.index import Asset
from bot.assets.kinds import TYPES, Kind
from bot.clock import Clock, utc_now
from bot.errors import CourierError
from bot.ports import BlobCache

# A page that lacks a picture may be given it; ask again soon, not for every export.
_FAILURE_LIFETIME = timedelta(minutes=30)


class AssetCache:
    """Assets, and lasting failures to get them, until they are too old."""

    def __init__(
        self, blobs: BlobCache, *, lifetime: timedelta, clock: Clock = utc_now
    ) -> None:
        self._blobs = blobs
        self._lifetime = lifetime
        self._clock = clock

    def get(self, url: str, kind: Kind) -> Asset | None:
        """The asset, or None where it must be asked for. Raises NotFetched where that
        failed a short while ago."""
        try:
            content = self._blobs.get(_key(url, kind))
            head, _, body = (content or b"").partition(b"\n")
            known = json.loads(head)
            age = self._clock() - datetime.fromisoformat(known["at"])
            if reason := known.get("reason"):
                if age < _FAILURE_LIFETIME:
                    raise NotFetched(str(reason))
                return None
            if age >= self._lifetime or known["type"] not in TYPES:
                return None
            return Asset(known["type"], body, str(known["url"]))
        except (CourierError, ValueError, KeyError, TypeError):
            # Without a cache everything still works, only slower.
            return None

    def put(self, url: str, kind: Kind, outcome: Asset | NotFetched) -> None:
        """Keep an outcome that would be the same again."""
        head = {"at": self._clock().isoformat()}
        body = b""
        if isinstance(outcome, Asset):
            head |= {"type": outcome.type, "url": outcome.url}
            body = outcome.content
        elif outcome.lasts:
            head["reason"] = outcome.reason
        else:
            return
        with suppress(CourierError):
            self._blobs.put(_key(url, kind), json.dumps(head).encode() + b"\n" + body)


class RecentBlobs:
    """A BlobCache in memory that lets go of the oldest first."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._blobs: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def get(self, key: str) -> bytes | None:
        return self._blobs.get(key)

    def put(self, key: str, content: bytes) -> None:
        with self._lock:
            self._blobs.pop(key, None)
            self._blobs[key] = content
            while sum(map(len, self._blobs.values())) > self._max_bytes:
                del self._blobs[next(iter(self._blobs))]


def _key(url: str, kind: Kind) -> str:
    return hashlib.sha256(f"{kind} {url}".encode(errors="replace")).hexdigest()
