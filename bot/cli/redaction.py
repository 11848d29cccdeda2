"""The options that say what is taken out of an export, and for whom it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.config import Settings
from bot.policy import Audience, RedactionPolicy

_Command = TypeVar("_Command", bound=Callable[..., Any])


class RuleType(click.ParamType[str]):
    """A rule such as ``email`` or ``field:iban`` on the command line."""

    name = "rule"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            RedactionPolicy().also([value])
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


def redaction_options(command: _Command) -> _Command:
    """Adds ``--redact``, ``--no-redact`` and ``--audience``: the parameters ``rules``,
    ``secrets`` and ``audience`` of ``policy_of``."""
    for option in (
        click.option(
            "--audience",
            type=click.Choice([one.value for one in Audience]),
            help="Who will see it. A customer's copy has no console, headers, bodies,"
            " custom events or other people's addresses. Default: AUDIENCE, or staff.",
        ),
        click.option(
            "--no-redact",
            "secrets",
            flag_value=False,
            default=True,
            help="Leave everything in: secrets, and what REDACT names.",
        ),
        click.option(
            "--redact",
            "rules",
            type=RuleType(),
            multiple=True,
            metavar="RULE",
            help="Take out more than secrets, which go anyway: email, ip, phone,"
            r" field:NAME (as in field:iban) or regex:PATTERN (as in 'regex:ACME-\d+')."
            " Can be given several times; adds to REDACT.",
        ),
    ):
        command = option(command)
    return command


def policy_of(
    settings: Settings, *, rules: tuple[str, ...], secrets: bool, audience: str | None
) -> RedactionPolicy:
    """The installation's policy with what the command line said. Raises UsageError."""
    whom = Audience(audience) if audience else settings.audience
    if secrets:
        return settings.redaction_for(whom, also=rules)
    if whom is Audience.CUSTOMER:
        raise click.UsageError("a copy for the customer is never without redaction")
    return RedactionPolicy(secrets=False).also(rules)
