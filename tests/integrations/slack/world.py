"""A workspace with the courier's app in it, and the courier's answers by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from slack_sdk import WebClient

from bot.demo.server import Server
from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn
from bot.demo.slack.model import Ephemeral, Message
from bot.model import Delivery, ReplayRequest, Result
from bot.ports import Tickets
from integrations.slack.access import Access, Rules
from integrations.slack.app import build_app
from integrations.slack.clients import Clients, OneWorkspace
from integrations.slack.destination import SlackDestination
from integrations.slack.endpoint import blueprint
from tests.integrations.slack.sending import SECRET, Courier

ANA = "U07ANA00001"
TOKEN = "xoxb-secret-token"
PUBLIC_URL = "https://replays.example.com"


class Draft:
    """Notes kept with a request, in memory."""

    def __init__(self) -> None:
        self.data: dict[str, str] = {}

    def save(self, **values: str) -> None:
        self.data.update(values)


@dataclass
class World:
    """The stand-in's clock is everybody's; sleeping moves it."""

    courier: Courier = field(default_factory=Courier)
    now: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.slack = SlackStandIn(
            signing_secret=SECRET,
            bot_token=TOKEN,
            bot_scopes=(*DEFAULT_SCOPES, "chat:write.public"),
            clock=lambda: self.now,
        )

    def start(
        self,
        clients: Callable[[WebClient], Clients] = OneWorkspace,
        *,
        rules: Rules | None = None,
        tickets: Tickets | None = None,
        **options: Any,
    ) -> None:
        """``rules`` say who may ask; without them everybody may. Replays are added to
        ``tickets``."""
        self.slack.start()
        client = WebClient(token=TOKEN, base_url=self.slack.api_url, timeout=2)
        known = clients(client)
        access = None if rules is None else Access(rules, known)
        app = Flask("courier")
        bolt = build_app(
            intake=self.courier,
            clients=known,
            signing_secret=SECRET,
            public_url=PUBLIC_URL,
            clock=lambda: self.now,
            tickets=tickets,
            access=access,
        )
        app.register_blueprint(blueprint(bolt, signing_secret=SECRET))
        self._server = Server(app).start()
        self.slack.request_url = f"{self._server.url}/slack/events"
        self.slack.options_url = self.slack.request_url
        self.destination = SlackDestination(
            known,
            access=access,
            tickets=tickets,
            clock=lambda: self.now,
            sleep=self.sleep,
            **options,
        )

    def close(self) -> None:
        self._server.stop()
        self.slack.stop()

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slack.workspace.schedule.run_due()

    def post(self, request: ReplayRequest, result: Result, draft: Draft) -> Delivery:
        """One try, as the courier's worker makes it."""
        posted = self.destination.find_posted("req_1", request, draft)
        return posted or self.destination.post("req_1", request, result, draft)

    def last(self) -> ReplayRequest:
        """The request that came in last."""
        return list(self.courier.requests.values())[-1]

    def seen_by(self, user: str, channel: str = "support") -> Ephemeral:
        """The newest message only that user sees."""
        return self.slack.ephemerals(user, channel)[-1]

    def newest(self, channel: str = "support") -> Message:
        return self.slack.workspace.messages[self.slack.workspace.channel(channel).id][
            -1
        ]

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.api_calls)
