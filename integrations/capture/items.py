"""One item of what PostHog's SDKs send: some snapshots, or an analytics event."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import msgspec

from bot.model import (
    MAX_DISTINCT_ID_BYTES,
    CapturedEvent,
    CapturedItem,
    CapturedSnapshots,
)
from integrations.capture.surrogates import without_nul

MAX_DISTINCT_ID = 400
MAX_EVENT_BYTES = 1024 * 1024
"""Of one analytics event; PostHog takes no more either."""

_MAX_NAME = 200
_MAX_WINDOW_ID = 200
# Of one item, which SDKs send at a megabyte; as objects they take many times the room.
_MAX_RRWEB_EVENTS = 100_000
# As PostHog's own capture service has it.
_SESSION_ID = re.compile(r"[A-Za-z0-9-]{1,70}")
_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")
# What a sender may write anew when it sends an item again.
_OF_SENDING = frozenset({"sent_at", "offset"})


class LeftOut(Exception):
    """The item is of no use; says why in a word for the log."""


class _Kind(msgspec.Struct, gc=False):
    event: str


class _SnapshotProperties(msgspec.Struct, gc=False):
    data: msgspec.Raw = msgspec.field(name="$snapshot_data")
    session_id: str = msgspec.field(name="$session_id")
    window_id: str | None = msgspec.field(name="$window_id", default=None)
    distinct_id: str | int | None = None
    source: str | None = msgspec.field(name="$snapshot_source", default=None)
    library: str | None = msgspec.field(name="$lib", default=None)


class _Snapshot(msgspec.Struct, gc=False):
    properties: _SnapshotProperties
    uuid: str | None = None
    distinct_id: str | int | None = None


class _RrwebEvent(msgspec.Struct, gc=False):
    """What every player needs; an item without it would spoil its whole recording."""

    type: float
    timestamp: float


_KIND = msgspec.json.Decoder(_Kind)
_SNAPSHOT = msgspec.json.Decoder(_Snapshot)
_RRWEB_EVENTS = msgspec.json.Decoder(list[_RrwebEvent])
_EVENT = msgspec.json.Decoder(dict[str, object])


def read_item(readable: bytes, sent: bytes, received_at: datetime) -> CapturedItem:
    """The item in ``readable``, JSON of the same length as what was ``sent``, whose
    snapshots are taken byte for byte. Raises LeftOut."""
    try:
        if _KIND.decode(readable).event == "$snapshot":
            return _snapshots(readable, sent)
        if len(readable) > MAX_EVENT_BYTES:
            raise LeftOut("too_large")
        return _event(_EVENT.decode(without_nul(readable)), received_at)
    except (msgspec.DecodeError, RecursionError):
        raise LeftOut("unknown_shape") from None


def _snapshots(readable: bytes, sent: bytes) -> CapturedSnapshots:
    item = _SNAPSHOT.decode(readable)
    inner = item.properties
    data = bytes(inner.data)
    at = readable.index(data)
    events = sent[at : at + len(data)]
    if not data.startswith(b"["):  # mobile SDKs send one by itself
        data, events = b"[%b]" % data, b"[%b]" % events
    count = len(_RRWEB_EVENTS.decode(data))
    if not 0 < count <= _MAX_RRWEB_EVENTS:
        raise LeftOut("too_many_events" if count else "empty")
    if not _SESSION_ID.fullmatch(inner.session_id):
        raise LeftOut("no_session")
    # JSON has line breaks between values alone, where they mean nothing.
    events = events.translate(_LINE_BREAKS)
    distinct_id = _distinct_id(inner.distinct_id, item.distinct_id)
    window_id = _text(inner.window_id, _MAX_WINDOW_ID) or inner.session_id
    return CapturedSnapshots(
        uuid=_text(item.uuid, _MAX_NAME)
        or _digest(inner.session_id, window_id, distinct_id, events),
        session_id=inner.session_id,
        window_id=window_id,
        distinct_id=distinct_id,
        events=events,
        source=_text(inner.source, _MAX_NAME) or "web",
        library=_text(inner.library, _MAX_NAME) or "web",
    )


def _event(item: Mapping[str, object], received_at: datetime) -> CapturedEvent:
    properties = _mapping(item.get("properties"))
    name = _text(item["event"], _MAX_NAME)
    if not name:
        raise LeftOut("no_name")
    session_id = _text(properties.get("$session_id"), _MAX_NAME)
    return CapturedEvent(
        uuid=_text(item.get("uuid"), _MAX_NAME) or _event_digest(item),
        name=name,
        distinct_id=_distinct_id(
            properties.get("distinct_id"),
            item.get("distinct_id"),
            item.get("$distinct_id"),
        ),
        session_id=session_id if _SESSION_ID.fullmatch(session_id) else "",
        at=_time(item, received_at),
        properties=properties,
        set_={**_mapping(properties.get("$set")), **_mapping(item.get("$set"))},
        set_once={
            **_mapping(properties.get("$set_once")),
            **_mapping(item.get("$set_once")),
        },
    )


def _distinct_id(*places: object) -> str:
    for place in places:
        if isinstance(place, int) and not isinstance(place, bool):
            return str(place)[:MAX_DISTINCT_ID]
        if found := _text(place, MAX_DISTINCT_ID):
            whole = found.encode(errors="replace")
            return whole[:MAX_DISTINCT_ID_BYTES].decode(errors="ignore")
    raise LeftOut("no_distinct_id")


def _text(value: object, most: int) -> str:
    """The text, as far as a column takes it; empty where it is none."""
    return value[:most].replace("\0", "\ufffd") if isinstance(value, str) else ""


def _mapping(value: object) -> Mapping[str, object]:
    return cast(Mapping[str, object], value) if isinstance(value, dict) else {}


def _time(item: Mapping[str, object], received_at: datetime) -> datetime:
    """When it happened by the sender's clock, as snapshots have it too; when it came
    where the sender does not say. Old SDKs say how long ago, in milliseconds."""
    offset = item.get("offset")
    try:
        if isinstance(stamp := item.get("timestamp"), str):
            found = datetime.fromisoformat(stamp)
            # The first and the last days there are have no time in another zone.
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        if isinstance(offset, int | float):
            return received_at - timedelta(milliseconds=offset)
    except (ValueError, OverflowError):
        pass
    return received_at


def _event_digest(item: Mapping[str, object]) -> str:
    lasting = {key: value for key, value in item.items() if key not in _OF_SENDING}
    return _digest(msgspec.json.encode(lasting, order="sorted"))


def _digest(*parts: str | bytes) -> str:
    whole = hashlib.blake2b(digest_size=16)
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8))
        whole.update(content)
    return str(uuid.UUID(bytes=whole.digest()))
