"""Slack, by the settings: one workspace or many, a Request URL or a socket."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flask import Blueprint
from slack_bolt import App

from bot.config import Settings
from bot.database.engine import transaction
from bot.ports import Intake, Tickets
from bot.web.pages import message_page
from bot.wiring.conversation import Conversation, plain
from integrations import slack
from integrations.slack.access import Access, Rules
from integrations.slack.roles import Role
from integrations.slack.scopes import Scope, needed

if TYPE_CHECKING:
    from bot.wiring.services import Services


def slack_of(services: Services) -> Conversation:
    """Slack as a place people ask in."""
    settings = services.settings
    app_token = plain(settings.slack_app_token)
    secret = plain(settings.slack_signing_secret)
    client = slack.web_client(
        services.redis,
        token=plain(settings.slack_bot_token),
        base_url=settings.slack_api_url,
        timeout=20,
    )
    sharing = slack.ShareDefaults(
        settings.link_expiry, settings.audience, outside=settings.slack_allow_external
    )
    if settings.slack_client_id is None:
        workspaces = slack.one_workspace(client)
    else:
        workspaces = slack.many_workspaces(
            client,
            client_id=settings.slack_client_id,
            client_secret=plain(settings.slack_client_secret) or "",
            public_url=settings.public_url,
            allowed=settings.slack_workspaces,
            scopes=slack_scopes(settings),
            transaction=lambda: transaction(services.engine),
            sealer=services.sealer,
            page=message_page,
        )

    access = Access(slack_rules(settings), workspaces.clients)
    tickets = _tickets(services)

    def app(intake: Intake) -> App:
        return slack.build_app(
            intake=intake,
            clients=workspaces.clients,
            redis=services.redis,
            signing_secret=secret,
            public_url=settings.public_url,
            look_back=settings.look_back,
            sharing=sharing,
            removal=workspaces.removal,
            tickets=tickets,
            access=access,
        )

    def routes(intake: Intake) -> Iterator[Blueprint]:
        if secret is not None and app_token is None:
            yield slack.blueprint(app(intake), signing_secret=secret)
        if workspaces.pages is not None:
            yield workspaces.pages

    return Conversation(
        slack.SlackDestination(
            workspaces.clients,
            command=settings.slack_command,
            access=access,
            scopes=slack_scopes(settings),
            sharing=sharing,
            tickets=tickets,
        ),
        routes,
        None
        if app_token is None
        else lambda intake: slack.Socket(app(intake), app_token, client),
        channels=slack.Visitors(workspaces.clients, access),
    )


def _tickets(services: Services) -> Tickets | None:
    """The tickets that replays are added to from Slack, where there are any."""
    if not services.settings.has_zendesk:
        return None
    from bot.wiring.zendesk import zendesk_tickets

    return zendesk_tickets(services.settings, services.redis)


def slack_scopes(settings: Settings) -> Mapping[str, Scope]:
    """What the Slack app has to be allowed for these settings."""
    return needed(
        unfurls=slack.unfurl_domain(settings.public_url) is not None,
        groups=bool(settings.slack_allow_groups),
        channels=bool(settings.slack_allow_channels),
    )


def slack_rules(settings: Settings) -> Rules:
    """Who may use the courier in Slack."""
    least = settings.slack_allow_roles
    return Rules(
        channels=frozenset(settings.slack_allow_channels),
        groups=frozenset(settings.slack_allow_groups),
        role=None if least is None else Role[least.upper()],
        guests=settings.slack_allow_guests,
        external=settings.slack_allow_external,
    )


def slack_setup(
    settings: Settings, *, socket: bool = False, many: bool = False
) -> slack.Setup:
    """The Slack app's manifest for this installation, why it asks for each scope, and
    what to do with it. Raises SettingsError where Slack would refuse PUBLIC_URL.

    ``socket`` and ``many`` are for settings that the app has yet to be made for.
    """
    return slack.set_up(
        settings.public_url,
        settings.slack_command,
        scopes=slack_scopes(settings),
        socket=socket or settings.slack_app_token is not None,
        oauth=many or settings.slack_client_id is not None,
    )
