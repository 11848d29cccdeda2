"""From a question in Slack to its answer, through the real client libraries."""

import pytest
import requests

from bot.exporter.portable import open_portable
from tests.journeys.courier import (
    ATTACH,
    BACK,
    OPTIONS,
    REVOKE,
    SHARE,
    UNDO,
    links,
    plays,
    shown,
)
from tests.journeys.waiting import eventually

EMAIL = "jane.doe@example.com"
RECORDING = "01a20811-ab4b-7682-8d6f-f64613bb0184"


@pytest.fixture
def working(courier):
    with courier.working():
        yield courier


def test_a_command_is_answered_with_a_private_list(working):
    working.ask(EMAIL)
    listing = working.told("/checkout")
    assert working.private() == [listing], "it took the place of the first line"
    assert EMAIL in shown(listing)
    assert working.slack.messages("support") == []


def test_a_shared_replay_plays_until_it_is_revoked(working):
    working.ask(EMAIL)
    assert working.slack.click("ana", working.told("/checkout"), SHARE).ok
    [message] = eventually(lambda: working.slack.messages("support"))
    assert "Payment failed" in shown(message)
    assert "`POST /api/payment` 500" in shown(message)
    [link] = links(shown(message))
    assert plays(link)
    assert link not in working.slack.crawled

    assert working.slack.click("ben", message, REVOKE).ok
    eventually(lambda: requests.get(link, timeout=10).status_code == 410)
    eventually(lambda: "Link revoked by" in shown(message))
    assert not links(shown(message))
    assert working.slack.messages("support") == [message]


def test_what_was_shared_is_taken_back_in_one_private_answer(working):
    working.ask(EMAIL)
    assert working.slack.click("ana", working.told("/checkout"), SHARE).ok
    confirmed = working.told("Shared in")
    [message] = working.slack.messages("support")
    [link] = links(shown(message))

    assert working.slack.click("ana", confirmed, UNDO).ok
    working.told("Undone")
    assert requests.get(link, timeout=10).status_code == 410
    assert working.slack.messages("support") == []
    assert working.slack.click("ana", working.told("Undone"), BACK).ok
    assert working.private() == [working.told("/checkout")]
    working.settled()


def test_the_options_of_a_share_are_kept(working):
    working.ask(EMAIL)
    assert working.slack.click("ana", working.told("/checkout"), OPTIONS).ok
    for name, value in {"opens": "1", "note": "See <!here>", "expires": "3600"}.items():
        working.slack.fill("ana", name, value)
    assert working.slack.submit("ana").ok
    [message] = eventually(lambda: working.slack.messages("support"))
    assert "> See &lt;!here&gt;" in shown(message)
    assert "Opens once" in shown(message)
    [link] = links(shown(message))
    assert requests.get(link, timeout=10).status_code == 200
    eventually(lambda: "Link used up" in shown(message))
    assert not links(shown(message))


def test_an_attached_file_holds_the_whole_replay(working, tmp_path):
    working.ask(EMAIL)
    assert working.slack.click("ana", working.told("/checkout"), ATTACH).ok
    [message] = eventually(lambda: working.slack.messages("support"))
    [file] = working.slack.files
    assert message.files == [file.id]
    path = tmp_path / file.name
    path.write_bytes(file.content)
    replay = open_portable(path)
    replay.verify()
    assert replay.manifest.recording_id == RECORDING


def test_a_mention_in_a_thread_is_answered_there_and_shared_there(working):
    parent = working.slack.post("ben", "support", "Somebody cannot pay")
    working.slack.mention("ana", "support", EMAIL, thread_ts=parent.ts)
    answer = working.told("/checkout")
    assert answer.thread_ts == parent.ts
    assert len(working.slack.thread("support", parent.ts)) == 2, "nobody else sees it"

    assert working.slack.click("ana", answer, SHARE).ok
    [shared] = eventually(lambda: working.slack.thread("support", parent.ts)[2:])
    assert plays(*links(shown(shared)))
    assert working.slack.messages("support") == [parent]


def test_a_mention_that_names_nobody_asks_about_whom_its_thread_speaks_of(working):
    parent = working.slack.post("ben", "support", f"{EMAIL} cannot pay")
    working.slack.mention("ana", "support", "", thread_ts=parent.ts)
    assert EMAIL in shown(working.told("/checkout"))


def test_a_colleagues_recordings_are_leafed_through(working):
    """Slack knows their address; the pages after the first still mean them."""
    working.slack.workspace.user("ben").email = "mia@example.com"
    working.ask("@ben")
    first = working.told("1 to 5 of 12")
    assert working.slack.click("ana", first, "replay_page").ok
    assert "mia@example.com" in shown(working.told("6 to 10 of 12"))


def test_a_direct_message_is_answered_in_that_conversation(working):
    channel = working.slack.dm_with_bot("ana").id
    working.slack.direct_message("ana", EMAIL)
    [_, answer] = eventually(
        lambda: len(said := working.slack.messages(channel)) == 2 and said
    )
    assert "/checkout" in shown(answer)


def test_the_shortcut_finds_the_customer_named_in_a_message(working):
    message = working.slack.post("ben", "support", f"{EMAIL} cannot pay")
    working.slack.post("ben", "support", "looking into it", thread_ts=message.ts)
    assert working.slack.message_shortcut("ana", message, "find_replays").ok
    assert EMAIL in shown(working.told("/checkout"))


def test_an_event_delivered_four_times_is_answered_once(working):
    event = working.slack.mention("ana", "support", EMAIL)
    for _ in range(3):
        assert working.slack.redeliver(event).ok
    working.settled()
    assert len(working.private()) == 1


def test_a_double_click_shares_once(working):
    working.ask(EMAIL)
    listing = working.told("/checkout")
    for _ in range(2):
        assert working.slack.click("ana", listing, SHARE).ok
    working.settled()
    assert len(working.slack.messages("support")) == 1
