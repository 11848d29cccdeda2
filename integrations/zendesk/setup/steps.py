"""One step of set-up: found, compared, and done where it may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integrations.zendesk.admin import Administration, Kind
from integrations.zendesk.records import Row
from integrations.zendesk.setup.differences import (
    NEW_ID,
    Difference,
    differences,
    is_ours,
    name_of,
)
from integrations.zendesk.setup.wanted import Fields

# Where two of a name would only confuse people; webhooks and triggers do no harm.
_ONE_OF_A_NAME = (Kind.FIELD, Kind.MACRO, Kind.VIEW)


class Action(StrEnum):
    """What becomes of a thing."""

    MAKE = "make"
    CHANGE = "change"
    KEEP = "keep"
    DELETE = "delete"
    LEAVE = "leave"
    """It is in the way or still needed, and not ours to touch; the note says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing, what becomes of it and why."""

    action: Action
    kind: Kind
    name: str
    differences: tuple[Difference, ...] = ()
    note: str = ""

    @property
    def changes_something(self) -> bool:
        return self.action in (Action.MAKE, Action.CHANGE, Action.DELETE)

    @property
    def takes_values(self) -> bool:
        """Whether what tickets hold goes with it."""
        return self.action is Action.DELETE and self.kind is Kind.FIELD


class Hand:
    """Goes through things of the account; only looks unless ``acts``.

    A plan and the deed are one walk: what was planned is what is done.
    """

    def __init__(self, admin: Administration, *, acts: bool) -> None:
        self.admin = admin
        self.acts = acts
        self._rows: dict[Kind, list[Row]] = {}

    def rows(self, kind: Kind) -> list[Row]:
        """All of a kind, read once; nothing where the plan has no such things."""
        if kind not in self._rows:
            if kind in (Kind.FORM, Kind.AUTOMATION):
                self._rows[kind] = self.admin.rows_if_any(kind)
            else:
                self._rows[kind] = self.admin.rows(kind)
        return self._rows[kind]

    def ours(self, kind: Kind, name: str) -> list[Row]:
        return [r for r in self.rows(kind) if name_of(r) == name and is_ours(r)]

    def _others(self, kind: Kind, name: str) -> list[Row]:
        return [r for r in self.rows(kind) if name_of(r) == name and not is_ours(r)]

    def ensure(
        self, kind: Kind, name: str, wanted: Fields, ids: dict[str, Any]
    ) -> Iterator[Step]:
        """Make or repair one thing; its id is put into ``ids`` under its name.

        What a run made whose answer was lost is there twice: one is enough.
        """
        found = self.ours(kind, name)
        for double in found[1:]:
            yield from self.remove(kind, double, "it is there twice")
        if not found and kind in _ONE_OF_A_NAME and self._others(kind, name):
            note = "one of this name is there that is not the courier's"
            yield Step(Action.LEAVE, kind, name, note=note)
            return
        if not found:
            ids[name] = NEW_ID
            if self.acts:
                ids[name] = self.admin.make(kind, wanted)["id"]
            yield Step(Action.MAKE, kind, name)
            return
        ids[name] = found[0]["id"]
        changes = differences(found[0], wanted)
        if changes and self.acts:
            self.admin.change(kind, found[0], wanted)
        action = Action.CHANGE if changes else Action.KEEP
        yield Step(action, kind, name, changes)

    def remove(self, kind: Kind, row: Row, note: str = "") -> Iterator[Step]:
        if self.acts:
            self.admin.delete(kind, row)
        yield Step(Action.DELETE, kind, name_of(row), note=note)
