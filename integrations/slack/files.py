"""Attaches a replay as a file, once, in Slack's three steps.

docs.slack.dev/messaging/working-with-files: ask for an upload address, send the bytes,
complete. Only completing shows the file, and Slack may show it seconds later, so its
id is noted before: after a lost answer the file says itself whether it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import requests
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.errors import Refused, RetryLater
from bot.model import Delivery
from bot.ports import Draft
from integrations.slack.errors import BUSY, code_of, ours
from integrations.slack.outcome import give_up, is_unknown, once
from integrations.slack.text import size

_MOST_LOOKS = 8
"""Tries after which a file that Slack took and never showed is given up."""
_LANDING_PAUSES = (0.3, 0.7, 1.0, 2.0, 3.0)
_UPLOAD_TIMEOUT = (10.0, 120.0)


class FileShare:
    """``sleep`` waits between looks at a file Slack is still scanning."""

    def __init__(
        self, client: WebClient, *, max_bytes: int, sleep: Callable[[float], None]
    ) -> None:
        self._client = client
        self._max_bytes = max_bytes
        self._sleep = sleep

    def share(
        self,
        address: Mapping[str, str],
        *,
        filename: str,
        title: str,
        comment: str,
        content: bytes,
        draft: Draft,
    ) -> Delivery:
        """Show the file in the address' channel and thread.

        Raises RetryLater where Slack took it and has not shown it yet.
        """
        if len(content) > self._max_bytes:
            raise Refused(
                f"the replay has {len(content)} bytes, over {self._max_bytes}",
                plain=f"The replay is too big to attach ({size(len(content))})."
                " Share a link instead.",
            )
        file_id = draft.data.get("file") or self._upload(filename, content)
        draft.save(file=file_id)
        channel = address["channel"]
        with once(draft, f"files.completeUploadExternal in {channel}"):
            self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": title}],
                channel_id=channel,
                thread_ts=address.get("thread_ts"),
                initial_comment=comment,
            )
        for pause in _LANDING_PAUSES:
            self._sleep(pause)
            try:
                landed = self._landed(file_id, channel)
            except Refused:
                # Without files:read nobody can look; Slack did say it was done.
                return Delivery({"file": file_id, "channel": channel})
            except _NoSuchFile:
                continue
            if landed:
                return landed
        raise _not_shown(file_id, channel)

    def find(self, address: Mapping[str, str], draft: Draft) -> Delivery | None:
        """The file as an earlier try left it, or None where it was never completed.

        Raises RetryLater where Slack has it and has not shown it yet, and Refused where
        we may not look or have looked often enough.
        """
        file_id = draft.data.get("file")
        if not file_id or not is_unknown(draft):
            return None
        channel = address["channel"]
        try:
            landed = self._landed(file_id, channel)
        except Refused as error:
            raise give_up(draft, str(error)) from error
        except _NoSuchFile:
            return None
        if landed:
            return landed
        looks = int(draft.data.get("looks", "0")) + 1
        draft.save(looks=str(looks))
        not_shown = _not_shown(file_id, channel)
        if looks < _MOST_LOOKS:
            raise not_shown
        raise give_up(draft, str(not_shown), plain=not_shown.plain)

    def remove(self, file_id: str) -> None:
        """Delete the file everywhere; doing so twice changes nothing."""
        with ours(f"files.delete of {file_id}"):
            try:
                self._client.files_delete(file=file_id)
            except SlackApiError as error:
                if code_of(error) not in {"file_not_found", "file_deleted"}:
                    raise

    def _upload(self, filename: str, content: bytes) -> str:
        with ours("files.getUploadURLExternal"):
            ticket = self._client.files_getUploadURLExternal(
                filename=filename, length=len(content)
            )
        proxy = self._client.proxy
        try:
            answer = requests.post(
                ticket["upload_url"],
                data=content,
                headers={"Content-Type": "application/octet-stream"},
                proxies={"http": proxy, "https": proxy} if proxy else None,
                timeout=_UPLOAD_TIMEOUT,
            )
        except requests.RequestException as error:
            # The chain is cut: it quotes the address, which takes anybody's bytes.
            raise RetryLater(
                f"uploading a file: {type(error).__name__}", plain=BUSY
            ) from None
        if answer.status_code != 200:
            raise RetryLater(f"uploading a file: HTTP {answer.status_code}", plain=BUSY)
        return str(ticket["file_id"])

    def _landed(self, file_id: str, channel: str) -> Delivery | None:
        with ours(f"files.info of {file_id}"):
            try:
                file = self._client.files_info(file=file_id)["file"]
            except SlackApiError as error:
                if code_of(error) in {"file_not_found", "file_deleted"}:
                    raise _NoSuchFile(file_id) from None
                raise
        shares = file.get("shares") or {}
        for visibility in ("public", "private"):
            for share in (shares.get(visibility) or {}).get(channel, []):
                return Delivery(
                    {"file": file_id, "channel": channel, "ts": share["ts"]}
                )
        return None


class _NoSuchFile(Exception):
    """Slack has no such file: its upload was never completed."""


def _not_shown(file_id: str, channel: str) -> RetryLater:
    return RetryLater(
        f"{file_id} is not shown in {channel} yet",
        after=15,
        plain="Slack took the file but has not shown it. If it does not appear, share"
        " a link instead.",
    )
