"""What a locked file says in the open: how it is locked, and nothing of the recording.

Reads and writes that part, bounded, and makes the keys of it; what is sealed with them
is ``lock``'s business.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from bot.errors import BadInput

KEY_BYTES = 32
SALT_BYTES = 16

_CIPHER = "aes-256-gcm"
_KDF = "argon2id"
# RFC 9106, section 4, the second recommended option: a file can be guessed at for ever.
_MEMORY_KIB, _PASSES, _LANES = 64 * 1024, 3, 4
# What a file may ask of its reader: 256 MiB, and about five seconds in a browser.
_MOST_MEMORY_KIB, _MOST_PASSES, _MOST_LANES = 256 * 1024, 16, 16
_MOST_WORK_KIB = 1024 * 1024

_SEALED = ("key", "manifest", "check")
_TEXTS = {"format", "producer", "salt", *_SEALED}
_NUMBERS = {"version", "memory_kib", "passes", "lanes"}
_ALL = {"locked", "kdf", "cipher"} | _TEXTS | _NUMBERS
_LINE = re.compile(r"[\x20-\x7e]{1,100}")


@dataclass(frozen=True, slots=True)
class Header:
    """How a file is locked; every sealed piece of it vouches for these fields."""

    format: str
    version: int
    producer: str
    salt: str
    memory_kib: int = _MEMORY_KIB
    passes: int = _PASSES
    lanes: int = _LANES

    def place(self, kind: str, index: int = 0, count: int = 1) -> bytes:
        """What a piece is sealed with beside its content: whose it is, and where."""
        fields = (self.format, self.version, self.producer, _KDF, self.memory_kib)
        rest = (self.passes, self.lanes, self.salt, _CIPHER, kind, index, count)
        return "\n".join(map(str, (*fields, *rest))).encode("ascii")

    def key_of(self, passphrase: str) -> AESGCM:
        """The key that a passphrase makes; takes memory and time on purpose.

        Raises BadInput where the passphrase is no text.
        """
        try:
            # Composed, as RFC 8265 asks: the same from every keyboard.
            typed = unicodedata.normalize("NFC", passphrase).encode()
        except UnicodeEncodeError:
            raise BadInput("the passphrase holds bytes that are no text") from None
        derivation = Argon2id(
            salt=decoded(self.salt),
            length=KEY_BYTES,
            iterations=self.passes,
            lanes=self.lanes,
            memory_cost=self.memory_kib,
        )
        return AESGCM(derivation.derive(typed))

    def to_json(self, key: bytes, manifest: bytes) -> dict[str, Any]:
        """The public part of a file with these sealed pieces."""
        texts = encoded(key), encoded(manifest)
        return {
            "format": self.format,
            "version": self.version,
            "producer": self.producer,
            "locked": {
                "kdf": _KDF,
                "memory_kib": self.memory_kib,
                "passes": self.passes,
                "lanes": self.lanes,
                "salt": self.salt,
                "cipher": _CIPHER,
                **dict(zip(_SEALED, (*texts, self._check(*texts)), strict=True)),
            },
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> tuple[Header, bytes, bytes]:
        """The header of a public part, and the sealed key and manifest beside it.

        Raises BadInput: damaged, locked in an unknown way, or asking for more work
        than any honest file.
        """
        locked = document["locked"]
        if not isinstance(locked, dict):
            _damaged()
        if (locked.get("kdf"), locked.get("cipher")) != (_KDF, _CIPHER):
            raise BadInput(
                "this replay is locked in a way that this replay-courier does not know:"
                " update it to open the file"
            )
        fields = {**document, **locked}
        if len(fields) != len(document) + len(locked) or fields.keys() != _ALL:
            _damaged()
        lines = (fields["format"], fields["producer"], fields["salt"])
        if (
            not all(isinstance(fields[name], str) for name in _TEXTS)
            or not all(type(fields[name]) is int for name in _NUMBERS)
            or not all(map(_LINE.fullmatch, lines))
            or len(decoded(fields["salt"])) != SALT_BYTES
        ):
            _damaged()
        header = cls(
            **{name: fields[name] for name in cls.__slots__},
        )
        header._refuse_excess()
        key, manifest, check = (fields[name] for name in _SEALED)
        if check != header._check(key, manifest):
            _damaged()
        return header, decoded(key), decoded(manifest)

    def _check(self, key: str, manifest: str) -> str:
        """Tells accidental damage from a wrong passphrase, and proves nothing else."""
        parts = self.place("check"), key.encode(), manifest.encode()
        return hashlib.sha256(b"\n".join(parts)).hexdigest()

    def _refuse_excess(self) -> None:
        if not (
            1 <= self.lanes <= _MOST_LANES
            and 1 <= self.passes <= _MOST_PASSES
            and 8 * self.lanes <= self.memory_kib <= _MOST_MEMORY_KIB
            and self.memory_kib * self.passes <= _MOST_WORK_KIB
        ):
            raise BadInput(
                "the replay asks for more work to unlock it than any honest one"
            )


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def decoded(text: str) -> bytes:
    """Raises BadInput where the text is no base64."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        _damaged()


def _damaged() -> NoReturn:
    raise BadInput("the replay is damaged: what it says of its lock was changed")
