"""Locked files: what a portable replay says, readable only with its passphrase.

A random key seals the manifest and each piece of the payload with AES-256-GCM, and is
itself sealed with a key that Argon2id makes of the passphrase. Every piece is bound to
the header and to its own place, so that none can be altered, swapped, left out or
brought from another file. Where the pieces stand in the page is the page's business.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Mapping
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.errors import BadInput
from bot.exporter.lock_header import KEY_BYTES, SALT_BYTES, Header, encoded

PieceKind = Literal["segment", "asset"]

_NONCE_BYTES = 12
_MOST_MANIFEST_BYTES = 64 * 1024 * 1024


class Lock:
    """Seals one file with a key of its own, under a passphrase.

    Never two files with one Lock: their pieces could be exchanged.
    """

    def __init__(self, passphrase: str, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest
        self._header = Header(
            format=manifest["format"],
            version=manifest["version"],
            producer=manifest["producer"],
            salt=encoded(os.urandom(SALT_BYTES)),
        )
        key = AESGCM.generate_key(KEY_BYTES * 8)
        self._data = AESGCM(key)
        self._key = self._seal(self._header.key_of(passphrase), key, "key")

    def public(self) -> dict[str, Any]:
        """The manifest as it stands in the file, with nothing of the recording in
        clear."""
        plain = zlib.compress(json.dumps(self._manifest).encode(), 9)
        return self._header.to_json(
            self._key, self._seal(self._data, plain, "manifest")
        )

    def seal(self, kind: PieceKind, index: int, count: int, content: bytes) -> bytes:
        """The piece ``index`` of ``count`` of its kind, sealed."""
        return self._seal(self._data, content, kind, index, count)

    def _seal(
        self, key: AESGCM, plain: bytes, kind: str, index: int = 0, count: int = 1
    ) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + key.encrypt(nonce, plain, self._header.place(kind, index, count))


class Unlocked:
    """A locked file that was opened with its passphrase."""

    def __init__(self, header: Header, data: AESGCM, manifest: bytes) -> None:
        self._header = header
        self._data = data
        packed = _opened(data, manifest, header.place("manifest"))
        if packed is None:
            raise BadInput("the replay is damaged: its manifest was altered")
        self.manifest = _inflated(packed)
        """JSON, as the producer wrote it; what it says is not yet checked."""

    def open(self, kind: PieceKind, index: int, count: int, sealed: bytes) -> bytes:
        """The piece ``index`` of ``count`` of its kind. Raises BadInput."""
        place = self._header.place(kind, index, count)
        content = _opened(self._data, sealed, place)
        if content is None:
            raise BadInput(
                f"the replay is damaged: {kind} {index + 1} of {count} was altered or"
                " belongs elsewhere"
            )
        return content


def is_locked(document: Any) -> bool:
    """Whether a manifest is the public part of a locked file."""
    return isinstance(document, dict) and "locked" in document


def unlock(document: Mapping[str, Any], passphrase: str) -> Unlocked:
    """Opens a locked file by its public part. Raises BadInput: it is damaged, or the
    passphrase is another."""
    header, sealed_key, manifest = Header.from_json(document)
    key = _opened(header.key_of(passphrase), sealed_key, header.place("key"))
    if key is None or len(key) != KEY_BYTES:
        raise BadInput("that is not its passphrase")
    return Unlocked(header, AESGCM(key), manifest)


def _opened(key: AESGCM, sealed: bytes, place: bytes) -> bytes | None:
    nonce, content = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    if len(nonce) < _NONCE_BYTES:
        return None
    try:
        return key.decrypt(nonce, content, place)
    except InvalidTag:
        return None


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(packed, _MOST_MANIFEST_BYTES)
    except zlib.error as error:
        raise BadInput("the replay is damaged: its manifest cannot be read") from error
    if not inflater.eof:
        raise BadInput("the replay's manifest is cut short or too large")
    return plain
