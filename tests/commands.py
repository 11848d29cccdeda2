"""The courier's commands as processes of their own, without the second each needs to
start: they are forked from a process that has imported everything and done nothing.

Exit status, signals, environment, working folder, output and memory are a process' own.
What only a start of Python shows (``python -m bot``, what a command imports) is not.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests.recorded import ROOT

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "bot.__main__",
        *(f"bot.cli.{path.stem}" for path in (ROOT / "bot/cli").glob("[a-z]*.py")),
        "bot.demo.run",
        "bot.exporter",
        "bot.wiring.services",
    ]
)


def start(
    words: tuple[str, ...],
    environment: Mapping[str, str],
    folder: Path,
    stdout: Path,
    stderr: Path,
) -> BaseProcess:
    """``replay-courier WORDS`` in ``folder``, at no terminal; what it says is written
    to the ends of the two files, which may be the same. It dies with the test run."""
    return fork(_be, words, dict(environment), folder, stdout, stderr)


def fork(function: Callable[..., object], *arguments: object) -> BaseProcess:
    """A function of a module, called in a process of its own in the same way."""
    process = _FORKS.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


def run(
    *words: object, environment: Mapping[str, str], folder: Path, within: float = 60
) -> subprocess.CompletedProcess[str]:
    """The same, once it has ended; in seconds."""
    arguments = tuple(map(str, words))
    with tempfile.TemporaryDirectory() as temporary:
        stdout, stderr = Path(temporary, "stdout"), Path(temporary, "stderr")
        process = start(arguments, environment, folder, stdout, stderr)
        process.join(within)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(arguments, within)
        return subprocess.CompletedProcess(
            arguments, process.exitcode, stdout.read_text(), stderr.read_text()
        )


def _be(
    words: tuple[str, ...],
    environment: Mapping[str, str],
    folder: Path,
    stdout: Path,
    stderr: Path,
) -> None:
    """Become the command."""
    from bot.__main__ import main

    os.setsid()
    for number, path in ((0, os.devnull), (1, stdout), (2, stderr)):
        mode = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        opened = os.open(path, mode, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[1:] = words
    main()
