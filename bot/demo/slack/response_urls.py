"""``POST /response/<id>``: answers to an interaction that need no token.

Imitates docs.slack.dev/interactivity/handling-user-interaction (message responses):
five posts within thirty minutes, private to the acting user unless ``in_channel``, and
working where the bot is no member. What Slack says once they are used up is not
documented; 404 with ``used_url`` or ``expired_url`` is what people report.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from bot.demo.slack.blocks import checked
from bot.demo.slack.crawler import crawl, load_pictures
from bot.demo.slack.errors import SlackError
from bot.demo.slack.faults import Faults
from bot.demo.slack.model import ApiCall, Ephemeral, Json, Message, ResponseUrl
from bot.demo.slack.presenting import message_json
from bot.demo.slack.workspace import BOT_USER, Workspace

MOST_USES = 5
LIFETIME_SECONDS = 30 * 60


def blueprint(workspace: Workspace, faults: Faults) -> Blueprint:
    responses = Blueprint("response_urls", __name__)

    @responses.post("/response/<id_>")
    def respond(id_: str) -> Response:
        body = request.get_json(force=True, silent=True)
        fault = faults.take("response_url")
        if fault is not None and not fault.applied:
            return faults.answer(fault)
        try:
            with workspace.lock:
                _respond(workspace, id_, body)
            refusal = ""
        except SlackError as error:
            refusal = error.code
        with workspace.lock:
            workspace.api_calls.append(
                ApiCall(
                    "response_url",
                    body if isinstance(body, dict) else {},
                    workspace.clock(),
                    {"ok": not refusal},
                    refusal,
                )
            )
        if fault is not None:
            return faults.answer(fault)
        if refusal:
            gone = refusal in ("used_url", "expired_url")
            return Response(refusal, 404 if gone else 400, mimetype="text/plain")
        return Response("ok", mimetype="text/plain")

    return responses


def _respond(workspace: Workspace, id_: str, body: object) -> None:
    address = workspace.response_urls.get(id_)
    if address is None:
        raise SlackError("expired_url")
    if workspace.clock() - address.made_at > LIFETIME_SECONDS:
        raise SlackError("expired_url")
    if address.uses >= MOST_USES:
        raise SlackError("used_url")
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    answer(workspace, address, body)
    address.uses += 1


def new_response_url(
    workspace: Workspace,
    user: str,
    channel: str,
    *,
    command: bool = False,
    source: Message | Ephemeral | None = None,
    threads: bool = True,
) -> ResponseUrl:
    """A fresh address for answers to what the user just did."""
    id_ = workspace.new_id("R")
    made = ResponseUrl(
        id=id_,
        url=f"{workspace.url}/response/{id_}",
        user=user,
        channel=channel,
        made_at=workspace.clock(),
        command=command,
        source=source,
        threads=threads,
    )
    workspace.response_urls[id_] = made
    return made


def answer(workspace: Workspace, address: ResponseUrl, body: Json) -> None:
    """Do what a response says: add, replace or delete a message.

    Raises SlackError with ``no_text`` or the codes of ``blocks.checked``.
    """
    source = address.source
    if body.get("delete_original") is True:
        # Slack does not offer this for slash commands, and says nothing about it.
        if source is not None and not address.command:
            _delete(workspace, source)
        return
    text = str(body.get("text") or "")
    if body.get("blocks") and not isinstance(body["blocks"], list):
        # A string of JSON is taken by the Web API, not here.
        raise SlackError("invalid_blocks_format")
    blocks = checked(body["blocks"]) if body.get("blocks") else []
    if not text.strip() and not blocks and not body.get("attachments"):
        raise SlackError("no_text")
    load_pictures(workspace, blocks)
    if body.get("replace_original") is True and source is not None:
        before = message_json(workspace, source) if isinstance(source, Message) else {}
        source.text, source.blocks = text, blocks
        if isinstance(source, Ephemeral):
            source.replaced += 1
        else:
            source.edited = True
            source.metadata = body.get("metadata") or source.metadata
            workspace.app_acted(source, before)
        workspace.note_mentions(source)
        workspace.touch()
        return
    thread_ts = (address.threads and str(body.get("thread_ts") or "")) or None
    if body.get("response_type") == "in_channel":
        message = Message(
            channel=address.channel,
            ts=workspace.next_ts(),
            user=BOT_USER,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata=body.get("metadata"),
            by_app=True,
        )
        workspace.add_message(message)
        if body.get("unfurl_links", True) or body.get("unfurl_media", True):
            crawl(workspace, text, blocks)
        return
    ephemeral = Ephemeral(
        channel=address.channel,
        ts=workspace.next_ts(),
        user=address.user,
        text=text,
        blocks=blocks,
        thread_ts=thread_ts,
        author=BOT_USER,
    )
    workspace.add_ephemeral(ephemeral)
    if address.command and address.source is None:
        address.source = ephemeral


def _delete(workspace: Workspace, source: Message | Ephemeral) -> None:
    if isinstance(source, Message):
        before = message_json(workspace, source)
        source.deleted = True
        workspace.app_acted(source, before)
    elif source in workspace.ephemerals:
        workspace.ephemerals.remove(source)
    workspace.touch()
