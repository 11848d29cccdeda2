"""What ``doctor`` says about Zendesk: the whole loop, from who we are to being called.

Nothing visible is made: set-up's own walk looks without acting, and the round trip is a
test call of the webhook that asks the courier for nothing but its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.errors import CourierError, Refused
from bot.model import Check
from integrations.zendesk.admin import Administration, Kind
from integrations.zendesk.client import Zendesk
from integrations.zendesk.deliveries import recent_deliveries, round_trip
from integrations.zendesk.failures import Forbidden
from integrations.zendesk.records import Row
from integrations.zendesk.setup import Action, Options, SetUp, Step
from integrations.zendesk.setup.differences import is_ours, name_of
from integrations.zendesk.setup.wanted import EVENTS_WEBHOOK_NAME, WEBHOOK_NAME

RUN_SETUP = "Run `replay-courier setup zendesk`."


@dataclass(frozen=True, slots=True)
class Installation:
    """What this courier expects of its account."""

    options: Options
    secrets: Sequence[str]


def checks(zendesk: Zendesk, installation: Installation) -> Iterator[Check]:
    """One line each; never raises."""
    try:
        me = zendesk.me()
    except CourierError as error:
        yield Check(
            "zendesk: credentials",
            False,
            str(error),
            "Check ZENDESK_SUBDOMAIN. Make a confidential OAuth client in Admin Center"
            " while signed in as the bot's agent, and set ZENDESK_OAUTH_CLIENT_ID and"
            " ZENDESK_OAUTH_CLIENT_SECRET.",
        )
        return
    yield Check(
        "zendesk: credentials",
        me.is_staff,
        f"{zendesk.base_url} as {me.name} <{me.email}>, {me.role}",
        "" if me.is_staff else "The bot's user has to be an agent, to write notes.",
    )
    admin = Administration(zendesk)
    try:
        webhooks = admin.rows(Kind.WEBHOOK)
        options = _in_use(installation.options, webhooks)
        steps = list(SetUp(admin, options).steps())
    except Forbidden:
        yield Check(
            "zendesk: set-up",
            True,
            "webhook and triggers cannot be checked by this agent; by an administrator"
            " they can",
        )
        return
    except CourierError as error:
        yield Check("zendesk: set-up", False, str(error), "Try again later.")
        return
    if options != installation.options:
        yield Check(
            "zendesk: delivery",
            True,
            "by triggers: Zendesk refused event subscriptions, or set-up was not run"
            " since ZENDESK_DELIVERY became events",
        )
    yield from _set_up(steps)
    webhook = _ours(webhooks, _name(options))
    if webhook is not None:
        yield from _loop(admin, webhook, installation.secrets)


def _set_up(steps: Sequence[Step]) -> Iterator[Check]:
    for name, kinds in (
        ("webhook", (Kind.WEBHOOK,)),
        ("triggers", (Kind.TRIGGER,)),
        ("ticket fields", (Kind.FIELD, Kind.FORM)),
        ("macro and view", (Kind.MACRO, Kind.VIEW)),
    ):
        of_kind = [each for each in steps if each.kind in kinds]
        fields = [each.action for each in of_kind if each.kind is Kind.FIELD]
        if fields and set(fields) == {Action.MAKE}:
            yield Check(f"zendesk: {name}", True, "none; the notes say the same")
        elif of_kind:
            yield _as_planned(f"zendesk: {name}", of_kind)


def _as_planned(name: str, steps: Sequence[Step]) -> Check:
    wrong = [each for each in steps if each.changes_something]
    if not wrong:
        kept = [each for each in steps if each.action is Action.KEEP]
        notes = [f"{each.name}: {each.note}" for each in steps if each.note]
        detail = "as set-up made " + ("it" if len(kept) == 1 else "them")
        return Check(name, True, "; ".join([detail, *notes]))
    told = "\n".join(map(_told, wrong))
    return Check(name, False, told, RUN_SETUP)


def _told(step: Step) -> str:
    what = f"{step.kind.noun} “{step.name}”"
    if step.action is Action.MAKE:
        return f"{what} is not there"
    if step.action is Action.DELETE:
        return f"{what} should not be there{step.note and f': {step.note}'}"
    if step.note:
        return f"{what} is not complete until it {step.note}"
    changes = [f"{d.what} {d.was}, not {d.becomes}" for d in step.differences]
    return f"{what} was changed: {'; '.join(changes)}"


def _in_use(options: Options, webhooks: Sequence[Row]) -> Options:
    """How the account delivers: by triggers too where events could not be had."""
    has_fallen_back = (
        options.by_events
        and _ours(webhooks, EVENTS_WEBHOOK_NAME) is None
        and _ours(webhooks, WEBHOOK_NAME) is not None
    )
    return replace(options, by_events=False) if has_fallen_back else options


def _name(options: Options) -> str:
    return EVENTS_WEBHOOK_NAME if options.by_events else WEBHOOK_NAME


def _ours(webhooks: Sequence[Row], name: str) -> Row | None:
    return next((r for r in webhooks if name_of(r) == name and is_ours(r)), None)


def _loop(
    admin: Administration, webhook: Row, secrets: Sequence[str]
) -> Iterator[Check]:
    yield _secret(admin, str(webhook["id"]), secrets)
    for check in (recent_deliveries, round_trip):
        try:
            yield check(admin, webhook)
        except CourierError as error:
            yield Check("zendesk: deliveries", False, str(error), "Try again later.")


def _secret(admin: Administration, webhook_id: str, secrets: Sequence[str]) -> Check:
    name = "zendesk: signing secret"
    try:
        secret = admin.signing_secret(webhook_id)
    except Refused:
        return Check(name, True, "cannot be read by this user, so not compared")
    except CourierError as error:
        return Check(name, False, str(error), "Try again later.")
    if secret in secrets:
        return Check(name, True, "ZENDESK_WEBHOOK_SECRETS has the webhook's")
    return Check(
        name,
        False,
        "ZENDESK_WEBHOOK_SECRETS does not have the webhook's",
        "Set it to what `replay-courier setup zendesk` prints, and restart.",
    )
