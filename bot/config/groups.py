"""Settings that need or exclude each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def incomplete(data: Mapping[str, Any], needs_webhook_secret: bool) -> list[str]:
    """Settings that need each other, where only some are there."""

    def absent(*names: str) -> list[str]:
        return [name.upper() for name in names if not data.get(name)]

    problems = []
    if data.get("database_url") and absent("secret_keys"):
        problems.append(
            "SECRET_KEYS is missing: what is sealed in DATABASE_URL must open on every"
            " machine (`replay-courier setup key` prints one)"
        )
    for group in (
        ("posthog_project_id", "posthog_api_key"),
        ("slack_client_id", "slack_client_secret", "slack_workspaces"),
        ("zendesk_app_public_key", "zendesk_app_audience"),
    ):
        missing = absent(*group)
        if missing and len(missing) < len(group):
            problems.append(f"{missing[0]} is missing")
    problems += _incomplete_slack(data)
    problems += _incomplete_capture(data)
    if data.get("zendesk_subdomain"):
        if needs_webhook_secret and absent("zendesk_webhook_secrets"):
            problems.append(
                "ZENDESK_WEBHOOK_SECRETS is missing (`replay-courier setup zendesk`"
                " prints it)"
            )
        oauth = absent("zendesk_oauth_client_id", "zendesk_oauth_client_secret")
        if oauth and absent("zendesk_email", "zendesk_api_token"):
            problems += [f"{name} is missing" for name in oauth]
    elif data.get("zendesk_app_audience"):
        problems.append("ZENDESK_SUBDOMAIN is missing")
    return problems


def _incomplete_slack(data: Mapping[str, Any]) -> list[str]:
    token, client_id = data.get("slack_bot_token"), data.get("slack_client_id")
    # Of the two, Socket Mode needs the one and the Request URL the other.
    secret = data.get("slack_app_token") or data.get("slack_signing_secret")
    if token and client_id:
        return [
            "SLACK_BOT_TOKEN and SLACK_CLIENT_ID exclude each other: the first is for"
            " one workspace, the second for the many that install the app"
        ]
    if secret and not (token or client_id):
        return ["SLACK_BOT_TOKEN is missing"]
    if (token or client_id) and not secret:
        return ["SLACK_SIGNING_SECRET is missing"]
    return []


def _incomplete_capture(data: Mapping[str, Any]) -> list[str]:
    mode, problems = data.get("capture_mode"), []
    if mode in ("keep", "tee") and not data.get("capture_projects"):
        problems.append(
            "CAPTURE_PROJECTS is missing: anybody could fill the disk without it"
        )
    if mode in ("tee", "forward") and not data.get("capture_forward_to"):
        problems.append("CAPTURE_FORWARD_TO is missing: us, eu, or PostHog's address")
    return problems
