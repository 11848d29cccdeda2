"""Reads single fields out of PostHog's JSON, tolerant of what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import Refused


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if abs(value) < 1e15 else None


def moment(value: Any) -> datetime | None:
    """PostHog's ISO times as aware UTC; those without a zone are UTC already."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    if parsed.tzinfo is None:
        return parsed.replace(tzinfo=UTC)
    return parsed.astimezone(UTC)


def rows(answer: Any, what: str) -> list[Mapping[str, Any]]:
    """The objects of a list answer. Raises Refused where there is no such list."""
    found = mapping(answer).get("results")
    if not isinstance(found, list):
        raise Refused(
            f"cannot read PostHog's list of {what}: no 'results' in it; this PostHog's"
            " version is not known to the courier"
        )
    return [mapping(one) for one in found]
