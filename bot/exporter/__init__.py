"""Recordings to portable replays: events in, manifest and compressed segments out.

``export`` makes the payload; ``page`` makes a file or share page of it; ``portable``
reads a file back; ``har``, ``posthog_json`` write it in other tools' formats.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import IO

from bot.assets.index import AssetIndex, Collectors
from bot.errors import BadInput
from bot.exporter.manifest import Manifest, masked, with_device
from bot.exporter.segments import SegmentWriter, read_events, unpack
from bot.model import Recording
from bot.policy import Audience, RedactionPolicy
from bot.recording.audience import CustomerCopy
from bot.recording.lines import Damage
from bot.recording.redaction import Redactor
from bot.recording.rrweb import RrwebEvent
from bot.recording.spool import Spool
from bot.recording.summary import SummaryBuilder

__all__ = ["Exported", "export"]

# Past this size the payload waits on disk instead of in memory.
_SPOOL_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Exported:
    """A payload: the manifest, and the segments one after the other in a file, the
    bodies of carried assets behind them.

    Use it in a ``with``: the file goes when it ends.
    """

    manifest: Manifest
    payload: IO[bytes]
    redaction: RedactionPolicy
    """By which rules it was made."""

    def __enter__(self) -> Exported:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.payload.close()

    def segments(self) -> Iterator[bytes]:
        """The packed segments in order."""
        for segment in self.manifest.segments:
            self.payload.seek(segment.offset)
            yield self.payload.read(segment.bytes)

    def assets(self) -> Iterator[bytes]:
        """The bodies of the carried assets in order."""
        for file in self.manifest.assets.files if self.manifest.assets else ():
            self.payload.seek(file.offset)
            yield self.payload.read(file.bytes)

    def events(self) -> Iterator[RrwebEvent]:
        """The events as exported, in order."""
        for segment, packed in zip(
            self.manifest.segments, self.segments(), strict=True
        ):
            yield from read_events(unpack(segment, packed))


def export(
    events: Iterable[RrwebEvent],
    *,
    source: str,
    recording: Recording | None = None,
    recording_id: str | None = None,
    person: str | None = None,
    damage: Damage | None = None,
    redaction: RedactionPolicy | None = None,
    assets: Collectors | None = None,
) -> Exported:
    """The payload of a recording's events, read once, in order of arrival.

    ``redaction`` says what is taken out; by default, secrets. ``damage`` is the
    reader's own count, looked at after the last event. ``assets`` brings what the
    events name but do not hold; without it, nobody looks. Raises BadInput where there
    is no event, and whatever the reader raises.
    """
    policy = redaction or RedactionPolicy()
    is_staff = policy.audience is Audience.STAFF
    builder = SummaryBuilder()
    collector = assets() if assets else None
    redactor = Redactor(policy, own=_addresses(recording, person))
    copy = CustomerCopy()
    payload: IO[bytes] = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (handed on)
        max_size=_SPOOL_BYTES
    )
    try:
        with SegmentWriter(payload) as writer, Spool() as spool:
            if policy.looks_ahead:
                redactor.foresee(spool.fill(events))
                events = spool.arrived()
            for event in events:
                clean = redactor.redact(event)
                kept = clean if is_staff else copy.of(clean)
                if kept is not None:
                    builder.add(kept)
                    writer.add(kept)
                    if collector is not None:
                        collector.note(event, kept)
            segments, digest = writer.finish()
        if builder.events == 0:
            name = recording.id if recording else recording_id or ""
            raise BadInput(f"recording {name} holds no readable event")
        carried: AssetIndex | None = None
        if collector is not None:
            carried = collector.carry(payload, redactor.url)
    except BaseException:
        payload.close()
        raise
    summary = builder.build()
    if recording is not None:
        summary = with_device(summary, recording.browser, recording.os)
        if recording.platform != "web":
            summary = replace(summary, platform=recording.platform)
        recording_id = recording.id
        known = recording.person
        person = (known.email or known.name) if known else recording.distinct_id
    return Exported(
        Manifest(
            recording_id=recording_id,
            source=source,
            recording_url=recording.url if recording and is_staff else None,
            person=masked(person),
            summary=summary,
            audience=policy.audience,
            redactions=dict(redactor.counts),
            removed=dict(+copy.removed),
            damaged=damage.total if damage else 0,
            segments=segments,
            sha256=digest,
            assets=carried,
            ongoing=recording is not None and recording.ongoing,
        ),
        payload,
        policy,
    )


def _addresses(recording: Recording | None, person: str | None) -> frozenset[str]:
    """The person's own e-mail addresses, as far as anybody said them."""
    known = [person]
    if recording is not None:
        known.append(recording.distinct_id)
        if recording.person is not None:
            known += (recording.person.email, recording.person.name)
            known += recording.person.distinct_ids
    return frozenset(one for one in known if one and "@" in one and "*" not in one)
