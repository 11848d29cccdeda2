"""``share``, ``links``, ``revoke`` and ``dead-letters``."""

from __future__ import annotations

import getpass
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import click

from bot.audit import Event
from bot.cli.carrying import Carrying
from bot.cli.cutting import span_options, wish_of
from bot.cli.exporting import Plan, export_what
from bot.cli.output import as_json, progress, say, table
from bot.cli.recordings import SpanType
from bot.cli.redaction import policy_of, redaction_options
from bot.clock import utc_now
from bot.config import Settings
from bot.errors import Refused
from bot.exporter.remote import SETTLES_AFTER
from bot.operations.logs import blanked
from bot.policy import Audience
from bot.recording.moments import opening_at_ms
from bot.recording.spans import Moment
from bot.wiring import Services


@contextmanager
def _services() -> Iterator[Services]:
    services = Services(Settings.from_env())
    try:
        yield services
    finally:
        services.close()


@click.command()
@click.argument("what")
@click.option("--expires", type=SpanType(), help="How long it opens: 7d, 12h.")
@click.option(
    "--opens", type=click.IntRange(1, 1000), help="How often it opens at most."
)
@redaction_options
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
@span_options
def share(
    what: str,
    expires: timedelta | None,
    opens: int | None,
    rules: tuple[str, ...],
    secrets: bool,
    audience: str | None,
    json_: bool,
    since: Moment | None,
    until: Moment | None,
    around: Moment | str | None,
    seconds: float,
) -> None:
    """Make a share link for WHAT: a recording id, a PostHog replay URL, or a recording
    file. Prints the link; it is shown only once."""
    wish = wish_of(since, until, around, seconds)
    with _services() as services, progress("exporting", 1):
        plan = Plan(
            policy_of(
                services.settings, rules=rules, secrets=secrets, audience=audience
            ),
            Carrying.wanted(None, services.store),
            passphrase_of=_refuse_locked,
            wish=wish,
        )
        with export_what(what, plan) as exported:
            ended = exported.manifest.summary.end
            kept = services.replays.keep(
                exported,
                is_final=not Path(what).exists() and utc_now() - ended > SETTLES_AFTER,
            )
        at_s = opening_at_ms(kept.manifest.summary, None) // 1000
        by = f"cli:{getpass.getuser()}"
        link = services.links.mint(
            kept.id,
            origin=f"cli:{uuid.uuid4().hex}",
            by=by,
            expires_in=expires or services.settings.link_expiry,
            max_opens=opens,
            start_at_s=at_s,
        )
        recording_id = kept.manifest.recording_id or ""
        services.audit.write(
            Event.SHARE, who=by, place="cli", subject=recording_id, link_id=link.id
        )
    if kept.manifest.audience is Audience.CUSTOMER:
        say(f"{what}, for {kept.manifest.audience}: {kept.manifest.report}")
    url = f"{link.url}#t={at_s}"
    if json_:
        as_json({"id": link.id, "url": url, "expires_at": link.expires_at.isoformat()})
        return
    click.echo(url)


def _refuse_locked(path: Path) -> str:
    raise Refused(
        f"{path} is locked, and a share link would show it to whoever has the link:"
        f" `replay-courier export {path} --no-passphrase -o FOLDER` writes an unlocked"
        " copy to share"
    )


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def links(json_: bool) -> None:
    """List the share links, newest first. Their URLs cannot be shown again."""
    now = utc_now()
    with _services() as services:
        entries = services.links.entries()
    if json_:
        as_json(
            [
                {
                    "id": one.id,
                    "recording_id": one.recording_id,
                    "state": one.state(now),
                    "created_by": one.created_by,
                    "created_at": one.created_at.isoformat(),
                    "expires_at": one.expires_at.isoformat(),
                    "views": one.views,
                    "opens": one.opens,
                    "max_opens": one.max_opens,
                }
                for one in entries
            ]
        )
        return
    table(
        ("link", "state", "expires", "views", "shared by", "recording"),
        (
            (
                one.id,
                one.state(now),
                f"{one.expires_at:%Y-%m-%d %H:%M} UTC",
                one.views if one.max_opens is None else f"{one.views}/{one.max_opens}",
                one.created_by,
                one.recording_id,
            )
            for one in entries
        ),
    )


@click.command()
@click.argument("link")
def revoke(link: str) -> None:
    """Close LINK, a share link's id or URL, at once and for good."""
    with _services() as services:
        link_id = services.links.named(link)
        services.links.revoke(link_id, by=f"cli:{getpass.getuser()}")
    click.echo(f"revoked {link_id}")


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def dead_letters(json_: bool) -> None:
    """List the requests that could not be answered, with the last error of each."""
    with _services() as services:
        entries = services.ledger.dead_letters()
    if json_:
        as_json(
            [
                {
                    "id": one.id,
                    "key": one.key,
                    "action": one.action,
                    "destination": one.destination,
                    "attempts": one.attempts,
                    "created_at": one.created_at.isoformat(),
                    "error": one.error and blanked(one.error),
                }
                for one in entries
            ]
        )
        return
    table(
        ("request", "when", "action", "to", "tries", "error"),
        (
            (
                one.id[:8],
                f"{one.created_at:%Y-%m-%d %H:%M} UTC",
                one.action,
                one.destination,
                one.attempts,
                blanked(one.error or "-"),
            )
            for one in entries
        ),
    )
