"""What is written in pictures: drawable, short, and nobody's address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from bot.preview import words


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://shop.test/cart/3?coupon=X#pay", "/cart/3"),
        ("https://shop.test", "/"),
        ("https://shop.test/caf%C3%A9/menü", "/cafe/menu"),
        ("https://shop.test/日本語/ok", "/…/ok"),
        ("https://shop.test/\u202egnp.exe", "/…gnp.exe"),
        ("https://shop.test/users/jane%40example.com/orders", "/users/…/orders"),
        ("about:blank", "blank"),
        ("http://[broken?secret=1", "http://[broken"),
    ],
)
def test_a_page_is_named_by_its_path(url, label):
    assert words.page_label(url) == label


@given(st.text())
def test_a_label_is_short_and_of_letters_that_the_font_has(url):
    font = ImageFont.load_default(20)
    missing = bytes(font.getmask("\uffff"))
    label = words.page_label(url)
    assert 1 <= len(label) <= 80
    assert all(bytes(font.getmask(letter)) != missing for letter in label)
    assert "@" not in label.replace("http://", "")


@pytest.mark.parametrize(
    ("ms", "length", "clock"),
    [
        (0, "0 s", "0:00"),
        (59_999, "59 s", "0:59"),
        (725_000, "12 min 5 s", "12:05"),
        (12_000_000, "3 h 20 min", "3:20:00"),
        (187_200_000, "2 d 4 h", "2 d 4 h"),
    ],
)
def test_times_read_as_people_say_them(ms, length, clock):
    assert (words.length(ms), words.clock(ms)) == (length, clock)


@given(st.integers(0, 253_402_300_799_999), st.integers(2, 12))
def test_ticks_are_few_and_inside(duration_ms, most):
    ticks = words.ticks(duration_ms, most)
    assert 1 <= len(ticks) <= most + 1
    assert ticks[0] == 0
    assert ticks[-1] <= duration_ms
