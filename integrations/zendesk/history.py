"""A ticket's comments and updates, as far back as matters: some have thousands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Row = Mapping[str, Any]

PAGE = 100
MOST = 300
"""Rows: what was said and done before is not looked at."""


class Get(Protocol):
    """Reads a path of the API, or the whole address of a next page."""

    def __call__(self, path: str, params: Mapping[str, str]) -> Row: ...


def newest(get: Get, path: str, key: str, *, most: int = MOST) -> list[Row]:
    """The newest rows, oldest first.

    Comments come in the order asked for. Of audits that is not documented; where the
    order is ignored, all have to be read to come to the newest.
    """
    rows: list[Row] = []
    for page in _pages(get, path, key, {"sort": "-created_at"}):
        rows += page
        if len(rows) >= most and _is_descending(rows):
            break
    return sorted(rows, key=lambda row: int(row["id"]))[-most:]


def found(get: Get, query: str, *, most: int) -> list[Row]:
    """The tickets that a search finds, oldest first. It knows nothing of the last
    minutes, and gives 1,000 at most."""
    params = {"query": query, "sort_by": "created_at", "sort_order": "asc"}
    rows: list[Row] = []
    for page in _pages(get, "search", "results", params):
        rows += page
        if len(rows) >= most:
            break
    # Within a second Zendesk's order is any.
    return sorted(rows[:most], key=lambda row: int(row["id"]))


def _pages(
    get: Get, path: str, key: str, params: Mapping[str, str]
) -> Iterator[Sequence[Row]]:
    size = "per_page" if key == "results" else "page[size]"
    answer = get(f"{path}.json", {size: str(PAGE), **params})
    while True:
        yield answer.get(key) or ()
        more = (answer.get("meta") or {}).get("has_more", True)
        address = (answer.get("links") or {}).get("next") or answer.get("next_page")
        if not more or not address:
            return
        answer = get(str(address), {})


def _is_descending(rows: Sequence[Row]) -> bool:
    return int(rows[0]["id"]) > int(rows[-1]["id"])
