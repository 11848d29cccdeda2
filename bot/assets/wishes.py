"""What a recording's events ask for, and under which names the replay knows it.

Each address has two forms: as recorded, which is asked for, and as redacted, which is
written down and which the viewer will meet. A wish holds both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from bot.assets.css import Reference, is_for
from bot.assets.kinds import Kind
from bot.assets.names import Found, Names, Place, named
from bot.recording.rrweb import RrwebEvent

# A recording can name addresses without end.
_MAX_NAMES = 2000


@dataclass(frozen=True, slots=True)
class Wish:
    """An address to ask, what for, and what it is called in the replay."""

    kind: Kind
    url: str
    name: str
    rank: int
    """The lower, the sooner it is fetched."""
    characters: str
    """Which ones a font is for; empty for all."""


class Wishes:
    """The wishes of one recording, in the order they were met."""

    def __init__(self) -> None:
        self.unnamed = 0
        """How many were past counting."""
        self._names = Names()
        self._seen: set[int] = set()
        self._wishes: dict[str, Wish] = {}

    def of(self, *kinds: Kind) -> list[Wish]:
        """Those for these kinds of asset, the most wanted first."""
        found = [one for one in self._wishes.values() if one.kind in kinds]
        return sorted(found, key=lambda one: one.rank)

    def __iter__(self) -> Iterator[Wish]:
        return iter(self._wishes.values())

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        """The wishes of an event, as recorded and as it goes into the replay."""
        for text, shown in self._places(recorded, redacted):
            if text == shown:
                # Every snapshot repeats the page's styles.
                if (seen := hash(text)) in self._seen:
                    continue
                self._seen.add(seen)
            self._note(text, shown, self._names.base(recorded.window_id))

    def _places(
        self, recorded: RrwebEvent, redacted: RrwebEvent
    ) -> Iterator[tuple[Found, Found]]:
        """The event's places beside the same places without secrets."""
        places = self._names.places(recorded)
        if recorded is redacted:
            yield from ((one, one) for one in places)
            return
        before, after = list(places), list(self._names.places(redacted))
        if len(before) == len(after):
            yield from zip(before, after, strict=True)
        else:
            yield from ((one, one) for one in after if one in before)

    def _note(self, recorded: Found, shown: Found, base: str) -> None:
        before = list(named(*recorded))
        after = before if recorded == shown else list(named(*shown))
        if len(before) != len(after):
            before = after = [one for one in after if one in before]
        is_shown = recorded[0] in (Place.PICTURE, Place.SET)
        for one, known in zip(before, after, strict=True):
            url = absolute(base, one.url)
            self.add(replace(one, url=url), known.url, is_shown=is_shown)

    def add(
        self, wanted: Reference, name: str, *, is_shown: bool = False
    ) -> Wish | None:
        """Notes an address by the name the replay knows it by; None where it is
        known already."""
        url, name = _without_fragment(wanted.url), _without_fragment(name)
        if name in self._wishes:
            return None
        if len(self._wishes) >= _MAX_NAMES:
            self.unnamed += 1
            return None
        rank = 0 if is_shown else 1 if wanted.kind is Kind.FONT else 2
        wish = Wish(wanted.kind, url, name, rank, wanted.characters)
        self._wishes[name] = wish
        return wish

    def leave_out_fonts(self) -> None:
        """Those for characters that nothing shows, which no browser would load."""
        shown = sorted(map(ord, self._names.characters))
        self._wishes = {
            name: one
            for name, one in self._wishes.items()
            if not one.characters or is_for(one.characters, shown)
        }


def _without_fragment(url: str) -> str:
    return url.partition("#")[0]


def absolute(base: str, url: str) -> str:
    """The address in full; as it is where that cannot be said."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url
