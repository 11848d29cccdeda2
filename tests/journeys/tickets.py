"""Many tickets at once, and an account that takes few updates a minute."""

from __future__ import annotations

from functools import partial

from bot.demo.zendesk import Plan, ZendeskStandIn
from bot.demo.zendesk.limits import Limits as AccountLimits
from bot.replays import file_of
from bot.wiring import Services
from bot.wiring.zendesk import zendesk_limits, zendesk_of


def allow(zendesk: ZendeskStandIn, updates: int, seconds: float) -> AccountLimits:
    """Make the account allow so many ticket updates in so many seconds, and plenty of
    other calls; what it counts from now on."""
    plan = Plan(calls=2500, ticket_updates=updates, minute=seconds)
    zendesk.gate.limits = AccountLimits(zendesk.account.clock, plan)
    return zendesk.gate.limits


def keep_to(services: Services, seconds: int) -> None:
    """Make the courier's minute as short as the account's."""
    limits = zendesk_limits(services.settings, services.redis, seconds=seconds)
    file = partial(file_of, services.replays, services.settings.redaction)
    services.conversations["zendesk"] = zendesk_of(services.settings, file, limits)


def overtaken(zendesk: ZendeskStandIn) -> int:
    """By how many places at most a ticket was answered before an older one."""
    answered = {
        ticket: note.id
        for ticket, made in zendesk.tickets.items()
        for note in made.comments
        if note.author_id == zendesk.bot.id
    }
    order = sorted(answered, key=lambda ticket: answered[ticket])
    oldest = sorted(answered)
    return max(oldest.index(ticket) - at for at, ticket in enumerate(order))
