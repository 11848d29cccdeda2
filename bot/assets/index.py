"""How a replay holds its assets: bodies behind the segments, each once, and in the
manifest which URL means which body, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from io import SEEK_END
from typing import IO, Any, Protocol, get_type_hints

from bot.assets.kinds import TYPES
from bot.recording.rrweb import RrwebEvent

# What the manifest says of missing assets at most; all of them are counted.
_MAX_MISSING = 100
_MAX_MISSING_CHARS = 300


@dataclass(frozen=True, slots=True)
class Asset:
    """A body, the type we found it to be, and where it was in the end."""

    type: str
    """One of ``kinds.TYPES``."""
    content: bytes
    url: str


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


class AssetCollector(Protocol):
    """What ``export`` asks of whoever brings the assets."""

    def note(self, recorded: RrwebEvent, redacted: RrwebEvent) -> None:
        """Look at an event, as recorded and as it goes into the replay."""

    def carry(
        self, payload: IO[bytes], clean: Callable[[str], str]
    ) -> AssetIndex | None:
        """Append the assets' bodies to the payload and return their index. ``clean``
        takes secrets out of a URL."""


Collectors = Callable[[], AssetCollector]
"""Makes a collector for an export; each needs its own."""


def written(
    payload: IO[bytes],
    outcomes: Iterable[tuple[str, Asset | str]],
    clean: Callable[[str], str],
    *,
    unnamed: int,
) -> AssetIndex:
    """Appends the bodies to the payload; the index of all outcomes, by the names the
    replay knows them by. ``unnamed`` are missing as well."""
    offset = payload.seek(0, SEEK_END)
    files: dict[tuple[str, str], int] = {}
    listed: list[AssetFile] = []
    urls: dict[str, int] = {}
    missing: list[Missing] = []
    for name, found in outcomes:
        if isinstance(found, str):
            shown = clean(name)[:_MAX_MISSING_CHARS]
            missing.append(Missing(shown, found))
            continue
        digest = hashlib.sha256(found.content).hexdigest()
        number = files.setdefault((found.type, digest), len(files))
        urls[name] = number
        if number == len(listed):
            size = len(found.content)
            listed.append(AssetFile(offset, size, found.type, digest))
            payload.write(found.content)
            offset += size
    return AssetIndex(
        files=tuple(listed),
        urls=urls,
        missing=tuple(missing[:_MAX_MISSING]),
        missing_count=len(missing) + unnamed,
    )


def _typed(kind: type[AssetFile | Missing], row: Any) -> dict[str, Any]:
    """The row's fields, each of the type it is declared with."""
    types = get_type_hints(kind)
    for name, type_ in types.items():
        if not isinstance(row[name], type_):
            raise TypeError(f"{name} is {type(row[name]).__name__}")
    return {name: row[name] for name in types}
