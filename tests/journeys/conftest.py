"""Installations to travel through: the small one and the one of many machines."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from moto.server import ThreadedMotoServer

from tests.journeys.courier import Courier, installed
from tests.journeys.disk import Disk
from tests.keys import KEY


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """An S3 API over HTTP, with the bucket ``replays``."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    requests.put(f"{url}/replays", timeout=10).raise_for_status()
    yield url
    server.stop()


@pytest.fixture
def small(tmp_path: Path) -> dict[str, str]:
    """SQLite and a folder."""
    return {"DATA_DIR": str(tmp_path / "data"), "LEASE": "5s"}


@pytest.fixture
def large(
    small: dict[str, str],
    postgresql_url: str,
    s3_server: str,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, str]:
    """PostgreSQL and a bucket."""
    # Not settings of ours: obstore takes them from the environment itself.
    bucket = {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    return {
        **small,
        **bucket,
        "DATABASE_URL": postgresql_url,
        "SECRET_KEYS": KEY,
        "STORAGE_URL": "s3://replays/courier",
    }


@pytest.fixture(params=["small", "large"])
def installation(request: pytest.FixtureRequest) -> dict[str, str]:
    """The settings of an installation, once of each size."""
    settings: dict[str, str] = request.getfixturevalue(request.param)
    return settings


@pytest.fixture
def courier(installation: dict[str, str], redis_url: str) -> Iterator[Courier]:
    """A courier among the stand-ins whose web side runs; its worker does not yet."""
    with installed(installation, redis_url) as courier, courier.web():
        yield courier


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A real one of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("only root may mount a disk that is small enough to be filled")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
