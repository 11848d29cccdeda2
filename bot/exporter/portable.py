"""Reads a portable replay back: manifest and events, verified before parsed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import BadInput
from bot.exporter.binary import from_page
from bot.exporter.lock import PieceKind, Unlocked, is_locked, unlock
from bot.exporter.manifest import Manifest, check_format
from bot.exporter.segments import read_events, unpack
from bot.recording import lossless
from bot.recording.rrweb import RrwebEvent

_MANIFEST = b'<script type="application/json" id="replay-manifest"'
_SCRIPT_END = b"</script>"
_SEGMENT = re.compile(
    rb'<script type="application/octet-stream" class="replay-segment"'
    rb' data-index="(\d{1,9})">([^<]*)</script>'
)
_ASSET = re.compile(
    rb'<script type="application/octet-stream" class="replay-asset"'
    rb' data-index="(\d{1,9})">([^<]*)</script>'
)
_END = b'id="replay-end"'


@dataclass(frozen=True, slots=True)
class PortableReplay:
    """A portable replay that was read; its parts were found, not yet verified."""

    path: Path
    manifest: Manifest
    packed: tuple[bytes, ...]
    assets: tuple[bytes, ...] = ()
    """The bodies of the carried assets."""

    def events(self) -> Iterator[RrwebEvent]:
        """The events in order of arrival; each segment is verified, then unpacked, and
        the whole is verified at the end. Raises BadInput."""
        digest = hashlib.sha256()
        try:
            for segment, packed in zip(
                self.manifest.segments, self.packed, strict=True
            ):
                plain = unpack(segment, packed)
                digest.update(plain)
                yield from read_events(plain)
        except BadInput as error:
            raise BadInput(f"{self.path}: {error}") from error
        if digest.hexdigest() != self.manifest.sha256:
            raise BadInput(
                f"{self.path}: the replay is damaged: its events do not match the"
                " digest"
            )

    def verify(self) -> None:
        """Raises BadInput where the payload is not what the manifest says."""
        for _ in self.events():
            pass
        files = self.manifest.assets.files if self.manifest.assets else ()
        for file, body in zip(files, self.assets, strict=True):
            if hashlib.sha256(body).hexdigest() != file.sha256:
                raise BadInput(
                    f"{self.path}: the replay is damaged: an asset does not match its"
                    " digest"
                )


def is_portable(start: bytes) -> bool:
    """Whether a file that starts so is a page, as a portable replay is."""
    return start.lstrip()[:9].lower() == b"<!doctype"


def open_portable(
    path: Path, passphrase: Callable[[], str] | None = None
) -> PortableReplay:
    """The portable replay in a file; ``passphrase`` is asked for that of a locked one.

    Raises BadInput: no replay, newer, cut short, another passphrase, and what
    ``passphrase`` raises.
    """
    content = path.read_bytes()
    text, end = _manifest_in(content)
    if text is None:
        raise BadInput(f"{path} is a page, but no portable replay")
    try:
        document = lossless.loads(text)
    except ValueError as error:
        raise BadInput(f"{path}: its manifest is damaged: {error}") from error
    if content.find(_END, end) < 0:
        raise _cut_short(path)
    opened = None
    if is_locked(document):
        check_format(document)
        if passphrase is None:
            raise BadInput(f"{path} is locked with a passphrase")
        opened, document = _unlocked(path, document, passphrase())
    manifest = Manifest.from_json(document)
    segments = {int(one[1]): one[2] for one in _SEGMENT.finditer(content, end)}
    count = len(manifest.segments)
    if sorted(segments) != list(range(count)):
        raise _cut_short(path)
    packed = tuple(from_page(segments[index]) for index in range(count))
    assets = _assets(path, manifest, content, end)
    if opened is not None:
        packed = _unsealed(path, opened, "segment", packed)
        assets = _unsealed(path, opened, "asset", assets)
    return PortableReplay(path, manifest, packed, assets)


def _assets(
    path: Path, manifest: Manifest, content: bytes, start: int
) -> tuple[bytes, ...]:
    if manifest.assets is None:
        return ()
    found = {int(one[1]): one[2] for one in _ASSET.finditer(content, start)}
    if sorted(found) != list(range(len(manifest.assets.files))):
        raise BadInput(f"{path} is cut short: not all of its assets are there")
    return tuple(from_page(found[index]) for index in sorted(found))


def _unlocked(
    path: Path, document: dict[str, Any], passphrase: str
) -> tuple[Unlocked, Any]:
    """A locked file's pieces and manifest."""
    try:
        opened = unlock(document, passphrase)
        return opened, lossless.loads(opened.manifest)
    except (BadInput, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error


def _unsealed(
    path: Path, opened: Unlocked, kind: PieceKind, sealed: tuple[bytes, ...]
) -> tuple[bytes, ...]:
    try:
        return tuple(
            opened.open(kind, index, len(sealed), piece)
            for index, piece in enumerate(sealed)
        )
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from error


def _cut_short(path: Path) -> BadInput:
    return BadInput(f"{path} is cut short: not all of its segments are there")


def _manifest_in(content: bytes) -> tuple[bytes | None, int]:
    """The manifest's text, None where there is none, and where it ends.

    By plain searches: a regular expression takes minutes over a megabyte of beginnings
    without an end.
    """
    tag = content.find(_MANIFEST)
    start = content.find(b">", tag) + 1
    end = content.find(_SCRIPT_END, start)
    return (None, 0) if tag < 0 or start < 1 or end < 0 else (content[start:end], end)
