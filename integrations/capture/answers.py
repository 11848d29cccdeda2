"""What posthog-js is answered where there is no PostHog: record, console and network
included, and nothing else.

The remote config is what made posthog-js 1.96 to 1.449 record; an answer other than 200
is sent again, and one of 4xx thrown away.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

JSON = "application/json"
SCRIPT = "application/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, without what every answer of ours has."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: Mapping[str, str] | None = None


TAKEN = Answer(200, b'{"status":1}')
FULL = Answer(200, b'{"status":1,"quota_limited":["recordings"]}')
"""posthog-js then sends no snapshots for about a minute."""

NOTHING = Answer(200, b"{}")
# What is asked for by features that need a PostHog.
FEATURES = {
    "/api/surveys": Answer(200, b'{"surveys":[]}'),
    "/api/web_experiments": Answer(200, b'{"experiments":[]}'),
    "/api/product_tours": Answer(200, b'{"product_tours":[]}'),
    "/api/early_access_features": Answer(200, b'{"earlyAccessFeatures":[]}'),
    "/i/v1/logs": NOTHING,
    "/i/v1/metrics": NOTHING,
}


def refusal(status: int, text: str, *, after: int | None = None) -> Answer:
    """One with a reason for whoever looks into the browser's network panel."""
    headers = None if after is None else {"Retry-After": str(after)}
    return Answer(status, orjson.dumps({"status": 0, "error": text}), headers=headers)


def remote_config(project: str) -> Answer:
    """``/array/<token>/config``"""
    return Answer(200, orjson.dumps(_config(project)), headers=_BRIEFLY)


def remote_config_script(project: str) -> Answer:
    """``/array/<token>/config.js``; the token is one of those we know."""
    all_ = "window._POSTHOG_REMOTE_CONFIG"
    name = orjson.dumps(project).decode()
    config = orjson.dumps(_config(project)).decode()
    script = (
        f"(function(){{{all_}={all_}||{{}};"
        f"{all_}[{name}]={{config:{config},siteApps:[]}}}})();"
    )
    return Answer(200, script.encode(), SCRIPT, _BRIEFLY)


def flags(project: str, version: int, *, with_config: bool) -> Answer:
    """``/flags/?v=2`` as of about 1.25x; below, ``/decide/?v=3`` with the config."""
    body: dict[str, object] = {
        "errorsWhileComputingFlags": False,
        "requestId": str(uuid.uuid4()),
    }
    if version >= 2 and not with_config:
        body["flags"] = {}
    else:
        body |= {"flags": {}, "featureFlags": {}, "featureFlagPayloads": {}}
    return Answer(200, orjson.dumps(_config(project) | body if with_config else body))


# posthog-js itself keeps it for an hour; a proxy before us need not.
_BRIEFLY = {"Cache-Control": "public, max-age=60"}


def _config(project: str) -> dict[str, object]:
    return {
        "token": project,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": False,
        "analytics": {"endpoint": "/i/v0/e/"},
        "capturePerformance": {"network_timing": True, "web_vitals": False},
        "autocapture_opt_out": False,
        "elementsChainAsString": True,
        "sessionRecording": {
            "endpoint": "/s/",
            "consoleLogRecordingEnabled": True,
            "recorderVersion": "v2",
            "networkPayloadCapture": {"recordBody": True, "recordHeaders": True},
            "sampleRate": None,
            "minimumDurationMilliseconds": None,
            "linkedFlag": None,
            "masking": None,
            "urlTriggers": [],
            "urlBlocklist": [],
            "eventTriggers": [],
            "triggerMatchType": None,
            "recordCanvas": False,
            "canvasFps": None,
            "canvasQuality": None,
            "scriptConfig": None,
        },
        "surveys": False,
        "heatmaps": False,
        "captureDeadClicks": False,
        "defaultIdentifiedOnly": True,
        "siteApps": [],
        "isAuthenticated": False,
        "toolbarParams": {},
        "errorTracking": {"autocaptureExceptions": False},
    }
