"""One asset from its host, within bounds, and from nobody else.

Each hop is taken apart, allowed by name, resolved once, allowed by every address, and
connected to at one of those very addresses. Built on the standard library's HTTP alone:
no proxy, cookie, credential, referrer or redirect happens that is not written here.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import time
import zlib
from typing import Any, cast
from urllib.parse import urljoin

from bot import __version__
from bot.assets.guard import Guard, NotAllowed, Place, Resolver, Target, target_of
from bot.assets.index import Asset
from bot.assets.kinds import ACCEPT, SHEET_TYPE, Kind, text_of, type_of

_MAX_REDIRECTS = 3
_MAX_ADDRESSES = 3
_CONNECT_S = 4.0
_PIECE = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """Why an asset is not there, in words for the manifest."""

    def __init__(
        self, reason: str, *, lasts: bool = True, is_silence: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.lasts = lasts
        """Whether asking again soon would end the same."""
        self.is_silence = is_silence
        """Whether the host did not answer at all."""


class Fetcher:
    """Fetches assets for one installation; safe to use from several threads."""

    def __init__(
        self,
        guard: Guard,
        *,
        resolve: Resolver,
        max_bytes: int,
        timeout_s: float,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        """``max_bytes`` holds for an asset as sent and as unpacked; ``timeout_s`` for
        all of it, redirects included."""
        self._guard = guard
        self._resolve = resolve
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._tls = trusted or _certificates()

    def fetch(self, url: str, kind: Kind, *, deadline: float) -> Asset:
        """The asset at ``url``. ``deadline`` is the caller's own, on the monotonic
        clock. Raises NotFetched."""
        until = min(deadline, time.monotonic() + self._timeout_s)
        try:
            target = target_of(url)
            for _ in range(_MAX_REDIRECTS + 1):
                answer = self._ask(target, kind, until)
                if isinstance(answer, Asset):
                    return answer
                target = target_of(urljoin(target.url, answer))
        except NotAllowed as error:
            raise NotFetched(str(error)) from error
        except TimeoutError as error:
            raise NotFetched(
                "it took too long", lasts=False, is_silence=True
            ) from error
        except ssl.SSLError as error:
            raise NotFetched("its host has no valid certificate") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotFetched(
                "its host cannot be reached", lasts=False, is_silence=True
            ) from error
        raise NotFetched("it redirects too often")

    def allows(self, url: str) -> None:
        """Raises NotAllowed where ``url`` would not even be looked up."""
        self._guard.check_host(target_of(url))

    def _ask(self, target: Target, kind: Kind, until: float) -> Asset | str:
        """One hop: the asset, or where it redirects to."""
        self._guard.check_host(target)
        places = self._resolve(target.host, target.port)
        if not places:
            raise NotFetched("its host cannot be reached", lasts=False)
        for address, _ in places:
            self._guard.check_address(address)
        with self._connected(target, places, until) as connection:
            http_ = http.client.HTTPConnection(target.host, target.port)
            http_.sock = cast(socket.socket, _Timed(connection, until))
            http_.request(
                "GET",
                target.path,
                headers={
                    "Host": target.netloc,
                    "Accept": ACCEPT[kind],
                    "Accept-Encoding": "gzip",
                    "User-Agent": f"replay-courier/{__version__}",
                    "Connection": "close",
                },
            )
            response = http_.getresponse()
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                return location
            if response.status != 200:
                raise NotFetched(
                    f"its host answered {response.status}", lasts=response.status < 500
                )
            return self._asset(response, kind, target.url)

    def _connected(
        self, target: Target, places: list[Place], until: float
    ) -> socket.socket:
        """A connection to one of the checked places, and none other."""
        failure: OSError = OSError("no address")
        for place in places[:_MAX_ADDRESSES]:
            try:
                plain = socket.create_connection(
                    place, timeout=min(_CONNECT_S, _left(until))
                )
            except OSError as error:
                failure = error
                continue
            if target.scheme == "http":
                return plain
            plain.settimeout(_left(until))
            try:
                return self._tls.wrap_socket(plain, server_hostname=target.host)
            except BaseException:
                plain.close()
                raise
        raise failure

    def _asset(self, response: http.client.HTTPResponse, kind: Kind, url: str) -> Asset:
        declared = response.headers.get("Content-Type", "")
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise NotFetched("it is encoded in a way we did not ask for")
        content = self._body(response, is_packed="gzip" in encoding)
        found = type_of(kind, content, declared)
        if found is None:
            raise NotFetched(f"what its host sent is no {_WORDS[kind]}")
        if found == SHEET_TYPE:
            content = text_of(content, declared).encode("utf-8", "replace")
        return Asset(found, content, url)

    def _body(self, response: http.client.HTTPResponse, *, is_packed: bool) -> bytes:
        if (response.length or 0) > self._max_bytes:
            raise NotFetched("it is too large")
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if is_packed else None
        body = bytearray()
        received = 0
        while piece := response.read1(_PIECE):
            received += len(piece)
            if unpacker is not None:
                room = self._max_bytes - len(body) + 1
                try:
                    piece = unpacker.decompress(piece, room)
                except zlib.error:
                    raise NotFetched("it is damaged") from None
            body += piece
            if max(received, len(body)) > self._max_bytes:
                raise NotFetched("it is too large")
        is_whole = unpacker is None or unpacker.eof
        if not is_whole or response.length:
            raise NotFetched("it was cut short", lasts=False)
        return bytes(body)


_WORDS = {
    Kind.PICTURE: "picture",
    Kind.FONT: "font",
    Kind.SHEET: "style sheet",
}


class _Timed:
    """A connection whose every wait ends at one time: a byte now and then is no way
    around the limit."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def sendall(self, content: bytes) -> None:
        self._connection.settimeout(_left(self._until))
        self._connection.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._connection, self._until))

    def close(self) -> None:
        """The connection is closed by whoever opened it."""


class _Reading(io.RawIOBase):
    def __init__(self, connection: socket.socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._connection.settimeout(_left(self._until))
        return self._connection.recv_into(buffer)


def _left(until: float) -> float:
    """Seconds left. Raises TimeoutError where there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@functools.cache
def _certificates() -> ssl.SSLContext:
    """The system's certificates and those that requests brings: either may be absent
    or old on a machine."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
