"""The public half of PostHog: what its SDKs send to, and load from.

Imitates the capture and flags services and the asset host, as one host like a
self-hosted PostHog's; strict about tokens and bodies, and keeps every request as it
came.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import threading
import uuid
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

from flask import Blueprint, Response, jsonify, request, send_from_directory
from flask.typing import ResponseReturnValue

from bot.demo.posthog import answers

DEMO_TOKEN = "phc_demo_of_the_stand_in"
_BATCHES = ("/s/", "/e/", "/i/v0/e/", "/batch/")
_GZIP = b"\x1f\x8b"
_VERSION = re.compile(r"\d+\.\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Received:
    """One request of an SDK, its body byte for byte."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Ingestion:
    """What arrived in ``received``, and what the project answers with: its ``flags``
    (key to variant, or to True), and posthog-js's files in the folder ``sdk``, where
    there is one."""

    def __init__(self, token: str = DEMO_TOKEN, sdk: Path | None = None) -> None:
        self.token = token
        self.sdk = sdk
        self.flags: dict[str, str | bool] = {}
        self.received: list[Received] = []
        self._lock = threading.Lock()

    def bodies(self, path: str) -> list[bytes]:
        """Those sent to a path, in the order of arrival."""
        with self._lock:
            return [one.body for one in self.received if one.path == path]

    def blueprint(self) -> Blueprint:
        pages = Blueprint("ingestion", __name__)
        for path in _BATCHES:
            pages.add_url_rule(path, f"batch-{path}", self._batch, methods=["POST"])
        pages.add_url_rule("/flags/", "flags", self._flags, methods=["POST"])
        pages.add_url_rule("/array/<token>/config", "config", self._config)
        pages.add_url_rule("/array/<token>/config.js", "script", self._config_script)
        pages.add_url_rule("/static/<name>", "static", self._static)
        pages.add_url_rule("/static/<version>/<name>", "versioned", self._static)
        return pages

    def _note(self) -> bytes:
        body = request.get_data()
        one = Received(
            request.method,
            request.path,
            request.query_string.decode(),
            dict(request.headers.items()),
            body,
        )
        with self._lock:
            self.received.append(one)
        return body

    def _batch(self) -> Response:
        self._authenticate(_items(_decoded(self._note())))
        return jsonify(status="Ok")

    def _flags(self) -> Response:
        self._authenticate(iter([_decoded(self._note())]))
        found = {
            key: {
                "key": key,
                "enabled": bool(value),
                "variant": value if isinstance(value, str) else None,
                "reason": {"code": "condition_match", "condition_index": 0},
                "metadata": {"id": place, "version": 1, "payload": None},
            }
            for place, (key, value) in enumerate(self.flags.items(), start=1)
        }
        return jsonify(
            flags=found, errorsWhileComputingFlags=False, requestId=str(uuid.uuid4())
        )

    def _config(self, token: str) -> Response:
        self._note()
        return jsonify(self._remote_config(token))

    def _config_script(self, token: str) -> Response:
        self._note()
        all_, config = "window._POSTHOG_REMOTE_CONFIG", self._remote_config(token)
        content = json.dumps({"config": config, "siteApps": []})
        script = f"({all_} = {all_} || {{}})[{json.dumps(token)}] = {content}"
        return Response(script, mimetype="application/javascript")

    def _static(self, name: str, version: str = "") -> ResponseReturnValue:
        self._note()
        if self.sdk is None or (version and not _VERSION.fullmatch(version)):
            raise answers.not_found()
        return send_from_directory(self.sdk, name)

    def _authenticate(self, items: Iterator[Any]) -> None:
        """Refuse a batch of which an item is not this project's."""
        for item in items:
            if not isinstance(item, dict):
                raise answers.invalid("Malformed request data")
            properties = item.get("properties") or {}
            tokens = (item.get("token"), item.get("api_key"), properties.get("token"))
            if next(filter(None, tokens), None) != self.token:
                raise answers.unauthorised("Project API key invalid.")

    def _remote_config(self, token: str) -> dict[str, Any]:
        if token != self.token:
            raise answers.not_found("Project not found.")
        return {
            "token": token,
            "supportedCompression": ["gzip", "gzip-js"],
            "hasFeatureFlags": bool(self.flags),
            "analytics": {"endpoint": "/i/v0/e/"},
            "capturePerformance": {"network_timing": True, "web_vitals": False},
            "sessionRecording": {
                "endpoint": "/s/",
                "consoleLogRecordingEnabled": True,
                "networkPayloadCapture": {"recordBody": True, "recordHeaders": True},
            },
            "surveys": False,
            "heatmaps": False,
            "siteApps": [],
        }


def _items(content: Any) -> Iterator[Any]:
    """The events of a batch; the envelope's token counts for each."""
    if isinstance(content, dict) and isinstance(content.get("batch"), list):
        key = {"api_key": content["api_key"]} if "api_key" in content else {}
        for one in content["batch"]:
            yield {**key, **one} if isinstance(one, dict) else one
    elif isinstance(content, list):
        yield from content
    else:
        yield content


def _decoded(body: bytes) -> Any:
    """The JSON of a body: gzip, the base64 form of old browsers, or plain."""
    try:
        if body.startswith(_GZIP):
            body = gzip.decompress(body)
        elif body.startswith(b"data="):
            body = base64.b64decode(unquote_plus(body[5:].decode()), validate=True)
        return json.loads(body)
    except (EOFError, OSError, ValueError, zlib.error):
        raise answers.invalid("Malformed request data") from None
