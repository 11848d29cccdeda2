"""ZendeskStandIn: the account put together, with the deeds and readings of a demo."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flask import Flask

from bot.demo.server import Server
from bot.demo.zendesk import (
    admin_api,
    api,
    apps_api,
    fields,
    files_api,
    find_api,
    page,
    places_api,
)
from bot.demo.zendesk.account import Account, Change
from bot.demo.zendesk.admin import Admin, Webhook
from bot.demo.zendesk.apps import InstalledApp
from bot.demo.zendesk.deeds import Deeds
from bot.demo.zendesk.events import envelopes
from bot.demo.zendesk.gate import Call, Credentials, Gate
from bot.demo.zendesk.invocations import Invocation
from bot.demo.zendesk.limits import Plan
from bot.demo.zendesk.postman import Postman
from bot.demo.zendesk.rules import macro_patch, run_triggers
from bot.demo.zendesk.seeds import seed
from bot.demo.zendesk.webhooks import CONDITIONAL

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ACCOUNT_ID = 18_500_001
PEOPLE = (
    ("Jane Doe", "jane@example.com"),
    ("Sam Rivera", "sam@example.com"),
    ("Priya Nair", "priya@example.com"),
)
AGENT = ("Dana Agent", "dana@acme.example")


class ZendeskStandIn(Deeds):
    """One Zendesk account on ``url``, with customers, an agent and the bot's agent.

    With a ``webhook_url`` it behaves like an account whose set-up was done: what the
    triggers of ``seeds`` fire on is delivered there, signed with ``signing_secret``.
    Set-up through the REST API works beside it, for an administrator. ``clock``
    gives seconds since 1970; ``people`` are the customers, name and e-mail; ``plan``
    says how much the account may do.
    """

    def __init__(
        self,
        *,
        webhook_url: str = "",
        signing_secret: str = "ZGVtby1zaWduaW5nLXNlY3JldA==",
        bot_email: str = "replay-bot@acme.example",
        api_token: str = "demo-zendesk-api-token",
        client_id: str = "replay_courier",
        client_secret: str = "demo-zendesk-client-secret",
        people: tuple[tuple[str, str], ...] = PEOPLE,
        clock: Callable[[], float] = time.time,
        plan: Plan | None = None,
    ) -> None:
        self.credentials = Credentials(bot_email, api_token, client_id, client_secret)
        self.signing_secret = signing_secret
        self.account = Account(clock)
        self.postman = Postman(clock, ACCOUNT_ID)
        self.admin = Admin(self.account)
        fields.stock(self.admin)
        self.gate = Gate(self.account, self.credentials, clock, plan)
        self.faults = self.gate.faults
        self.customers = [self.account.add_user(*person) for person in people]
        self.agent = self.account.add_user(*AGENT, role="agent")
        self.bot = self.account.add_user("Replay Courier", bot_email, role="agent")
        self.account.on_change = self._changed
        self.sidebar = InstalledApp(clock)
        self._seeded: Webhook | None = None
        self._server: Server | None = None
        self.app = self._build_app()
        if webhook_url:
            self.webhook_url = webhook_url

    def start(self, port: int = 0) -> ZendeskStandIn:
        self._server = Server(self.app, port).start()
        return self

    def stop(self) -> None:
        self.faults.release.set()
        self.postman.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("start the stand-in first")
        return self._server.url

    @property
    def webhook_url(self) -> str:
        return self._seeded.endpoint if self._seeded else ""

    @webhook_url.setter
    def webhook_url(self, endpoint: str) -> None:
        if self._seeded is None:
            self._seeded = seed(self.admin, endpoint, self.signing_secret)
        self._seeded.shown["endpoint"] = endpoint

    def apply_macro(self, ticket: int, title: str) -> None:
        """The agent applies an active macro and submits the ticket with it."""
        macro = next(
            each
            for each in self.admin.macros.values()
            if each["title"] == title and each["active"]
        )
        patch = macro_patch(macro, self.account.ticket(ticket).tags)
        self.account.update_ticket(self.agent, ticket, patch, "web")

    def redeliver(self, invocation_id: str) -> None:
        """Deliver once more what was delivered before, under the same id."""
        self.postman.redeliver(invocation_id)

    @property
    def api_calls(self) -> list[Call]:
        return self.gate.calls

    @property
    def deliveries(self) -> list[Invocation]:
        return self.postman.invocations

    def _build_app(self) -> Flask:
        app = Flask("zendesk-stand-in", static_folder=None)
        app.json.sort_keys = False  # type: ignore[attr-defined]
        app.register_blueprint(api.blueprint(self.account, self.gate))
        app.register_blueprint(files_api.blueprint(self.account, self.gate))
        app.register_blueprint(find_api.blueprint(self.account, self.gate))
        app.register_blueprint(places_api.blueprint(self.account, self.gate))
        app.register_blueprint(
            apps_api.blueprint(self.account, self.sidebar, self.gate)
        )
        app.register_blueprint(files_api.contents(self.account))
        app.register_blueprint(admin_api.blueprint(self.admin, self.gate, self.postman))
        app.register_blueprint(
            page.blueprint(self.admin, self.agent, self.bot, self.sidebar)
        )
        self.gate.register(app)
        app.wsgi_app = _without_suffix(app.wsgi_app)  # type: ignore[assignment,method-assign]
        return app

    def _changed(self, change: Change) -> None:
        if change.kind != "Delete":
            # First the triggers: what they change belongs to the same update.
            run_triggers(self.account, self.admin.in_order(), change, self._notify)
        for kind, body in envelopes(change, ACCOUNT_ID, self.admin.fields):
            for webhook in list(self.admin.webhooks.values()):
                if webhook.active and webhook.subscribed_to(kind):
                    self._deliver(webhook, body)

    def _notify(self, webhook_id: str, body: str) -> None:
        webhook = self.admin.webhooks.get(webhook_id)
        if webhook and webhook.active and webhook.subscribed_to(CONDITIONAL):
            self._deliver(webhook, body.encode())

    def _deliver(self, webhook: Webhook, body: bytes) -> None:
        self.postman.post(webhook.id, webhook.endpoint, webhook.secret, body)


def _without_suffix(inner: WSGIApplication) -> WSGIApplication:
    """Zendesk takes every path with and without ``.json``."""

    def outer(
        environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/api/v2/"):
            environ["PATH_INFO"] = path.removesuffix(".json")
        return inner(environ, start_response)

    return outer
