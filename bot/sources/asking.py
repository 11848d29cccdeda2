"""One question to all sources: those that do not answer hide nothing of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from bot.errors import CourierError, Gone, NotFound, Refused, RetryLater
from bot.model import Recording
from bot.ports import Erasing, RecordingSource
from bot.sources.merging import best_first, one_recording

T = TypeVar("T")
Work = Callable[[RecordingSource, Recording], T]
"""What is done with a recording in one of the sources that have it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """One recording in all the sources that have it."""

    recording: Recording
    """What is known of it anywhere."""
    by: tuple[tuple[RecordingSource, Recording], ...]
    """Who gives its events, the best first, and what it tells of the recording."""
    silent: tuple[str, ...] = ()
    """The sources that did not say whether they have it."""

    @staticmethod
    def of(
        found: Sequence[tuple[RecordingSource, Recording]],
        silent: tuple[str, ...] = (),
    ) -> Held:
        """What sources told of one recording, in their order."""
        told = {source.name: (source, recording) for source, recording in found}
        by = best_first(list(told.values()))
        return Held(one_recording([recording for _, recording in by]), by, silent)


class Asked:
    """The sources, for one question. One that does not answer is not asked again."""

    def __init__(self, sources: Iterable[RecordingSource]) -> None:
        self.sources = tuple(sources)
        self._failures: dict[str, CourierError] = {}

    @property
    def silent(self) -> tuple[str, ...]:
        """The names of those that did not answer."""
        return tuple(self._failures)

    def raise_silence(self) -> None:
        """Raise what kept a source from answering, if one did not: where the others
        have nothing, it may."""
        failures = sorted(
            self._failures.values(), key=lambda one: not isinstance(one, RetryLater)
        )
        if failures:
            raise failures[0]

    def ask(self, source: RecordingSource, question: Callable[[], T]) -> T | None:
        """What the source says; None where it did not answer, now or before. A source
        that is alone has its RetryLater or Refused raised."""
        if source.name in self._failures:
            return None
        try:
            return question()
        except (RetryLater, Refused) as error:
            if len(self.sources) == 1:
                raise
            _log.warning("a source is silent", source=source.name, error=str(error))
            self._failures[source.name] = error
            return None

    def recording(self, recording_id: str) -> Held | None:
        """The recording in all the sources that have it; None where nobody said that.

        Raises Gone where it was erased on purpose, or deleted wherever it was.
        """
        found: list[tuple[RecordingSource, Recording]] = []
        gone: Gone | None = None
        for source in self.sources:
            try:
                one = self.ask(source, partial(source.recording, recording_id))
            except Gone as error:
                gone = error
            except NotFound:
                continue
            else:
                found += [(source, one)] if one is not None else []
        if not found:
            if gone is not None:
                raise gone
            return None
        if self.erased([recording_id]):
            raise Gone(f"recording {recording_id} was erased")
        return Held.of(found, self.silent)

    def erased(self, recording_ids: Iterable[str]) -> frozenset[str]:
        """Those of the recordings that were erased on purpose, wherever else they
        are."""
        wanted = list(recording_ids)
        erased: set[str] = set()
        for source in self.sources:
            if wanted and isinstance(source, Erasing):
                erased |= self.ask(source, partial(source.erased, wanted)) or set()
        return frozenset(erased)


def recording_by_id(sources: Iterable[RecordingSource], recording_id: str) -> Held:
    """One recording in all the sources that have it. Raises NotFound, Gone, or where
    nobody else has it what kept a source from answering."""
    asked = Asked(sources)
    held = asked.recording(recording_id)
    if held is None:
        asked.raise_silence()
        raise NotFound(f"recording {recording_id}: no source of recordings has it")
    return held


def first_that_gives(held: Held, work: Work[T]) -> T:
    """What the first of the sources gives that can give it.

    Raises RetryLater where that may help, or else what the best of them said.
    """
    failures: list[CourierError] = []
    for source, recording in held.by:
        try:
            return work(source, recording)
        except CourierError as error:
            failures.append(error)
            if len(held.by) > 1:
                _log.info("a source gives no events", source=source.name)
    raise min(failures, key=lambda one: not isinstance(one, RetryLater))
