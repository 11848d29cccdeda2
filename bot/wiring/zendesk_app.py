"""Zendesk's sidebar app, by the settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Blueprint

from bot.errors import NotFound
from bot.ports import Channels, Intake
from bot.share_urls import token_of
from bot.web import replays
from bot.web.pages import message_page
from bot.web.passes import Passes
from bot.wiring.conversation import Conversation
from bot.wiring.zendesk import (
    zendesk_account,
    zendesk_limits,
    zendesk_rules,
    zendesk_scope,
)
from integrations.zendesk.app.destination import AppDestination, Elsewhere
from integrations.zendesk.app.once import Once
from integrations.zendesk.app.packaging import FILENAME, PATH, package
from integrations.zendesk.app.routes import Door, blueprint
from integrations.zendesk.app.session import Sessions
from integrations.zendesk.app.token import Tokens

if TYPE_CHECKING:
    from bot.wiring.services import Services

__all__ = ["FILENAME", "package", "zendesk_app_of"]

_PLAY_PATH = f"{PATH}/play/"


def zendesk_app_of(services: Services, channels: Channels | None) -> Conversation:
    """The sidebar app as a place agents ask in; ``channels`` are where they may share
    beside it."""
    settings = services.settings
    host = f"{settings.zendesk_subdomain}.zendesk.com"
    origin = settings.zendesk_url or f"https://{host}"
    audience, public_key = (
        _audience(host, settings.zendesk_app_audience or ""),
        (settings.zendesk_app_public_key or ""),
    )
    passes = Passes(services.sealer, "zendesk_app.play")

    def play_path(url: str) -> str:
        token = token_of(url, settings.public_url)
        if token is None:
            raise NotFound("a share link that is none of ours")
        return f"{_PLAY_PATH}{passes.made(token)}"

    def routes(intake: Intake) -> Iterator[Blueprint]:
        door = Door(
            tokens=Tokens(public_key=public_key, audience=audience, host=host),
            once=Once(services.redis),
            sessions=Sessions(services.sealer, audience),
            sealer=services.sealer,
            outcomes=services.ledger,
            zendesk=origin,
            message=message_page,
            has_channels=channels is not None,
        )
        yield blueprint(door, intake)
        yield replays.blueprint(
            links=services.links,
            replays=services.replays,
            framing=replays.Framing(_PLAY_PATH, f"'self' {origin}", passes.token_of),
            watching=services.watching,
        )

    return Conversation(
        AppDestination(
            zendesk_account(settings, zendesk_limits(settings, services.redis)),
            services.sealer,
            Elsewhere(
                lambda request: services.intake.submit(request), play_path, channels
            ),
            audience=audience,
            public_key=public_key,
            rules=zendesk_rules(settings),
            scope=zendesk_scope(settings),
        ),
        routes,
    )


def _audience(host: str, named: str) -> str:
    """The address of the app's installation, by its id or as it is."""
    if not named.isdigit():
        return named
    return f"https://{host}/api/v2/apps/installations/{named}.json"
