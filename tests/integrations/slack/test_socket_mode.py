"""Socket Mode: the real handler against the stand-in's WebSocket server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.demo.slack import faults
from bot.demo.slack.views import checked_view, push_view
from bot.errors import RetryLater
from bot.ports import Tickets
from integrations.slack.app import build_app
from integrations.slack.clients import OneWorkspace
from integrations.slack.modals.ticket import ticket_modal
from integrations.slack.share_choices import ShareChoice
from integrations.slack.socket_mode import Socket
from tests.integrations.slack.test_ticketing import Desk
from tests.integrations.slack.world import ANA, World


class SocketWorld(World):
    """The stand-in without a request URL, and a courier that connects to it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.open: list[Socket] = []

    def connect(
        self,
        *,
        ping_every: float = 10,
        token: str = "",
        tickets: Tickets | None = None,
    ) -> Socket:
        client = WebClient(base_url=self.slack.api_url, timeout=2)
        app = build_app(
            intake=self.courier,
            clients=OneWorkspace(client),
            clock=lambda: self.now,
            tickets=tickets,
        )
        token = token or self.slack.socket.app_token
        socket = Socket(app, token, client, ping_every=ping_every, first_wait=0.1)
        socket.start()
        self.open.append(socket)
        return socket

    def connected(self, times: int = 1) -> bool:
        """Whether the courier stands connected, having connected so often."""
        return self.slack.socket.wait_for(
            lambda socket: socket.opened >= times and len(socket.connections) == 1, 10
        )


@pytest.fixture
def world() -> Iterator[SocketWorld]:
    world = SocketWorld()
    world.slack.start()
    world.slack.socket.start()
    yield world
    for socket in world.open:
        socket.stop()
    world.slack.stop()


def test_everything_people_do_comes_over_the_socket(world: SocketWorld) -> None:
    """A command, a mention and a shortcut; each committed before its ack."""
    world.connect()
    assert world.connected()
    ack = world.slack.run_command("ana", "support", "jane@example.com")
    assert (ack.ok, "Looking for recordings" in ack.body) == (True, True)
    assert world.courier.only.asked_by == ANA
    world.slack.mention("ana", "support", "jane@example.com")
    assert len(world.courier.requests) == 2


def test_what_a_menu_offers_comes_over_the_socket(world: SocketWorld) -> None:
    """It needs no address of its own there."""
    world.connect(tickets=Desk())
    assert world.connected()
    form = checked_view(ticket_modal(ShareChoice("r1"), {}), "modal")
    push_view(world.slack.workspace, form, ANA)
    (offered,) = world.slack.suggest("ana", "ticket", "cannot pay")
    assert offered["value"] == "5158"


def test_what_is_not_committed_is_not_acknowledged(world: SocketWorld) -> None:
    """A mention comes again; whoever typed a command is told."""
    world.connect()
    assert world.connected()
    world.slack.delivery.deadline = 0.3
    world.courier.is_down = True
    ack = world.slack.run_command("ana", "support", "jane@example.com")
    assert "could not be queued" in ack.body
    world.slack.mention("ana", "support", "jane@example.com")
    assert not world.slack.acks[-1].ok
    world.courier.is_down = False
    world.now += 61
    world.slack.workspace.schedule.run_due()
    assert world.slack.acks[-1].ok
    assert len(world.courier.requests) == 1


def test_it_connects_anew_when_slack_asks(world: SocketWorld) -> None:
    """Slack does so every few hours; whoever types meanwhile hardly notices."""
    world.connect()
    assert world.connected()
    world.slack.socket.disconnect()
    assert world.connected(times=2)
    ack = world.slack.run_command("ana", "support", "jane@example.com")
    assert (ack.ok, ack.seconds < 1) == (True, True)


def test_it_survives_a_cut(world: SocketWorld) -> None:
    socket = world.connect(ping_every=0.1)
    assert world.connected()
    world.slack.socket.drop()
    assert world.connected(times=2)
    assert world.slack.run_command("ana", "support", "jane@example.com").ok
    socket.check()


def test_slack_away_at_the_start(
    world: SocketWorld, caplog: pytest.LogCaptureFixture
) -> None:
    """It tries again, says so to whoever asks, and tells no token."""
    world.slack.faults.add("apps.connections.open", faults.status(503))
    socket = world.connect(ping_every=0.1)
    with pytest.raises(RetryLater):
        socket.check()
    assert world.connected()
    assert "Socket Mode does not connect" in caplog.text
    assert "xapp" not in caplog.text


def test_wrong_token_is_named(
    world: SocketWorld, caplog: pytest.LogCaptureFixture
) -> None:
    socket = world.connect(token="xapp-wrong")
    assert world.slack.socket.opened == 0
    socket.stop()
    world.open.remove(socket)
    assert "SLACK_APP_TOKEN: invalid_auth" in caplog.text
    assert "xapp-wrong" not in caplog.text


def test_stopping_takes_no_time(world: SocketWorld) -> None:
    """Though nothing comes over the connection; what was asked before is answered."""
    socket = world.connect()
    assert world.connected()
    began = time.monotonic()
    socket.stop()
    world.open.remove(socket)
    assert time.monotonic() - began < 1
    assert world.slack.socket.wait_for(lambda slack: not slack.connections, 5)
