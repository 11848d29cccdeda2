"""Folders that nobody else on the machine may look into: recordings lie in them."""

from __future__ import annotations

from pathlib import Path


def private_folder(folder: Path) -> Path:
    """Make the folder, and those above it that are missing, for this user alone.

    One that is there already keeps the permissions its owner gave it. Raises OSError.
    """
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
    return folder
