"""The installation's settings make the capture proxy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from prometheus_client.registry import REGISTRY
from sqlalchemy import select

from bot.captured.journal import batches_of
from bot.config import Settings
from bot.database.captures import journal
from bot.wiring import Services

BATCH = json.dumps([{"event": "x", "properties": {"token": "phc_shop"}}]).encode()


def _services(folder: Path, **settings: str) -> Services:
    basis = {"DATA_DIR": str(folder), "REDIS_URL": f"unix://{folder}/none.sock"}
    return Services(Settings.from_env(basis | settings))


def test_what_is_taken_is_in_the_journal(tmp_path: Path) -> None:
    services = _services(
        tmp_path,
        CAPTURE_MODE="keep",
        CAPTURE_PROJECTS="phc_shop quota=1GB",
        CAPTURE_PREFIX="/ingest",
    )
    before = REGISTRY.get_sample_value("courier_capture_batches_total") or 0
    client = services.app().test_client()
    sent = gzip.compress(BATCH)
    assert client.post("/ingest/s/", data=sent).json == {"status": 1}
    with services.engine.connect() as connection:
        [payload] = connection.execute(select(journal.c.payload)).scalars()
    [batch] = batches_of(payload)
    assert (batch.project, batch.body) == ("phc_shop", sent)
    assert client.post("/s/", data=sent).status_code == 404
    assert client.get("/healthz").status_code == 200
    after = REGISTRY.get_sample_value("courier_capture_batches_total")
    assert after == before + 1
    services.close()


def test_without_a_mode_nobody_takes_anything(tmp_path: Path) -> None:
    services = _services(tmp_path, CAPTURE_PROJECTS="phc_shop")
    assert services.app().test_client().post("/s/", data=BATCH).status_code == 404
    services.close()


@pytest.mark.parametrize("mode", ["tee", "forward"])
def test_modes_that_pass_on_do_not_need_posthog_to_start(
    tmp_path: Path, mode: str
) -> None:
    services = _services(
        tmp_path,
        CAPTURE_MODE=mode,
        CAPTURE_PROJECTS="phc_shop",
        CAPTURE_FORWARD_TO="http://127.0.0.1:9",
    )
    assert services.app().test_client().post("/s/", data=BATCH).status_code == 503
    services.close()
