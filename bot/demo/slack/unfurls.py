"""chat.unfurl: what the app shows below a person's link.

Imitates docs.slack.dev/reference/methods/chat.unfurl and docs.slack.dev/messaging/
unfurling-links-in-messages. Not imitated: unfurls in the form of legacy attachments,
work objects in ``metadata``, and prompts to sign in. Which error a URL gets that is not
among those shared is not established; cannot_unfurl_message is taken.
"""

from __future__ import annotations

import threading
import time

from bot.demo.slack.blocks import Block, checked, plain
from bot.demo.slack.call import Call, Method
from bot.demo.slack.crawler import load_pictures
from bot.demo.slack.errors import SlackError
from bot.demo.slack.model import Json, LinkShare, Message
from bot.demo.slack.mrkdwn import block_mentions
from bot.demo.slack.presenting import message_json
from bot.demo.slack.validation import Problems, anything, array, fields, url
from bot.demo.slack.workspace import Workspace

# An app may call before its acknowledgement is through the wires, in seconds.
_GRACE = 0.5

_PREVIEW = fields(
    {}, {"title": plain(3000), "subtitle": plain(3000), "icon_url": url()}
)
_DRAWN_PREVIEW = fields({"elements": array(anything, 10)})


def unfurl(call: Call) -> Json:
    """A second call for the same URL takes the place of the first."""
    workspace = call.workspace
    given = call.structure("unfurls", "invalid_unfurls_format")
    if given in (None, {}):
        raise SlackError("missing_unfurls")
    if not isinstance(given, dict):
        raise SlackError("invalid_unfurls_format")
    share = _share(call)
    blocks = {link: _blocks(value) for link, value in given.items()}
    for link in blocks:
        if link not in dict(share.links):
            raise SlackError("cannot_unfurl_message")
    if not _is_acknowledged(workspace, share.event_id):
        raise SlackError("cannot_unfurl_url")
    message = workspace.find_message(share.channel, share.message_ts)
    for drawn in blocks.values():
        load_pictures(workspace, drawn)
    if message is None:
        share.unfurls.update(blocks)
    else:
        before = message_json(workspace, message)
        message.unfurls.update(blocks)
        for drawn in blocks.values():
            workspace.note(message, block_mentions(drawn))
        workspace.app_acted(message, before)
    workspace.touch()
    return {}


def _share(call: Call) -> LinkShare:
    """The event the call answers, named by message or by unfurl_id."""
    workspace = call.workspace
    unfurl_id, source = call.optional("unfurl_id"), call.optional("source")
    if unfurl_id or source:
        if not source:
            raise SlackError("missing_source")
        if not unfurl_id:
            raise SlackError("missing_unfurl_id")
        if source not in ("composer", "conversations_history"):
            raise SlackError("invalid_source")
        named = workspace.link_shares.get(unfurl_id)
        if named is None or named.source != source:
            raise SlackError("invalid_unfurl_id")
        return named
    channel, ts = call.optional("channel"), call.optional("ts")
    if not channel:
        raise SlackError("missing_channel")
    if not ts:
        raise SlackError("missing_ts")
    if channel not in workspace.channels:
        raise SlackError("cannot_find_channel")
    message = workspace.find_message(channel, ts)
    if message is None:
        raise SlackError("cannot_find_message")
    return _share_of(workspace, message)


def _share_of(workspace: Workspace, message: Message) -> LinkShare:
    for share in workspace.link_shares.values():
        if (share.channel, share.message_ts) == (message.channel, message.ts):
            return share
    if workspace.unfurl_domains:
        raise SlackError("cannot_unfurl_message")
    raise SlackError("cannot_find_service")


def _blocks(given: object) -> list[Block]:
    if not isinstance(given, dict):
        raise SlackError("invalid_unfurls_format")
    if not given.get("blocks"):
        raise SlackError("cannot_parse_attachment")
    preview = given.get("preview")
    if preview is not None:
        problems = Problems()
        drawn = isinstance(preview, dict) and preview.get("type") == "preview"
        (_DRAWN_PREVIEW if drawn else _PREVIEW)(problems, preview, "/preview")
        if problems.messages:
            raise SlackError.explained("invalid_unfurls_format", problems.messages)
    return checked(given["blocks"], "unfurl")


def _is_acknowledged(workspace: Workspace, event_id: str) -> bool:
    """Whether the app has taken the event; waits for an answer still under way."""
    waiting = threading.Condition(workspace.lock)
    until = time.monotonic() + _GRACE
    while True:
        answers = [ack.ok for ack in workspace.acks if ack.event_id == event_id]
        if answers or time.monotonic() > until:
            return any(answers)
        # Lets go of the workspace meanwhile, so that the answer can be noted.
        waiting.wait(0.005)


METHODS = {"chat.unfurl": Method(unfurl, ("links:write",), tier=3)}
