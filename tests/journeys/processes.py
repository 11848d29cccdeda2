"""The courier's own processes, to be interrupted and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

from tests.journeys.waiting import eventually

_ROOT = Path(__file__).parents[2]
_PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG", "LD_LIBRARY_PATH")


class Process:
    """``python -m bot COMMAND`` with ``environment``; what it says goes to a file in
    ``folder``. It is killed when its ``with`` ends."""

    def __init__(
        self, command: str, environment: dict[str, str], folder: Path, says: str
    ) -> None:
        self._says = says
        self._log = folder / f"{command}-{os.urandom(4).hex()}.log"
        passed_on = {
            name: os.environ[name] for name in _PASSED_ON if name in os.environ
        }
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", command],
                env={**passed_on, "PYTHONPATH": str(_ROOT), **environment},
                # Away from any .env of a developer's own.
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def said(self) -> str:
        return self._log.read_text("utf-8", "replace")

    def started(self) -> Process:
        """Wait until it says that it is at work."""
        eventually(
            lambda: self._says in self.said() or self._process.poll() is not None,
            within=30,
        )
        assert self._process.poll() is None, self.said()
        return self

    def kill(self) -> None:
        """End it with SIGKILL, as an out-of-memory killer or a power cut does."""
        self._process.kill()
        self._process.wait(timeout=10)

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self, within: float) -> int:
        """Its exit status, once it ended."""
        return self._process.wait(timeout=within)

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self.kill()
