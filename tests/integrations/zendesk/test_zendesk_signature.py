"""Only Zendesk, knowing the secret, can make a delivery we believe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.zendesk.signature import genuine, sign

# Zendesk signs test deliveries of its webhook builder with this public secret.
TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
AT = "2025-03-01T10:00:00Z"
NOW = 1_740_823_200.0  # the same moment in seconds
BODY = b'{"kind":"ticket_created","ticket_id":"5158"}'
SIGNATURE = "aSG9UH5uf51ETlvzdRvW964UHRe+I3tZQ/i8DxNdXqE="


@pytest.mark.parametrize(
    ("body", "signature"),
    [(BODY, SIGNATURE), (b"", "0/Y9KfBGX0PGp13sGgwG44WcHTtNRrCZDvoV50rhKLk=")],
)
def test_known_signatures_are_genuine(body: bytes, signature: str) -> None:
    """The secret is used as written, not decoded, and an empty body is signed too."""
    assert sign(TEST_SECRET, AT, body) == signature
    assert genuine(body, AT, signature, [TEST_SECRET], NOW)


def test_old_and_new_secret_are_good_during_rotation() -> None:
    """A delivery signed with either of two secrets is believed."""
    assert genuine(BODY, AT, SIGNATURE, ["new", TEST_SECRET], NOW)
    assert genuine(BODY, AT, sign("new", AT, BODY), ["new", TEST_SECRET], NOW)
    assert not genuine(BODY, AT, SIGNATURE, ["new"], NOW)


def test_an_altered_body_or_timestamp_is_refused() -> None:
    """One space more, or one second later, and the signature no longer fits."""
    assert not genuine(BODY + b" ", AT, SIGNATURE, [TEST_SECRET], NOW)
    later = "2025-03-01T10:00:01Z"
    assert not genuine(BODY, later, SIGNATURE, [TEST_SECRET], NOW)


@pytest.mark.parametrize("seconds", [-301.0, 301.0, 86_400.0])
def test_a_stale_timestamp_is_refused(seconds: float) -> None:
    """A recorded delivery cannot be played again later, nor from the future."""
    assert not genuine(BODY, AT, SIGNATURE, [TEST_SECRET], NOW + seconds)


@pytest.mark.parametrize("seconds", [-299.0, 299.0])
def test_clocks_may_differ_by_minutes(seconds: float) -> None:
    """Five minutes either way are forgiven."""
    assert genuine(BODY, AT, SIGNATURE, [TEST_SECRET], NOW + seconds)


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_nothing_is_genuine(secrets: list[str]) -> None:
    """An empty secret is no secret, not one that everybody knows."""
    assert not genuine(BODY, AT, sign("", AT, BODY), secrets, NOW)


@given(st.text(), st.text(), st.binary())
def test_junk_headers_are_refused_quietly(at: str, signature: str, body: bytes) -> None:
    """Whatever the headers hold, the answer is no and never an error."""
    assert not genuine(body, at, signature, [TEST_SECRET], NOW)
    assert not genuine(body, AT, signature, [TEST_SECRET], NOW)
