"""The stand-in for Slack: one workspace, its Web API, and the people in it.

Made for tests and for the demo. It takes what slack_sdk and slack-bolt send, keeps
what happened, and refuses what Slack would refuse. What it cannot prove: rendering in
Slack's own clients, administrators' policies, and error texts Slack does not document.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from flask import Flask

from bot.demo.server import Server
from bot.demo.slack import (
    acme,
    file_server,
    oauth,
    page,
    response_urls,
    socket,
    web_api,
)
from bot.demo.slack.delivery import Delivery
from bot.demo.slack.faults import Allowance, Faults
from bot.demo.slack.links import registrable
from bot.demo.slack.model import (
    Ack,
    ApiCall,
    Ephemeral,
    File,
    Message,
    Notification,
    Token,
)
from bot.demo.slack.people import People
from bot.demo.slack.screen import Screen
from bot.demo.slack.workspace import Workspace

DEFAULT_SCOPES = (
    "commands",
    "chat:write",
    "app_mentions:read",
    "files:write",
    "files:read",
    "users:read",
    "users:read.email",
    "links:read",
    "links:write",
    "usergroups:read",
    "channels:read",
    "channels:history",
    "channels:join",
    "groups:read",
    "groups:history",
    "im:read",
    "im:write",
    "im:history",
)

# What the page offers to type in an empty channel, and in a message's menu.
SUGGESTIONS = ("/replay jane.doe@example.com", "@courier jane.doe@example.com")
SHORTCUTS = {"find_replays": "Find replays"}
GLOBAL_SHORTCUTS = {"find_replays_anywhere": "Find replays"}


class SlackStandIn(People):
    """A Slack workspace on a loopback port, with the app installed in it.

    ``request_url`` is where the app takes events, commands and interactions; it may be
    set after the app has started. ``clock`` gives Unix seconds and governs triggers,
    response URLs, rate limits, retries and the landing of files. ``unfurl_domains`` are
    those the app has registered; localhost and 127.0.0.1 may be among them.
    """

    def __init__(
        self,
        *,
        request_url: str = "",
        signing_secret: str = "demo-signing-secret",
        bot_token: str = "xoxb-demo",
        bot_scopes: Iterable[str] = DEFAULT_SCOPES,
        command: str = "/replay",
        unfurl_domains: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.bot_token = bot_token
        self._token = Token(bot_token, tuple(bot_scopes))
        workspace = Workspace(clock, self._token)
        acme.settle(workspace)
        super().__init__(
            workspace, Delivery(workspace, request_url, signing_secret), command
        )
        self.unfurl_domains = tuple(unfurl_domains)
        self.faults = Faults()
        self.allowance = Allowance(clock)
        self.app = Flask("slack-stand-in", static_folder=None)
        self.app.register_blueprint(
            web_api.blueprint(workspace, self.faults, self.allowance)
        )
        self.app.register_blueprint(response_urls.blueprint(workspace, self.faults))
        self.app.register_blueprint(file_server.blueprint(workspace, self.faults))
        self.socket = self.delivery.socket
        self.app.register_blueprint(
            socket.blueprint(self.socket, workspace, self.faults)
        )
        self.oauth = oauth.OAuth(workspace, self.delivery)
        self.app.register_blueprint(oauth.blueprint(self.oauth, workspace, self.faults))
        self.app.register_blueprint(
            page.blueprint(self, Screen(self, SUGGESTIONS, SHORTCUTS, GLOBAL_SHORTCUTS))
        )
        self._server: Server | None = None

    def start(self, port: int = 0) -> SlackStandIn:
        self._server = Server(self.app, port).start()
        self.workspace.url = self._server.url
        self.workspace.schedule.start()
        return self

    def stop(self) -> None:
        self.faults.release()
        self.workspace.schedule.stop()
        self.socket.stop()
        if self._server is not None:
            self._server.stop()

    @property
    def url(self) -> str:
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """What slack_sdk's WebClient takes as ``base_url``."""
        return f"{self.url}/api/"

    @property
    def request_url(self) -> str:
        return self.delivery.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self.delivery.request_url = url

    @property
    def options_url(self) -> str:
        """Where the app is asked what menus offer, as its manifest says."""
        return self.delivery.options_url

    @options_url.setter
    def options_url(self, url: str) -> None:
        self.delivery.options_url = url

    @property
    def bot_scopes(self) -> tuple[str, ...]:
        return self._token.scopes

    @bot_scopes.setter
    def bot_scopes(self, scopes: Iterable[str]) -> None:
        self._token.scopes = tuple(scopes)

    @property
    def unfurl_domains(self) -> tuple[str, ...]:
        return self.workspace.unfurl_domains

    @unfurl_domains.setter
    def unfurl_domains(self, domains: Iterable[str]) -> None:
        self.workspace.unfurl_domains = registrable(domains)

    def revoke_token(self) -> None:
        """From now on every call with the bot's token is answered token_revoked."""
        self._token.revoked = True

    def messages(self, channel: str) -> list[Message]:
        """What stands in the channel outside threads, oldest first."""
        with self.workspace.lock:
            return [
                message
                for message in self.workspace.messages[
                    self.workspace.channel(channel).id
                ]
                if not message.deleted
                and (message.thread_ts is None or message.broadcast)
            ]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The parent and its replies, oldest first."""
        id_ = self.workspace.channel(channel).id
        parent = self.workspace.find_message(id_, ts)
        return [parent, *self.workspace.replies(id_, ts)] if parent else []

    def ephemerals(self, user: str, channel: str) -> list[Ephemeral]:
        """What only this user sees there, threads included, oldest first."""
        who, where = self.workspace.user(user), self.workspace.channel(channel)
        with self.workspace.lock:
            return [
                ephemeral
                for ephemeral in self.workspace.ephemerals
                if ephemeral.user == who.id
                and ephemeral.channel == where.id
                and self.workspace.is_shown(ephemeral)
            ]

    @property
    def files(self) -> list[File]:
        """Every file whose upload was completed and that was not deleted."""
        with self.workspace.lock:
            return [
                file
                for file in self.workspace.files.values()
                if file.completed and not file.deleted
            ]

    @property
    def api_calls(self) -> list[ApiCall]:
        return list(self.workspace.api_calls)

    @property
    def acks(self) -> list[Ack]:
        return list(self.workspace.acks)

    @property
    def crawled(self) -> list[str]:
        """Links in the app's messages that Slack's own crawler would visit."""
        return list(self.workspace.crawled)

    @property
    def pictures(self) -> list[str]:
        """Pictures in the app's blocks that Slack's own servers would fetch."""
        return list(self.workspace.pictures)

    @property
    def notifications(self) -> list[Notification]:
        return list(self.workspace.notifications)
