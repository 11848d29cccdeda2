"""The persons list and its filters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.demo.posthog.answers import invalid
from bot.demo.posthog.project import Project, SamplePerson


def list_persons(project: Project, given: Mapping[str, str]) -> dict[str, Any]:
    """The answer to a persons call; parameters it does not know are ignored, as
    PostHog does here. All the sample people fit one page."""
    filters = _filters(given.get("properties"))
    found = [one for one in project.people if _matches(one, given, filters)]
    limit = int(given.get("limit", "100"))
    return {
        "next": None,
        "previous": None,
        "count": len(found),
        "results": [one.json for one in found[:limit]],
    }


def _matches(
    person: SamplePerson, given: Mapping[str, str], filters: list[dict[str, Any]]
) -> bool:
    if "email" in given and person.email != given["email"]:
        return False
    if "distinct_id" in given and given["distinct_id"] not in person.distinct_ids:
        return False
    if "search" in given:
        sought = given["search"].lower()
        in_email = sought in (person.email or "").lower()
        if not in_email and given["search"] not in person.distinct_ids:
            return False
    return all(_passes(person, one) for one in filters)


def _passes(person: SamplePerson, wanted: dict[str, Any]) -> bool:
    held = str(person.json["properties"].get(wanted["key"], ""))
    value = wanted["value"]
    if wanted.get("operator", "exact") == "icontains":
        return str(value).lower() in held.lower()
    return held in value if isinstance(value, list) else held == value


def _filters(raw: str | None) -> list[dict[str, Any]]:
    if raw is None:
        return []
    try:
        filters = json.loads(raw)
    except ValueError:
        raise invalid("Properties are unparsable!") from None
    for one in filters if isinstance(filters, list) else [filters]:
        if not isinstance(one, dict) or not {"key", "value", "type"} <= one.keys():
            raise invalid("Properties are unparsable!")
        if one["type"] != "person":
            raise invalid("The stand-in knows filters of the type person")
        if one.get("operator", "exact") not in ("exact", "icontains"):
            raise invalid("The stand-in knows the operators exact and icontains")
    return list(filters)
