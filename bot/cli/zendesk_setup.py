"""``setup zendesk``: a plan, a question, and the deed."""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence

import click

from bot.cli.output import as_json, printable, say
from bot.config import SettingsForSetup
from bot.wiring.zendesk_setup import Action, Step, ZendeskSetUp

_COLOURS = {
    Action.MAKE: "green",
    Action.CHANGE: "yellow",
    Action.DELETE: "red",
    Action.LEAVE: "magenta",
}
_DONE = {
    Action.MAKE: "made",
    Action.CHANGE: "changed",
    Action.KEEP: "kept",
    Action.DELETE: "deleted",
    Action.LEAVE: "left",
}
_WIDTH = 88


@click.command("zendesk")
@click.option("--dry-run", is_flag=True, help="Only show the plan.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask before changing anything.")
@click.option("--no-fields", is_flag=True, help="Leave ticket fields and forms out.")
@click.option("--remove", is_flag=True, help="Take away what set-up made, and only it.")
@click.option("--json", "json_", is_flag=True, help="Print JSON, the secret included.")
def setup_zendesk(
    dry_run: bool, yes: bool, no_fields: bool, remove: bool, json_: bool
) -> None:
    """Make what the courier needs in Zendesk: webhook, triggers, ticket fields, macro,
    view. Shows a plan first; can be run again, and then repairs what was changed.
    """
    settings = SettingsForSetup.from_env()
    setting_up = ZendeskSetUp(settings, fields=not no_fields, remove=remove)
    try:
        plan = list(setting_up.steps(acts=False))
        changes = [step for step in plan if step.changes_something]
        if not json_:
            _show_plan(setting_up, plan)
        if dry_run:
            if json_:
                _print_json(plan, None, done=False)
            return
        if changes and not yes:
            _ask(changes)
        done = plan
        if changes:
            done = _do(setting_up, quiet=json_)
        if json_:
            _print_json(done, setting_up.secret, done=True)
        elif setting_up.secret is not None:
            say("")
            say("Set this where the courier runs, restart it, and keep it secret:")
            click.echo(f"ZENDESK_WEBHOOK_SECRETS={setting_up.secret}")
    finally:
        setting_up.close()


def _ask(changes: Sequence[Step]) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked without a terminal: say --yes")
    lost = [step for step in changes if step.takes_values]
    warning = " The fields' values on tickets cannot be brought back." if lost else ""
    click.confirm(f"Do this?{warning}", abort=True, err=True)


def _do(setting_up: ZendeskSetUp, *, quiet: bool) -> list[Step]:
    done = []
    if not quiet:
        say("")
    for step in setting_up.steps(acts=True):
        done.append(step)
        if not quiet and step.action is not Action.KEEP:
            say(_line(step, _DONE[step.action]))
            if step.action is Action.LEAVE:
                _say_details(step)
    return done


def _show_plan(setting_up: ZendeskSetUp, plan: Sequence[Step]) -> None:
    say(click.style(f"Plan for {setting_up.account}", bold=True))
    for step in plan:
        say(_line(step, step.action.value))
        _say_details(step)
    if not plan:
        say("  nothing of the courier's is there")
    say(_summary(plan))
    if setting_up.warning:
        for line in textwrap.wrap(setting_up.warning, _WIDTH):
            say(click.style(line, fg="yellow"))


def _summary(plan: Iterable[Step]) -> str:
    counts = Counter(step.action for step in plan)
    words = [
        f"{counts[action]} to {action.value}"
        for action in (Action.MAKE, Action.CHANGE, Action.DELETE)
        if counts[action]
    ]
    if counts[Action.KEEP]:
        words.append(f"{counts[Action.KEEP]} as they should be")
    return f"{', '.join(words) or 'nothing to do'}."


def _line(step: Step, word: str) -> str:
    colour = _COLOURS.get(step.action)
    mark = click.style(f"{word:8}", fg=colour, dim=colour is None)
    return f"  {mark} {step.kind.noun:12}  {printable(step.name)}"


def _say_details(step: Step) -> None:
    indent = " " * 25
    texts = [step.note] if step.note else []
    for each in step.differences:
        texts += [f"{each.what}: {each.was}", f"  becomes {each.becomes}"]
    for text in texts:
        for line in textwrap.wrap(
            printable(text),
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_on_hyphens=False,
        ):
            say(click.style(line, dim=True))


def _print_json(steps: Sequence[Step], secret: str | None, *, done: bool) -> None:
    as_json(
        {
            "done": done,
            "steps": [
                {
                    "action": step.action.value,
                    "kind": step.kind.noun,
                    "name": step.name,
                    "note": step.note,
                    "differences": [
                        {"what": each.what, "was": each.was, "becomes": each.becomes}
                        for each in step.differences
                    ],
                }
                for step in steps
            ],
            "webhook_secret": secret,
        }
    )
