"""A courier with the sidebar app among the stand-ins, and agents at its page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integrations.zendesk.app.agents import AtWork
from tests.journeys.courier import installed


@pytest.fixture(scope="module")
def work(
    redis_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AtWork]:
    """One courier for a whole module: every test has a ticket and a customer of its
    own."""
    folder: Path = tmp_path_factory.mktemp("courier")
    environment = {
        "DATA_DIR": str(folder / "data"),
        "ZENDESK_EXCEPT": "organization:99",
    }
    with (
        installed(environment, redis_server) as courier,
        courier.web(),
        courier.working(),
    ):
        # Of notes there is enough elsewhere.
        courier.zendesk.webhook_url = "http://127.0.0.1:9/"
        yield AtWork(courier)
