"""``forget`` and ``purge``: recordings that go for good."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from bot.captured.erasing import Erased, Known
from bot.captured.removing import Removed
from bot.cli.archive_reports import spoken_bytes
from bot.cli.output import as_json, printable
from bot.config import Settings
from bot.errors import NotFound
from bot.identifiers import read
from bot.preview.words import count
from bot.wiring import Services

_NEVER_REACHED = (
    "files that somebody downloaded or attached elsewhere, and messages already posted:"
    " they hold what they held",
    "requests in the ledger and the audit log: who asked for whom",
)


@click.command()
@click.argument("identifier")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and erase nothing.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def forget(identifier: str, yes: bool, dry_run: bool, json_: bool) -> None:
    """Erase everything that is kept here of a person: by e-mail address, distinct id,
    person id or session id.

    Captured recordings, the person and their ids, stored replays, share links, what is
    cached of PostHog, and archived copies. What comes late for an erased session is
    dropped. What cannot be reached from here is listed.

    Before it looks, and with --dry-run too, it files what was captured and waits in the
    journal, as a worker does: the person's last seconds may be there.
    """
    services = Services(Settings.from_env())
    try:
        erasure = services.erasure
        known = erasure.known(read(identifier))
        if known.is_nothing:
            raise NotFound("nobody is known by that, and there is nothing to erase")
        if dry_run:
            _tell({"would_erase": _plan(known)}, _plan_text(known), json_)
            return
        if not yes:
            click.echo(_plan_text(known), err=True)
            click.confirm("Erase all of that for good?", abort=True, err=True)
        erased = erasure.erase(known)
        _tell(_report(known, erased), _report_text(known, erased), json_)
    finally:
        services.close()


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def purge(json_: bool) -> None:
    """Erase captured recordings that are past their project's retention. Workers do it
    by themselves every ten minutes."""
    services = Services(Settings.from_env())
    try:
        removed = services.captures.retention.run()
    finally:
        services.close()
    every = sum(removed.values(), Removed())
    by_project = {project: asdict(one) for project, one in removed.items()}
    lines = [f"{project}: {_removed_text(one)}" for project, one in removed.items()]
    text = "\n".join(lines) or "Nothing was too old."
    _tell({**asdict(every), "projects": by_project}, text, json_)


def _tell(document: dict[str, Any], text: str, json_: bool) -> None:
    if json_:
        as_json(document)
    else:
        click.echo(text)


def _plan(known: Known) -> dict[str, Any]:
    return {
        "people": [
            {"id": one.id, "name": one.name, "distinct_ids": one.distinct_ids}
            for one in known.people
        ],
        "captured_sessions": list(known.captured_ids),
        "recordings": [
            {"id": one.id, "source": one.source, "start": one.start.isoformat()}
            for one in known.recordings
        ],
        "stored_replays": known.replays,
        "silent_sources": list(known.silent),
    }


def _plan_text(known: Known) -> str:
    lines = [
        f"Person {printable(one.name)} ({count(len(one.distinct_ids), 'distinct id')})"
        for one in known.people
    ]
    lines += [
        count(len(known.captured_ids), "captured session"),
        *(
            f"Recording {one.id} of {one.start:%Y-%m-%d %H:%M} ({one.source})"
            for one in known.recordings
        ),
        count(known.replays, "stored replay") + ", and the links to what is stored",
        *(f"{name} does not answer: what it has is not known" for name in known.silent),
    ]
    return "\n".join(lines)


def _report(known: Known, erased: Erased) -> dict[str, Any]:
    return {
        "erased": {**asdict(erased.removed), "archived": erased.archived},
        "recording_ids": list(known.recording_ids),
        "not_reached": [*erased.unreached, *_NEVER_REACHED],
    }


def _report_text(known: Known, erased: Erased) -> str:
    lines = [_removed_text(erased.removed)]
    if erased.archived:
        lines.append(f"Erased {count(erased.archived, 'archived recording')}")
    lines += ["Not reached:"]
    lines += [f"- {one}" for one in (*erased.unreached, *_NEVER_REACHED)]
    return "\n".join(lines)


def _removed_text(removed: Removed) -> str:
    parts = (
        f"{count(removed.recordings, 'captured recording')}"
        f" ({spoken_bytes(removed.bytes)})",
        f"{count(removed.people, 'person', 'people')} with"
        f" {count(removed.distinct_ids, 'distinct id')}",
        count(removed.replays, "stored replay"),
        count(removed.links, "link"),
        count(removed.cached, "cached object"),
    )
    return f"Erased {', '.join(parts)}"
