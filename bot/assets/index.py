"""How a manifest lists the assets its replay carries, and those it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_type_hints

from bot.assets.kinds import TYPES

# What the manifest says of missing assets at most; all of them are counted.
MAX_MISSING = 100
MAX_MISSING_CHARS = 300


@dataclass(frozen=True, slots=True)
class AssetFile:
    """One carried body: where it is in the payload, and what it is."""

    offset: int
    bytes: int
    type: str
    """One of ``kinds.TYPES``."""
    sha256: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An asset that is not carried, and why."""

    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class AssetIndex:
    """The carried bodies, each once, and which URL of the events means which."""

    files: tuple[AssetFile, ...]
    urls: Mapping[str, int]
    """By URL as it stands in the events, without fragment: the number of the file."""
    missing: tuple[Missing, ...]
    """The first of those that are missing."""
    missing_count: int

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    def to_json(self) -> dict[str, Any]:
        return {
            "files": [asdict(file) for file in self.files],
            "urls": [{"url": url, "file": file} for url, file in self.urls.items()],
            "missing": [asdict(one) for one in self.missing],
            "missing_count": self.missing_count,
        }

    @classmethod
    def from_json(cls, value: Any) -> AssetIndex:
        """Raises KeyError, TypeError or ValueError where it is damaged."""
        files = tuple(AssetFile(**_typed(AssetFile, row)) for row in value["files"])
        if any(f.offset < 0 or f.bytes < 0 or f.type not in TYPES for f in files):
            raise ValueError("an asset of no known kind")
        urls = {str(row["url"]): int(row["file"]) for row in value["urls"]}
        if not all(0 <= file < len(files) for file in urls.values()):
            raise ValueError("a URL of an asset that is not there")
        return cls(
            files=files,
            urls=urls,
            missing=tuple(Missing(**_typed(Missing, row)) for row in value["missing"]),
            missing_count=int(value["missing_count"]),
        )


def _typed(kind: type[AssetFile | Missing], row: Any) -> dict[str, Any]:
    """The row's fields, each of the type it is declared with."""
    types = get_type_hints(kind)
    for name, type_ in types.items():
        if not isinstance(row[name], type_):
            raise TypeError(f"{name} is {type(row[name]).__name__}")
    return {name: row[name] for name in types}
