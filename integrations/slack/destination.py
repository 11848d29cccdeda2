"""Posts the courier's results in Slack: to the channel, the thread, or one person.

What each message says is ``messages``; how it is sent once is ``posting``, ``answers``
and ``files``. Results of a search go where the search was asked: privately after a
command or the shortcut, in the thread after a mention. Failures of a press are private.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator

from slack_sdk import WebClient

from bot.errors import BadInput, CourierError
from bot.model import (
    Action,
    Check,
    Delivery,
    Failed,
    Found,
    LinkRevoked,
    Note,
    NothingFound,
    ReplayFile,
    ReplayRequest,
    Result,
    SharedReplay,
)
from bot.ports import Draft
from integrations.slack import messages
from integrations.slack.answers import PrivateAnswers
from integrations.slack.blocks import Message
from integrations.slack.choices import ATTACH, SHARE, ReplayChoice
from integrations.slack.client import strict
from integrations.slack.errors import ours
from integrations.slack.files import FileShare
from integrations.slack.manifest import SCOPES
from integrations.slack.outcome import forget
from integrations.slack.posting import Conversation

_PRESSED = {Action.SHARE: SHARE, Action.ATTACH: ATTACH}

log = logging.getLogger(__name__)


class SlackDestination:
    """A Slack workspace, through the bot token of ``client``.

    ``command`` is named in the help. Replays over ``max_file_bytes`` are offered as a
    link only. ``clock`` gives Unix seconds.
    """

    name = "slack"

    def __init__(
        self,
        client: WebClient,
        *,
        command: str = "/replay",
        max_file_bytes: int = 50_000_000,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = strict(client)
        self._command = command
        self._conversation = Conversation(self._client)
        self._answers = PrivateAnswers(self._client, clock)
        self._files = FileShare(self._client, max_bytes=max_file_bytes, sleep=sleep)

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """What Slack sends says all there is to know."""
        return request

    def find_posted(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """What an earlier try made visible to others without our seeing an answer.

        Private answers and updates are not looked for: sending them again is harmless.
        Raises Refused where a message may stand there and we may not look.
        """
        address = request.reply_to.address
        if request.action is Action.ATTACH:
            return self._files.find(address, draft)
        if request.action is Action.SHARE or _is_mention(request):
            return self._conversation.find(request_id, address, draft)
        return None

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """Post the result where and to whom it belongs, see this module's opening."""
        address = request.reply_to.address
        if isinstance(result, SharedReplay):
            message = messages.shared(result, shared_by=request.asked_by)
            delivery = self._conversation.post(request_id, address, message, draft)
            self._confirm(request, result)
            return delivery
        if isinstance(result, ReplayFile):
            return self._files.share(
                address,
                filename=result.filename,
                title=messages.file_title(result),
                comment=messages.attached(result, attached_by=request.asked_by),
                content=result.content,
                draft=draft,
            )
        if isinstance(result, LinkRevoked):
            by = address.get("shared_by", "")
            message = messages.revoked(result, shared_by=by)
            return self._conversation.update(address["channel"], address["ts"], message)
        if isinstance(result, Note):
            raise BadInput("a ticket's note was sent to Slack")
        message = self._answer(request, result)
        if _is_mention(request):
            if isinstance(result, Failed):
                forget(draft)
            return self._conversation.post(request_id, address, message, draft)
        return self._answers.send(address, message, replace=_answers_command(request))

    def check(self) -> Iterable[Check]:
        """The token, and each permission the app lacks with where to add it."""
        try:
            with ours("auth.test"):
                answer = self._client.auth_test()
        except CourierError as error:
            yield Check("Slack token", False, str(error), error.plain)
            return
        where = f"{answer.get('team')} as @{answer.get('user')}"
        yield Check("Slack token", True, where)
        headers = {name.lower(): value for name, value in answer.headers.items()}
        yield from _check_scopes(headers.get("x-oauth-scopes", ""))

    def _answer(
        self, request: ReplayRequest, result: Found | NothingFound | Failed
    ) -> Message:
        address = request.reply_to.address
        if isinstance(result, Found):
            return messages.found(result, thread_ts=address.get("thread_ts"))
        if isinstance(result, NothingFound):
            return messages.nothing_found(result, command=self._command)
        again = None
        if request.action in _PRESSED and request.recording_id:
            again = ReplayChoice(
                request.recording_id, address.get("thread_ts"), result.reference
            )
        action = _PRESSED.get(request.action, "")
        return messages.failed(result, again=again, action=action)

    def _confirm(self, request: ReplayRequest, result: SharedReplay) -> None:
        """Tell whoever shared out of sight of the thread that it stands there now."""
        address = request.reply_to.address
        if not address.get("confirm"):
            return
        try:
            self._answers.send(address, messages.confirmed(result), replace=False)
        except CourierError as error:
            log.info("could not confirm a share: %s", error)


def _is_mention(request: ReplayRequest) -> bool:
    return "mention_ts" in request.reply_to.address


def _answers_command(request: ReplayRequest) -> bool:
    return "command" in request.reply_to.address


def _check_scopes(granted: str) -> Iterator[Check]:
    have = {scope.strip() for scope in granted.split(",")}
    missing = [scope for scope in SCOPES if scope not in have]
    for scope in missing:
        yield Check(
            f"Slack permission {scope}",
            False,
            f"missing; it is for {SCOPES[scope]}",
            "Add it at api.slack.com/apps, your app, OAuth & Permissions, Bot Token"
            " Scopes; then reinstall the app to the workspace.",
        )
    if not missing:
        yield Check("Slack permissions", True, f"all {len(SCOPES)} granted")
