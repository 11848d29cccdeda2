"""Share links are told from other addresses, however they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.share_urls import token_of

HERE = "https://replays.example.com/courier/"


@pytest.mark.parametrize(
    "url",
    [
        "https://replays.example.com/courier/r/tok",
        " https://replays.example.com/courier/r/tok/ ",
        "https://REPLAYS.example.com:443/courier/r/tok?a=/r/b#t=3",
        "http://replays.example.com/courier/r/tok",
        "https://ana@replays.example.com/courier/r/tok",
    ],
)
def test_ours(url):
    assert token_of(url, HERE) == "tok"


@pytest.mark.parametrize(
    "url",
    [
        "https://replays.example.com/r/tok",
        "https://replays.example.com/courier/r/",
        "https://replays.example.com/courier/r/tok/download",
        "https://replays.example.com/x/courier/r/tok",
        "https://replays.example.com:8443/courier/r/tok",
        "https://replays.example.com:port/courier/r/tok",
        "https://replays.example.com.evil.test/courier/r/tok",
        "https://replays.example.com@evil.test/courier/r/tok",
        "ftp://replays.example.com/courier/r/tok",
        "//replays.example.com/courier/r/tok",
        "https://[replays.example.com/courier/r/tok",
        "tok",
        "",
    ],
)
def test_not_ours(url):
    assert token_of(url, HERE) is None


def test_a_name_in_any_alphabet_is_one_host():
    punycode = "https://xn--bcher-kva.example/r/tok"
    assert token_of(punycode, "https://bücher.example") == "tok"


@given(st.text(), st.text())
def test_nothing_breaks_it(url, path):
    token_of(url, HERE)
    token_of(f"https://{url}/r/{path}", HERE)
