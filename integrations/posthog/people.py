"""Finds PostHog's persons; which of them is meant is left to who asked.

Persons API: https://posthog.com/docs/api/persons (scope ``person:read``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.errors import NotFound
from bot.model import Person
from integrations.posthog import shapes
from integrations.posthog.client import Client

SCOPE = "person:read"
UNPROFILED = "distinct_id:"
"""How the id of a person starts whom PostHog keeps no profile of."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def by_email(client: Client, email: str) -> list[Person]:
    """Whoever has the address, as typed, in lower case, in any case; or, for sites
    that identify people by their address, whoever has it as distinct id."""
    for spelling in dict.fromkeys((email, email.lower())):
        found = _listed(client, {"email": spelling})
        if found:
            return found
    # PostHog's ``email`` parameter tells case apart; a property filter does not.
    like = {"key": "email", "value": email, "operator": "icontains", "type": "person"}
    matching = _listed(client, {"properties": json.dumps([like])})
    found = [
        person
        for person in matching
        if person.email and person.email.casefold() == email.casefold()
    ]
    return found or by_distinct_id(client, email)


def by_distinct_id(client: Client, distinct_id: str) -> list[Person]:
    return _listed(client, {"distinct_id": distinct_id})


def by_uuid(client: Client, uuid: str) -> list[Person]:
    if not _UUID.fullmatch(uuid):
        return []
    try:
        answer = client.get(f"persons/{quote(uuid.lower(), safe='')}/", {}, scope=SCOPE)
    except NotFound:
        return []
    person = read_person(answer)
    return [person] if person else []


def by_id(client: Client, person_id: str) -> list[Person]:
    """The person with the id that we gave them before."""
    if person_id.startswith(UNPROFILED):
        return [unprofiled(person_id.removeprefix(UNPROFILED))]
    return by_uuid(client, person_id)


def unprofiled(distinct_id: str) -> Person:
    """Somebody who was recorded but has no profile, as posthog-js's default
    ``person_profiles: identified_only`` leaves anonymous visitors."""
    return Person(
        id=f"{UNPROFILED}{distinct_id}", name=distinct_id, distinct_ids=(distinct_id,)
    )


def read_person(raw: Any) -> Person | None:
    """PostHog's person object as ours; None where it holds no id."""
    fields: Mapping[str, Any] = shapes.mapping(raw)
    uuid = shapes.text(fields.get("uuid"))
    if uuid is None:
        return None
    given = shapes.mapping(fields.get("properties"))
    properties = {
        key: value
        for key, value in given.items()
        if isinstance(value, str | int | float | bool)
    }
    listed = fields.get("distinct_ids")
    distinct_ids = tuple(
        one for one in (listed if isinstance(listed, list) else []) if shapes.text(one)
    )
    email = shapes.text(properties.get("email"))
    name = shapes.text(fields.get("name")) or email
    if name == email:
        # What PostHog calls them is set by project, and is the address unless changed.
        name = shapes.text(properties.get("name")) or name
    return Person(
        id=uuid,
        name=name or (distinct_ids[0] if distinct_ids else uuid),
        email=email,
        distinct_ids=distinct_ids,
        properties=properties,
    )


def _listed(client: Client, params: Mapping[str, str]) -> list[Person]:
    answer = client.get("persons/", {**params, "format": "json"}, scope=SCOPE)
    read = (read_person(one) for one in shapes.rows(answer, "persons"))
    return list({person.id: person for person in read if person}.values())
