from __future__ import annotations

from collections.abc import Callable

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.model import Check
from integrations.posthog import PostHogSource


def checked(source: PostHogSource) -> dict[str, Check]:
    return {check.name: check for check in source.check()}


def test_all_is_well(source: PostHogSource) -> None:
    """Each scope is proven by a call that needs it."""
    checks = checked(source)
    assert list(checks) == [
        "PostHog: session_recording:read",
        "PostHog: snapshots",
        "PostHog: person:read",
        "PostHog: query:read",
        "PostHog: recording",
    ]
    assert all(check.ok for check in checks.values())
    assert "blob_v2" in checks["PostHog: snapshots"].detail


def test_missing_scopes(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """Each missing scope is named, with the place to add it."""
    posthog.keys[DEMO_KEY] = frozenset({"session_recording:read"})
    checks = checked(source)
    for scope in ("person:read", "query:read"):
        check = checks[f"PostHog: {scope}"]
        assert not check.ok
        assert f"add the scope {scope}" in check.fix
        assert "/settings/user-api-keys" in check.fix
    assert checks["PostHog: recording"].ok
    assert "project:read" in checks["PostHog: recording"].detail


def test_a_wrong_key_ends_the_checks(
    make_source: Callable[..., PostHogSource],
) -> None:
    """What cannot work is said once, without the key."""
    (check,) = checked(make_source(api_key="phx_wrong")).values()
    assert not check.ok
    assert "make a personal API key" in check.fix
    assert "phx_wrong" not in check.detail + check.fix


def test_a_wrong_project(make_source: Callable[..., PostHogSource]) -> None:
    """An unknown project names the setting."""
    (check,) = checked(make_source(project_id="99")).values()
    assert "POSTHOG_PROJECT_ID" in check.fix


def test_posthog_is_down(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """An outage is a line of doctor, not an exception."""
    posthog.faults.add("any", Fault.DOWN)
    (check,) = checked(source).values()
    assert not check.ok
    assert "can be reached" in check.fix


def test_recording_is_off(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """A project that does not record is worth a line."""
    posthog.project.records_sessions = False
    check = checked(source)["PostHog: recording"]
    assert not check.ok
    assert "switch session replay on" in check.fix
