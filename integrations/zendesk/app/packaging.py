"""The app's package as Zendesk takes it: a zip that names this installation.

Nothing of the app's pages is in it: Zendesk is told where they are.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot import __version__
from bot.errors import SettingsError
from integrations.zendesk.app.package_rules import problems

PATH = "/zendesk/app"
"""Where the courier serves the app."""

FILENAME = "replay-courier-zendesk.zip"

# In a wheel beside this module; in the repository where administrators look for it.
_INSTALLED = Path(__file__).with_name("bundle")
_REPOSITORY = Path(__file__).parents[3] / "deploy" / "zendesk-app"

# The same sources make the same bytes, whenever they are packed.
_ANY_TIME = (2026, 1, 1, 0, 0, 0)


def package(public_url: str, version: str = __version__) -> bytes:
    """The zip to upload for a courier at ``public_url``; the same every time.

    Raises SettingsError with everything Zendesk would refuse it for.
    """
    files = {**_sources(), "manifest.json": _manifest(public_url, version)}
    found = problems(files)
    if found:
        lines = "\n  ".join(found)
        raise SettingsError(
            f"Zendesk would refuse the app; is PUBLIC_URL right?\n  {lines}"
        )
    return _zipped(files)


def _manifest(public_url: str, version: str) -> bytes:
    manifest = json.loads(_sources()["manifest.json"])
    manifest["version"] = version
    manifest["author"]["url"] = public_url
    sidebar = manifest["location"]["support"]["ticket_sidebar"]
    sidebar["url"] = f"{public_url}{PATH}"
    return json.dumps(manifest, indent=2).encode()


def _sources() -> dict[str, bytes]:
    folder = _INSTALLED if _INSTALLED.is_dir() else _REPOSITORY
    return {
        str(path.relative_to(folder).as_posix()): path.read_bytes()
        for pattern in ("manifest.json", "translations/*.json", "assets/*.png")
        for path in sorted(folder.glob(pattern))
    }


def _zipped(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(
                zipfile.ZipInfo(name, _ANY_TIME),
                files[name],
                compress_type=zipfile.ZIP_DEFLATED,
            )
    return packed.getvalue()
