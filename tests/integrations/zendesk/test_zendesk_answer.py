"""What is written to a ticket for each result: tag and note."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import (
    Action,
    Failed,
    Filters,
    NothingFound,
    Reason,
    ReplayFile,
    ReplayRequest,
    ReplyTo,
)
from integrations.zendesk.address import with_address
from integrations.zendesk.answer import (
    AMBIGUOUS,
    ATTACHED,
    FAILED,
    NONE,
    Answer,
    Answerable,
    compose,
)
from tests.integrations.zendesk.helpers import (
    EMAIL,
    NOTE,
    RECORDING,
    SUMMARY,
    commanded,
    created,
    shared,
)

NOTHING = NothingFound((EMAIL,), Reason.NO_SESSION, "No session.", "Look further.")
FILE = ReplayFile(RECORDING, SUMMARY, "a.replay.html", b"x")
CREATED = created(5)
SHARE = ReplayRequest(
    "k", Action.SHARE, ReplyTo("zendesk", {"ticket": "5"}), "U1", recording_id="0195-a"
)


def answer(
    result: Answerable,
    request: ReplayRequest = CREATED,
    *,
    when_nothing: bool = False,
) -> Answer:
    return compose("req-1", request, result, note_when_nothing=when_nothing)


@pytest.mark.parametrize(
    ("result", "tag"),
    [
        (NOTE, ATTACHED),
        (shared(), ATTACHED),
        (FILE, ATTACHED),
        (replace(NOTE, replays=(), others=(RECORDING,)), FAILED),
        (NOTHING, NONE),
        (replace(NOTHING, reason=Reason.AMBIGUOUS), AMBIGUOUS),
        (Failed("PostHog is down.", "R-9"), FAILED),
    ],
)
def test_each_result_has_its_tag(result: Answerable, tag: str) -> None:
    """A view finds those that need a look by it."""
    assert answer(result).tag == tag


def test_a_new_ticket_without_replay_is_tagged_in_silence() -> None:
    """Unless the setting wants a note, or an agent asked."""
    assert answer(NOTHING).html is None
    assert answer(NOTHING, when_nothing=True).html
    assert answer(NOTHING, commanded(5, 7)).html


def test_a_suspended_requester_makes_no_note() -> None:
    """What they send is spam; an agent who asked is told why nobody was looked for."""
    suspended = with_address(created(5), suspended="yes")
    assert answer(NOTHING, suspended, when_nothing=True).html is None
    asked = answer(NOTHING, with_address(commanded(5, 7), suspended="yes"))
    assert "suspended" in str(asked.html)


def test_what_a_person_adds_is_told_by_their_name() -> None:
    """From wherever they did."""
    request = with_address(SHARE, by="Dana")
    for result in (shared(), FILE):
        assert "Added by Dana." in str(answer(result, request).html)


def test_the_heading_follows_the_cause() -> None:
    """As the request says."""
    reopened = answer(NOTE, with_address(CREATED, cause="reopened")).html
    assert str(reopened).startswith("<h3>New session since the last note")
    ended = answer(NOTE, replace(created(5), action=Action.ENDED)).html
    assert str(ended).startswith("<h3>The session that was going on has ended")


@pytest.mark.parametrize("result", [NOTE, NOTHING])
def test_an_agent_is_told_what_was_not_understood(result: Answerable) -> None:
    """A word that names nobody is told, beside the requester's sessions."""
    command = replace(commanded(5), text="nonsense <b> in the last 3 days errors only")
    html = answer(result, command).html or ""
    assert "Not understood:</strong> “nonsense &lt;b&gt;” names nobody" in html
    for text in ("bob@example.com please", "last 2h on /checkout", "!", ""):
        assert "Not understood" not in (
            answer(result, replace(command, text=text)).html or ""
        )


def test_a_note_says_which_sessions_alone_were_looked_for() -> None:
    filters = Filters(errors_only=True, page="/check<out>")
    html = answer(NOTE, replace(commanded(5), filters=filters)).html or ""
    assert ", errors only, on /check&lt;out&gt;. " in html
