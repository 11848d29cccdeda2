"""The files that go with a note: the picture of the best replay, and the replay itself.

Zendesk's links to files open for whoever has them, unless private attachments are on;
so the replay's file goes along by setting only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import NotFound, Refused
from bot.model import Note, ReplayFile, SharedReplay
from integrations.zendesk.client import Zendesk
from integrations.zendesk.records import Upload

MAX_ATTACHED_BYTES = 20 * 1024 * 1024
"""Zendesk takes 50 MB, agents' browsers less gladly."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attached:
    """What was uploaded for one note."""

    filename: str | None = None
    picture_url: str | None = None
    tokens: tuple[str, ...] = ()


class Attachments:
    """Uploads what goes with notes; ``picture`` draws a replay, ``file`` makes the
    file of one, of which ``max_bytes`` are attached at most."""

    def __init__(
        self,
        zendesk: Zendesk,
        *,
        picture: Callable[[SharedReplay], bytes] | None = None,
        file: Callable[[SharedReplay], ReplayFile] | None = None,
        max_bytes: int = MAX_ATTACHED_BYTES,
    ) -> None:
        self._zendesk = zendesk
        self._picture = picture
        self._file = file
        self._max_bytes = max_bytes

    def of(self, note: Note) -> Attached:
        """Upload what the note's best replay has; less where Zendesk takes less."""
        if not note.replays:
            return Attached()
        best = note.replays[0]
        picture = self._upload_picture(best)
        file = self._upload_file(best)
        tokens = [one.token for one in (picture, file and file[1]) if one]
        return Attached(
            filename=file[0] if file else None,
            picture_url=picture.url if picture else None,
            tokens=tuple(tokens),
        )

    def only(self, file: ReplayFile) -> Attached:
        """Upload a file that somebody wants attached. Raises Refused where Zendesk
        does not take it."""
        size = len(file.content)
        if size > self._max_bytes:
            raise Refused(
                f"{file.filename} has {size} bytes, {self._max_bytes} are allowed",
                plain="The replay is too large to be attached. Add it as a link.",
            )
        try:
            made = self._zendesk.upload(file.filename, "text/html", file.content)
        except (Refused, NotFound) as error:
            raise Refused(
                str(error),
                plain="Zendesk does not take this file here. Add the replay as a link.",
            ) from error
        return Attached(filename=file.filename, tokens=(made.token,))

    def _upload_picture(self, replay: SharedReplay) -> Upload | None:
        if self._picture is None:
            return None
        name = f"session-{replay.recording.start:%Y%m%d-%H%M%S}.png"
        return self._upload(name, "image/png", self._picture(replay))

    def _upload_file(self, replay: SharedReplay) -> tuple[str, Upload] | None:
        if self._file is None:
            return None
        try:
            file = self._file(replay)
        except NotFound as error:
            log.warning("no file of a replay: %s", error)
            return None
        if len(file.content) > self._max_bytes:
            return None
        made = self._upload(file.filename, "text/html", file.content)
        return None if made is None else (file.filename, made)

    def _upload(self, name: str, content_type: str, content: bytes) -> Upload | None:
        try:
            return self._zendesk.upload(name, content_type, content)
        except (Refused, NotFound) as error:
            # Administrators can forbid file types; the link says the same.
            log.warning("zendesk takes no attachment: %s", error)
            return None
