"""Style sheets that scripts made and changed, which no full snapshot holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.recording.nodes import dicts
from bot.recording.rrweb import ADOPTED_STYLE_SHEET


class Sheets:
    """Which sheets a page's documents and shadow roots have adopted, and what became
    of each since it was made."""

    def __init__(self) -> None:
        self._adopted: dict[int, list[int]] = {}
        self._rules: dict[int, dict[str, Any]] = {}
        self._changes: dict[int, list[dict[str, Any]]] = {}

    def adopt(self, data: dict[str, Any]) -> None:
        host, sheets = data.get("id"), data.get("styleIds")
        if not isinstance(host, int) or not isinstance(sheets, list):
            return
        self._adopted[host] = [one for one in sheets if isinstance(one, int)]
        for sheet in dicts(data.get("styles")):
            if isinstance(sheet.get("styleId"), int):
                self._rules[sheet["styleId"]] = sheet
                self._changes.pop(sheet["styleId"], None)

    def change(self, data: dict[str, Any]) -> None:
        """Rules put in or taken out, a property set, or all of the text replaced."""
        sheet = data.get("styleId")
        if not isinstance(sheet, int):
            return
        if isinstance(data.get("replace", data.get("replaceSync")), str):
            self._changes[sheet] = []
            if sheet in self._rules:
                self._rules[sheet] = {**self._rules[sheet], "rules": []}
        self._changes.setdefault(sheet, []).append(data)

    @property
    def hosts(self) -> list[int]:
        return list(self._adopted)

    def of(self, hosts: list[int]) -> Iterator[dict[str, Any]]:
        """The data of the events that give these hosts their sheets."""
        given: set[int] = set()
        for host in hosts:
            sheets = self._adopted[host]
            fresh = [one for one in sheets if one in self._rules and one not in given]
            given.update(fresh)
            yield {
                "source": ADOPTED_STYLE_SHEET,
                "id": host,
                "styleIds": sheets,
                "styles": [self._rules[one] for one in fresh],
            }
        for sheet in given:
            yield from self._changes.get(sheet, ())
