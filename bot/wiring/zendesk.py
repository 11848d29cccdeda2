"""Zendesk, by the settings."""

from __future__ import annotations

from collections.abc import Callable

from redis import Redis

from bot.config import Settings
from bot.errors import SettingsError
from bot.model import ReplayFile, SharedReplay
from bot.ports import Tickets
from bot.preview.timeline import timeline
from bot.wiring.conversation import Conversation, plain
from integrations.zendesk.catching_up import CatchingUp
from integrations.zendesk.client import Zendesk
from integrations.zendesk.client import connect as connect_zendesk
from integrations.zendesk.credentials import TIMEOUT_SECONDS
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.doctor import Installation
from integrations.zendesk.limits import Limits
from integrations.zendesk.requester import Rules
from integrations.zendesk.scope import Scope
from integrations.zendesk.setup import Options
from integrations.zendesk.tickets import ZendeskTickets
from integrations.zendesk.webhook import blueprint as zendesk_blueprint

_MEGABYTE = 1024 * 1024
_WAITED_FOR_SECONDS = 2.0
"""For an answer that somebody in Slack waits for, who gets none after three."""


def zendesk_of(
    settings: Settings,
    file_of: Callable[[SharedReplay], ReplayFile],
    limits: Limits | None,
) -> Conversation:
    """Zendesk as a place people ask in, which takes answers as fast as ``limits``
    allow."""
    secrets = [one.get_secret_value() for one in settings.zendesk_webhook_secrets]
    account = zendesk_account(settings, limits)
    return Conversation(
        ZendeskDestination(
            account,
            rules=zendesk_rules(settings),
            scope=zendesk_scope(settings),
            note_when_nothing=settings.zendesk_note_when_nothing,
            picture=lambda shared: timeline(shared.summary),
            attach=file_of if settings.zendesk_attach_file else None,
            max_attached_bytes=settings.zendesk_attach_mb * _MEGABYTE,
            installation=Installation(set_up_options(settings), secrets),
        ),
        lambda intake: [zendesk_blueprint(intake=intake, secrets=secrets)],
        gate=limits,
        missed=CatchingUp(account),
    )


def zendesk_tickets(settings: Settings, redis: Redis | None) -> Tickets:
    """The tickets that people of other conversations choose from."""
    limits = zendesk_limits(settings, redis)
    account = zendesk_account(settings, limits, timeout=_WAITED_FOR_SECONDS)
    return ZendeskTickets(account, scope=zendesk_scope(settings))


def zendesk_rules(settings: Settings) -> Rules:
    """What the account's customers are known by."""
    return Rules(
        field_ids=settings.zendesk_field_id,
        user_field=settings.zendesk_user_field,
        include_ccs=settings.zendesk_include_ccs,
        shared_mailboxes=settings.zendesk_shared_mailboxes,
    )


def zendesk_scope(settings: Settings) -> Scope:
    """Which tickets are worked on."""
    return Scope(settings.zendesk_only, settings.zendesk_except)


def zendesk_limits(
    settings: Settings, redis: Redis | None, *, seconds: int = 60
) -> Limits | None:
    """What the account allows in a minute, which lasts ``seconds``; None where no Redis
    is shared to keep it by."""
    if redis is None:
        return None
    account = settings.zendesk_subdomain or ""
    updates = settings.zendesk_updates_per_minute
    return Limits(redis, account, updates=updates, seconds=seconds)


def zendesk_account(
    settings: Settings,
    limits: Limits | None = None,
    *,
    timeout: float = TIMEOUT_SECONDS,
) -> Zendesk:
    """The Zendesk account of the settings. Raises SettingsError where there is none."""
    if settings.zendesk_subdomain is None:
        raise SettingsError("ZENDESK_SUBDOMAIN is missing")
    return connect_zendesk(
        settings.zendesk_subdomain,
        oauth_client_id=settings.zendesk_oauth_client_id,
        oauth_client_secret=plain(settings.zendesk_oauth_client_secret),
        email=settings.zendesk_email,
        api_token=plain(settings.zendesk_api_token),
        url=settings.zendesk_url,
        limits=limits,
        timeout=timeout,
    )


def set_up_options(settings: Settings, *, fields: bool = True) -> Options:
    """How the account is to be set up."""
    by_events = settings.zendesk_delivery == "events"
    return Options(settings.public_url, by_events=by_events, fields=fields)
