"""The recordings list with ``RecordingsQuery``'s strictness (posthog/schema.py)."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.demo.posthog.answers import invalid
from bot.demo.posthog.project import Project, SampleRecording

_FIELDS: Mapping[str, type] = {
    "person_uuid": str,
    "distinct_ids": list,
    "session_ids": list,
    "session_recording_id": str,
    "date_from": str,
    "date_to": str,
    "limit": int,
    "offset": int,
    "after": str,
    "order": str,
    "order_direction": str,
    "properties": list,
    "events": list,
    "actions": list,
    "console_log_filters": list,
    "having_predicates": list,
    "filter_test_accounts": bool,
    "hide_viewed_recordings": bool,
    "operand": str,
    "comment_text": dict,
}
_TOLERATED = {
    "version",
    "as_query",
    "hogql_filtering",
    "add_events_to_property_queries",
}
_ORDERS = {
    "start_time", "duration", "recording_duration", "console_error_count",
    "active_seconds", "inactive_seconds", "click_count", "keypress_count",
    "mouse_activity_count", "activity_score",
}  # fmt: skip
_RELATIVE = re.compile(r"-(\d+)([hdwm])")
_HOURS = {"h": 1, "d": 24, "w": 168, "m": 720}


def list_recordings(
    project: Project, given: Mapping[str, str], now: datetime, *, cursors: bool = True
) -> dict[str, Any]:
    """The answer to a list call; ``cursors`` off is a server of before 2026."""
    query = _parsed(given, cursors)
    found = [one for one in project.recordings if _is_wanted(project, one, query, now)]
    order = query.get("order", "start_time")
    if order not in _ORDERS:
        raise invalid(f'order: "{order}" is not a valid choice.')
    rows = [project.recording_json(one, now, in_list=True) for one in found]
    descending = query.get("order_direction", "DESC") != "ASC"
    by = "recording_duration" if order == "duration" else order
    rows.sort(key=lambda row: (row[by], row["id"]), reverse=descending)
    offset = _after(query["after"]) if "after" in query else query.get("offset", 0)
    end = offset + query.get("limit", 50)
    answer: dict[str, Any] = {
        "results": rows[offset:end],
        "has_next": end < len(rows),
        "version": 4,
    }
    if end < len(rows) and cursors:
        answer["next_cursor"] = base64.urlsafe_b64encode(b"at:%d" % end).decode()
    return answer


def _parsed(given: Mapping[str, str], cursors: bool) -> dict[str, Any]:
    errors: list[dict[str, object]] = []
    query: dict[str, Any] = {}
    for name, raw in given.items():
        if name in _TOLERATED:
            continue
        if name not in _FIELDS or (name == "after" and not cursors):
            text = "Extra inputs are not permitted"
            errors.append({"type": "extra_forbidden", "loc": [name], "msg": text})
            continue
        try:
            value = json.loads(raw)
        except ValueError:
            value = raw
        wanted = _FIELDS[name]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            text = f"Input should be a valid {wanted.__name__}"
            errors.append({"type": "type_error", "loc": [name], "msg": text})
        query[name] = value
    if errors:
        raise invalid(json.dumps(errors))
    return query


def _is_wanted(
    project: Project, recording: SampleRecording, query: dict[str, Any], now: datetime
) -> bool:
    if project.recording(recording.id, now) is None:
        return False
    if "session_ids" in query:
        return recording.id in query["session_ids"]
    since = _moment(query.get("date_from", "-3d"), now)
    until = _moment(query["date_to"], now) if "date_to" in query else now
    if not since <= recording.start <= until:
        return False
    person = project.person_of(recording)
    if "person_uuid" in query and (
        person is None or person.uuid != query["person_uuid"]
    ):
        return False
    if "distinct_ids" in query:
        return recording.distinct_id in query["distinct_ids"]
    return True


def _moment(value: str, now: datetime) -> datetime:
    relative = _RELATIVE.fullmatch(value)
    if relative:
        return now - timedelta(hours=int(relative[1]) * _HOURS[relative[2]])
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        raise invalid(f"date_from: {value} is not a date") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _after(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).removeprefix(b"at:"))
    except ValueError:
        raise invalid("after: not a cursor") from None
