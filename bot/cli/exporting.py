"""What the command line was given, as an export: a recording id, a PostHog replay URL,
or a recording file of any kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bot.cli.carrying import Carrying
from bot.cli.files import portable_in
from bot.cli.passphrase import AskOf
from bot.clock import utc_now
from bot.config import Settings
from bot.database.schema import FROM_FILE
from bot.errors import BadInput
from bot.exporter import Exported, export
from bot.exporter.fitting import Limit, Make, export_part
from bot.exporter.manifest import with_device
from bot.exporter.portable import PortableReplay
from bot.exporter.remote import export_fetched, fetched
from bot.identifiers import read
from bot.model import IdentifierKind, Recording
from bot.policy import Audience, RedactionPolicy
from bot.ports import RecordingSource
from bot.recording.files import open_recording
from bot.recording.lines import Damage
from bot.recording.rrweb import RrwebEvent
from bot.recording.spans import Wish
from bot.sources import first_that_gives, recording_by_id

_FILE_ENDINGS = (".gz", ".json", ".jsonl", ".html")


@dataclass(frozen=True, slots=True)
class Plan:
    """How the exports of one command are made."""

    redaction: RedactionPolicy
    carrying: Carrying
    passphrase_of: AskOf
    """Asked where a file is locked."""
    wish: Wish | None = None
    """The part that is wanted; None for the whole."""
    limit: Limit | None = None


def export_what(what: str, plan: Plan) -> Exported:
    """The export of a recording id, a PostHog replay URL, or a recording file; of a
    part of it where one is wished for, or where the whole is over the limit.

    Raises BadInput, NotFound, and what sources raise.
    """
    path = Path(what)
    if path.exists():
        return _exported(_from_file(path, plan), plan)
    if ("/" in what and "://" not in what) or path.suffix in _FILE_ENDINGS:
        raise BadInput(f"{what}: there is no such file")
    return _from_sources(what, plan)


@dataclass(frozen=True, slots=True)
class _Given:
    """A recording's events, and what exports them or some of them."""

    events: Iterator[RrwebEvent]
    make: Make


def _exported(given: _Given, plan: Plan) -> Exported:
    if plan.wish is None and plan.limit is None:
        return given.make(given.events)
    return export_part(given.events, given.make, wish=plan.wish, limit=plan.limit)


def _from_file(path: Path, plan: Plan) -> _Given:
    if (portable := portable_in(path, plan.passphrase_of)) is not None:
        return _Given(portable.events(), partial(_again, before=portable, plan=plan))
    recording = open_recording(path)
    make = partial(
        export,
        source=FROM_FILE,
        recording_id=recording.recording_id,
        person=recording.person_name,
        damage=recording.damage,
        redaction=plan.redaction,
        assets=plan.carrying.of_recording,
    )
    return _Given(recording.events, make)


def _again(
    events: Iterable[RrwebEvent], *, before: PortableReplay, plan: Plan
) -> Exported:
    """The export of a portable replay's events, with what its manifest knew and no
    event says: whose it is, on what, and what was taken out or lost before. A
    customer's copy stays one."""
    known = before.manifest
    redaction = plan.redaction
    if known.audience is Audience.CUSTOMER:
        redaction = redaction.for_audience(known.audience)
    exported = export(
        events,
        source=known.source,
        recording_id=known.recording_id,
        person=known.person,
        redaction=redaction,
        assets=plan.carrying.of_replay(known.assets, before.assets),
    )
    found = exported.manifest
    is_staff = redaction.audience is Audience.STAFF
    manifest = replace(
        found,
        recording_url=known.recording_url if is_staff else None,
        summary=replace(
            with_device(found.summary, known.summary.browser, known.summary.os),
            platform=known.summary.platform,
        ),
        redactions=dict(Counter(known.redactions) + Counter(found.redactions)),
        removed=dict(Counter(known.removed) + Counter(found.removed)),
        damaged=known.damaged,
        cut=known.cut,
        ongoing=known.ongoing,
    )
    return replace(exported, manifest=manifest)


def _from_sources(what: str, plan: Plan) -> Exported:
    from bot.wiring import sources

    found = read(what)
    if any(one.kind is IdentifierKind.EMAIL for one in found):
        raise BadInput(
            f"{what} is a person, not a recording; `replay-courier find {what}` lists"
            " theirs"
        )
    identifiers = [
        one
        for one in found
        if one.kind in (IdentifierKind.RECORDING, IdentifierKind.UUID)
    ]
    recording_id = identifiers[0].value if identifiers else what
    held = recording_by_id(sources(Settings.from_env()), recording_id)

    def exported(source: RecordingSource, recording: Recording) -> Exported:
        damage = Damage()
        make = partial(
            export_fetched,
            source=source.name,
            recording=held.recording,
            damage=damage,
            redaction=plan.redaction,
            now=utc_now(),
            assets=plan.carrying.of_recording,
        )
        return _exported(_Given(fetched(source, recording, damage), make), plan)

    return first_that_gives(held, exported)
