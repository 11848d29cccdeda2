"""``doctor`` says whether pages reach capture, and capture what it needs."""

from __future__ import annotations

from pathlib import Path

from integrations.capture import Forwarder, Terms, checks, scripts_in
from tests.integrations.capture.capturing import TOKEN, proxy
from tests.servers import free_port

TERMS = Terms(mode="keep", projects=frozenset({TOKEN}))


def test_a_proxy_that_answers_and_has_scripts_is_well(tmp_path: Path) -> None:
    (tmp_path / "1.2.3").mkdir()
    (tmp_path / "1.2.3" / "array.js").write_text("//")
    scripts = scripts_in(tmp_path)
    with proxy() as found:
        said = list(
            checks(TERMS, public_url=found.url, forwarder=None, scripts=scripts)
        )
    assert all(check.ok for check in said)
    details = " ".join(check.detail for check in said)
    assert "1 project may send" in details
    assert "version 1.2.3" in details
    assert found.url in details


def test_what_is_not_there_is_named_with_what_to_do() -> None:
    away = f"http://127.0.0.1:{free_port()}"
    said = list(checks(TERMS, public_url=away, forwarder=None, scripts=None))
    bad = {check.name: check.fix for check in said if not check.ok}
    assert set(bad) == {"capture: address", "capture: posthog-js"}
    assert all(bad.values())
    nowhere = Forwarder(origin=away, assets=away, at_once=1)
    terms = Terms(mode="forward", projects=frozenset(), prefix="/ingest")
    with proxy() as found:
        said = list(
            checks(terms, public_url=found.url, forwarder=nowhere, scripts=None)
        )
    bad = {check.name: check.fix for check in said if not check.ok}
    assert set(bad) == {"capture: address", "capture: PostHog"}
    assert "CAPTURE_PREFIX" in bad["capture: address"]
    assert "CAPTURE_FORWARD_TO" in bad["capture: PostHog"]
