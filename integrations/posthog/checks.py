"""What ``doctor`` says about PostHog: every scope proven by a call that needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.errors import CourierError, NotFound
from bot.model import Check
from integrations.posthog import recordings, shapes
from integrations.posthog.client import Client, KeyRefused, ScopeMissing
from integrations.posthog.snapshots import Snapshots

_LOOK_BACK = timedelta(days=7)


def checks(client: Client, snapshots: Snapshots, now: datetime) -> Iterator[Check]:
    """Reach the project, then each scope in turn; stops where the rest must fail."""
    name = "PostHog: session_recording:read"
    since = (now - _LOOK_BACK).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        answer = client.get(
            "session_recordings/",
            {"limit": "1", "date_from": since},
            scope=recordings.SCOPE,
        )
        listed = shapes.rows(answer, "recordings")
    except CourierError as error:
        yield Check(name, False, str(error), _fix(client, error))
        return
    yield Check(name, True, f"project {client.project_id} at {client.origin} answers")
    if listed:
        yield _snapshots(snapshots, shapes.text(listed[0].get("id")) or "")
    yield _scope(
        client,
        "person:read",
        lambda: client.get("persons/", {"limit": "1"}, scope="person:read"),
        "people can be found by e-mail address and distinct id",
    )
    yield _scope(
        client,
        "query:read",
        lambda: client.query("select 1", {}, name="replay-courier doctor"),
        "lists show pages, browser and exceptions",
    )
    yield _recording(client, bool(listed))


def _scope(
    client: Client, scope: str, call: Callable[[], object], allows: str
) -> Check:
    try:
        call()
    except CourierError as error:
        return Check(f"PostHog: {scope}", False, str(error), _fix(client, error, scope))
    return Check(f"PostHog: {scope}", True, allows)


def _snapshots(snapshots: Snapshots, recording_id: str) -> Check:
    name = "PostHog: snapshots"
    try:
        sources = snapshots.sources(recording_id)
    except CourierError as error:
        fix = "try again; if it stays, this PostHog's version is not known yet"
        return Check(name, False, str(error), fix)
    kinds = ", ".join(sorted({source.kind for source in sources})) or "none written yet"
    return Check(name, True, f"the newest recording's data can be listed ({kinds})")


def _recording(client: Client, has_recordings: bool) -> Check:
    name = "PostHog: recording"
    try:
        project = client.get("", {}, scope="project:read")
    except CourierError:
        known = "; the key lacks project:read, so its setting is not known"
        seen = "the project has recordings" if has_recordings else "none this week"
        return Check(name, True, seen + known)
    if shapes.mapping(project).get("session_recording_opt_in") is False:
        return Check(
            name,
            False,
            f"project {client.project_id} does not record sessions",
            f"switch session replay on at {client.origin}/project/"
            f"{client.project_id}/settings/project-replay",
        )
    return Check(name, True, "the project records sessions")


def _fix(client: Client, error: CourierError, scope: str = recordings.SCOPE) -> str:
    keys = f"{client.origin}/settings/user-api-keys"
    if isinstance(error, NotFound):
        return (
            "set POSTHOG_PROJECT_ID to the number in the address of the project's pages"
        )
    if isinstance(error, KeyRefused):
        return f"make a personal API key (phx_…) at {keys} and set POSTHOG_API_KEY"
    if isinstance(error, ScopeMissing):
        return (
            f"at {keys} add the scope {scope} to the key, and project"
            f" {client.project_id} where its access is limited to some"
        )
    return f"see that {client.origin} is right and can be reached from this machine"
