"""A disk that is small enough to be filled."""

from __future__ import annotations

from pathlib import Path


class Disk:
    """A file system of its own; ``fill`` leaves no room, ``make_room`` some."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        (self.folder / "filler").unlink()
