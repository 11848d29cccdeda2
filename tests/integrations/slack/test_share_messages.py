"""Every message and modal around a share, whole, in every state; and that no note,
name or address in one can say more than text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from bot.demo.slack.blocks import checked
from bot.model import (
    Action,
    Audience,
    Failed,
    LinkChanged,
    LinkState,
    Opening,
    ShareTerms,
)
from integrations.slack import messages
from integrations.slack.blocks import Message
from integrations.slack.choices import PageChoice
from integrations.slack.messages import sharing
from integrations.slack.share_choices import (
    MAX_NOTE,
    ShareChoice,
    UndoChoice,
    tidy_note,
)
from tests.integrations.slack.hostile import COMMANDS, HOSTILE, OURS, texts_of
from tests.integrations.slack.samples import (
    FAILED,
    FILE,
    ID,
    JANE,
    LINK,
    RECORDING,
    REVOKED,
    SHARED,
    START,
    fixture,
)

ANA, BEN = "U07ANA00001", "U07BEN00002"
RESULTS = PageChoice("0f0e0d0c0b0a09080706050403020100", 5, "1.000001")
NOTE = "Look at the *second* click.\n<!here> then the 500 & the `spinner`"
CUSTOMER = replace(
    SHARED,
    note=NOTE,
    audience=Audience.CUSTOMER,
    link=replace(LINK, max_opens=3),
)
CHOICE = ShareChoice(ID, "1.000001", whose="Jane Doe", results=RESULTS)
TERMS = ShareTerms(
    timedelta(hours=1), Audience.CUSTOMER, 1, Opening.FIRST_ERROR, "Look"
)
UNDO = UndoChoice("C07SUPPORT1", "9.000001", "1.000001", "lnk_1", results=RESULTS)
UNDO_FILE = UndoChoice("D07ANACOUR4", "9.000001", file_id="F07", results=RESULTS)
AGAIN = replace(CHOICE, channel="C07SUPPORT1", again="req_42")


def closed(state: LinkState, **changes: Any) -> LinkChanged:
    """A link of Ana's that opens no more."""
    link = replace(LINK, state=state, max_opens=3, opens=3)
    return LinkChanged(replace(CUSTOMER, link=link), **changes)


EXTENDED = replace(LINK, expires_at=START + timedelta(days=14))

SITUATIONS = {
    "shared": messages.shared(SHARED),
    "shared_for_customer": messages.shared(CUSTOMER),
    "shared_extended": messages.changed(LinkChanged(replace(SHARED, link=EXTENDED))),
    "shared_expired": messages.changed(closed(LinkState.EXPIRED)),
    "shared_revoked": messages.changed(REVOKED),
    "shared_revoked_at_command_line": messages.changed(
        closed(LinkState.REVOKED, at=START + timedelta(days=1))
    ),
    "shared_undone": messages.changed(replace(REVOKED, by=ANA)),
    "shared_used_up": messages.changed(closed(LinkState.USED_UP)),
    "file_removed": messages.file_removed(by=ANA),
    "preparing": sharing.preparing(Action.SHARE),
    "preparing_file": sharing.preparing(Action.ATTACH),
    "confirmed": sharing.confirmed(
        UNDO,
        permalink="https://acme.slack.com/archives/C07SUPPORT1/p9000001",
        terms=TERMS,
        expires_at=LINK.expires_at,
    ),
    "confirmed_file": sharing.confirmed(UNDO_FILE, permalink="", terms=ShareTerms()),
    "undone": sharing.undone(UNDO),
    "undone_with_replies": sharing.undone(UNDO, stays=True),
    "undone_file": sharing.undone(UNDO_FILE),
    "not_shared": sharing.not_shared(FAILED, AGAIN, Action.SHARE),
    "not_attached": sharing.not_shared(
        FAILED, replace(AGAIN, results=None), Action.ATTACH
    ),
    "not_undone": sharing.not_undone(FAILED, UNDO),
    "question": sharing.question(
        replace(AGAIN, terms=TERMS), replace(AGAIN, outside=True), Action.SHARE
    ),
    "question_about_file": sharing.question(
        replace(AGAIN, results=None), replace(AGAIN, results=None), Action.ATTACH
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_message(situation: str) -> None:
    """The whole message is what its fixture says, and Slack takes it."""
    message = SITUATIONS[situation]
    assert message.payload() == fixture(situation)
    _assert_slack_takes(message)


CLOSED = [name for name in SITUATIONS if "shared_" in name and "not_" not in name]


@pytest.mark.parametrize("situation", CLOSED)
def test_a_closed_link_is_not_shown(situation: str) -> None:
    """What closed keeps who and what went wrong, and no way to press on."""
    shown = str(SITUATIONS[situation].payload())
    is_open = situation in {"shared_for_customer", "shared_extended"}
    assert (LINK.url in shown) == is_open
    assert ("'actions'" in shown) == is_open
    assert "Payment failed 500" in shown
    assert f"shared by <@{ANA}>" in shown


def test_attached_comment() -> None:
    """The words beside a file say how to open it, since Slack shows its source."""
    assert messages.attached(FILE, attached_by=ANA) == (
        "Session replay of `Jane Doe`, attached by <@U07ANA00001>\n"
        "*<!date^1795431705^{date_short_pretty} at {time}|2026-11-23 11:01 UTC>*"
        " · 4 min 12 s (3 min active)\n"
        "12 console errors · 2 exceptions · 11 failed requests · 1 rage click\n"
        "Download it and open it in a browser: Slack shows only its source."
        " It plays offline and does not expire."
    )


def test_attached_comment_of_a_customers_copy() -> None:
    """It says whose copy it is, and what whoever attached it wants to say."""
    copy = replace(FILE, audience=Audience.CUSTOMER)
    comment = messages.attached(copy, attached_by=ANA, note="See <!here>")
    assert "\n> See &lt;!here&gt;\n" in comment
    assert "Customer copy: no console, no request contents." in comment


def test_a_customers_copy_names_no_address() -> None:
    """What the copy leaves out does not stand beside it."""
    jane = replace(RECORDING, person=replace(JANE, name="jane@example.com"))
    for recording in (RECORDING, jane, replace(RECORDING, person=None)):
        copy = replace(FILE, recording=recording, audience=Audience.CUSTOMER)
        said = [
            str(messages.shared(replace(CUSTOMER, recording=recording)).payload()),
            messages.attached(copy, attached_by=ANA),
            messages.file_title(copy),
        ]
        for each in said:
            assert "jane@example.com" not in each
            assert "u1" not in each
            assert "posthog.com" not in each
    assert "j***@example.com" in messages.file_title(
        replace(FILE, recording=jane, audience=Audience.CUSTOMER)
    )


def test_where_something_was_shared() -> None:
    """Channels are named; direct messages have no name that all see alike."""
    assert sharing.place("C1", "") == "in <#C1>"
    assert sharing.place("G1", "1.2") == "in the thread in <#G1>"
    assert sharing.place("D1", "") == "in a direct message"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE, HOSTILE, HOSTILE)
def test_a_note_is_only_text(note: str, name: str, reason: str) -> None:
    """No note can mention, link, format, end its quotation or overflow anything."""
    kept = tidy_note(note)[:MAX_NOTE]
    shared = replace(CUSTOMER, note=kept)
    choice = replace(AGAIN, terms=replace(TERMS, note=kept), whose=name)
    for message in (
        messages.shared(shared),
        messages.changed(closed(LinkState.EXPIRED)),
        sharing.not_shared(Failed(reason, name), choice, Action.SHARE),
        sharing.question(choice, choice, Action.SHARE),
    ):
        _assert_slack_takes(message)
        for text in [message.text, *texts_of(message.blocks)]:
            left = re.sub("<#C07SUPPORT1>", "", OURS.sub("", text))
            left = left.replace(f"<@{ANA}>", "")
            assert not COMMANDS.search(left)
            assert "<" not in left
    quoted = messages.shared(shared).blocks[1]["text"]["text"] if kept else "> "
    assert all(line.startswith("> ") for line in quoted.split("\n"))
    comment = messages.attached(FILE, attached_by=ANA, note=kept)
    assert not COMMANDS.search(OURS.sub("", comment).replace(f"<@{ANA}>", ""))


def _assert_slack_takes(message: Message) -> None:
    assert message.text
    checked(list(message.blocks), "message")
