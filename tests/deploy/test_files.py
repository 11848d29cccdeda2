"""The files in deploy/ fit the courier: settings, paths, and the app's manifest.

There is no Docker here; what can be known without building an image is tested.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import yaml

from bot.config import documented_names
from integrations.slack.manifest import manifest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
OURS = [name for name, one in COMPOSE["services"].items() if "build" in one]

# What others read: PostgreSQL's image, and obstore and the object store.
THEIRS = {
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
}
OF_PYTHON = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}


def test_the_manifest_is_current() -> None:
    """slack-manifest.json is what `replay-courier setup slack` prints."""
    stored = json.loads((DEPLOY / "slack-manifest.json").read_text("utf-8"))
    assert stored == manifest("https://replays.example.com"), (
        "write it again: PUBLIC_URL=https://replays.example.com replay-courier setup"
        " slack > deploy/slack-manifest.json"
    )


def test_compose_names_settings_that_are_there() -> None:
    """Every variable in compose.yaml is a setting, or another program's known one."""
    known = {*documented_names(), *THEIRS}
    for name, service in COMPOSE["services"].items():
        assert set(service.get("environment", {})) <= known, name
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) <= known


def test_compose_has_all_parts() -> None:
    """Web and worker share Redis, database and objects, each a service of the file."""
    assert OURS == ["web", "worker"]
    services = set(COMPOSE["services"])
    for name in OURS:
        service = COMPOSE["services"][name]
        shared = service["environment"]
        hosts = {
            re.split(r"[:/]", re.split(r"://|@", shared[setting])[-1])[0]
            for setting in ("REDIS_URL", "DATABASE_URL", "AWS_ENDPOINT_URL")
        }
        assert hosts == set(service["depends_on"]) == services - set(OURS)
        assert shared["STORAGE_URL"] == "s3://courier"
    assert "-bucket=courier" in COMPOSE["services"]["objects"]["command"]


def test_nothing_is_open_to_the_network() -> None:
    """Only the web is published, and only to a reverse proxy on the same host."""
    published = {
        name: one["ports"]
        for name, one in COMPOSE["services"].items()
        if "ports" in one
    }
    assert published == {"web": ["127.0.0.1:8080:8080"]}


def test_dockerfile_names_what_is_there() -> None:
    """Every path the Dockerfile copies is in the repository and in its context."""
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    for words in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for path in words.split()[:-1]:
            assert (ROOT / path).exists(), path
            assert any(path == one or path.startswith(f"{one}/") for one in allowed)


def test_dockerfile_sets_settings_that_are_there() -> None:
    """The image's environment is the courier's settings, and Python's."""
    (block,) = re.findall(r"^ENV (PATH=(?:.*\\\n)*.*)$", DOCKERFILE, re.MULTILINE)
    names = set(re.findall(r"(\w+)=", block))
    assert names <= {*documented_names(), *OF_PYTHON}
    assert "HOST=0.0.0.0" in block


def test_the_image_runs_as_nobody_special() -> None:
    """The last stage ends as a user of its own, with Python that the project takes."""
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.findall(r"^USER (\S+)$", last, re.MULTILINE) == ["10001"]
    assert "useradd --system --uid 10001" in last
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    least = tuple(map(int, wanted["project"]["requires-python"].strip(">=").split(".")))
    for version in re.findall(r"^FROM python:(\d+)\.(\d+)", DOCKERFILE, re.MULTILINE):
        assert tuple(map(int, version)) >= least


def test_the_pictures_are_shown_and_light() -> None:
    """The README shows every picture that `make screenshots` takes; none is heavy."""
    readme = (ROOT / "README.md").read_text("utf-8")
    pictures = sorted((DEPLOY / "screenshots").iterdir())
    assert len(pictures) == 5
    for picture in pictures:
        assert f"(deploy/screenshots/{picture.name})" in readme
        assert picture.stat().st_size < 200_000
