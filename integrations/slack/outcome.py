"""Whether a call that must not be made twice may have had its effect unseen.

The word is kept in the request's draft under ``posting``: ``unknown`` from before the
call until Slack itself says no, ``given up`` once nobody can find out.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import Refused
from bot.ports import Draft
from integrations.slack.errors import Answered, ours

LOST = (
    "Slack's answer got lost, and I may not read this conversation to see whether my"
    " message arrived. If it is not there, please try again."
)

_KEY = "posting"


@contextmanager
def once(draft: Draft, doing: str) -> Iterator[None]:
    """Around a call that must not be made twice; raises our errors for Slack's."""
    if draft.data.get(_KEY) == "given up":
        raise _unknown(doing)
    draft.save(**{_KEY: "unknown"})
    try:
        with ours(doing):
            yield
    except Answered:
        forget(draft)
        raise


def is_unknown(draft: Draft) -> bool:
    """Whether an earlier try may have had its effect unseen."""
    return draft.data.get(_KEY) == "unknown"


def give_up(draft: Draft, detail: str, *, plain: str = LOST) -> Refused:
    """The error to raise where nobody can find out: the call is not made again."""
    draft.save(**{_KEY: "given up"})
    return _unknown(detail, plain)


def forget(draft: Draft) -> None:
    """What was tried had no effect, or something else is to be posted instead."""
    draft.save(**{_KEY: "no"})


def _unknown(detail: str, plain: str = LOST) -> Refused:
    return Refused(f"cannot tell whether it was posted: {detail}", plain=plain)
