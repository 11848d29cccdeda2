"""An agent's session: whose it is, how long, and that nobody else can make one."""

from __future__ import annotations

import json

import pytest
from cryptography.fernet import Fernet

from bot.errors import NotAllowed
from bot.sealing import Sealer
from integrations.zendesk.app.session import LIFE_SECONDS, LONGEST_SECONDS, Sessions
from tests.integrations.zendesk.app.signing import AGENT, AUDIENCE
from tests.keys import KEY, sealer

START = 1_790_000_000


class Day:
    """Sessions, and a clock to be moved."""

    def __init__(self) -> None:
        self.now = START
        self.sessions = Sessions(sealer(), AUDIENCE, clock=lambda: self.now)


def test_a_session_is_the_agents_for_a_quarter_of_an_hour() -> None:
    day = Day()
    bearer = day.sessions.begin(AGENT)
    day.now += LIFE_SECONDS - 1
    assert day.sessions.read(bearer).agent_id == AGENT
    day.now += 1
    with pytest.raises(NotAllowed, match="over"):
        day.sessions.read(bearer)


def test_it_is_renewed_for_a_working_day_at_most() -> None:
    day = Day()
    bearer = day.sessions.begin(AGENT)
    while day.now < START + LONGEST_SECONDS:
        bearer = day.sessions.renew(day.sessions.read(bearer))
        day.now += 10 * 60
    with pytest.raises(NotAllowed, match="over"):
        day.sessions.read(bearer)


def test_a_bearer_tells_nothing() -> None:
    bearer = Day().sessions.begin(AGENT)
    assert AGENT not in bearer
    assert len(bearer) < 1000


def sealed(**more: object) -> str:
    fields = {
        "for": "zendesk_app.session",
        "audience": AUDIENCE,
        "agent": AGENT,
        "began": START,
        "until": START + 60,
    }
    return sealer().seal(json.dumps({**fields, **more}))


@pytest.mark.parametrize(
    "bearer",
    [
        "",
        "x",
        "gAAAAA",
        Sealer([Fernet.generate_key().decode()]).seal("{}"),
        sealer().seal("https://replays.example.com/r/abc"),
        sealer().seal("[]"),
        sealed(**{"for": "zendesk_app.play"}),
        sealed(audience=AUDIENCE.replace("4711", "4712")),
        sealed(until="tomorrow"),
        sealed() + "x" * 1000,
    ],
    ids=[
        "none",
        "not sealed",
        "half",
        "sealed by others",
        "a link",
        "a list",
        "for something else",
        "of another installation",
        "without an end",
        "too long",
    ],
)
def test_what_is_no_session(bearer: str) -> None:
    """Nor anything else that we sealed, or an earlier installation's session."""
    with pytest.raises(NotAllowed):
        Day().sessions.read(bearer)
    assert Day().sessions.read(sealed()).agent_id == AGENT


def test_a_rotated_key_ends_no_session() -> None:
    bearer = Day().sessions.begin(AGENT)
    rotated = Sealer([Fernet.generate_key().decode(), KEY])
    read = Sessions(rotated, AUDIENCE, clock=lambda: START).read(bearer)
    assert read.agent_id == AGENT
