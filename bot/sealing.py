"""Seals the few texts that must be read back and must not lie open in the database.

Share links' URLs and Slack's tokens are kept sealed: whoever reads the database alone
can use neither. Fernet (AES-128-CBC with HMAC-SHA256), from the cryptography package.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import SettingsError
from bot.folders import private_folder

KEY_FILE = "secret.key"


def new_key() -> str:
    """A fresh key as SECRET_KEYS takes it."""
    return Fernet.generate_key().decode()


def is_key(text: str) -> bool:
    """Whether the text is a key."""
    try:
        Fernet(text)
    except ValueError:
        return False
    return True


class Sealer:
    """Seals with the first key and opens with any of them, so keys can be changed."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def in_folder(cls, folder: Path) -> Sealer:
        """With the key kept in the folder, made when it is first needed."""
        path = folder / KEY_FILE
        private_folder(folder)
        if not path.exists():
            _write_once(path, new_key())
        key = path.read_text().strip()
        if not is_key(key):
            raise SettingsError(f"{path} holds no key; restore it from a backup")
        return cls([key])

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises SettingsError where none of the keys fits."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SettingsError(
                "something sealed in the database cannot be opened: SECRET_KEYS (or the"
                f" {KEY_FILE} in the data folder) is not the key it was sealed with"
            ) from None


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, readable by the owner alone; the first of several wins."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
