"""Options are read out of what people type, and the rest stays what they typed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Filters
from bot.options import MAX_PAGE, page_of
from integrations.slack.asking import question

DAYS, HOURS = timedelta(days=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "left", "span"),
    [
        ("jane last 3d", "jane", 3 * DAYS),
        ("last 12h jane", "jane", 12 * HOURS),
        ("jane LAST 2 weeks", "jane", 14 * DAYS),
        ("jane last 1 hour", "jane", HOURS),
        ("jane last 0d", "jane", DAYS),
        ("last_3d", "last_3d", None),
        ("last 3dogs", "last 3dogs", None),
        ("jane", "jane", None),
    ],
)
def test_how_far_back(text: str, left: str, span: timedelta | None) -> None:
    """Spans are read as people write them, and nothing else is taken for one."""
    asked = question(text)
    assert (asked.text, asked.look_back) == (left, span)


@pytest.mark.parametrize(
    ("text", "left", "filters"),
    [
        ("jane errors only", "jane", Filters(errors_only=True)),
        ("only errors jane", "jane", Filters(errors_only=True)),
        ("jane with errors on /checkout", "jane", Filters(True, "/checkout")),
        ("jane ON /cart, please", "jane please", Filters(page="/cart")),
        ("jane on <https://shop.test/pay?x=1>", "jane", Filters(page="/pay")),
        ("jane on https://shop.test/", "jane", Filters(page="shop.test")),
        ("errors@only.com", "errors@only.com", Filters()),
        ("jane on call", "jane on call", Filters()),
        ("depends on/off", "depends on/off", Filters()),
    ],
)
def test_filters(text: str, left: str, filters: Filters) -> None:
    """Errors and pages are read in any order; other words are left alone."""
    asked = question(text)
    assert (" ".join(asked.text.split()), asked.filters) == (left, filters)


def test_mentions() -> None:
    """People who are mentioned are asked about, the app itself and channels are not."""
    asked = question("<@U0BOT> <@U07BEN|ben> <@U07BEN> <#C1|x>", ourselves="U0BOT")
    assert (asked.users, asked.text) == (("U07BEN",), "")


@given(st.text())
def test_any_text(text: str) -> None:
    """Whatever is typed is read without an error, and only ever gets shorter."""
    asked = question(text)
    assert len(asked.text) <= len(text)
    assert len(asked.filters.page) <= MAX_PAGE
    assert len(page_of(text)) <= MAX_PAGE
