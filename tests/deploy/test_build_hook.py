"""posthog-js comes into the package with the build, in the version that is pinned."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hook() -> ModuleType:
    path = ROOT / "bot/viewer/build_hook.py"
    spec = importlib.util.spec_from_file_location("build_hook", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _pin(root: Path, version: str) -> None:
    viewer = root / "bot/viewer"
    viewer.mkdir(parents=True, exist_ok=True)
    pinned = {"devDependencies": {"posthog-js": version}}
    (viewer / "package.json").write_text(json.dumps(pinned), encoding="utf-8")


def _install(hook: ModuleType, root: Path, version: str) -> Path:
    """What npm leaves of posthog-js, with more in it than is wanted."""
    package = root / hook.SDK_PACKAGE
    (package / "dist").mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text(json.dumps({"version": version}))
    (package / "LICENSE").write_text("terms")
    for name in (*hook.SDK_FILES, "module.full.cjs", "array.js.map"):
        (package / "dist" / name).write_text(f"{name} {version}")
    return package


def test_the_files_are_copied_and_no_others(hook: ModuleType, tmp_path: Path) -> None:
    _pin(tmp_path, "1.2.3")
    _install(hook, tmp_path, "1.2.3")
    assert not hook.sdk_is_current(tmp_path)
    hook.copy_sdk(tmp_path)
    assert hook.sdk_is_current(tmp_path)
    copied = {path.name for path in (tmp_path / hook.SDK / "1.2.3").iterdir()}
    assert copied == {*hook.SDK_FILES, "LICENSE"}


def test_another_version_takes_their_place(hook: ModuleType, tmp_path: Path) -> None:
    """What is served is what is pinned, never what an earlier build left."""
    _pin(tmp_path, "1.2.3")
    _install(hook, tmp_path, "1.2.3")
    hook.copy_sdk(tmp_path)
    _pin(tmp_path, "1.2.4")
    assert not hook.sdk_is_current(tmp_path)
    assert not hook.sdk_is_installed(tmp_path)
    _install(hook, tmp_path, "1.2.4")
    hook.copy_sdk(tmp_path)
    assert [one.name for one in (tmp_path / hook.SDK).iterdir()] == ["1.2.4"]
    assert (tmp_path / hook.SDK / "1.2.4/array.js").read_text() == "array.js 1.2.4"


def test_a_file_that_is_gone_fails_the_build(hook: ModuleType, tmp_path: Path) -> None:
    _pin(tmp_path, "1.2.3")
    package = _install(hook, tmp_path, "1.2.3")
    (package / "dist/lazy-recorder.js").unlink()
    with pytest.raises(hook.ViewerBuildError, match=r"has no lazy-recorder\.js"):
        hook.copy_sdk(tmp_path)


def test_npm_and_the_build_agree_on_the_version(hook: ModuleType) -> None:
    """One exact version: the lock file's is the one that package.json pins."""
    lock = json.loads((ROOT / "bot/viewer/package-lock.json").read_text("utf-8"))
    installed = lock["packages"]["node_modules/posthog-js"]["version"]
    assert hook.sdk_version(ROOT) == installed
