"""What a share's buttons and options carry: within Slack's limits, and read back as it
was written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.demo.slack.views import checked_view
from bot.errors import BadInput
from bot.model import Audience, Opening, ShareTerms
from integrations.slack.choices import PageChoice
from integrations.slack.modals.share import ShareDefaults, share_modal
from integrations.slack.share_choices import (
    MAX_NOTE,
    ShareChoice,
    UndoChoice,
    tidy_note,
)
from tests.integrations.slack.hostile import HOSTILE
from tests.integrations.slack.samples import ID, START, fixture

ANA = "U07ANA00001"
RESULTS = PageChoice("0f0e0d0c0b0a09080706050403020100", 5, "1.000001")
CHOICE = ShareChoice(ID, "1.000001", whose="Jane Doe", results=RESULTS)
TERMS = ShareTerms(
    timedelta(hours=1), Audience.CUSTOMER, 1, Opening.FIRST_ERROR, "Look"
)
UNDO = UndoChoice("C07SUPPORT1", "9.000001", "1.000001", "lnk_1", results=RESULTS)
UNDO_FILE = UndoChoice("D07ANACOUR4", "9.000001", file_id="F07", results=RESULTS)
AGAIN = replace(CHOICE, channel="C07SUPPORT1", again="req_42")
HERE = {
    "team": "T07ACME001",
    "channel": "C07SUPPORT1",
    "user": ANA,
    "response_url": "https://hooks.slack.test/actions/T07ACME001/7002/xyz",
    "replace": "yes",
    "asked_at": "1795431705",
}


MODALS = {
    "share_modal": share_modal(CHOICE, HERE, ShareDefaults(), now=START),
    "share_modal_without_a_place": share_modal(
        ShareChoice(ID),
        {"team": "T07ACME001", "user": ANA},
        ShareDefaults(timedelta(days=20), Audience.CUSTOMER, outside=True),
        now=START,
    ),
}


@pytest.mark.parametrize("situation", MODALS)
def test_modal(situation: str) -> None:
    """The whole modal is what its fixture says, and Slack takes it."""
    assert MODALS[situation] == fixture(situation)
    checked_view(MODALS[situation], "modal")


@pytest.mark.parametrize(
    "choice",
    [
        CHOICE,
        replace(AGAIN, terms=TERMS, outside=True, whose=""),
        ShareChoice("id|\"'<>"),
        ShareChoice(ID, results=RESULTS),
        ShareChoice(ID, "2.000002", results=PageChoice("s")),
        ShareChoice(ID, "2.000002", results=RESULTS),
        ShareChoice(ID, terms=ShareTerms(note='"\\\n' * 100)),
    ],
)
def test_a_share_comes_back_from_its_button(choice: ShareChoice) -> None:
    """What a button carries is read back as it was written, and fits."""
    assert ShareChoice.from_value(choice.to_value()) == choice
    assert len(choice.to_value()) <= 2000


def test_a_share_comes_back_from_its_menu() -> None:
    """An entry of a menu holds less: it drops the way back, and at last itself."""
    bare = replace(CHOICE, whose="")
    option = CHOICE.to_option()
    assert option is not None
    assert ShareChoice.from_value(option) == bare
    long = replace(CHOICE, recording_id="r" * 100)
    option = long.to_option()
    assert option is not None
    assert len(option) <= 150
    assert ShareChoice.from_value(option) == replace(long, whose="", results=None)
    assert replace(CHOICE, recording_id="r" * 128).to_option() is None


def test_undo_comes_back_from_its_button() -> None:
    for undo in (UNDO, UNDO_FILE):
        assert UndoChoice.from_value(undo.to_value()) == undo


@pytest.mark.parametrize(
    "value", ["", "x", "[]", "{}", '{"r":1}', '{"r":"a","e":"x"}', '{"r":"a","u":"?"}']
)
def test_strange_values(value: str) -> None:
    """What is none of ours is refused."""
    with pytest.raises(BadInput):
        ShareChoice.from_value(value)
    with pytest.raises(BadInput):
        UndoChoice.from_value(value)


@pytest.mark.parametrize(
    "terms",
    [
        {"e": "2592001"},
        {"e": "0"},
        {"e": "-5"},
        {"e": "9" * 40},
        {"m": "0"},
        {"m": "11"},
        {"n": "x" * (MAX_NOTE + 1)},
        {"s": "0f0e", "o": "²"},
        {"s": "0f0e", "o": "9" * 40},
    ],
    ids=str,
)
def test_terms_that_nobody_was_offered(terms: dict[str, str]) -> None:
    """A press is sent by somebody's own client: no link lives for ever by it."""
    with pytest.raises(BadInput):
        ShareChoice.from_value(json.dumps({"r": ID, **terms}))


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE, HOSTILE)
def test_a_note_comes_back(note: str, name: str) -> None:
    """Whatever is written, a button and a modal hold it."""
    kept = tidy_note(note)[:MAX_NOTE]
    choice = replace(AGAIN, terms=replace(TERMS, note=kept), whose=name)
    assert ShareChoice.from_value(choice.to_value()).terms.note == kept
    assert len(choice.to_value()) <= 2000
    checked_view(share_modal(choice, HERE, ShareDefaults(), now=START), "modal")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_expiries_fit_their_menu(now: datetime) -> None:
    """Each says until when, in the letters a menu has."""
    modal = share_modal(CHOICE, HERE, ShareDefaults(), now=now.astimezone())
    checked_view(modal, "modal")
