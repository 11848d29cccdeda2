"""Somebody who waits is told so, once, and never after the answer."""

import threading
import time

from bot.delivery.patience import patience


def test_a_quick_answer_says_nothing_before_itself():
    said = []
    with patience(lambda: said.append("wait"), seconds=30):
        pass
    assert said == []


def test_what_is_being_said_is_over_before_the_answer():
    started, order = threading.Event(), []

    def say():
        started.set()
        time.sleep(0.05)
        order.append("wait")

    with patience(say, seconds=0.01):
        assert started.wait(5)
    order.append("answer")
    assert order == ["wait", "answer"]
