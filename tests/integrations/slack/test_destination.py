"""Results arrive in the workspace where and to whom they belong, once.

Everything goes through the real slack_sdk and slack-bolt against a strict stand-in.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from bot.demo.server import Server
from bot.demo.slack import faults
from bot.errors import BadInput, CourierError, Refused, RetryLater
from bot.model import Action, Note, ReplayRequest, Result
from integrations.slack.scopes import needed
from tests.integrations.slack.samples import (
    FAILED,
    FILE,
    ID,
    LINK,
    NOBODY,
    REVOKED,
    SHARED,
    found,
)
from tests.integrations.slack.world import ANA, TOKEN, Draft, World


def ask(world: World, channel: str = "support") -> ReplayRequest:
    """Ana types the command."""
    assert world.slack.run_command("ana", channel, "jane@example.com").ok
    return world.last()


def list_shown(world: World, draft: Draft, channel: str = "support") -> None:
    """Ana sees Jane's recordings."""
    world.post(ask(world, channel), found(), draft)


def press(world: World, action_id: str, channel: str = "support") -> ReplayRequest:
    """Ana has a list and presses a button of its first recording."""
    list_shown(world, Draft(), channel)
    assert world.slack.click("ana", world.seen_by("ana", channel), action_id).ok
    return world.last()


def mention(world: World, text: str = "jane@example.com") -> ReplayRequest:
    """Ben's thread, in which Ana mentions the bot."""
    parent = world.slack.post("ben", "support", "Checkout hangs for Jane")
    world.slack.mention("ana", "support", text, thread_ts=parent.ts)
    return world.last()


def texts(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(b["text"]["text"] for b in blocks if "text" in b)


def test_command(world: World, draft: Draft) -> None:
    """The list takes the place of the line that answered; the channel sees nothing."""
    delivery = world.post(ask(world), found(), draft)
    (seen,) = world.slack.ephemerals("ana", "support")
    assert seen.replaced == 1
    assert "*Jane Doe*" in texts(seen.blocks)
    assert not world.slack.messages("support")
    assert delivery.reference == {"user": ANA, "via": "response_url"}


@pytest.mark.parametrize("result", [found(), NOBODY, FAILED], ids=lambda r: type(r))
def test_command_answered_twice(world: World, draft: Draft, result: Result) -> None:
    """A second try replaces the first: the person sees one answer."""
    request = ask(world)
    world.post(request, result, draft)
    world.post(request, result, draft)
    assert len(world.slack.ephemerals("ana", "support")) == 1


def test_command_where_the_bot_is_not(world: World, draft: Draft) -> None:
    """A command is answered in channels nobody invited the bot to."""
    world.post(ask(world, "escalations"), found(), draft)
    assert "*Jane Doe*" in texts(world.seen_by("ana", "escalations").blocks)


def test_answer_after_half_an_hour(world: World, draft: Draft) -> None:
    """When the response_url is dead, an ephemeral message says it."""
    request = ask(world)
    world.now += 31 * 60
    delivery = world.post(request, found(), draft)
    assert "ephemeral_ts" in delivery.reference
    assert world.calls("response_url") == 0
    assert "*Jane Doe*" in texts(world.seen_by("ana").blocks)


def test_answer_when_the_response_url_is_used_up(world: World, draft: Draft) -> None:
    """The same when Slack takes no sixth post."""
    request = ask(world)
    for _ in range(6):
        delivery = world.post(request, found(), draft)
    assert "ephemeral_ts" in delivery.reference


ELSEWHERE = (
    "{other}/commands/T1/2/abc",
    "{other}@hooks.slack.com/commands/T1/2/abc",
    "http://169.254.169.254/latest/meta-data/",
    "http://hooks.slack.com/commands/T1/2/abc",
    "https://hooks.slack.com.evil.test/commands/T1/2/abc",
    "file:///etc/passwd",
    "https://[hooks.slack.com/",
)


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_response_url_that_is_not_slacks(
    world: World, draft: Draft, url: str
) -> None:
    """Nothing is sent to any other address; the answer takes the next way."""
    request = ask(world)
    asked: list[str] = []
    other = Flask("other")

    @other.route("/<path:path>", methods=["GET", "POST"])
    def answer(path: str) -> str:
        asked.append(path)
        return "ok"

    with Server(other) as server:
        address = {
            **request.reply_to.address,
            "response_url": url.format(other=server.url),
        }
        changed = replace(request, reply_to=replace(request.reply_to, address=address))
        delivery = world.post(changed, found(), draft)
    assert "ephemeral_ts" in delivery.reference
    assert asked == []


def test_late_answer_where_the_bot_is_not(world: World, draft: Draft) -> None:
    """Where no ephemeral message can go either, a direct message does."""
    request = ask(world, "escalations")
    world.now += 31 * 60
    world.post(request, found(), draft)
    assert "*Jane Doe*" in texts(world.newest("D07ANACOUR4").blocks)


def test_mention(world: World, draft: Draft) -> None:
    """A mention is answered in its thread, for whoever mentioned us alone."""
    request = mention(world)
    world.post(request, found(), draft)
    seen = world.seen_by("ana")
    assert seen.thread_ts == request.reply_to.address["thread_ts"]
    assert "*Jane Doe*" in texts(seen.blocks)
    assert not world.newest().by_app


@pytest.mark.parametrize("result", [NOBODY, FAILED], ids=lambda r: type(r))
def test_mention_without_result(world: World, draft: Draft, result: Result) -> None:
    """Whatever comes of a mention is said in its thread, privately."""
    request = mention(world)
    world.post(request, result, draft)
    seen = world.seen_by("ana")
    assert seen.thread_ts == request.reply_to.address["thread_ts"]
    assert not world.newest().by_app


def test_share(world: World, draft: Draft) -> None:
    """A press posts the replay for everybody, with its link on a button."""
    request = press(world, "replay_share")
    world.post(request, SHARED, draft)
    message = world.newest()
    assert message.channel == "C07SUPPORT1"
    assert message.thread_ts is None
    assert f"shared by <@{ANA}>" in texts(message.blocks)
    assert SHARED.watch_url in str(message.blocks)
    assert not world.slack.crawled
    assert [each.mention for each in world.slack.notifications] == [
        f"<@{ANA}>" for _ in world.slack.notifications
    ]


def test_share_where_the_bot_is_not(world: World, draft: Draft) -> None:
    """A public channel needs no invitation."""
    world.post(press(world, "replay_share", "random"), SHARED, draft)
    assert SHARED.watch_url in str(world.newest("random").blocks)


def test_share_from_the_shortcut(world: World, draft: Draft) -> None:
    """A list asked for on a message shares into that message's thread, and says so."""
    parent = world.slack.post("ben", "support", "jane@example.com cannot pay")
    assert world.slack.message_shortcut("ana", parent, "find_replays").ok
    world.post(world.last(), found(), Draft())
    world.slack.click("ana", world.seen_by("ana"), "replay_share")
    world.post(world.last(), SHARED, draft)
    assert world.newest().thread_ts == parent.ts
    assert "Shared in the thread" in texts(world.seen_by("ana").blocks)


def test_unconfirmed_share(world: World, draft: Draft) -> None:
    """A share stands, though its private confirmation failed."""
    parent = world.slack.post("ben", "support", "jane@example.com cannot pay")
    world.slack.message_shortcut("ana", parent, "find_replays")
    world.post(world.last(), found(), Draft())
    world.slack.click("ana", world.seen_by("ana"), "replay_share")
    world.slack.faults.add("response_url", faults.status(500))
    assert world.post(world.last(), SHARED, draft).reference["thread_ts"] == parent.ts


def test_failed_press(world: World, draft: Draft) -> None:
    """A failure is told to whoever pressed, who can try again at once."""
    request = press(world, "replay_share")
    world.post(request, FAILED, draft)
    seen = world.seen_by("ana")
    assert "renew it" in texts(seen.blocks)
    assert not world.slack.messages("support")
    assert world.slack.click("ana", seen, "replay_share").ok
    again = world.last()
    assert again.key != request.key
    assert (again.action, again.recording_id) == (Action.SHARE, ID)


def test_revoke(world: World, draft: Draft) -> None:
    """The posted message says who revoked it, however often that is done."""
    world.post(press(world, "replay_share"), SHARED, draft)
    message = world.newest()
    assert world.slack.click("ben", message, "replay_revoke").ok
    assert world.last().link_id == LINK.id
    for _ in range(2):
        world.post(world.last(), REVOKED, Draft())
    (only,) = world.slack.messages("support")
    assert "Link revoked by <@U07BEN00002>" in texts(only.blocks)
    assert f"shared by <@{ANA}>" in texts(only.blocks)
    assert SHARED.watch_url not in str(only)


def test_attach(world: World, draft: Draft) -> None:
    """The file lands in the channel with words on how to open it."""
    delivery = world.post(press(world, "replay_more"), FILE, draft)
    (file,) = world.slack.files
    assert (file.name, file.content) == (FILE.filename, FILE.content)
    assert file.title == "Session replay of Jane Doe, 2026-11-23"
    message = world.newest()
    assert "open it in a browser" in message.text
    assert delivery.reference == {
        "file": file.id,
        "channel": "C07SUPPORT1",
        "ts": message.ts,
    }


def test_file_that_lands_late(world: World, draft: Draft) -> None:
    """A file Slack has not shown yet is waited for, and never attached twice."""
    world.slack.workspace.share_delay = 60
    request = press(world, "replay_more")
    with pytest.raises(RetryLater) as caught:
        world.post(request, FILE, draft)
    assert caught.value.after
    world.sleep(60)
    assert world.post(request, FILE, draft).reference["ts"] == world.newest().ts
    assert len(world.slack.files) == 1


def test_file_that_never_lands(world: World, draft: Draft) -> None:
    """A file Slack took and never shows is given up, and the person told so."""
    world.slack.workspace.files_never_land = True
    request = press(world, "replay_more")
    for _ in range(8):
        with pytest.raises(RetryLater):
            world.post(request, FILE, draft)
    with pytest.raises(Refused) as caught:
        world.post(request, FILE, draft)
    assert "has not shown it" in caught.value.plain
    world.post(request, FAILED, draft)
    assert "renew it" in texts(world.seen_by("ana").blocks)
    assert len(world.slack.files) == 1


def test_file_whose_completion_got_lost(world: World, draft: Draft) -> None:
    """A completion without an answer is looked up by the file, not repeated."""
    request = press(world, "replay_more")
    world.slack.faults.add("files.completeUploadExternal", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(request, FILE, draft)
    world.sleep(1)
    assert world.post(request, FILE, draft).reference["ts"] == world.newest().ts
    assert world.calls("files.completeUploadExternal") == 1


def test_file_whose_completion_never_came(world: World, draft: Draft) -> None:
    """A completion that never reached Slack is made again, with the same upload."""
    request = press(world, "replay_more")
    world.slack.faults.add("files.completeUploadExternal", faults.reset())
    with pytest.raises(RetryLater):
        world.post(request, FILE, draft)
    world.post(request, FILE, draft)
    assert len(world.slack.files) == 1
    assert world.calls("files.getUploadURLExternal") == 1


def test_upload_that_broke(world: World, draft: Draft) -> None:
    """A broken upload begins anew, and shows no address in its error."""
    request = press(world, "replay_more")
    world.slack.faults.add("upload", faults.reset())
    with pytest.raises(RetryLater) as caught:
        world.post(request, FILE, draft)
    assert "http" not in str(caught.value)
    world.post(request, FILE, draft)
    assert len(world.slack.files) == 1


def test_file_without_files_read(world: World, draft: Draft) -> None:
    """Without files:read the file is attached and cannot be seen to land."""
    world.slack.bot_scopes = ("commands", "chat:write", "files:write")
    delivery = world.post(press(world, "replay_more"), FILE, draft)
    assert set(delivery.reference) == {"file", "channel"}


def test_unknown_file_without_files_read(world: World, draft: Draft) -> None:
    """And after a lost answer the person is asked to look, instead of a second file."""
    world.slack.bot_scopes = ("commands", "chat:write", "files:write")
    request = press(world, "replay_more")
    world.slack.faults.add("files.completeUploadExternal", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(request, FILE, draft)
    with pytest.raises(Refused, match="missing_scope: files:read"):
        world.post(request, FILE, draft)


def test_file_too_big(draft: Draft) -> None:
    """A file over our limit is not even uploaded; the link is offered."""
    world = World()
    world.start(max_file_bytes=10)
    with contextlib.closing(world), pytest.raises(Refused) as caught:
        world.post(press(world, "replay_more"), FILE, draft)
    assert "Share a link instead" in caught.value.plain
    assert world.calls("files.getUploadURLExternal") == 0


PUBLIC = [
    pytest.param(lambda world: press(world, "replay_share"), SHARED, id="share"),
]


@pytest.mark.parametrize(("asked", "result"), PUBLIC)
def test_lost_answer(world: World, draft: Draft, asked: Any, result: Result) -> None:
    """A message whose answer got lost is found again, not posted twice."""
    request = asked(world)
    world.slack.faults.add("chat.postMessage", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(request, result, draft)
    delivery = world.post(request, result, draft)
    assert delivery.reference["ts"] == world.newest().ts
    assert world.calls("chat.postMessage") == 1


@pytest.mark.parametrize(("asked", "result"), PUBLIC)
def test_post_that_never_came(
    world: World, draft: Draft, asked: Any, result: Result
) -> None:
    """A message that never reached Slack is looked for, and then posted."""
    request = asked(world)
    world.slack.faults.add("chat.postMessage", faults.reset())
    with pytest.raises(RetryLater):
        world.post(request, result, draft)
    world.post(request, result, draft)
    assert sum(m.by_app for m in world.slack.workspace.messages["C07SUPPORT1"]) == 1


def test_lost_answer_deep_in_the_channel(world: World, draft: Draft) -> None:
    """The message is found below hundreds of later ones."""
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(request, SHARED, draft)
    for number in range(450):
        world.slack.post("ben", "support", f"message {number}")
    world.post(request, SHARED, draft)
    assert world.calls("chat.postMessage") == 1


def test_lost_answer_without_history(world: World, draft: Draft) -> None:
    """Where we may not look, nothing is posted twice: the person is asked to look."""
    request = press(world, "replay_share")
    world.slack.bot_scopes = ("commands", "chat:write")
    world.slack.faults.add("chat.postMessage", faults.lost_answer())
    with pytest.raises(RetryLater):
        world.post(request, SHARED, draft)
    with pytest.raises(Refused, match="missing_scope: channels:history") as caught:
        world.post(request, SHARED, draft)
    assert "If it is not there, please try again" in caught.value.plain
    with pytest.raises(Refused):
        world.post(request, SHARED, draft)
    assert world.calls("chat.postMessage") == 1
    world.post(request, FAILED, draft)
    assert "renew it" in texts(world.seen_by("ana").blocks)


def test_nothing_is_looked_for_after_a_clear_no(world: World, draft: Draft) -> None:
    """After Slack itself said no, the next try posts without reading the channel."""
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", faults.ratelimited(7))
    with pytest.raises(RetryLater) as caught:
        world.post(request, SHARED, draft)
    assert caught.value.after == 7
    world.post(request, SHARED, draft)
    assert world.calls("conversations.history") == 0


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(500),
        faults.status(503),
        faults.html(200),
        faults.html(502),
        faults.reset(),
        faults.error("internal_error"),
        faults.error("service_unavailable"),
        faults.ratelimited(30),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {fault.error}",
)
def test_may_work_later(world: World, draft: Draft, fault: faults.Fault) -> None:
    """Slack being slow, down or busy is no reason to give up."""
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", fault)
    with pytest.raises(RetryLater):
        world.post(request, SHARED, draft)
    assert world.calls("chat.postMessage") <= 1


def test_timeout(world: World, draft: Draft) -> None:
    """Silence is given up after the client's timeout, once."""
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", faults.timeout(10))
    with pytest.raises(RetryLater):
        world.post(request, SHARED, draft)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("token_revoked", "Ask an admin to reinstall"),
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("account_inactive", "Ask an admin"),
        ("not_in_channel", "/invite @courier"),
        ("channel_not_found", "/invite @courier"),
        ("is_archived", "archived"),
        ("restricted_action", "settings of this channel"),
        ("restricted_action_read_only_channel", "settings of this channel"),
        ("thread_not_found", "thread is gone"),
        ("never_heard_of", "never_heard_of"),
    ],
)
def test_refused(world: World, draft: Draft, code: str, says: str) -> None:
    """What a person has to change is said in words they can act on."""
    request = press(world, "replay_share")
    world.slack.faults.add("chat.postMessage", faults.error(code))
    with pytest.raises(Refused) as caught:
        world.post(request, SHARED, draft)
    assert says in caught.value.plain
    assert str(caught.value) == f"chat.postMessage in C07SUPPORT1: {code}"


def test_missing_scope(world: World, draft: Draft) -> None:
    """A missing permission is named, with where to add it."""
    request = press(world, "replay_more")
    world.slack.bot_scopes = ("commands", "chat:write")
    with pytest.raises(Refused) as caught:
        world.post(request, FILE, draft)
    assert "`files:write`" in caught.value.plain


@pytest.mark.parametrize(
    "code",
    [
        "file_type_not_allowed",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "file_upload_size_restricted",
        "storage_limit_reached",
    ],
)
def test_file_refused(world: World, draft: Draft, code: str) -> None:
    """A workspace that takes no files is offered the link."""
    request = press(world, "replay_more")
    world.slack.faults.add("files.getUploadURLExternal", faults.error(code))
    with pytest.raises(Refused) as caught:
        world.post(request, FILE, draft)
    assert "Share a link instead" in caught.value.plain


@pytest.mark.parametrize("status", [429, 500])
def test_busy_response_url(world: World, draft: Draft, status: int) -> None:
    """A private answer that Slack has no time for is tried later."""
    request = ask(world)
    fault = faults.ratelimited(3) if status == 429 else faults.status(500)
    world.slack.faults.add("response_url", fault)
    with pytest.raises(RetryLater) as caught:
        world.post(request, found(), draft)
    assert caught.value.after == (3 if status == 429 else None)


def test_broken_response_url(world: World, draft: Draft) -> None:
    """The same when the connection breaks; the error does not quote the address."""
    request = ask(world)
    world.slack.faults.add("response_url", faults.reset())
    with pytest.raises(RetryLater) as caught:
        world.post(request, found(), draft)
    assert "http" not in str(caught.value)


def test_note_is_for_tickets(world: World, draft: Draft) -> None:
    """A ticket's note in Slack is a mistake of ours, and said to be."""
    note = Note((), (), (), found().look_back)
    with pytest.raises(BadInput):
        world.post(ask(world), note, draft)


def test_no_secret_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """No token, response_url or link shows in a log or error, at any level."""
    caplog.set_level(logging.DEBUG)
    request = press(world, "replay_share")
    raised: list[CourierError] = []
    for name in ("chat.postMessage", "response_url"):
        for fault in (faults.reset(), faults.error("fatal_error"), faults.html()):
            world.slack.faults.add(name, fault)
            try:
                result = SHARED if name == "chat.postMessage" else FAILED
                world.destination.post("req_1", request, result, Draft())
            except CourierError as error:
                raised.append(error)
    world.post(request, SHARED, Draft())
    told = caplog.text + "".join(f"{error}{error.plain}" for error in raised)
    assert raised
    address = request.reply_to.address["response_url"]
    for secret in (TOKEN, address, address.rpartition("/")[2], LINK.url):
        assert secret not in told


def test_doctor(world: World) -> None:
    """Doctor names the workspace, and each missing permission with its reason."""
    scopes = tuple(needed())
    world.slack.bot_scopes = scopes
    assert [(c.name, c.ok) for c in world.destination.check()] == [
        ("Slack token", True),
        ("Slack permissions", True),
    ]
    world.slack.bot_scopes = tuple(s for s in scopes if s != "files:write")
    _, missing = world.destination.check()
    assert (missing.name, missing.ok) == ("Slack permission files:write", False)
    assert "OAuth & Permissions" in missing.fix
    world.slack.revoke_token()
    (token,) = world.destination.check()
    assert not token.ok
    assert "reinstall" in token.fix


def test_doctor_without_slack(world: World) -> None:
    """Doctor never raises."""
    world.slack.faults.add("auth.test", faults.reset())
    (token,) = world.destination.check()
    assert not token.ok


def test_request_is_complete_as_it_comes(world: World) -> None:
    """Nothing has to be read from Slack before searching."""
    request = replace(ask(world), text="x")
    assert world.destination.complete(request) is request
