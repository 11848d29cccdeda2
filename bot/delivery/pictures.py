"""What there is to see of a replay beside the replay itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from bot.replays import StoredReplay


class Pictures(Protocol):
    """What there is to show of replays."""

    def prepare(self, replay: StoredReplay) -> None:
        """Have a replay's pictures made, while nobody waits for them."""

    def of(self, replay: StoredReplay, *, is_limited: bool) -> Iterable[str]:
        """The pictures of a replay that are there, as paths below a link to it, which
        opens a few times only where it ``is_limited``."""


class NoPictures:
    """An installation that shows none."""

    def prepare(self, replay: StoredReplay) -> None:
        pass

    def of(self, replay: StoredReplay, *, is_limited: bool) -> Iterable[str]:
        return ()
