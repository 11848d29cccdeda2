"""Which of PostHog's public paths a request means. Those that end in a slash in one SDK
do not in another, so both are the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from integrations.capture.answers import FEATURES


class Family(Enum):
    """What is asked for."""

    BATCH = auto()
    FLAGS = auto()
    DECIDE = auto()
    CONFIG = auto()
    CONFIG_SCRIPT = auto()
    SCRIPT = auto()
    FEATURE = auto()

    @property
    def is_asset(self) -> bool:
        """Whether PostHog's clouds have it at another host."""
        return self in (Family.CONFIG, Family.CONFIG_SCRIPT, Family.SCRIPT)


@dataclass(frozen=True, slots=True)
class Place:
    """A path, with what stands in it."""

    family: Family
    path: str
    """As PostHog has it, without our prefix or a last slash."""
    project: str = ""
    version: str = ""
    name: str = ""


_BATCHES = ("/e", "/s", "/i/v0/e", "/batch", "/capture", "/track", "/engage")
_PLAIN = (
    {path: Place(Family.BATCH, path) for path in _BATCHES}
    | {path: Place(Family.FEATURE, path) for path in FEATURES}
    | {"/flags": Place(Family.FLAGS, "/flags")}
    | {"/decide": Place(Family.DECIDE, "/decide")}
)
# Plain names only: what is no word of these cannot lead out of a folder.
_STATIC = re.compile(
    r"/static/(?:(?P<version>\d+\.\d+\.\d+[A-Za-z0-9.-]{0,30})/)?"
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]{0,80}\.js(?:\.map)?)"
)
_ARRAY = re.compile(
    r"/array/(?P<project>[A-Za-z0-9_-]{1,100})/(?P<name>config|config\.js|array\.js)"
)
_IN_ARRAY = {"config": Family.CONFIG, "config.js": Family.CONFIG_SCRIPT}
_WIDGET = re.compile(r"/api/conversations/v1/widget(?:/[A-Za-z0-9_-]{1,100}){0,4}")


def place_of(path: str) -> Place | None:
    """None where PostHog's SDKs ask for no such path."""
    path = path.removesuffix("/")
    if plain := _PLAIN.get(path):
        return plain
    if found := _STATIC.fullmatch(path):
        version = found["version"] or ""
        return Place(Family.SCRIPT, path, version=version, name=found["name"])
    if found := _ARRAY.fullmatch(path):
        family = _IN_ARRAY.get(found["name"], Family.SCRIPT)
        return Place(family, path, project=found["project"], name=found["name"])
    if _WIDGET.fullmatch(path):
        return Place(Family.FEATURE, path)
    return None
