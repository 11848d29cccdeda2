"""What one request of posthog-js or a mobile SDK holds: the project, and its items.

The shapes are those of ``POST /e/``, ``/i/v0/e/``, ``/s/``, ``/batch/`` and their kin:
a list of items, ``{"api_key", "batch": [items], "sent_at"}``, or one item by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import structlog

from bot.errors import BadInput
from bot.model import Batch, CapturedEvent, CapturedItem
from integrations.capture.items import LeftOut, read_item
from integrations.capture.surrogates import without_lone_surrogates
from integrations.capture.unpacking import check_utf8, unpacked

MAX_ITEMS = 5000
"""In one request; SDKs send some fifty, and begin another after a few seconds."""
_MAX_SESSIONS = 100
_MAX_PEOPLE = 500

_log = structlog.get_logger(__name__)

_Decoded = TypeVar("_Decoded")


class _Properties(msgspec.Struct, gc=False):
    token: str | None = None


class _Count(threading.local):
    """Of the items of the body that this thread reads."""

    items = 0


_count = _Count()


class _Item(msgspec.Struct, gc=False):
    """``event`` is needed: a body made of a million empty objects ends at the first.
    Of others it ends at the last that is allowed: a few bytes each as they are sent,
    they are many times as much here."""

    event: str
    api_key: str | None = None
    token: str | None = None
    dollar_token: str | None = msgspec.field(name="$token", default=None)
    properties: _Properties | None = None

    def __post_init__(self) -> None:
        _count.items += 1
        if _count.items > MAX_ITEMS:
            raise ValueError("more items than any SDK sends")

    def project(self) -> str | None:
        inner = self.properties.token if self.properties else None
        return inner or self.api_key or self.token or self.dollar_token


class _Envelope(msgspec.Struct):
    api_key: str | None = None
    token: str | None = None
    batch: list[_Item] | None = None


class _RawEnvelope(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None


_ITEM = msgspec.json.Decoder(_Item)
_ITEMS = msgspec.json.Decoder(list[_Item])
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_RAW_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_RAW_ENVELOPE = msgspec.json.Decoder(_RawEnvelope)


@dataclass(frozen=True, slots=True)
class Contents:
    """What must be known of a body before it is taken."""

    project: str
    """Its token; empty where it names none."""
    has_snapshots: bool


def contents_of(text: bytes) -> Contents:
    """Of an unpacked body, once all of it is JSON and it has at least one item. Raises
    BadInput where that is not so. That it is UTF-8 is looked at when it is read: it
    takes twice as long as all of this."""
    if _is_list(text):
        return _contents(_decoded(_ITEMS.decode, text)[0], None)
    envelope, readable = _decoded(_ENVELOPE.decode, text)
    named = envelope.api_key or envelope.token
    if envelope.batch is not None:
        return _contents(envelope.batch, named)
    return _contents([_decoded(_ITEM.decode, readable)[0]], named)


def asking_project(text: bytes) -> str:
    """The project token of an unpacked ``/flags/`` or ``/decide/`` body; empty where it
    names none. Raises BadInput where it is no JSON object."""
    envelope, _ = _decoded(_ENVELOPE.decode, text)
    return envelope.token or envelope.api_key or ""


class _Crowd:
    """Whom one request tells of: a browser of its visitor, a server of some hundred
    people. Each costs many times what it takes to make one up."""

    def __init__(self) -> None:
        self._sessions: set[str] = set()
        self._people: set[str] = set()

    def admit(self, item: CapturedItem) -> None:
        """Raises LeftOut where there were too many others before."""
        people = {item.distinct_id}
        if isinstance(item, CapturedEvent):
            others = map(item.properties.get, ("$anon_distinct_id", "alias"))
            people |= {one for one in others if isinstance(one, str)}
        if len(self._people | people) > _MAX_PEOPLE:
            raise LeftOut("too_many_people")
        if len(self._sessions | {item.session_id}) > _MAX_SESSIONS:
            raise LeftOut("too_many_sessions")
        self._people |= people
        self._sessions.add(item.session_id)


def read_batch(batch: Batch) -> Iterator[CapturedItem]:
    """What the batch holds, in its order. Items that nobody could use, such as
    snapshots without a session, are left out; how many and why is logged.

    Half an emoji in an event becomes U+FFFD; in snapshots it stays as it was sent.
    Raises BadInput where the whole cannot be read.
    """
    text = unpacked(
        batch.body, query=batch.query, content_encoding=batch.content_encoding
    )
    check_utf8(text)
    raws, readable = _decoded(_taken_apart, text)
    left_out: dict[str, int] = {}
    crowd = _Crowd()
    at = 0
    for raw in raws:
        item = bytes(raw)
        # Where it stands in both texts; they are equally long.
        at = readable.index(item, at)
        try:
            read = read_item(item, text[at : at + len(item)], batch.received_at)
            crowd.admit(read)
            yield read
        except LeftOut as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
        at += len(item)
    if left_out:
        _log.warning("captured items left out", path=batch.path, **left_out)


def _contents(items: list[_Item], named: str | None) -> Contents:
    if not items:
        raise BadInput("the body holds no items")
    projects = filter(None, (item.project() for item in items))
    return Contents(
        project=named or next(projects, ""),
        has_snapshots=any(item.event == "$snapshot" for item in items),
    )


def _taken_apart(text: bytes) -> list[msgspec.Raw]:
    if _is_list(text):
        return _RAW_ITEMS.decode(text)
    batch = _RAW_ENVELOPE.decode(text).batch
    return [msgspec.Raw(text)] if batch is None else batch


def _is_list(text: bytes) -> bool:
    return text[:100].lstrip()[:1] == b"["


def _decoded(
    decode: Callable[[bytes], _Decoded], text: bytes
) -> tuple[_Decoded, bytes]:
    """What ``decode`` makes of the text, and the text it could read. Raises BadInput
    without a word of what it holds."""
    try:
        try:
            _count.items = 0
            return decode(text), text
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            readable = without_lone_surrogates(text)
            if readable is text:
                raise
            _count.items = 0
            return decode(readable), readable
    except msgspec.ValidationError:
        raise BadInput("the body is not of a shape that PostHog's SDKs send") from None
    except (msgspec.DecodeError, RecursionError):
        raise BadInput("the body is not JSON") from None
