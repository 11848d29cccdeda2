"""PostHog's session recordings as ours: listing, one by id, and what a list lacks.

Parameters are PostHog's ``RecordingsQuery`` (posthog/schema.py of its source): unknown
ones are refused and lists are JSON text. Scope ``session_recording:read``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeGuard
from urllib.parse import quote

from bot.errors import CourierError, UnknownShape
from bot.model import Person, Recording
from integrations.posthog import shapes
from integrations.posthog.client import Client
from integrations.posthog.people import UNPROFILED, read_person

SCOPE = "session_recording:read"
_PAGE = 100
_PLATFORMS = {
    "posthog-ios": "ios",
    "posthog-android": "android",
    "posthog-react-native": "react-native",
    "posthog-flutter": "flutter",
}
_NOT_FINISHED = timedelta(minutes=5)

# One query for the whole list. The inner one is sorted, so that pages come in the
# order they were visited; the window of a day either side keeps it cheap, whatever
# time zone the project reads times in. Names differ inside and out, since ClickHouse
# may put an alias where a column of the same name was meant.
_WHAT_LISTS_LACK = """
select sid as session_id,
       groupArray(page) as urls,
       any(used_browser) as browser,
       any(used_os) as os,
       any(used_device) as device,
       countIf(kind = '$exception') as exceptions
from (
    select properties.$session_id as sid,
           event as kind,
           coalesce(properties.$current_url, properties.$screen_name, '') as page,
           properties.$browser as used_browser,
           properties.$os as used_os,
           properties.$device_type as used_device
    from events
    where properties.$session_id in {sessions}
      and event in ('$pageview', '$screen', '$exception')
      and timestamp >= toDateTime({since})
      and timestamp <= toDateTime({until})
    order by timestamp
    limit 20000
)
group by sid
limit 200
"""


def listed(
    client: Client, *, person: Person, since: datetime, limit: int
) -> list[Mapping[str, Any]]:
    """The person's recordings since then as PostHog gives them, newest first."""
    if person.id.startswith(UNPROFILED):
        whose = {"distinct_ids": json.dumps(list(person.distinct_ids))}
    else:
        whose = {"person_uuid": person.id}
    # Without date_from PostHog looks back three days. The order is its default one,
    # left unsaid because its parameter's name has changed before.
    query = {**whose, "date_from": _iso(since)}
    found: dict[str, Mapping[str, Any]] = {}
    page: dict[str, str] = {}
    while len(found) < limit:
        size = min(_PAGE, limit - len(found))
        answer = client.get(
            "session_recordings/", {**query, **page, "limit": str(size)}, scope=SCOPE
        )
        new = [
            one
            for one in shapes.rows(answer, "recordings")
            if one.get("id") not in found
        ]
        found |= {str(one.get("id")): one for one in new}
        if not new or not answer.get("has_next"):
            break
        cursor = shapes.text(answer.get("next_cursor"))
        page = {"after": cursor} if cursor else {"offset": str(len(found))}
    return list(found.values())[:limit]


def listed_between(
    client: Client, since: datetime, until: datetime, *, after: str | None, limit: int
) -> tuple[list[Mapping[str, Any]], str | None]:
    """A page of the project's recordings, newest first, and what brings the next one.

    In PostHog's default order the end of the list is where recordings expire, and what
    starts meanwhile is not in it: nothing moves between pages.
    """
    query = {
        "date_from": _iso(since),
        "date_to": _iso(until + timedelta(seconds=1)),
        "limit": str(min(limit, _PAGE)),
    }
    kind, _, place = (after or "").partition(":")
    if after is not None:
        query[kind] = place
    answer = client.get("session_recordings/", query, scope=SCOPE)
    found = shapes.rows(answer, "recordings")
    if not found or not answer.get("has_next"):
        return found, None
    if cursor := shapes.text(answer.get("next_cursor")):
        return found, f"after:{cursor}"
    before = int(place) if kind == "offset" else 0
    return found, f"offset:{before + len(found)}"


def retrieved(client: Client, recording_id: str) -> Mapping[str, Any]:
    """One recording as PostHog gives it. Raises NotFound, or Gone."""
    path = f"session_recordings/{quote(recording_id, safe='')}/"
    return shapes.mapping(client.get(path, {}, scope=SCOPE))


def read_recording(
    raw: Mapping[str, Any], *, source: str, link: str, now: datetime
) -> Recording:
    """PostHog's recording object as ours; ``link`` is the address of its player.

    Raises UnknownShape where id, start or duration cannot be read.
    """
    recording_id = shapes.text(raw.get("id"))
    if recording_id is None:
        raise UnknownShape("without a name", "id", _kind(raw.get("id")))
    start = shapes.moment(raw.get("start_time"))
    if start is None:
        raise UnknownShape(recording_id, "start_time", _kind(raw.get("start_time")))
    end = shapes.moment(raw.get("end_time"))
    seconds = shapes.whole(raw.get("recording_duration"))
    if seconds is None and end is None:
        found = _kind(raw.get("recording_duration"))
        raise UnknownShape(recording_id, "recording_duration", found)
    duration = (
        end - start if seconds is None and end else timedelta(seconds=seconds or 0)
    )
    active = shapes.whole(raw.get("active_seconds"))
    person = read_person(raw.get("person"))
    properties = person.properties if person else {}
    return Recording(
        id=recording_id,
        source=source,
        start=start,
        duration=duration,
        end=end,
        active=None if active is None else timedelta(seconds=active),
        distinct_id=shapes.text(raw.get("distinct_id")),
        person=person,
        start_url=shapes.text(raw.get("start_url")),
        click_count=shapes.whole(raw.get("click_count")),
        keypress_count=shapes.whole(raw.get("keypress_count")),
        console_error_count=shapes.whole(raw.get("console_error_count")),
        platform=_platform(raw),
        browser=shapes.text(properties.get("$browser")),
        os=shapes.text(properties.get("$os")),
        device=shapes.text(properties.get("$device_type")),
        ongoing=_is_ongoing(raw, end, now),
        expires_at=shapes.moment(raw.get("expiry_time")),
        url=link,
    )


def with_what_lists_lack(
    client: Client, recordings: Sequence[Recording]
) -> list[Recording]:
    """The recordings with their pages, browser and exceptions, by one query.

    A key without ``query:read``, a refused query or a limit leaves them as they are:
    a list without pages is better than no list.
    """
    if not recordings:
        return []
    first = min(recording.start for recording in recordings)
    last = max(recording.end or recording.start for recording in recordings)
    values = {
        "sessions": [recording.id for recording in recordings],
        "since": _plain(first - timedelta(days=1)),
        "until": _plain(last + timedelta(days=1)),
    }
    try:
        answer = client.query(_WHAT_LISTS_LACK, values, name="replay-courier list")
    except CourierError:
        return list(recordings)
    columns = shapes.mapping(answer).get("columns")
    results = shapes.mapping(answer).get("results")
    if not isinstance(columns, list) or not isinstance(results, list):
        return list(recordings)
    names = [str(column) for column in columns]
    rows = [dict(zip(names, row, strict=False)) for row in results if _is_list(row)]
    known = {shapes.text(row.get("session_id")): row for row in rows}
    return [_completed(one, known.get(one.id, {})) for one in recordings]


def _completed(recording: Recording, row: Mapping[str, Any]) -> Recording:
    urls = row.get("urls")
    pages = [
        one for one in (urls if isinstance(urls, list) else []) if shapes.text(one)
    ]
    exceptions = shapes.whole(row.get("exceptions"))
    return replace(
        recording,
        urls=tuple(dict.fromkeys(pages)) or recording.urls,
        browser=shapes.text(row.get("browser")) or recording.browser,
        os=shapes.text(row.get("os")) or recording.os,
        device=shapes.text(row.get("device")) or recording.device,
        exception_count=recording.exception_count if exceptions is None else exceptions,
    )


def _platform(raw: Mapping[str, Any]) -> str:
    if raw.get("snapshot_source") != "mobile":
        return "web"
    return _PLATFORMS.get(str(raw.get("snapshot_library")), "mobile")


def _is_ongoing(raw: Mapping[str, Any], end: datetime | None, now: datetime) -> bool:
    """PostHog says so in lists only, so for one recording it is told by its end."""
    said = raw.get("ongoing")
    if isinstance(said, bool):
        return said
    return end is not None and now - end < _NOT_FINISHED


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _kind(value: object) -> str:
    return "nothing" if value is None else type(value).__name__
