"""Introduces the parts to each other; the only module that knows the vendors.

A new vendor is a line in ``sources`` or ``Services.conversations``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain

from flask import Blueprint, Flask
from pydantic import SecretStr
from redis import Redis
from slack_bolt import App
from sqlalchemy import Engine

from bot.assets.cache import AssetCache, RecentBlobs
from bot.assets.collect import FetchedAssets, Limits
from bot.assets.fetch import Fetcher
from bot.assets.guard import Guard, Resolver, addresses
from bot.audit import AuditLog
from bot.config import Settings
from bot.database.engine import connect, is_current, transaction, upgrade
from bot.delivery import Courier, Policy
from bot.errors import SettingsError
from bot.intake import CourierIntake
from bot.jobs.queue import Bell
from bot.jobs.worker import Worker
from bot.ledger import Ledger
from bot.model import ReplayFile, SharedReplay
from bot.ports import Destination, Intake, RecordingSource
from bot.preview.chromium import Chromium
from bot.preview.frame import Frames
from bot.preview.offered import OfferedPictures
from bot.replays import Replays, file_of
from bot.sealing import Sealer
from bot.sharing import Links, Postings
from bot.storage import ReplayStore, StoredBlobs
from bot.web import health, previews, replays
from bot.web.app import create_app
from bot.web.pages import message_page
from integrations import slack
from integrations.posthog import PostHogSource
from integrations.slack.access import Access, Rules
from integrations.slack.roles import Role
from integrations.slack.scopes import Scope, needed
from integrations.zendesk.client import Zendesk
from integrations.zendesk.client import connect as connect_zendesk
from integrations.zendesk.destination import ZendeskDestination
from integrations.zendesk.setup import set_up
from integrations.zendesk.webhook import blueprint as zendesk_blueprint

_MEGABYTE = 1_000_000
# Of assets, between the exports of one command.
_MEMORY_BYTES = 64 * _MEGABYTE


@dataclass(frozen=True, slots=True)
class Conversation:
    """A vendor people ask in: where answers go, the routes that take questions, and
    the connection they come over where that is not a route."""

    destination: Destination
    routes: Callable[[Intake], Iterable[Blueprint]]
    socket: Callable[[Intake], slack.Socket] | None = None


class Services:
    """One installation's parts, each made when it is first needed."""

    def __init__(self, settings: Settings, *, redis_url: str | None = None) -> None:
        self.settings = settings
        self._redis_url = redis_url
        self._sockets: dict[str, Callable[[], object]] = {}

    @cached_property
    def engine(self) -> Engine:
        engine = connect(self.settings.sql_url)
        upgrade(engine)
        return engine

    @cached_property
    def store(self) -> ReplayStore:
        return ReplayStore.at(self.settings.object_url)

    @property
    def redis(self) -> Redis | None:
        """The Redis that all processes share; None where a command runs beside it."""
        url = self._redis_url or _plain(self.settings.redis_url)
        return None if url is None else self.bell.broker.client

    @cached_property
    def bell(self) -> Bell:
        url = self._redis_url or _plain(self.settings.redis_url)
        if url is None:
            raise SettingsError(
                "REDIS_URL is missing; `replay-courier serve` brings a Redis of its own"
            )
        return Bell(url)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.engine, lease=self.settings.lease)

    @cached_property
    def links(self) -> Links:
        return Links(
            self.engine, public_url=self.settings.public_url, sealer=self.sealer
        )

    @cached_property
    def postings(self) -> Postings:
        return Postings(self.engine)

    @cached_property
    def audit(self) -> AuditLog:
        return AuditLog(self.engine)

    @cached_property
    def sealer(self) -> Sealer:
        keys = [one.get_secret_value() for one in self.settings.secret_keys]
        return Sealer(keys) if keys else Sealer.in_folder(self.settings.data_dir)

    @cached_property
    def replays(self) -> Replays:
        return Replays(self.engine, self.store)

    @cached_property
    def frames(self) -> Frames:
        path = self.settings.chromium
        browser = None if path is None else Chromium(path)
        return Frames(self.replays, self.store, browser)

    @cached_property
    def pictures(self) -> OfferedPictures:
        return OfferedPictures(self.frames)

    @cached_property
    def sources(self) -> list[RecordingSource]:
        return sources(self.settings, self.store)

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        found = {}
        if self.settings.has_slack:
            found["slack"] = _slack(self)
        if self.settings.has_zendesk:
            found["zendesk"] = _zendesk(
                self.settings,
                partial(file_of, self.replays, self.settings.redaction),
            )
        return found

    @cached_property
    def courier(self) -> Courier:
        return Courier(
            sources=self.sources,
            destinations={
                name: one.destination for name, one in self.conversations.items()
            },
            ledger=self.ledger,
            replays=self.replays,
            links=self.links,
            postings=self.postings,
            audit=self.audit,
            policy=Policy(
                look_back=self.settings.look_back,
                link_expiry=self.settings.link_expiry,
                results=self.settings.results,
                redaction=self.settings.redaction,
            ),
            assets=asset_collectors(self.settings, self.store)
            if self.settings.export_assets
            else None,
            pictures=self.pictures,
            parts=self.parts,
        )

    def app(self) -> Flask:
        """The web application."""
        return create_app(
            [
                replays.blueprint(links=self.links, replays=self.replays),
                previews.blueprint(
                    links=self.links, replays=self.replays, frames=self.frames
                ),
                health.blueprint(parts=self.parts, gauges=self._gauges),
                *chain.from_iterable(
                    one.routes(self._intake) for one in self.conversations.values()
                ),
            ]
        )

    @cached_property
    def _intake(self) -> Intake:
        return CourierIntake(self.ledger, self.bell, self.sealer.seal)

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Keep the connections open that questions come over. For one process only: of
        several, Slack gives each question to any of them."""
        with ExitStack() as stack:
            for name, one in self.conversations.items():
                if one.socket is not None:
                    socket = one.socket(self._intake)
                    stack.callback(socket.stop)
                    socket.start()
                    self._sockets[f"{name} socket"] = socket.check
            yield

    def worker(self) -> Worker:
        """A worker, not yet started."""
        return Worker(
            courier=self.courier,
            ledger=self.ledger,
            bell=self.bell,
            lease=self.settings.lease,
            threads=self.settings.worker_threads,
        )

    @property
    def parts(self) -> Mapping[str, Callable[[], object]]:
        """What must work for this installation to work; each raises where it does
        not."""
        return {
            "database": self._check_database,
            "redis": lambda: self.bell.ping(),
            "storage": lambda: self.store.check(),
            **self._sockets,
        }

    def _check_database(self) -> None:
        if not is_current(self.engine):
            raise SettingsError("the database has another version's schema")

    def _gauges(self) -> Mapping[str, int]:
        return self.ledger.counts()

    def close(self) -> None:
        if "pictures" in self.__dict__:
            self.pictures.close()
        if "bell" in self.__dict__:
            self.bell.close()
        if "engine" in self.__dict__:
            self.engine.dispose()


def sources(
    settings: Settings, store: ReplayStore | None = None
) -> list[RecordingSource]:
    """Where recordings come from. Raises SettingsError where nowhere is configured."""
    if settings.posthog_api_key is None or settings.posthog_project_id is None:
        raise SettingsError(
            "no source of recordings: set POSTHOG_PROJECT_ID and POSTHOG_API_KEY"
        )
    cache = StoredBlobs(store or ReplayStore.at(settings.object_url))
    try:
        source = PostHogSource(
            host=settings.posthog_host,
            project_id=settings.posthog_project_id,
            api_key=settings.posthog_api_key.get_secret_value(),
            cache=cache,
            project_path=settings.posthog_paths,
            ui_host=settings.posthog_ui_host,
        )
    except ValueError:
        # Without the address, which may hold a password where none is understood.
        raise SettingsError(
            "POSTHOG_HOST: expected us, eu, or an address such as"
            " https://posthog.example.com without a user name"
        ) from None
    return [source]


def asset_collectors(
    settings: Settings,
    store: ReplayStore | None = None,
    *,
    resolve: Resolver = addresses,
) -> Callable[[], FetchedAssets]:
    """Makes collectors of assets, one for each export; without a store, what is fetched
    is kept in memory. Raises SettingsError where no host is allowed."""
    if not settings.asset_hosts:
        raise SettingsError(
            "ASSET_HOSTS is missing: assets are fetched from the hosts it names, and no"
            " other"
        )
    fetcher = Fetcher(
        Guard(settings.asset_hosts, settings.asset_private_networks),
        resolve=resolve,
        max_bytes=settings.assets_mb * _MEGABYTE,
        timeout_s=settings.assets_time.total_seconds() / 2,
    )
    limits = Limits(
        count=settings.assets_count,
        total_bytes=settings.assets_total_mb * _MEGABYTE,
        total_s=settings.assets_time.total_seconds(),
    )
    blobs = (
        RecentBlobs(_MEMORY_BYTES) if store is None else StoredBlobs(store, "assets")
    )
    cache = AssetCache(blobs, lifetime=settings.assets_cache)
    return partial(FetchedAssets, fetcher, limits, cache)


def existing_store(settings: Settings) -> ReplayStore | None:
    """The installation's store, None where there is no installation: a laptop that
    turns a file into another is not given a data folder."""
    if settings.storage_url is None and not settings.data_dir.exists():
        return None
    return ReplayStore.at(settings.object_url)


def _slack(services: Services) -> Conversation:
    settings = services.settings
    app_token = _plain(settings.slack_app_token)
    secret = _plain(settings.slack_signing_secret)
    client = slack.web_client(
        services.redis,
        token=_plain(settings.slack_bot_token),
        base_url=settings.slack_api_url,
        timeout=20,
    )
    if settings.slack_client_id is None:
        workspaces = slack.one_workspace(client)
    else:
        workspaces = slack.many_workspaces(
            client,
            client_id=settings.slack_client_id,
            client_secret=_plain(settings.slack_client_secret) or "",
            public_url=settings.public_url,
            allowed=settings.slack_workspaces,
            scopes=slack_scopes(settings),
            transaction=lambda: transaction(services.engine),
            sealer=services.sealer,
            page=message_page,
        )

    def app(intake: Intake) -> App:
        return slack.build_app(
            intake=intake,
            clients=workspaces.clients,
            signing_secret=secret,
            public_url=settings.public_url,
            look_back=settings.look_back,
            removal=workspaces.removal,
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
            access=Access(slack_rules(settings), workspaces.clients),
            scopes=slack_scopes(settings),
        ),
        routes,
        None
        if app_token is None
        else lambda intake: slack.Socket(app(intake), app_token, client),
    )


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


def _zendesk(
    settings: Settings, file_of: Callable[[SharedReplay], ReplayFile]
) -> Conversation:
    secrets = [one.get_secret_value() for one in settings.zendesk_webhook_secrets]
    return Conversation(
        ZendeskDestination(
            zendesk_account(settings),
            field_id=settings.zendesk_field_id,
            note_when_nothing=settings.zendesk_note_when_nothing,
            attach=file_of if settings.zendesk_attach_file else None,
        ),
        lambda intake: [zendesk_blueprint(intake=intake, secrets=secrets)],
    )


def zendesk_account(settings: Settings) -> Zendesk:
    """The Zendesk account of the settings. Raises SettingsError where there is none."""
    if settings.zendesk_subdomain is None:
        raise SettingsError("ZENDESK_SUBDOMAIN is missing")
    return connect_zendesk(
        settings.zendesk_subdomain,
        oauth_client_id=settings.zendesk_oauth_client_id,
        oauth_client_secret=_plain(settings.zendesk_oauth_client_secret),
        email=settings.zendesk_email,
        api_token=_plain(settings.zendesk_api_token),
        url=settings.zendesk_url,
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


def zendesk_setup(
    settings: Settings, *, dry_run: bool
) -> tuple[list[tuple[str, str]], str | None]:
    """Make what Zendesk needs; each step as outcome and what, and the secret."""
    done = set_up(zendesk_account(settings), settings.public_url, dry_run=dry_run)
    steps = [
        (one.outcome if one.is_done else f"would be {one.outcome}", one.what)
        for one in done.steps
    ]
    return steps, done.secret


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
