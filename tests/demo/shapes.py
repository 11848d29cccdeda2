"""The shape of JSON answers: which keys they have, with which types.

Run as ``python -m tests.demo.shapes FOLDER`` it prints the shapes of recorded answers,
``{"interactions": [{"request": …, "response": …}]}`` in each file of the folder, by
call; nothing of what the answers say is in them.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Shape = dict[str, str]
"""Types by path, several separated by spaces."""

CALLS = frozenset(
    {
        "GET /brands/{id}",
        "GET /incremental/tickets/cursor",
        "GET /organizations/{id}",
        "GET /search/export",
        "GET /tags",
        "GET /ticket_audits",
        "GET /tickets/{id}",
        "GET /tickets/{id}/comments",
        "GET /triggers",
        "GET /users/me",
        "GET /users/{id}",
        "GET /webhooks",
        "GET /webhooks/{id}",
        "GET /webhooks/{id}/invocations",
        "GET /webhooks/{id}/invocations/{id}/attempts",
        "GET /webhooks/{id}/signing_secret",
        "POST /ticket_fields",
        "POST /tickets",
        "POST /triggers",
        "POST /uploads",
        "POST /views",
        "POST /webhooks",
        "POST /webhooks/test",
        "PUT /tickets/{id}",
        "PUT /tickets/{id}/comments/{id}/attachments/{id}/redact",
    }
)
"""The recorded calls that the stand-in imitates."""

_TYPES = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    dict: "object",
    list: "array",
}
_ID = re.compile(r"^(\d{2,}|[0-9A-Z]{26}|V3-.*)$")
_FREE = re.compile(
    r"(user|organization)_fields$|metadata\.custom$|via\.source\.(from|to)$"
)
"""Objects whose keys are the account's own, or the channel's."""
_ANY = re.compile(r"\.(value|previous_value)$")
"""Of whatever type the changed field is."""
_OPTIONAL = re.compile(
    r"(organization_id|custom_role_id|default_group_id|role_type|last_login_at"
    r"|links\.(next|prev)|(after|before)_cursor)$"
)
"""Nothing for some people and for last pages; the recorded ones happened to have it."""


def shape_of(*answers: Any) -> Shape:
    """Each key's path and the types seen there, with ``absent`` where some objects
    lack it. Events count by their ``type``."""
    found: dict[str, list[str]] = defaultdict(list)
    for answer in answers:
        for path, name in _walk("", answer):
            found[path].append(name)
    shape = {}
    for path, names in sorted(found.items()):
        parent, is_element = _parent(path)
        objects = found[parent].count("object") if parent else len(answers)
        lacking = ["absent"] if not is_element and len(names) < objects else []
        shape[path] = " ".join(sorted({*names, *lacking}))
    return shape


def differences(answer: Any, recorded: Shape) -> list[str]:
    """Where an answer lacks a recorded key, or has it with a type that was never seen.

    Of arrays only the kinds of elements that the answer has are compared.
    """
    ours = shape_of(answer)
    told = []
    for path, names in recorded.items():
        seen, have = set(names.split()), set(ours.get(path, "absent").split())
        parent, is_element = _parent(path)
        in_place = not parent or {"object", "array"} & set(ours.get(parent, "").split())
        if is_element and path not in ours:
            continue
        if in_place and not _compatible(path, have, seen):
            told.append(f"{path} is {' or '.join(sorted(have))}, recorded: {names}")
    return told


def _compatible(path: str, have: set[str], seen: set[str]) -> bool:
    if _ANY.search(path) or seen == {"null"}:
        return "absent" not in have
    if _OPTIONAL.search(path):
        seen = seen | {"null"}
    return have <= (seen | {"integer"} if "number" in seen else seen)


def _parent(path: str) -> tuple[str, bool]:
    if path.endswith("]"):
        return path[: path.rindex("[")], True
    return path.rpartition(".")[0], False


def _walk(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if path:
        yield path, _TYPES[type(value)]
    if isinstance(value, dict) and not _FREE.search(path):
        for key, each in value.items():
            yield from _walk(f"{path}.{key}" if path else key, each)
    if isinstance(value, list):
        for each in value:
            kind = each.get("type", "") if path.endswith("events") else ""
            yield from _walk(f"{path}[{kind}]", each)


def call_of(method: str, address: str) -> str:
    """The call without its ids and its query: ``GET /tickets/{id}/comments``."""
    path = urlsplit(address).path.removeprefix("/api/v2").removesuffix(".json")
    parts = ("{id}" if _ID.match(part) else part for part in path.split("/"))
    return f"{method} {'/'.join(parts)}"


def main(folder: Path) -> None:
    calls: dict[str, list[Any]] = defaultdict(list)
    for file in sorted(folder.glob("*.json")):
        for each in json.loads(file.read_bytes())["interactions"]:
            call = call_of(each["request"]["method"], each["request"]["uri"])
            if call in CALLS and each["response"]["status"] < 300:
                calls[call].append(each["response"]["body"])
    shapes = {call: shape_of(*answers) for call, answers in sorted(calls.items())}
    json.dump(shapes, sys.stdout, indent=1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
