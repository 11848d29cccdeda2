"""Four workers archive, and are killed at random: all is there in the end, once."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from tests import archivists


def test_workers_killed_at_random_leave_no_gap_and_no_duplicate(
    database_url: str, engine: Engine, tmp_path: Path, target: str
) -> None:
    """As objects, as rows and in the index; `make bench` does it with ten thousand."""
    # On a busy machine a worker that lives for a tenth of a second gets nothing done.
    story = archivists.archive(database_url, target, 80, pause_s=0.1, most_kills=10)
    assert story.kills > 3
    archivists.check_whole(story, engine, tmp_path / "archive", 80)
