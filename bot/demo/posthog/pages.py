"""The pages a person sees: whom to ask for, and where PostHog's player would be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask, render_template
from flask.typing import ResponseReturnValue

from bot.demo.posthog.project import Project, SampleRecording

_STATES = {
    "ready": "",
    "ongoing": "still recording",
    "deleted": "deleted",
    "expired": "past retention",
}


def add_pages(app: Flask, project: Project, clock: Callable[[], datetime]) -> None:
    """Serve the project's overview at ``/`` and a page at each replay's address."""

    def overview() -> str:
        now = clock()
        people = [
            (
                person,
                [
                    {
                        "recording": one,
                        "length": _length(one.end - one.start),
                        "when": _ago(now - one.end),
                        "state": _STATES[one.state],
                    }
                    for one in project.recordings
                    if one.distinct_id in person.distinct_ids
                ],
            )
            for person in project.people
        ]
        return render_template("overview.html", project=project, people=people)

    def replay(recording_id: str, project_id: str = "") -> ResponseReturnValue:
        found: SampleRecording | None = project.recording(recording_id, clock())
        if found is None or project_id not in ("", project.id):
            return render_template("replay.html", recording=None), 404
        person = project.person_of(found)
        return render_template("replay.html", recording=found, person=person)

    app.add_url_rule("/", "overview", overview)
    app.add_url_rule("/project/<project_id>/replay/<recording_id>", "replay", replay)
    app.add_url_rule("/replay/<recording_id>", "short-replay", replay)


def _length(span: timedelta) -> str:
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"


def _ago(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 120:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} h ago" if hours < 48 else f"{hours // 24} days ago"
