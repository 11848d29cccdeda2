"""Where a locked file's passphrase comes from: a file, the environment, or a person.

Never an argument's value, which everyone on the machine could read, and never echoed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import Progress

from bot.cli.output import say
from bot.errors import BadInput

VARIABLE = "REPLAY_PASSPHRASE"
_FEW = 12
_MOST_BYTES = 4096

AskOf = Callable[[Path], str]
"""Answers the passphrase of a locked file, or raises BadInput."""

_Command = TypeVar("_Command", bound=Any)


def passphrase_file_option(command: _Command) -> _Command:
    """``--passphrase-file``, as every command has it that reads locked files."""
    option = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help=f"File with the passphrase; or set {VARIABLE}. Else it is asked for.",
    )
    return option(command)


class Passphrases:
    """The passphrases of one command, asked for only where they are needed.

    ``lock`` says whether to lock what is written; None where nobody said.
    """

    def __init__(
        self,
        file: Path | None = None,
        *,
        lock: bool | None = None,
        bar: Progress | None = None,
    ) -> None:
        self._file = file
        # Who names a file with a passphrase does not expect what anyone can read.
        self._lock = lock or (lock is None and file is not None)
        self._unlock = lock is False
        self._bar = bar
        self._new: str | None = None
        self._of: dict[Path, str] = {}

    def of(self, path: Path) -> str:
        """The passphrase of a locked file. Raises BadInput where nobody can say it."""
        self._of[path] = self._given() or self._asked(
            f"Passphrase of {path}", otherwise=f"{path} is locked"
        )
        return self._of[path]

    def to_lock(self, path: Path) -> str | None:
        """The passphrase for what is written of ``path``; None to leave it unlocked.

        New ones are the same for all files of one command, and what was locked stays
        locked, unless ``lock`` is False. Raises BadInput where nobody can say one.
        """
        if self._unlock:
            return None
        if not self._lock:
            return self._of.get(path)
        if self._new is None:
            self._new = self._given() or self._asked(
                "New passphrase",
                otherwise="there is no passphrase to lock with",
                twice=True,
            )
            if len(self._new) < _FEW:
                say(
                    f"the passphrase has fewer than {_FEW} characters: whoever holds"
                    " the file can try many; several words are better"
                )
        return self._new

    def _given(self) -> str | None:
        if self._file is not None:
            return _from_file(self._file)
        return os.environ.get(VARIABLE) or None

    def _asked(self, question: str, *, otherwise: str, twice: bool = False) -> str:
        if not sys.stdin.isatty():
            raise BadInput(
                f"{otherwise}, and there is no terminal to ask at: give it with"
                f" --passphrase-file FILE or {VARIABLE}"
            )
        # A bar that is redrawn would write over the question.
        if self._bar is not None:
            self._bar.stop()
        try:
            answer: str = click.prompt(
                question, hide_input=True, confirmation_prompt=twice, err=True
            )
        finally:
            if self._bar is not None:
                self._bar.start()
        return answer


def _from_file(path: Path) -> str:
    """The file's first line and only one, without its end."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from error
    line = content.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or "\n" in text or len(content) > _MOST_BYTES:
        raise BadInput(f"{path} holds no passphrase: expected one line of text")
    return text
