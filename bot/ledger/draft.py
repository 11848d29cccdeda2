"""What a destination notes with a request while it is being posted."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class LedgerDraft:
    """The notes of one request, kept by ``keep``; see ``bot.ports.Draft``."""

    def __init__(
        self, data: Mapping[str, str], keep: Callable[[Mapping[str, str]], None]
    ) -> None:
        self._data = data
        self._keep = keep

    @property
    def data(self) -> Mapping[str, str]:
        return self._data

    def save(self, **values: str) -> None:
        self._data = {**self._data, **values}
        self._keep(self._data)
