"""Which pictures a share link has to show; frames are made aside, one after the other.

A frame takes a browser and seconds, so nobody waits for one: whoever asks before it is
there gets the timeline alone.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.preview.frame import Frames
from bot.replays import StoredReplay

TIMELINE, FRAME = "preview.png", "frame.png"
"""Paths below the link."""

_MOST_WAITING = 20

_log = structlog.get_logger(__name__)


class OfferedPictures:
    """The pictures of an installation's links; see ``bot.delivery.shares.Pictures``.

    Close it, so that no process lives on for a picture.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="frames")
        self._waiting: set[str] = set()
        self._lock = threading.Lock()

    def prepare(self, replay: StoredReplay) -> None:
        with self._lock:
            if replay.id in self._waiting or len(self._waiting) >= _MOST_WAITING:
                return
            self._waiting.add(replay.id)
        self._maker.submit(self._make, replay)

    def of(self, replay: StoredReplay, *, is_limited: bool) -> tuple[str, ...]:
        # A look at the page is what a limited link counts; a frame would be a free one.
        if is_limited:
            return (TIMELINE,)
        if self._frames.kept(replay) is not None:
            return TIMELINE, FRAME
        self.prepare(replay)
        return (TIMELINE,)

    def close(self) -> None:
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _make(self, replay: StoredReplay) -> None:
        try:
            self._frames.frame_of(replay)
        except Exception as error:
            # Nobody waits for it, and the next one asked for is to be made.
            _log.warning("no frame of a replay", replay=replay.id, reason=str(error))
        finally:
            with self._lock:
                self._waiting.discard(replay.id)
