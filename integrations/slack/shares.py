"""Shares a replay and takes it back, and tells whoever did so, one answer at a time.

What everybody sees is posted once and updated in place. What only the person sees who
shares takes the place of what they pressed: getting ready, done, undone, or what went
wrong. What the messages say is ``messages``.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from slack_sdk import WebClient

from bot.errors import CourierError
from bot.model import (
    Action,
    Audience,
    Delivery,
    Failed,
    LinkChanged,
    Nothing,
    ReplayFile,
    ReplayRequest,
    SharedReplay,
)
from bot.ports import Draft
from integrations.slack import messages
from integrations.slack.answers import PrivateAnswers
from integrations.slack.blocks import Message
from integrations.slack.choices import PageChoice
from integrations.slack.files import FileShare
from integrations.slack.messages import sharing
from integrations.slack.posting import Conversation, permalink
from integrations.slack.share_choices import ShareChoice, UndoChoice

SHARES = {Action.SHARE, Action.ATTACH}
"""What is posted for everybody."""

ABOUT_LINKS = {Action.REVOKE, Action.EXTEND, Action.LINK_CHANGED}

Shared = SharedReplay | ReplayFile | LinkChanged | Nothing | Failed
Address = Mapping[str, str]

log = logging.getLogger(__name__)


class Shares:
    """Shares in one workspace."""

    def __init__(
        self,
        client: WebClient,
        conversation: Conversation,
        answers: PrivateAnswers,
        files: FileShare,
        *,
        has_tickets: bool = False,
    ) -> None:
        self._client = client
        self._conversation = conversation
        self._answers = answers
        self._files = files
        self._has_tickets = has_tickets

    def keep_waiting(self, request: ReplayRequest) -> None:
        """Say that it takes longer, where that can be said in the answer's place."""
        address = request.reply_to.address
        if "replace" in address:
            self._answers.hold(_private(address), sharing.preparing(request.action))

    def find(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """What an earlier try posted without our seeing an answer; whoever shared is
        told now. Raises as ``Conversation.find`` and ``FileShare.find`` do."""
        address = request.reply_to.address
        if request.action is Action.ATTACH:
            found = self._files.find(address, draft)
        else:
            found = self._conversation.find(request_id, address, draft)
        if found:
            self._confirm(request, found, draft)
        return found

    def post(
        self, request_id: str, request: ReplayRequest, result: Shared, draft: Draft
    ) -> Delivery:
        address = request.reply_to.address
        if isinstance(result, SharedReplay):
            return self._share(request_id, request, result, draft)
        if isinstance(result, ReplayFile):
            return self._attach(request, result, draft)
        if isinstance(result, LinkChanged) and "undo" in address:
            return self._undo_link(address, result)
        if isinstance(result, LinkChanged):
            return self._conversation.update_if_there(
                address, messages.changed(result, has_tickets=self._has_tickets)
            )
        if isinstance(result, Failed):
            return self._fail(request, result)
        if "dismiss" in address:
            return self._answers.dismiss(_private(address))
        if "undo" in address:
            return self._undo_file(address, by=request.asked_by)
        return self._ask(request)

    def _share(
        self,
        request_id: str,
        request: ReplayRequest,
        result: SharedReplay,
        draft: Draft,
    ) -> Delivery:
        # If our knowing that it was posted gets lost, it is confirmed all the same.
        draft.save(link=result.link.id, expires=result.link.expires_at.isoformat())
        delivery = self._conversation.post(
            request_id,
            request.reply_to.address,
            messages.shared(result, has_tickets=self._has_tickets),
            draft,
        )
        self._confirm(request, delivery, draft)
        return delivery

    def _attach(
        self, request: ReplayRequest, result: ReplayFile, draft: Draft
    ) -> Delivery:
        delivery = self._files.share(
            request.reply_to.address,
            filename=result.filename,
            title=messages.file_title(result),
            comment=messages.attached(
                result, attached_by=request.asked_by, note=request.terms.note
            ),
            content=result.content,
            draft=draft,
        )
        self._confirm(request, delivery, draft)
        return delivery

    def _confirm(
        self, request: ReplayRequest, delivery: Delivery, draft: Draft
    ) -> None:
        """Tell whoever shared; what was shared stands, whether or not that works. Who
        shared from elsewhere may be nobody here."""
        address, posted = request.reply_to.address, delivery.reference
        if "user" not in address:
            return
        expires = draft.data.get("expires")
        undo = UndoChoice(
            posted["channel"],
            posted.get("ts", ""),
            address.get("thread_ts", ""),
            link_id=draft.data.get("link", ""),
            file_id=posted.get("file", ""),
            results=way_back(address),
        )
        message = sharing.confirmed(
            undo,
            permalink=self._permalink(posted),
            terms=request.terms,
            expires_at=datetime.fromisoformat(expires) if expires else None,
        )
        try:
            self._tell(address, message)
        except CourierError as error:
            log.info("could not confirm a share: %s", error)

    def _permalink(self, posted: Address) -> str:
        """The message's own address; "" where it cannot be had."""
        try:
            return permalink(self._client, posted)
        except CourierError as error:
            log.info("no way to what was shared: %s", error)
            return ""

    def _undo_link(self, address: Address, result: LinkChanged) -> Delivery:
        posted = result.posted or address
        is_gone = self._conversation.take_away(posted, messages.changed(result))
        undo = _undone(address, link_id=result.shared.link.id)
        return self._tell(address, sharing.undone(undo, stays=not is_gone))

    def _undo_file(self, address: Address, *, by: str) -> Delivery:
        undo = _undone(address, file_id=address["file"])
        self._files.remove(undo.file_id)
        if undo.ts:
            self._conversation.take_away(address, messages.file_removed(by=by))
        return self._tell(address, sharing.undone(undo))

    def _ask(self, request: ReplayRequest) -> Delivery:
        """Ask before people of another company get to see it."""
        action = Action(request.reply_to.address["asked"])
        choice = _choice(request, again="")
        copy = replace(choice.terms, audience=Audience.CUSTOMER)
        message = sharing.question(
            replace(choice, terms=copy), replace(choice, outside=True), action
        )
        return self._tell(request.reply_to.address, message)

    def _fail(self, request: ReplayRequest, result: Failed) -> Delivery:
        address = request.reply_to.address
        if request.action is Action.LINK_CHANGED:
            # Nobody asked, so nobody waits for an answer.
            log.warning("a shared message stays as it was: %s", result.reference)
            return Delivery()
        if request.action in SHARES:
            choice = _choice(request, again=result.reference)
            return self._tell(
                address, sharing.not_shared(result, choice, request.action)
            )
        if "undo" in address:
            undo = _undone(
                address,
                link_id=request.link_id or "",
                file_id=address.get("file", ""),
            )
            return self._tell(address, sharing.not_undone(result, undo))
        return self._tell(address, messages.failed(result))

    def _tell(self, address: Address, message: Message) -> Delivery:
        return self._answers.send(
            _private(address), message, replace="replace" in address
        )


def ask_first(request: ReplayRequest) -> ReplayRequest:
    """Instead of the share: whoever asked for it is asked whether they mean it."""
    address = {**request.reply_to.address, "asked": request.action.value}
    return replace(
        request,
        action=Action.NOTHING,
        reply_to=replace(request.reply_to, address=address),
    )


def is_about_sharing(request: ReplayRequest) -> bool:
    """Whether ``Shares`` posts the result."""
    return request.action in {*SHARES, *ABOUT_LINKS, Action.DETACH, Action.NOTHING}


def _choice(request: ReplayRequest, *, again: str) -> ShareChoice:
    """The same share once more."""
    address = request.reply_to.address
    return ShareChoice(
        request.recording_id or "",
        address.get("thread_ts", ""),
        address["channel"],
        request.terms,
        way_back(address),
        again=again,
        outside="outside" in address,
    )


def _undone(address: Address, *, link_id: str = "", file_id: str = "") -> UndoChoice:
    return UndoChoice(
        address["channel"],
        address.get("ts", ""),
        address.get("thread_ts", ""),
        link_id,
        file_id,
        way_back(address),
    )


def way_back(address: Address) -> PageChoice | None:
    """The results that what was pressed stands in the place of."""
    value = address.get("results")
    return PageChoice.from_value(value) if value else None


def _private(address: Address) -> dict[str, str]:
    """Where the person is, as against where they share; who shares from no conversation
    is told where they shared."""
    posted = {"channel", "thread_ts", "ts", "home"}
    kept = {key: value for key, value in address.items() if key not in posted}
    return {**kept, "channel": address.get("home") or address["channel"]}
