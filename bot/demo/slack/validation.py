"""Small checkers that say about a JSON value what Slack would say.

They are put together into tables by ``blocks`` and ``views``. The wording of the
messages follows what developers see from Slack; only the pointer is relied upon.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit


class Problems:
    """What is wrong, each with a JSON pointer to where."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def add(self, what: str, pointer: str) -> None:
        self.messages.append(f"[ERROR] {what} [json-pointer:{pointer}]")


Check = Callable[[Problems, object, str], None]


def string(longest: int, shortest: int = 1) -> Check:
    """A string of ``shortest`` to ``longest`` characters."""

    def check(problems: Problems, value: object, at: str) -> None:
        if not isinstance(value, str):
            problems.add("must be a string", at)
        elif len(value) > longest:
            problems.add(f"must be less than {longest + 1} characters", at)
        elif len(value) < shortest:
            problems.add(f"must be more than {shortest - 1} characters", at)

    return check


def url(longest: int = 3000) -> Check:
    """An absolute http or https URL."""
    length = string(longest)

    def check(problems: Problems, value: object, at: str) -> None:
        length(problems, value, at)
        if isinstance(value, str):
            parts = urlsplit(value)
            whole = parts.scheme in ("http", "https") and parts.netloc
            if not whole or re.search(r"[\s<>\"]", value):
                problems.add("must be a valid URL", at)

    return check


def boolean(problems: Problems, value: object, at: str) -> None:
    if not isinstance(value, bool):
        problems.add("must be a boolean", at)


def integer(problems: Problems, value: object, at: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        problems.add("must be an integer", at)


def anything(problems: Problems, value: object, at: str) -> None:
    """For parts this stand-in takes on trust."""


def choice(*allowed: str) -> Check:
    def check(problems: Problems, value: object, at: str) -> None:
        if value not in allowed:
            problems.add(f"must be a valid enum value: {', '.join(allowed)}", at)

    return check


def array(item: Check, most: int, fewest: int = 1) -> Check:
    """A list of ``fewest`` to ``most`` items that each satisfy ``item``."""

    def check(problems: Problems, value: object, at: str) -> None:
        if not isinstance(value, list):
            problems.add("must be an array", at)
            return
        if len(value) > most:
            problems.add(f"no more than {most} items allowed", at)
        if len(value) < fewest:
            problems.add(f"must provide at least {fewest} items", at)
        for index, entry in enumerate(value):
            item(problems, entry, f"{at}/{index}")

    return check


def fields(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> Check:
    """An object with these fields and no others; ``type`` is checked by ``typed``."""
    known = {**required, **(optional or {})}

    def check(problems: Problems, value: object, at: str) -> None:
        if not isinstance(value, dict):
            problems.add("must be an object", at)
            return
        for name in required:
            if name not in value:
                problems.add(f"missing required field: {name}", at)
        for name, part in value.items():
            if name in known:
                known[name](problems, part, f"{at}/{name}")
            elif name != "type":
                problems.add(f"invalid additional property: {name}", at)

    return check


def typed(table: Mapping[str, Check]) -> Check:
    """An object whose ``type`` is one of the table's, checked by that entry."""

    def check(problems: Problems, value: object, at: str) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            problems.add("missing required field: type", at)
        elif kind not in table:
            problems.add(f"unsupported type: {kind}", f"{at}/type")
        else:
            table[kind](problems, value, at)

    return check


def both(*checks: Check) -> Check:
    def check(problems: Problems, value: object, at: str) -> None:
        for part in checks:
            part(problems, value, at)

    return check
