"""A recording's events, from whichever source gives them.

It is fetched from the source that listed it first: asking every source for each of ten
thousand recordings would use up what PostHog allows. Where that one fails, the others
are asked whether they have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from bot.archiving.paces import Paces
from bot.assets.index import Collectors
from bot.errors import AccessRefused, CourierError, Gone, Limited, RetryLater
from bot.exporter import Exported
from bot.exporter.remote import export_fetched, fetched
from bot.model import Recording
from bot.policy import RedactionPolicy
from bot.ports import Erasing, RecordingSource
from bot.recording.lines import Damage
from bot.sources import first_that_gives, recording_by_id

# Until a source that had to wait its turn is asked again.
_TURN_S = 60.0


class Fetching:
    """Fetches from the given sources, the best first, as fast as ``paces`` allows."""

    def __init__(
        self,
        sources: Mapping[str, RecordingSource],
        paces: Paces,
        *,
        redaction: RedactionPolicy,
        assets: Collectors | None = None,
    ) -> None:
        self._sources = sources
        self._paces = paces
        self._redaction = redaction
        self._assets = assets

    def exported(self, recording: Recording, *, now: datetime) -> Exported:
        """The export of a recording as it was listed, whoever gives its events.

        Raises what the source that listed it raises where no other gives them, and
        RetryLater where one may later.
        """
        source = self._sources.get(recording.source)
        try:
            if source is None:
                raise CourierError(f"no source {recording.source} is configured here")
            return self._from(source, recording, listed=recording, now=now)
        except CourierError as error:
            is_begun = recording.ongoing and isinstance(error, RetryLater)
            if len(self._sources) < 2 or is_begun:
                raise
            return self._from_others(recording, error, now=now)

    def _from_others(
        self, recording: Recording, failure: CourierError, *, now: datetime
    ) -> Exported:
        self._check_erased(recording)
        others = [one for one in self._sources.values() if one.name != recording.source]
        asked = [one for one in others if self._paces.take_turn(one.name)]
        try:
            held = recording_by_id(asked, recording.id)
            return first_that_gives(
                held, partial(self._from, listed=recording, now=now)
            )
        except CourierError as error:
            if isinstance(failure, RetryLater):
                raise failure from None
            if isinstance(error, RetryLater | AccessRefused):
                raise
            if len(asked) < len(others):
                raise Limited(
                    f"{failure}; not every other source may be asked now",
                    after=_TURN_S,
                ) from None
            raise failure from None

    def _from(
        self,
        source: RecordingSource,
        recording: Recording,
        *,
        listed: Recording,
        now: datetime,
    ) -> Exported:
        damage = Damage()
        with self._heeding(source.name):
            return export_fetched(
                fetched(source, recording, damage),
                source=source.name,
                recording=listed,
                damage=damage,
                redaction=self._redaction,
                now=now,
                assets=self._assets,
            )

    @contextmanager
    def _heeding(self, source: str) -> Iterator[None]:
        """What the source says of itself and not of one recording is for everybody."""
        try:
            yield
        except Limited as error:
            self._paces.limited(source, error.after)
            raise
        except AccessRefused as error:
            self._paces.refused(source, str(error))
            raise

    def _check_erased(self, recording: Recording) -> None:
        for one in self._sources.values():
            if isinstance(one, Erasing) and one.erased([recording.id]):
                raise Gone(f"recording {recording.id} was erased")
