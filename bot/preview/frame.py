"""A frame of a stored replay at its key moment: made by a worker, once, and kept beside
the replay; served from there."""

from __future__ import annotations

import io
import threading

import structlog
from PIL import Image

from bot.errors import NotFound
from bot.model import Summary
from bot.preview.chromium import HEIGHT, WIDTH, Chromium
from bot.preview.devtools import BrowserFailed
from bot.recording.moments import key_moment
from bot.replays import Replays, StoredReplay
from bot.storage import ReplayStore

MAX_BYTES = 2_000_000
"""What a kept frame is smaller than."""

# For the page to show what went wrong: the moment itself is just before.
_AFTER_MS = 400
_PAST_START_MS = 2_000
_COLOURS = 256

_log = structlog.get_logger(__name__)


class Frames:
    """The frames of an installation's replays."""

    def __init__(
        self, replays: Replays, store: ReplayStore, chromium: Chromium | None
    ) -> None:
        self._replays = replays
        self._store = store
        self._chromium = chromium
        # A browser takes a core and some hundred megabytes.
        self._one_at_a_time = threading.Lock()

    def kept(self, replay: StoredReplay) -> bytes | None:
        """The frame that was made of a replay, as PNG, or None."""
        try:
            return self._store.get(_key(replay))
        except NotFound:
            return None

    def frame_of(self, replay: StoredReplay) -> bytes | None:
        """The frame of a replay as PNG, made and kept where it is not there yet.

        Takes seconds, 20 at most. None where no Chromium is configured, it failed
        (which is logged), or the recording shows nothing then. Raises RetryLater and
        Refused of the object store.
        """
        if self._chromium is None or not replay.manifest.summary.full_snapshots:
            return None
        with self._one_at_a_time:
            return self.kept(replay) or self._make(self._chromium, replay)

    def _make(self, chromium: Chromium, replay: StoredReplay) -> bytes | None:
        try:
            taken = chromium.picture(
                self._replays.file(replay), frame_at_ms(replay.manifest.summary)
            )
            frame = None if taken is None else _checked(taken)
        except BrowserFailed as error:
            _log.warning("no frame of a replay", replay=replay.id, reason=str(error))
            return None
        if frame is not None:
            self._store.put(_key(replay), frame)
        return frame


def frame_at_ms(summary: Summary) -> int:
    """The moment that a picture should show: just after the trouble began; where there
    is none, when the user first does something."""
    trouble = key_moment(summary.marks)
    if trouble is None:
        wanted = summary.start_at_ms + _PAST_START_MS
    else:
        wanted = trouble.at_ms + _AFTER_MS
    return min(wanted, summary.duration_ms)


def _checked(taken: bytes) -> bytes | None:
    """The browser's picture packed anew: of the size asked for, small, and no bytes of
    the browser's own. None where it is one colour. Raises BrowserFailed."""
    try:
        with Image.open(io.BytesIO(taken), formats=["PNG"]) as image:
            if image.size != (WIDTH, HEIGHT):
                raise BrowserFailed("its picture has another size")
            frame = image.convert("RGB")
    except (OSError, ValueError, SyntaxError) as error:
        raise BrowserFailed("its picture cannot be read") from error
    if frame.getcolors(1) is not None:
        return None
    packed = _png(frame)
    if len(packed) > MAX_BYTES // 2:
        packed = _png(frame.quantize(_COLOURS))
    return packed


def _png(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def _key(replay: StoredReplay) -> str:
    return replay.object_key.removesuffix(".segments") + ".frame.png"
