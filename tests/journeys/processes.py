"""The courier's own processes, to be interrupted and killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import TracebackType

from tests import commands
from tests.journeys.waiting import eventually

_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH")


class Process:
    """``replay-courier COMMAND`` with ``environment``; what it says goes to a file in
    ``folder``. It is killed when its ``with`` ends."""

    def __init__(
        self, command: str, environment: dict[str, str], folder: Path, says: str
    ) -> None:
        self._says = says
        self._log = folder / f"{command}-{os.urandom(4).hex()}.log"
        passed_on = {
            name: os.environ[name] for name in _PASSED_ON if name in os.environ
        }
        self._log.touch()
        self._process = commands.start(
            (command,),
            passed_on | environment,
            # Away from any .env of a developer's own.
            folder,
            stdout=self._log,
            stderr=self._log,
        )

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def started(self) -> Process:
        """Wait until it says that it is at work."""
        eventually(
            lambda: self._says in self.said() or not self._process.is_alive(),
            within=30,
        )
        assert self._process.is_alive(), self.said()
        return self

    def kill(self) -> None:
        """End it with SIGKILL, as an out-of-memory killer or a power cut does."""
        self._process.kill()
        self._process.join(10)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self, within: float) -> int:
        """Its exit status, once it ended."""
        self._process.join(within)
        assert self._process.exitcode is not None, f"it is there after {within} s"
        return self._process.exitcode

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.is_alive():
            self.kill()
