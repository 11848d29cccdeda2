"""The built viewer and a payload, put together as one HTML page.

The same viewer serves the file on disk, with its segments inside, and the share page,
which fetches them. It is carried compressed, and a short script unpacks it. Everything
that is not such bytes is ASCII, because the page is declared windows-1252 for their
sake.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.errors import SettingsError
from bot.exporter.binary import to_page
from bot.exporter.lock import Lock, PieceKind
from bot.exporter.manifest import Manifest

CHARSET = "windows-1252"
VIEWER = Path(__file__).with_name("viewer.html")

_PLACEHOLDERS = ("comment", "csp", "title", "manifest", "segments")
_STYLE = re.compile(r'<style id="viewer-style">(.*?)</style>', re.DOTALL)
_VIEWER_SCRIPT = re.compile(r'<script id="viewer-script">(.*?)</script>', re.DOTALL)
_BOOT_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Viewer:
    """The built page around its compressed style and script."""

    head: str
    """With the placeholders of what is known only of each replay."""
    packed: bytes
    tail: str
    scripts: tuple[str, ...]
    """Every script that runs in the page."""


def file_page(
    manifest: Manifest,
    segments: Iterable[bytes],
    assets: Iterable[bytes] = (),
    *,
    passphrase: str | None = None,
) -> Iterator[bytes]:
    """The portable file, piece by piece; ``segments`` are the packed bytes in order,
    ``assets`` the bodies of the carried assets.

    With a passphrase the file is locked: nothing of the recording stands in clear.
    """
    document = manifest.to_json()
    title = f"Replay {manifest.recording_id or ''}".strip()
    lock = Lock(passphrase, document) if passphrase is not None else None
    if lock is not None:
        document, title = lock.public(), "Locked replay"
    comment = (
        "<!-- Replay Courier portable replay, format 1. To watch: download this file"
        " and open it in a browser; it works offline. -->"
    )
    csp = html.escape(policy(connect="'none'"), quote=True)
    head, tail = _assemble(
        document,
        title=title,
        comment=comment,
        csp=f'<meta http-equiv="Content-Security-Policy" content="{csp}">',
        attributes="",
    )
    yield head
    # Ahead of the events that show them: the viewer plays as soon as it has a segment.
    carried = len(manifest.assets.files) if manifest.assets else 0
    yield from _pieces("asset", assets, carried, lock)
    yield from _pieces("segment", segments, len(manifest.segments), lock)
    yield b'<script type="application/octet-stream" id="replay-end"></script>\n'
    yield tail


def _pieces(
    kind: PieceKind, contents: Iterable[bytes], count: int, lock: Lock | None
) -> Iterator[bytes]:
    for index, content in enumerate(contents):
        yield (
            b'<script type="application/octet-stream" class="replay-%s"'
            b' data-index="%d">' % (kind.encode(), index)
        )
        yield to_page(lock.seal(kind, index, count, content) if lock else content)
        yield b"</script>\n"


def share_page(
    manifest: Manifest,
    *,
    segments_url: str,
    download_url: str,
    expires: str,
    assets_url: str = "",
    newer_url: str = "",
) -> bytes:
    """The page of a share link, which fetches its segments from ``segments_url`` and
    its assets from ``assets_url``, by number. It asks at ``newer_url`` whether there is
    more of a session that goes on."""
    attributes = "".join(
        f' data-{name}="{html.escape(value, quote=True)}"'
        for name, value in (
            ("segments", segments_url),
            ("assets", assets_url),
            ("download", download_url),
            ("expires", expires),
            ("newer", newer_url),
        )
        if value or name != "newer"
    )
    head, tail = _assemble(
        manifest.to_json(),
        title=f"Replay {manifest.recording_id or ''}".strip(),
        comment="",
        csp="",
        attributes=attributes,
    )
    return head + tail


def policy(*, connect: str) -> str:
    """The content security policy under which the viewer runs."""
    hashes = " ".join(map(_hash, _viewer().scripts))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes}",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data: blob:",
            "media-src data: blob:",
            f"connect-src {connect}",
            "worker-src blob:",
            "child-src blob:",
            "frame-src blob: about:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _assemble(
    document: Mapping[str, Any],
    *,
    title: str,
    comment: str,
    csp: str,
    attributes: str,
) -> tuple[bytes, bytes]:
    text = _readable(document).replace("<", "\\u003c")
    values = {
        "comment": comment,
        "csp": csp,
        "title": _ascii(title),
        "manifest": '<script type="application/json" id="replay-manifest"'
        f"{attributes}>\n{text}\n</script>",
    }
    viewer = _viewer()
    head = re.sub(r"<!--replay:(\w+)-->", lambda found: values[found[1]], viewer.head)
    boot, tail = viewer.tail.split("<!--replay:segments-->")
    start = head.encode("ascii") + viewer.packed + boot.encode("ascii")
    return start, tail.encode("ascii")


def _readable(document: Mapping[str, Any]) -> str:
    """JSON with a line for each field: a person finds what they look for, and the
    hundredth mark has no line of its own."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}"
        for name, value in document.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def _ascii(text: str) -> str:
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode("ascii")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@functools.cache
def _viewer() -> _Viewer:
    try:
        text = VIEWER.read_text(encoding="ascii")
    except FileNotFoundError:
        raise SettingsError(
            "the viewer is not built; build it with: make install"
        ) from None
    parts = [_STYLE, _VIEWER_SCRIPT, _BOOT_SCRIPT]
    if any(len(part.findall(text)) != 1 for part in parts) or any(
        text.count(f"<!--replay:{name}-->") != 1 for name in _PLACEHOLDERS
    ):
        raise SettingsError(
            "the built viewer is not one this version knows; build it again with:"
            " make install"
        )
    style, script, boot = (part.findall(text)[0] for part in parts)
    carried = json.dumps({"style": style, "script": script}).encode()
    head, tail = _VIEWER_SCRIPT.sub("<!---->", _STYLE.sub("", text)).split("<!---->")
    packed = to_page(gzip.compress(carried, 9, mtime=0))
    element = b'<script type="application/octet-stream" id="replay-viewer">%s</script>'
    return _Viewer(head, element % packed, tail, (script, boot))
