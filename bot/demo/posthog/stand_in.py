"""PostHog's private API as a Flask app: routes, keys and scopes, limits, faults."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import Flask, Response, jsonify, request

from bot.demo.posthog import answers
from bot.demo.posthog.faults import Fault, Faults, Throttle, Tier
from bot.demo.posthog.ingestion import Ingestion
from bot.demo.posthog.listing import list_recordings
from bot.demo.posthog.pages import add_pages
from bot.demo.posthog.persons import list_persons
from bot.demo.posthog.project import Project
from bot.demo.posthog.query import answer_query
from bot.demo.posthog.snapshots import blocks, sources

DEMO_KEY = "phx_demo_key_of_the_stand_in"
ALL_SCOPES = frozenset(
    {"session_recording:read", "person:read", "query:read", "project:read"}
)
_SLOW_SECONDS = 30.0
_BUCKETS = {"list": "listing", "sources": "snapshots", "blobs": "snapshots"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call that arrived, whatever became of it."""

    kind: str
    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)


class PostHogStandIn:
    """State in ``project``, what arrived in ``calls``, what shall fail in ``faults``.

    ``keys`` maps a personal API key to its scopes. ``tier`` switches PostHog's rate
    limits on, against ``clock``. ``cursors`` off imitates servers of before 2026.
    ``ingestion`` is what SDKs talk to.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        recent: bool = False,
        tier: Tier | None = None,
    ) -> None:
        self.project = Project(now=clock(), recent=recent)
        self.keys: dict[str, frozenset[str]] = {DEMO_KEY: ALL_SCOPES}
        self.faults = Faults()
        self.calls: list[Call] = []
        self.tier: Tier | None = tier
        self.cursors = True
        self.ingestion = Ingestion()
        self._clock = clock
        self._throttle = Throttle(clock)
        self._lock = threading.Lock()
        self._released = threading.Event()
        self.app = self._make_app()

    def count(self) -> Counter[str]:
        """How many calls of each kind arrived."""
        return Counter(call.kind for call in self.calls)

    def release(self) -> None:
        """Let the answers go that are slow just now."""
        with self._lock:
            self._released.set()
            self._released = threading.Event()

    def _make_app(self) -> Flask:
        app = Flask(__name__)
        app.url_map.strict_slashes = True
        app.register_error_handler(answers.Refusal, lambda refusal: refusal.response)
        for family in ("projects", "environments"):
            base = f"/api/{family}/<project_id>/"
            for rule, view in (
                ("", self._project),
                ("persons/", self._persons),
                ("persons/<uuid>/", self._person),
                ("session_recordings/", self._list),
                ("session_recordings/<recording_id>/", self._retrieve),
                ("session_recordings/<recording_id>/snapshots/", self._snapshots),
            ):
                name = f"{family}-{view.__name__}"
                app.add_url_rule(base + rule, name, view, methods=["GET"])
            app.add_url_rule(
                f"{base}query/", f"{family}-query", self._query, methods=["POST"]
            )
        add_pages(app, self.project, self._clock)
        app.register_blueprint(self.ingestion.blueprint())
        return app

    def _project(self, project_id: str) -> Response:
        self._enter("project", project_id, "project:read")
        return jsonify(
            {
                "id": int(self.project.id),
                "name": self.project.name,
                "session_recording_opt_in": self.project.records_sessions,
            }
        )

    def _persons(self, project_id: str) -> Response:
        self._enter("persons", project_id, "person:read")
        return jsonify(list_persons(self.project, request.args))

    def _person(self, project_id: str, uuid: str) -> Response:
        self._enter("person", project_id, "person:read")
        for person in self.project.people:
            if person.uuid == uuid:
                return jsonify(person.json)
        raise answers.not_found()

    def _list(self, project_id: str) -> Response:
        self._enter("list", project_id, "session_recording:read")
        answer = list_recordings(
            self.project, request.args, self._clock(), cursors=self.cursors
        )
        return jsonify(answer)

    def _retrieve(self, project_id: str, recording_id: str) -> Response:
        self._enter("retrieve", project_id, "session_recording:read")
        now = self._clock()
        recording = self.project.recording(recording_id, now)
        if recording is None:
            raise answers.not_found("Recording not found")
        return jsonify(self.project.recording_json(recording, now, in_list=False))

    def _snapshots(self, project_id: str, recording_id: str) -> Response:
        kind = "blobs" if "source" in request.args else "sources"
        fault = self._enter(kind, project_id, "session_recording:read")
        recording = self.project.recording(recording_id, self._clock())
        if recording is None:
            raise answers.not_found("Recording not found")
        if recording.state == "deleted":
            raise answers.deleted()
        if kind == "sources":
            return jsonify(sources(recording))
        content = blocks(recording, request.args, fault)
        announced = len(content)
        if fault is Fault.HALF_BODY:
            content = content[: announced // 2]
        elif fault is Fault.TRUNCATED:
            content = content[:-30]
            announced = len(content)
        response = Response(content, content_type="application/jsonl")
        response.headers["Content-Length"] = str(announced)
        response.headers["Cache-Control"] = "max-age=3600"
        return response

    def _query(self, project_id: str) -> Response:
        self._enter("query", project_id, "query:read")
        return jsonify(answer_query(self.project, request.get_json(silent=True)))

    def _enter(self, kind: str, project_id: str, scope: str) -> Fault | None:
        """Note the call and refuse it where PostHog would, in its order."""
        with self._lock:
            self.calls.append(
                Call(kind, request.method, request.path, dict(request.args.items()))
            )
            fault = self.faults.take(kind)
            released = self._released
            if fault is Fault.DOWN:
                raise answers.down()
            key = self._key(scope)
            if project_id not in (self.project.id, "@current"):
                raise answers.not_found("Project not found.")
            bucket = _BUCKETS.get(kind)
            wait = None
            if bucket and self.tier:
                wait = self._throttle.wait(bucket, key, self.tier)
        if fault is Fault.SLOW:
            released.wait(_SLOW_SECONDS)
        if fault is Fault.LIMITED:
            wait = self.faults.retry_after_seconds
        if wait is not None:
            raise answers.throttled(wait)
        if fault is Fault.BUSY:
            raise answers.busy()
        if fault is Fault.ERROR:
            raise answers.broken()
        return fault

    def _key(self, scope: str) -> str:
        header = request.headers.get("Authorization", "")
        if not header.startswith("Bearer "):
            raise answers.unauthorised("Authentication credentials were not provided.")
        key = header.removeprefix("Bearer ")
        if key not in self.keys:
            raise answers.unauthorised(
                "The personal API key in the request's Authorization header is invalid."
            )
        if scope not in self.keys[key]:
            raise answers.forbidden(f"API key missing required scope '{scope}'")
        return key
