"""How a thing in Zendesk differs from what set-up would make; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.zendesk.records import Row
from integrations.zendesk.setup.wanted import MARK, Fields

NEW_ID = "?"
"""Stands for an id that something gets when it is made."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One property: what it is, and what it becomes."""

    what: str
    was: str
    becomes: str


def is_ours(row: Row) -> bool:
    """Whether the courier made this, by the mark in its description."""
    marks = (row.get("description"), row.get("agent_description"))
    return any(str(mark or "").startswith(MARK) for mark in marks)


def name_of(row: Row) -> str:
    return str(row.get("title") or row.get("name") or "")


def differences(row: Row, wanted: Fields) -> tuple[Difference, ...]:
    """What would have to be changed of ``row``; nothing where it is as wanted.

    How a view is laid out is left to whoever changed it.
    """
    found: list[Difference] = []
    for what, value in _comparable(wanted).items():
        was = _comparable(row).get(what)
        if was != value:
            found.append(Difference(what, shown(was), shown(value)))
    return tuple(found)


def _comparable(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The properties that matter, in one form however Zendesk wrote them."""
    same = {
        name: fields[name]
        for name in (
            "endpoint",
            "status",
            "http_method",
            "request_format",
            "active",
            "type",
            "visible_in_portal",
            "editable_in_portal",
        )
        if name in fields
    }
    if "subscriptions" in fields:
        same["subscriptions"] = sorted(fields["subscriptions"] or ())
    conditions = fields.get("conditions", fields if "all" in fields else None)
    if conditions is not None:
        for group in ("all", "any"):
            entries = conditions.get(group) or []
            same[f"conditions ({group})"] = sorted(map(_condition, entries))
    if "actions" in fields:
        same["actions"] = [
            f"{each.get('field')}: {_text(each.get('value'))}"
            for each in fields["actions"] or ()
        ]
    return same


def _condition(entry: Mapping[str, Any]) -> str:
    operator = entry.get("operator") or "is"
    value = " ".join(sorted(_text(entry.get("value")).split()))
    return f"{entry.get('field')} {operator} {value}".rstrip()


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "" if value is None else str(value)


def shown(value: object) -> str:
    """A property for people: lists by commas, nothing as a dash."""
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return _text(value) or "–"
