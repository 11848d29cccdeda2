from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import RetryLater
from integrations.posthog.parts import Parts, split_lines
from integrations.posthog.ranges import Block, Range, read_range


class MemoryCache(dict[str, bytes]):
    def put(self, key: str, content: bytes) -> None:
        self[key] = content


@settings(deadline=None)
@given(st.lists(st.binary(max_size=20) | st.sampled_from([b"\n", b"\n\n", b"\x85"])))
def test_lines_end_at_newlines_only(chunks: list[bytes]) -> None:
    """However the bytes arrive, lines are the same, and blank ones are left out."""
    expected = [line for line in b"".join(chunks).split(b"\n") if line.strip()]
    assert list(split_lines(chunks)) == expected


def test_large_ranges_are_kept_in_pieces() -> None:
    """What is larger than one piece comes back as it was."""
    content = b"".join(b'{"n":%d}%s\n' % (n, b" " * 10_000) for n in range(2_000))
    cache = MemoryCache()
    parts = Parts(cache, "range")
    parts.keep(io.BytesIO(content))
    assert cache["range"] == b"3"
    lines = parts.lines()
    assert lines is not None
    assert list(lines) == content.split(b"\n")[:-1]


def test_a_piece_lost_on_the_way_is_said() -> None:
    """Lines were handed out by then: the next try finds nothing and reads afresh."""
    cache = MemoryCache()
    parts = Parts(cache, "range")
    parts.keep(io.BytesIO(b"line\n" * 5_000_000))
    del cache["range.1"]
    lines = parts.lines()
    assert lines is not None
    with pytest.raises(RetryLater):
        for _ in lines:
            pass
    assert parts.lines() is None


START = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


def line(second: float) -> bytes:
    at = int((START + timedelta(seconds=second)).timestamp() * 1000)
    return b'["w",{"type":3,"timestamp":%d}]\n' % at


def block(index: int, first: float, last: float) -> Block:
    times = (START + timedelta(seconds=at) for at in (first, last))
    return Block(index, *times)


class Blocks:
    """Answers range calls out of ``held``, and notes what was asked."""

    def __init__(self, *held: bytes) -> None:
        self.held = held
        self.asked: list[tuple[int, int]] = []
        self.lost: set[int] = set()

    def __call__(self, params: Mapping[str, str]) -> Iterator[bytes]:
        first, last = int(params["start_blob_key"]), int(params["end_blob_key"])
        self.asked.append((first, last))
        for index in range(first, last + 1):
            if index not in self.lost or first == last:
                yield self.held[index]


def read(fetch: Blocks, *blocks: Block) -> list[bytes]:
    wanted = Range.of_blocks(blocks)
    return list(read_range(wanted, recording_id="r", fetch=fetch, parts=None))


@pytest.mark.parametrize("lost", [{0}, {1}, {2}, {0, 1}, {0, 2}, {1, 2}])
def test_whichever_block_is_missing(lost: set[int]) -> None:
    """First, middle or last, one or two: each missing block is fetched alone."""
    held = [line(0) + line(9), line(20) + line(29), line(40) + line(49)]
    fetch = Blocks(*held)
    fetch.lost = lost
    lines = read(fetch, block(0, 0, 9), block(1, 20, 29), block(2, 40, 49))
    assert sorted(lines) == sorted(b"".join(held).split(b"\n")[:-1])
    assert fetch.asked == [(0, 2), *((index, index) for index in sorted(lost))]


def test_a_false_alarm_repeats_nothing() -> None:
    """A block whose times do not fit is fetched alone once, and gives no line twice."""
    fetch = Blocks(line(0) + line(9), line(20) + line(29))
    lines = read(fetch, block(0, 0, 9), block(1, 20, 35))
    assert len(lines) == 4
    assert fetch.asked == [(0, 1), (1, 1)]


def test_unknown_times_are_not_compared() -> None:
    """Without times there is nothing to hold against an answer."""
    fetch = Blocks(line(0), line(5))
    assert len(read(fetch, Block(0, None, None), Block(1, None, None))) == 2
    assert fetch.asked == [(0, 1)]


@pytest.mark.parametrize("body", [b"", b"\n\n", line(0) + line(9)[:-10]])
def test_empty_and_cut_off_bodies(body: bytes) -> None:
    """Nothing, or a body that ends inside of a line, is not an answer."""
    with pytest.raises(RetryLater, match="recording r"):
        read(Blocks(body), block(0, 0, 9))


def test_a_last_line_without_newline() -> None:
    """A whole line is one, with or without its newline."""
    assert len(read(Blocks(line(0) + line(9)[:-1]), block(0, 0, 9))) == 2
