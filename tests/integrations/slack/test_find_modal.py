"""The form that finds recordings is what its fixtures say, and Slack takes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.slack.views import checked_view
from integrations.slack import messages, replies
from integrations.slack.messages.standpoint import Standpoint
from integrations.slack.modals.find import answer_modal, find_modal, looking_modal
from tests.integrations.slack.samples import FAILED, fixture, found

ADDRESS = {"team": "T1", "channel": "C1", "user": "U1", "asked_at": "1795431705"}
TWO_WEEKS = timedelta(days=14)
LIST = messages.found(found(1), Standpoint("req_1", has_channel=False))

SITUATIONS: dict[str, dict[str, Any]] = {
    "find_modal": find_modal(ADDRESS, look_back=TWO_WEEKS),
    "find_modal_filled_in": find_modal(
        ADDRESS, look_back=timedelta(hours=12), who="*jane* <!here>"
    ),
    "find_modal_looking": looking_modal(
        ADDRESS, replies.looking("jane@example.com", look_back="14 days")
    ),
    "find_modal_found": answer_modal(ADDRESS, LIST),
    "find_modal_failed": answer_modal(ADDRESS, messages.failed(FAILED)),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_modal(situation: str) -> None:
    assert SITUATIONS[situation] == fixture(situation)
    checked_view(SITUATIONS[situation], "modal")


@given(st.text(), st.timedeltas(timedelta(seconds=1), timedelta(weeks=100_000)))
def test_whatever_was_typed(who: str, look_back: timedelta) -> None:
    """No text and no time that a command takes makes a form that Slack refuses."""
    checked_view(find_modal(ADDRESS, look_back=look_back, who=who), "modal")
    checked_view(
        looking_modal(ADDRESS, replies.looking(who, look_back="1 day")), "modal"
    )
