"""How fast small recordings are archived, and ten thousand by workers that are killed.

The recordings come from a source that costs nothing, so that this is what archiving
itself takes: leasing, exporting, putting, noting. PostHog gives far fewer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.archiving.orders import Format, target_at
from bot.database.engine import connect
from bot.database.migrating import upgrade
from tests import archivists, servers

_FEW = 400
_MANY = 10_000
_PAUSE_S = 2.0


@contextmanager
def _databases() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder, servers.postgresql() as url:
        yield {"SQLite": f"sqlite:///{folder}/courier.db", "PostgreSQL": url}


def _archived(
    url: str, count: int, *, workers: int, pause_s: float | None, format_: Format
) -> archivists.Story:
    engine = connect(url)
    with tempfile.TemporaryDirectory() as folder:
        story = archivists.archive(
            url,
            target_at(folder),
            count,
            workers=workers,
            pause_s=pause_s,
            format_=format_,
            within_s=1800,
        )
        if pause_s is not None:
            archivists.check_whole(story, engine, Path(folder), count)
    engine.dispose()
    return story


def main() -> None:
    """Print recordings a second, a worker and in all."""
    print(f"\nArchive of {_FEW} small recordings")
    formats: tuple[Format, ...] = ("raw", "replay")
    for format_ in formats:
        for workers in (1, 2, 4):
            with _databases() as databases:
                for name, url in databases.items():
                    upgrade(connect(url))
                    story = _archived(
                        url, _FEW, workers=workers, pause_s=None, format_=format_
                    )
                    rate = _FEW / story.seconds
                    print(
                        f"  {format_:8}{name:12}{workers} workers {rate:6.0f} a second,"
                        f" {rate / workers:5.0f} each"
                    )
    print(f"\nArchive of {_MANY}, four workers, one killed every {_PAUSE_S:.0f} s")
    with _databases() as databases:
        for name, url in databases.items():
            upgrade(connect(url))
            story = _archived(url, _MANY, workers=4, pause_s=_PAUSE_S, format_="raw")
            print(
                f"  {name:12}{_MANY / story.seconds:6.0f} a second,"
                f" {story.kills} killed; complete, none twice"
            )


if __name__ == "__main__":
    main()
