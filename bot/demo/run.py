"""``replay-courier demo``: three stand-ins, a shop, and a courier that takes them for
real.

The courier is the very same code as in production, configured by settings only. Its
data lives in a temporary folder that goes when the demo ends.
"""

from __future__ import annotations

import socket
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from bot.config import Settings
from bot.demo.posthog import DEMO_KEY, DEMO_TOKEN, PostHogStandIn
from bot.demo.server import Server
from bot.demo.shop import Recorder, shop
from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn
from bot.demo.slack.links import LOCAL_DOMAINS
from bot.demo.zendesk import ZendeskStandIn
from bot.demo.zendesk.apps import INSTALLATION_ID
from bot.errors import SettingsError
from bot.operations import logs
from bot.running import run_web, single_machine

PORTS = 5
"""How many the demo takes, in a row."""

# The visitor is whoever tries the demo, and wants to be seen: some browsers ask every
# site not to.
_CAPTURE = {
    "CAPTURE_MODE": "keep",
    "CAPTURE_PROJECTS": DEMO_TOKEN,
    "CAPTURE_OPT_OUT": "false",
}
_CUSTOMERS = (
    ("Jane Doe", "jane.doe@example.com"),
    ("Ops Lead", "ops.lead@example.com"),
    ("Dana Deleted", "dana@example.com"),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stand-ins, started."""

    slack: SlackStandIn
    zendesk: ZendeskStandIn
    posthog: PostHogStandIn
    posthog_url: str

    def environment(self, courier_url: str, **more: str) -> dict[str, str]:
        """The environment of a courier at ``courier_url`` that talks to the stand-ins;
        ``more`` adds to it or replaces what is there."""
        credentials = self.zendesk.credentials
        return {
            "PUBLIC_URL": courier_url,
            "POSTHOG_HOST": self.posthog_url,
            "POSTHOG_PROJECT_ID": "1",
            "POSTHOG_API_KEY": DEMO_KEY,
            "CAPTURE_FORWARD_TO": self.posthog_url,
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_SIGNING_SECRET": "demo-signing-secret",
            "SLACK_API_URL": self.slack.api_url,
            "ZENDESK_SUBDOMAIN": "acme",
            "ZENDESK_URL": self.zendesk.url,
            "ZENDESK_OAUTH_CLIENT_ID": credentials.client_id,
            "ZENDESK_OAUTH_CLIENT_SECRET": credentials.client_secret,
            "ZENDESK_WEBHOOK_SECRETS": self.zendesk.signing_secret,
            "ZENDESK_APP_PUBLIC_KEY": self.zendesk.sidebar.public_key,
            "ZENDESK_APP_AUDIENCE": str(INSTALLATION_ID),
            "LOG_FORMAT": "text",
            "LOG_LEVEL": "WARNING",
            **more,
        }

    def settings(self, courier_url: str, **more: str) -> Settings:
        """The same as settings."""
        return Settings.from_env(self.environment(courier_url, **more))


@contextmanager
def surroundings(
    courier_url: str, ports: tuple[int, int, int] = (0, 0, 0), *, recent: bool = True
) -> Iterator[Surroundings]:
    """Start the stand-ins for Slack, Zendesk and PostHog on ``ports``.

    ``recent`` moves the sample recordings to today.
    """
    with ExitStack() as stack:
        slack = SlackStandIn(
            request_url=f"{courier_url}/slack/events",
            # As the manifest asks: a share reaches public channels uninvited.
            bot_scopes=(*DEFAULT_SCOPES, "chat:write.public"),
            # Slack itself would register none of the two.
            unfurl_domains=LOCAL_DOMAINS,
        ).start(ports[0])
        slack.options_url = slack.request_url
        stack.callback(slack.stop)
        zendesk = ZendeskStandIn(
            webhook_url=f"{courier_url}/zendesk/webhook", people=_CUSTOMERS
        ).start(ports[1])
        stack.callback(zendesk.stop)
        zendesk.sidebar.url = f"{courier_url}/zendesk/app"
        posthog = PostHogStandIn(recent=recent)
        server = stack.enter_context(Server(posthog.app, ports[2]))
        yield Surroundings(slack, zendesk, posthog, server.url)


def run(port: int, *, open_browser: bool) -> None:
    """Run the demo until Ctrl-C, on ``port`` and those after it.

    Raises SettingsError where one of them is taken.
    """
    url = f"http://127.0.0.1:{port}"
    _check_free(range(port, port + PORTS))
    with (
        tempfile.TemporaryDirectory(prefix="replay-courier-demo-") as folder,
        surroundings(url, (port + 1, port + 2, port + 3)) as around,
        Server(
            shop(Recorder(url, DEMO_TOKEN), slack_url=around.slack.url), port + 4
        ) as visited,
    ):
        data = str(Path(folder) / "data")
        settings = around.settings(url, DATA_DIR=data, **_CAPTURE)
        logs.configure(style=settings.log_format, level=settings.log_level)
        with single_machine(settings) as services:
            worker = services.worker()
            worker.start()

            def listening() -> None:
                _welcome(around, visited.url)
                if open_browser:
                    webbrowser.open(around.slack.url)

            try:
                run_web(services.app(), "127.0.0.1", port, listening=listening)
            finally:
                worker.stop()


def _check_free(ports: range) -> None:
    taken = [str(port) for port in ports if not _is_free(port)]
    if taken:
        raise SettingsError(
            f"the demo needs ports {ports[0]} to {ports[-1]}, and port"
            f" {' and '.join(taken)} is in use; choose others with --port"
        )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that connections just closed do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _welcome(around: Surroundings, shop_url: str) -> None:
    lines = (
        "",
        "Replay Courier, with a shop and stand-ins for the three services around it:",
        "",
        f"  Slack    {around.slack.url}    type /replay jane.doe@example.com",
        f"  Zendesk  {around.zendesk.url}    file a ticket as Jane Doe, or as yourself",
        f"  PostHog  {around.posthog_url}    who is there to be found",
        f"  Shop     {shop_url}    be recorded: click about, sign in with any",
        "                                    address, try to pay; then /replay that",
        "                                    address in Slack and find yourself",
        "",
        "Nothing is kept. Stop with Ctrl-C.",
        "",
    )
    click.echo("\n".join(lines))
