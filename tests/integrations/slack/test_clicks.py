"""A double click is one press, whichever process hears of it."""

from __future__ import annotations

import redis

from integrations.slack.clicks import WINDOW, Clicks

PARTS = ("share", "T1", "C1", "U1", "recording")
AT = 1_795_431_719.9


def test_presses_within_a_minute_are_one_in_every_process(redis_url: str) -> None:
    """Also where the minute of the clock ends between them."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
        one, other = Clicks(client), Clicks(client)
        key = one.key(PARTS, at=AT)
        assert other.key(PARTS, at=AT + 0.2) == key
        assert one.key(PARTS, at=AT + WINDOW - 1) == key
        assert other.key((*PARTS, "x"), at=AT + 0.2) != key


def test_a_press_after_a_minute_is_another() -> None:
    clicks = Clicks()
    assert clicks.key(PARTS, at=AT) != clicks.key(PARTS, at=AT + WINDOW)


def test_without_redis_one_process_still_knows() -> None:
    pool = redis.ConnectionPool.from_url("redis://127.0.0.1:9/0")
    clicks = Clicks(redis.Redis(connection_pool=pool))
    assert clicks.key(PARTS, at=AT) == clicks.key(PARTS, at=AT + 1)
