"""What posthog-js sent for the recordings, as batches that the door would hand over."""

from __future__ import annotations

from bot.captured.filing import Filing
from bot.captured.journal import Journal
from bot.model import Batch
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
