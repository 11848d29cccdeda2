"""A browser that shows hostile pages, started with as little as it can do with: no
network, no environment, an empty folder, limits, and never as root. That its own
sandbox is whole is chromium.py's business."""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

from bot.preview.devtools import BrowserFailed, Devtools

# Of each process, as ulimit counts them: kilobytes of data, blocks of a file, no core.
# Not of address space, which Chromium reserves by the terabyte.
_LIMITS = "ulimit -c 0; ulimit -d 2000000; ulimit -f 200000"
# Its debugging pipes are descriptors 3 and 4; what it prints, it prints to nobody.
_START = f'{_LIMITS}; exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1'

_FLAGS = (
    "--headless",
    "--remote-debugging-pipe",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--mute-audio",
    "--hide-scrollbars",
    "--js-flags=--max-old-space-size=512",
    # The page's policy forbids all requests; were it to fail, nothing answers them:
    # no name has an address, and the proxy for addresses is a port that is closed.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


@contextmanager
def confined(browser: Path, time_limit_s: float) -> Iterator[tuple[Devtools, Path]]:
    """A browser to talk to for so long, and a folder that it can read. It and all it
    started are killed at the end, and the folder removed.

    Raises BrowserFailed where it cannot be started.
    """
    deadline = time.monotonic() + time_limit_s
    with tempfile.TemporaryDirectory(prefix="courier-frame-") as name:
        folder = Path(name)
        arguments = [str(browser), *_FLAGS, f"--user-data-dir={folder / 'profile'}"]
        try:
            process = subprocess.Popen(  # noqa: S603 (the administrator's browser)
                ["/bin/sh", "-c", _START, "sh", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=folder,
                # Ours holds the courier's secrets.
                env={
                    "PATH": os.defpath,
                    "HOME": name,
                    "TMPDIR": name,
                    "LANG": "C.UTF-8",
                },
                start_new_session=True,
                **_somebody_else(folder),
            )
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise BrowserFailed("it cannot be started") from error
        try:
            requests = cast(IO[bytes], process.stdin)
            answers = cast(IO[bytes], process.stdout)
            yield Devtools(requests, answers, deadline=deadline), folder
        finally:
            _kill(process)


def _somebody_else(folder: Path) -> dict[str, Any]:
    """Who it runs as. Root has no sandbox in Chromium, so root's is ``nobody``'s, and
    the folder is theirs."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    for pipe in (process.stdin, process.stdout):
        # What was still to be written has no reader any more.
        with suppress(OSError):
            cast(IO[bytes], pipe).close()
    process.wait()
