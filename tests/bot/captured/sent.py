"""What posthog-js sent for the recordings, as batches that the door would hand over."""

from __future__ import annotations

import os
import signal

from bot.captured.filing import Filing
from bot.captured.journal import Journal
from bot.database.engine import connect
from bot.model import Batch
from bot.storage import ReplayStore
from integrations.capture.wire import read_batch
from tests import recorded

PROJECT = "phc_testlab"


def batches(name: str) -> list[Batch]:
    """The batches of a recording in order of arrival; flags are asked for, not kept."""
    return [
        Batch(
            PROJECT,
            one.at,
            one.body,
            one.path.removeprefix("/ingest"),
            one.query,
            one.headers.get("content-type", ""),
            one.headers.get("content-encoding", ""),
        )
        for one in recorded.requests(name)
        if one.method == "POST" and "flags" not in one.path
    ]


def filing(engine, store, **options):
    return Filing(engine, store, read_batch, **options)


def keep_all(engine, store, kept):
    keeper = Journal(engine, store)
    for batch in kept:
        keeper.keep(batch)


def killed_while_filing(url: str, objects: str) -> None:
    """A process that dies in the middle of the second batch."""
    read = 0

    def reader(batch):
        nonlocal read
        read += 1
        if read == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return read_batch(batch)

    Filing(connect(url), ReplayStore.at(objects), reader).run()
