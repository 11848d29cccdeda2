"""Node ids in a column of their own: smaller, and never another text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.exporter import columns
from bot.recording import lossless
from bot.recording.files import open_recording
from tests import recorded

_NAMES = st.sampled_from(["id", "parentId", "nextId", "d", "", 'd":', "\\d", "name"])
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(['"id":7,', 'd":,', "\\", '\\"', "\u2028", "é"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(_VALUES, max_size=5))
def test_any_lines_of_json_come_back_to_the_byte(values):
    text = b"".join(lossless.dumps(value) + b"\n" for value in values)

    assert columns.join(columns.split(text)) == text


@pytest.mark.parametrize(
    "text", [b"", b'"id":', b'{"id":7', b'"id":0123}', b'd":1,', b':,"d":999999999}']
)
def test_what_is_no_whole_json_comes_back_too(text):
    assert columns.join(columns.split(text)) == text


def test_a_pages_ids_leave_its_text():
    """Two pages that differ in their ids only have the same text."""
    page = b'{"node":{"id":%d,"childNodes":[{"id":%d}]},"nextId":%d}\n'

    one, other = (columns.split(page % ids) for ids in ((1, 2, 3), (70, 71, 9000)))

    assert (
        one[16:] == other[16:] == b'{"node":{"id":,"childNodes":[{"id":}]},"nextId":}\n'
    )


def test_content_is_no_longer_than_readers_allow():
    for event in open_recording(recorded.snapshots("checkout")).events:
        assert len(columns.split(event.line)) <= columns.longest(len(event.line))


@pytest.mark.parametrize(
    "content",
    [b"\x01", b"\xff\xff\xff\xff", bytes(4) + b'"id":}', b"\x01" + bytes(7) + b"{}"],
)
def test_ids_that_do_not_fit_their_text_are_refused(content):
    with pytest.raises(BadInput, match="damaged"):
        columns.join(content)
