"""``audit``: who looked for whom, who shared what, which links were opened."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import click

from bot.audit import AuditEntry, Event
from bot.cli.output import as_json, table
from bot.cli.recordings import SpanType
from bot.clock import utc_now
from bot.config import Settings
from bot.wiring import Services

_EVENTS = [event.value for event in Event]


@click.command()
@click.option("--since", type=SpanType(), help="How far back: 30d, 12h. All without.")
@click.option(
    "--event",
    "events",
    type=click.Choice(_EVENTS),
    multiple=True,
    help="Only these; may be given several times.",
)
@click.option("--who", default="", help="Only this person's, by the id it prints.")
@click.option("--limit", type=click.IntRange(1), default=200, show_default=True)
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def audit(
    since: timedelta | None,
    events: tuple[str, ...],
    who: str,
    limit: int,
    json_: bool,
) -> None:
    """Print the audit log, newest first: every find, share, file attached or taken
    back, opened link, extension, revocation, and whoever was refused. Who opens a link
    is not known."""
    with closing(Services(Settings.from_env())) as services:
        entries = list(
            services.audit.entries(
                since=None if since is None else utc_now() - since,
                events=tuple(map(Event, events)),
                who=who,
                limit=limit,
            )
        )
    if json_:
        as_json([_fields(one) for one in entries])
        return
    table(
        ("when", "event", "who", "where", "whom or what", "link"),
        (
            (
                f"{one.at:%Y-%m-%d %H:%M:%S} UTC",
                one.event,
                one.who or "-",
                one.place or "-",
                one.subject or "-",
                one.link_id or "-",
            )
            for one in entries
        ),
    )


def _fields(entry: AuditEntry) -> dict[str, str | None]:
    return {
        "at": entry.at.isoformat(),
        "event": entry.event.value,
        "who": entry.who,
        "place": entry.place,
        "subject": entry.subject,
        "link": entry.link_id,
    }
