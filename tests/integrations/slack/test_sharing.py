"""A share from press to undo: whoever shares sees one answer at a time, each in the
place of the one before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.demo.slack import faults
from bot.errors import RetryLater
from bot.model import Action, Audience, LinkState, ReplyTo
from tests.integrations.slack.flow import (
    BACK,
    MORE,
    SHARE,
    UNDO,
    Flow,
    changed,
    seen,
    to_be_told,
)
from tests.integrations.slack.samples import (
    FAILED,
    FILE,
    JANE,
    LINK,
    NOBODY,
    RECORDING,
    SHARED,
    START,
    found,
)
from tests.integrations.slack.world import ANA, Draft

FIRST_SEARCH = "00000001"


def test_one_press_shares(flow: Flow) -> None:
    """The list gives way to the confirmation, which leads to the message."""
    message = flow.share()
    assert SHARED.watch_url in seen(message)
    shown = flow.shown()
    assert "Shared in <#C07SUPPORT1>." in shown
    assert "The link expires <!date^" in shown
    assert f"/archives/C07SUPPORT1/p{message.ts.replace('.', '')}" in shown


def test_a_share_costs_three_calls(flow: Flow) -> None:
    """Two to share and to say so, one for the way there; who may was known before."""
    flow.share()
    flow.press(BACK)
    flow.answer(found())
    flow.press(SHARE)
    before = len(flow.slack.api_calls)
    flow.answer(SHARED)
    assert [call.method for call in flow.slack.api_calls[before:]] == [
        "chat.postMessage",
        "chat.getPermalink",
        "response_url",
    ]


def test_it_says_that_it_takes_longer(flow: Flow) -> None:
    """In the list's place, until the confirmation takes that place: two of five uses
    of the response_url."""
    flow.list()
    request = flow.press(SHARE)
    flow.destination.keep_waiting(request)
    assert "Preparing the replay…" in flow.shown()
    flow.answer(SHARED)
    assert "Shared in" in flow.shown()
    url = request.reply_to.address["response_url"]
    urls = flow.slack.workspace.response_urls.values()
    assert [one.uses for one in urls if one.url == url] == [2]


@pytest.mark.parametrize(
    "fault",
    [faults.reset(), faults.status(500), faults.ratelimited(5)],
    ids=lambda fault: f"{fault.kind} {fault.status}",
)
def test_waiting_is_no_reason_to_fail(flow: Flow, fault: faults.Fault) -> None:
    """That it takes longer could not be said, and the share goes on."""
    flow.list()
    request = flow.press(SHARE)
    flow.slack.faults.add("response_url", fault)
    flow.destination.keep_waiting(request)
    flow.answer(SHARED)
    assert "Shared in" in flow.shown()


def test_nobody_is_kept_waiting_in_public(flow: Flow) -> None:
    """A message that others see is not replaced by somebody's progress."""
    flow.list()
    request = flow.press(SHARE)
    address = dict(request.reply_to.address)
    del address["replace"]
    flow.destination.keep_waiting(replace(request, reply_to=ReplyTo("slack", address)))
    assert "*Jane Doe*" in flow.shown()


def test_back_to_the_results(flow: Flow) -> None:
    """The same search is asked for by its id, and its list stands there again."""
    flow.share()
    request = flow.press(BACK)
    assert (request.action, request.follows) == (Action.FIND, FIRST_SEARCH)
    flow.answer(found())
    assert "*Jane Doe*" in flow.shown()


def test_sharing_again_after_going_back_is_no_double_click(flow: Flow) -> None:
    """However soon it is."""
    flow.share()
    flow.press(BACK)
    flow.answer(found())
    flow.press(SHARE)
    flow.answer(SHARED)
    assert len(flow.slack.messages("support")) == 2


def test_a_failed_share(flow: Flow) -> None:
    """Said in the list's place, with what to quote, and the ways on and back."""
    flow.list()
    first = flow.press(SHARE)
    flow.answer(FAILED)
    assert "renew it" in flow.shown()
    assert "Reference `req_42`" in flow.shown()
    again = flow.press(SHARE)
    assert again.key != first.key
    assert again.recording_id == first.recording_id
    assert flow.press(BACK).follows == FIRST_SEARCH


def test_undo(flow: Flow) -> None:
    """The link is revoked and the message gone, which is said in one answer; twice is
    harmless."""
    message = flow.share()
    undo = flow.press(UNDO)
    assert (undo.action, undo.link_id) == (Action.REVOKE, LINK.id)
    result = changed(LinkState.REVOKED, by=ANA, at=START)
    for _ in range(2):
        flow.answer(result, undo)
        assert message.deleted
        assert "Undone: the link no longer opens, and the message" in flow.shown()
    flow.answer(result, to_be_told(message))
    assert flow.slack.messages("support") == []
    flow.press(BACK)
    flow.answer(found())
    assert "*Jane Doe*" in flow.shown()


def test_undo_where_people_replied(flow: Flow) -> None:
    """What they replied to stays, and says that it was taken back."""
    message = flow.share()
    flow.slack.post("ben", "support", "I see it", thread_ts=message.ts)
    flow.press(UNDO)
    result = changed(LinkState.REVOKED, by=ANA, at=START)
    flow.answer(result)
    flow.answer(result, to_be_told(message))
    assert not message.deleted
    assert f"*Taken back by <@{ANA}>" in seen(message)
    assert LINK.url not in seen(message)
    assert "because people may have replied to it" in flow.shown()


def test_undo_where_replies_cannot_be_seen(flow: Flow) -> None:
    """The message is kept rather than taken from above somebody's reply."""
    message = flow.share()
    flow.press(UNDO)
    scopes = flow.slack.bot_scopes
    flow.slack.bot_scopes = [one for one in scopes if one != "channels:history"]
    flow.answer(changed(LinkState.REVOKED, by=ANA, at=START))
    assert not message.deleted
    assert "Taken back by" in seen(message)


def test_undo_in_a_thread(flow: Flow) -> None:
    """A reply has no replies of its own, whatever else is said in the thread."""
    parent = flow.slack.post("ben", "support", "jane@example.com cannot pay")
    assert flow.slack.message_shortcut("ana", parent, "find_replays").ok
    flow.answer(found())
    flow.press(SHARE)
    flow.answer(SHARED)
    message = flow.newest()
    assert message.thread_ts == parent.ts
    flow.slack.post("ben", "support", "I see it", thread_ts=parent.ts)
    assert "Shared in the thread in <#C07SUPPORT1>." in flow.shown()
    flow.press(UNDO)
    flow.answer(changed(LinkState.REVOKED, by=ANA, at=START))
    assert message.deleted
    flow.press(BACK)
    flow.answer(found())
    assert "Share in thread" in flow.shown()


def test_a_failed_undo_is_tried_again(flow: Flow) -> None:
    """In the confirmation's place."""
    flow.share()
    flow.press(UNDO)
    flow.answer(FAILED)
    assert "renew it" in flow.shown()
    assert flow.press(UNDO).link_id == LINK.id


def test_a_file(flow: Flow) -> None:
    """It is confirmed the same way; taking it back deletes it, twice without harm."""
    flow.list()
    assert flow.press(MORE).action is Action.ATTACH
    flow.answer(FILE)
    assert "Attached in <#C07SUPPORT1>." in flow.shown()
    assert "The file does not expire." in flow.shown()
    undo = flow.press(UNDO)
    for _ in range(2):
        flow.answer(NOBODY, undo)
        assert flow.slack.files == []
        assert flow.slack.messages("support") == []
        assert "Undone: the file in <#C07SUPPORT1> is deleted." in flow.shown()


def test_a_customers_file_names_no_address_though_nobody_asked_for_one(
    flow: Flow,
) -> None:
    """Where an installation always makes customers' copies, nobody chooses one."""
    flow.list()
    assert flow.press(MORE).terms.audience is None
    jane = replace(RECORDING, person=replace(JANE, name="jane@example.com"))
    flow.answer(replace(FILE, recording=jane, audience=Audience.CUSTOMER))
    assert "j***@example.com" in seen(flow.newest())
    assert "Customer copy" in seen(flow.newest())
    assert all("jane@" not in str(one) for one in flow.slack.files)


def test_a_file_people_replied_to(flow: Flow) -> None:
    """Their replies keep the message they are about, which says what became of it."""
    flow.list()
    flow.press(MORE)
    flow.answer(FILE)
    message = flow.newest()
    flow.slack.post("ben", "support", "I see it", thread_ts=message.ts)
    flow.press(UNDO)
    flow.answer(NOBODY)
    assert flow.slack.files == []
    assert f"taken back by <@{ANA}>: the file is deleted" in seen(message)


def test_a_file_that_may_not_be_deleted(flow: Flow) -> None:
    """Slack's no is told, and nothing else is taken away."""
    flow.list()
    flow.press(MORE)
    flow.answer(FILE)
    flow.press(UNDO)
    flow.slack.faults.add("files.delete", faults.error("file_deleting_disabled"))
    with pytest.raises(Exception, match="file_deleting_disabled"):
        flow.answer(NOBODY)
    assert len(flow.slack.files) == 1
    assert not flow.newest().deleted


def test_a_file_that_landed_late_is_confirmed(flow: Flow) -> None:
    """By the try that finds it there."""
    flow.slack.workspace.share_delay = 60
    flow.list()
    request = flow.press(MORE)
    draft = Draft()
    with pytest.raises(RetryLater):
        flow.post(request, FILE, draft)
    flow.sleep(60)
    flow.post(request, FILE, draft)
    assert "Attached in <#C07SUPPORT1>." in flow.shown()


def test_a_share_whose_answer_got_lost_is_confirmed(flow: Flow) -> None:
    """By the try that finds it there, with the way to undo it."""
    flow.list()
    request = flow.press(SHARE)
    draft = Draft()
    flow.slack.faults.add("chat.postMessage", faults.lost_answer())
    with pytest.raises(RetryLater):
        flow.post(request, SHARED, draft)
    flow.post(request, SHARED, draft)
    assert "The link expires" in flow.shown()
    assert flow.press(UNDO).link_id == LINK.id


def test_without_a_permalink(flow: Flow) -> None:
    """The confirmation does without the way there."""
    flow.slack.faults.add("chat.getPermalink", faults.error("message_not_found"))
    flow.share()
    assert "Shared in" in flow.shown()
    assert "Go to the message" not in flow.shown()


def test_shared_with_another_company(flow: Flow) -> None:
    """One press asks first, in the list's place; nothing is posted yet."""
    flow.list("with-globex")
    flow.press(SHARE, channel="with-globex")
    flow.answer(SHARED)
    assert flow.slack.messages("with-globex") == []
    assert "People of another company read this" in flow.shown("with-globex")
    request = flow.press(f"{SHARE}_copy", channel="with-globex")
    assert request.terms.audience is Audience.CUSTOMER
    flow.answer(SHARED)
    assert SHARED.watch_url in seen(flow.newest("with-globex"))
    assert "Shared in" in flow.shown("with-globex")


def test_shared_with_another_company_anyway(flow: Flow) -> None:
    """Whoever says so shares what is for staff, be it a file."""
    flow.list("with-globex")
    flow.press(MORE, channel="with-globex")
    flow.answer(FILE)
    assert flow.slack.files == []
    request = flow.press("replay_attach_anyway", channel="with-globex")
    assert request.action is Action.ATTACH
    flow.answer(FILE)
    assert len(flow.slack.files) == 1


def test_not_shared_with_another_company(flow: Flow) -> None:
    """Cancel leads back to the results."""
    flow.list("with-globex")
    flow.press(SHARE, channel="with-globex")
    flow.answer(SHARED)
    assert flow.press(BACK, channel="with-globex").action is Action.FIND


def test_dismissed(flow: Flow) -> None:
    """Without results behind it, the question goes away at the press of a button."""
    flow.list("with-globex")
    request = flow.press(SHARE, channel="with-globex")
    address = dict(request.reply_to.address)
    del address["results"]
    flow.answer(SHARED, replace(request, reply_to=ReplyTo("slack", address)))
    flow.press("replay_dismiss", channel="with-globex")
    flow.answer(NOBODY)
    assert flow.slack.ephemerals("ana", "with-globex") == []
