"""HogQL as far as the courier asks it: facts by session, read from ``values``."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from bot.demo.posthog.answers import invalid
from bot.demo.posthog.project import Project, SampleRecording

_KNOWN_KEYS = {"query", "name", "refresh", "client_query_id", "async"}
_REFRESH = {
    "blocking", "force_blocking", "async", "force_async", "force_cache", "lazy_async",
    "async_except_on_cache_miss",
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ALIAS = re.compile(r"\bas (\w+)")


def answer_query(project: Project, body: Any) -> dict[str, Any]:
    """The answer to a query call. Anything but the courier's own queries is 400."""
    if not isinstance(body, dict) or not body.keys() <= _KNOWN_KEYS:
        raise invalid("Extra inputs are not permitted")
    if body.get("refresh", "blocking") not in _REFRESH:
        raise invalid("refresh: not a valid choice")
    query = body.get("query")
    if not isinstance(query, dict) or query.get("kind") != "HogQLQuery":
        raise invalid("The stand-in answers queries of the kind HogQLQuery")
    text, values = str(query.get("query", "")), query.get("values") or {}
    missing = [name for name in _PLACEHOLDER.findall(text) if name not in values]
    if missing:
        raise invalid(f"Unresolved placeholder: {{{missing[0]}}}")
    if text.strip() == "select 1":
        return _table(["1"], [[1]])
    if not {"sessions", "since", "until"} <= values.keys():
        raise invalid("The stand-in does not know this query")
    since, until = (
        datetime.strptime(values[name], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        for name in ("since", "until")
    )
    columns = _ALIAS.findall(text.partition("from")[0])
    rows = [
        [_fact(one, column) for column in columns]
        for one in project.recordings
        if one.id in values["sessions"] and since <= one.start <= until
    ]
    return _table(columns, rows)


def _fact(recording: SampleRecording, column: str) -> object:
    if column == "session_id":
        return recording.id
    if column not in ("urls", "browser", "os", "device", "exceptions"):
        raise invalid(f"Unable to resolve field: {column}")
    return recording.facts[column]


def _table(columns: list[str], rows: list[list[object]]) -> dict[str, Any]:
    return {
        "results": rows,
        "columns": columns,
        "types": [[column, "String"] for column in columns],
        "hasMore": False,
        "limit": 100,
        "offset": 0,
        "is_cached": False,
        "timings": [],
        "error": None,
        "query_status": None,
    }
