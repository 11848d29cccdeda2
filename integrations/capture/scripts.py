"""posthog-js' own files, for sites that load it from here."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

PACKAGED = Path(__file__).parent / "sdk"
"""Where the build puts them: a folder for each version."""

_VERSION = re.compile(r"\d+\.\d+\.\d+[A-Za-z0-9.-]*")


class Script:
    """One file, read when it is first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def body(self) -> bytes:
        return self._path.read_bytes()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.body, mtime=0)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.blake2b(self.body, digest_size=16).hexdigest()}"'


@dataclass(frozen=True, slots=True)
class Scripts:
    """The files of one version by their names."""

    version: str
    files: dict[str, Script]

    def get(self, name: str, version: str) -> Script | None:
        """The file, where it is of that version; empty: of any."""
        return self.files.get(name) if version in ("", self.version) else None


def scripts_in(folder: Path) -> Scripts | None:
    """Those of a posthog-js' ``dist``, or of the newest version in a folder of them;
    None where there are none."""
    versions = [one for one in folder.glob("*") if _VERSION.fullmatch(one.name)]
    versions = [one for one in versions if (one / "array.js").is_file()]
    if versions:
        folder = max(versions, key=_order)
    files = {
        path.name: Script(path)
        for pattern in ("*.js", "*.js.map")
        for path in folder.glob(pattern)
    }
    if "array.js" not in files:
        return None
    return Scripts(folder.name if versions else _named_version(folder), files)


def _order(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.name)[:3])


def _named_version(dist: Path) -> str:
    """As the npm package says beside its ``dist``; ``unknown`` where nobody says."""
    try:
        package = json.loads((dist.parent / "package.json").read_bytes())
        version = package["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return "unknown"
    return version if isinstance(version, str) else "unknown"
