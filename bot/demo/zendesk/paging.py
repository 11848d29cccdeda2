"""Lists by cursor, and by page number as older calls of the Support API give them.

Zendesk: https://developer.zendesk.com/api-reference/introduction/pagination/
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.calls import base_url
from bot.demo.zendesk.records import Json, Refusal

MAX_PER_PAGE = 100

_Row = TypeVar("_Row")


def page(
    key: str, rows: Sequence[Json], more: Json | None = None
) -> ResponseReturnValue:
    """One cursor page; the cursor is opaque to the caller. ``more`` is told beside."""
    return page_of(key, rows, lambda row: row, more)


def page_of(
    key: str,
    rows: Sequence[_Row],
    show: Callable[[_Row], Json],
    more: Json | None = None,
) -> ResponseReturnValue:
    """The same of rows that are shown only when it is their page's turn: a ticket may
    have thousands of comments."""
    try:
        size = min(int(request.args.get("page[size]", MAX_PER_PAGE)), MAX_PER_PAGE)
        start = int(base64.b64decode(request.args.get("page[after]", "MA==")).decode())
    except ValueError:
        raise Refusal(400, "InvalidPaginationParameter", "Bad page") from None
    end = start + size
    has_more = end < len(rows)
    cursor = base64.b64encode(str(end).encode()).decode() if has_more else None
    query = {**request.args.to_dict(), "page[size]": size, "page[after]": cursor}
    after = f"{base_url()}{request.path}.json?{urlencode(query)}"
    return jsonify(
        {
            key: [show(row) for row in rows[start:end]],
            **(more or {}),
            "meta": {
                "has_more": has_more,
                "after_cursor": cursor,
                "before_cursor": None,
            },
            "links": {"prev": None, "next": after if has_more else None},
        }
    )


def listing(key: str, rows: Sequence[Json]) -> ResponseReturnValue:
    """A list by cursor where asked for, otherwise by page number."""
    if "page[size]" in request.args:
        return page(key, rows)
    return jsonify(numbered(key, rows))


def numbered(
    key: str, rows: Sequence[Json], reachable: int | None = None
) -> dict[str, Any]:
    """The page that was asked for, and how to turn it. Raises Refusal 422 beyond
    ``reachable`` rows."""
    try:
        size = min(int(request.args.get("per_page", MAX_PER_PAGE)), MAX_PER_PAGE)
        number = max(int(request.args.get("page", 1)), 1)
    except ValueError:
        raise Refusal(400, "InvalidPaginationParameter", "Bad page") from None
    if reachable is not None and number * size > max(reachable, size):
        raise Refusal(
            422,
            "invalid",
            "Invalid search: Requested response size was greater than Search Response"
            " Limits",
        )
    start, end = (number - 1) * size, number * size
    return {
        key: list(rows[start:end]),
        "next_page": _address(number + 1) if end < len(rows) else None,
        "previous_page": _address(number - 1) if number > 1 else None,
        "count": len(rows),
    }


def _address(number: int) -> str:
    query = {**request.args.to_dict(), "page": str(number)}
    return f"{base_url()}{request.path}.json?{urlencode(query)}"
