"""One installation's parts, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from itertools import chain

from flask import Flask
from redis import Redis
from sqlalchemy import Engine

from bot.archiving.building import Archives
from bot.audit import AuditLog
from bot.captured.erasing import Erasure
from bot.config import Settings
from bot.database.migrating import is_current
from bot.delivery import Courier, Policy
from bot.errors import SettingsError
from bot.intake import CourierIntake
from bot.jobs.queue import Bell
from bot.jobs.worker import Worker
from bot.ledger import Ledger
from bot.model import Audience
from bot.ports import Intake, RecordingSource
from bot.preview.chromium import Chromium
from bot.preview.frame import Frames
from bot.preview.offered import OfferedPictures
from bot.replays import Replays, file_of
from bot.sealing import Sealer
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from bot.web import health, previews, replays
from bot.web.app import LARGEST_BODY, create_app
from bot.web.watching import Watching
from bot.wiring.archives import archive_worker_of, archives_of
from bot.wiring.captures import Captures
from bot.wiring.conversation import Conversation, plain
from bot.wiring.door import door_of
from bot.wiring.gauges import moments
from bot.wiring.recordings import asset_collectors, database, sources
from integrations.capture import MAX_WIRE_BYTES


class Services:
    """One installation's parts, each made when it is first needed."""

    def __init__(self, settings: Settings, *, redis_url: str | None = None) -> None:
        self.settings = settings
        self._redis_url = redis_url
        self._sockets: dict[str, Callable[[], object]] = {}

    @cached_property
    def engine(self) -> Engine:
        return database(self.settings)

    @cached_property
    def store(self) -> ReplayStore:
        return ReplayStore.at(self.settings.object_url)

    @property
    def redis(self) -> Redis | None:
        """The Redis that all processes share; None where a command runs beside it."""
        url = self._redis_url or plain(self.settings.redis_url)
        return None if url is None else self.bell.broker.client

    @cached_property
    def bell(self) -> Bell:
        url = self._redis_url or plain(self.settings.redis_url)
        if url is None:
            raise SettingsError(
                "REDIS_URL is missing; `replay-courier serve` brings a Redis of its own"
            )
        return Bell(url)

    @cached_property
    def captures(self) -> Captures:
        return Captures(self.settings, self.engine, self.store)

    @property
    def erasure(self) -> Erasure:
        """Erases what is one person's. An installation that only passes recordings on
        has stored replays of them all the same."""
        return Erasure(
            self.engine,
            self.store,
            self.sources,
            self.captures.filing.run,
            self.archives.eraser,
        )

    @cached_property
    def archives(self) -> Archives:
        return archives_of(self)

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self.engine, lease=self.settings.lease, sealer=self.sealer)

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
    def sources(self) -> Sequence[RecordingSource]:
        return sources(self.settings, self.store, lambda: self.engine)

    @cached_property
    def conversations(self) -> dict[str, Conversation]:
        found: dict[str, Conversation] = {}
        if self.settings.has_slack:
            from bot.wiring.slack import slack_of

            found["slack"] = slack_of(self)
        if self.settings.has_zendesk:
            from bot.wiring.zendesk import zendesk_limits, zendesk_of

            found["zendesk"] = zendesk_of(
                self.settings,
                partial(file_of, self.replays, self.settings.redaction),
                zendesk_limits(self.settings, self.redis),
            )
        if self.settings.has_zendesk_app:
            from bot.wiring.zendesk_app import zendesk_app_of

            slack = found.get("slack")
            found["zendesk_app"] = zendesk_app_of(
                self, slack.channels if slack else None
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
                person_properties=self.settings.person_properties,
            ),
            assets=asset_collectors(self.settings, self.store)
            if self.settings.export_assets
            else None,
            pictures=self.pictures,
            parts=self.parts,
        )

    def app(self) -> Flask:
        """The web application, with the capture proxy before it where that is on."""
        app = create_app(
            [
                replays.blueprint(
                    links=self.links, replays=self.replays, watching=self.watching
                ),
                previews.blueprint(
                    links=self.links, replays=self.replays, frames=self.frames
                ),
                health.blueprint(
                    parts=self.parts,
                    gauges=self._gauges,
                    moments=lambda: moments(self.engine),
                ),
                *chain.from_iterable(
                    one.routes(self.intake) for one in self.conversations.values()
                ),
            ]
        )
        door = door_of(self.settings, lambda: self.captures.keeper)
        if door is not None:
            app.config[LARGEST_BODY] = MAX_WIRE_BYTES
            app.wsgi_app = door.before(app.wsgi_app)  # type: ignore[method-assign,assignment]
        return app

    @cached_property
    def watching(self) -> Watching:
        redaction = self.settings.redaction
        copies = [redaction.for_audience(one).key for one in Audience]
        return Watching(self.intake, [redaction.key, *copies])

    @cached_property
    def intake(self) -> Intake:
        return CourierIntake(self.ledger, self.bell, self.sealer.seal)

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Keep the connections open that questions come over. For one process only: of
        several, Slack gives each question to any of them."""
        with ExitStack() as stack:
            for name, one in self.conversations.items():
                if one.socket is not None:
                    socket = one.socket(self.intake)
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
            gates={
                name: one.gate
                for name, one in self.conversations.items()
                if one.gate is not None
            },
            missed={
                name: one.missed
                for name, one in self.conversations.items()
                if one.missed is not None
            },
            companions=[archive_worker_of(self), self.captures.worker()],
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
