"""Real servers for tests: PostgreSQL from the machine's packages, an S3 API from PyPI.

On a laptop a missing server is a skip with a reason; in CI it is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def missing(what: str) -> None:
    """End a test whose server cannot be had."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is not installed; in CI it must be")
    pytest.skip(f"{what} is not installed; `sh tests/setup.sh` as root installs it")


def chromium() -> Path:
    """The machine's browser."""
    found = next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if found is None:
        missing("Chromium")
    return Path(str(found))


def posthog_js() -> Path:
    """The folder of posthog-js's files that the package carries."""
    sdk = Path(__file__).parents[1] / "integrations/capture/sdk"
    found = next(sdk.glob("*/array.js"), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("posthog-js is not there; in CI it must be")
        pytest.skip("posthog-js is not there; `make install` brings it")
    return found.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own; the URL of its maintenance database."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        missing("PostgreSQL")
    binaries = found[-1] if found else Path(str(on_path)).parent
    folder = Path(tempfile.mkdtemp(prefix="courier-pg-"))
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        runuser = shutil.which("runuser") or "/usr/sbin/runuser"
        as_user = [runuser, "-u", "postgres", "--"]
    data, port = folder / "data", free_port()

    def run(*words: str) -> None:
        subprocess.run([*as_user, *words], check=True, capture_output=True, cwd=folder)

    run(str(binaries / "initdb"), "-D", str(data), "-U", "courier", "-A", "trust")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -k {folder} -c fsync=off"
    control = str(binaries / "pg_ctl")
    try:
        run(
            control,
            "-D",
            str(data),
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            options,
            "start",
        )
        yield f"postgresql://courier@127.0.0.1:{port}/postgres"
        run(control, "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
