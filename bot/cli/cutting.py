"""The options that make a file of a part of a recording: ``--from``, ``--to``,
``--around``, ``--seconds`` and ``--max-size``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from bot.recording.spans import DEFAULT_AROUND_MS, ERROR, Moment, Wish, read_moment

_SIZE = re.compile(r"(\d{1,9}(?:\.\d+)?)\s*([kmg]?i?b?)", re.IGNORECASE)
# A limit of 10 MB is often meant as 10 MiB; this way a file is below both.
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_BINARY_UNITS = {"ki": 2**10, "mi": 2**20, "gi": 2**30}

_Command = TypeVar("_Command", bound=Callable[..., Any])


class MomentType(click.ParamType[Moment | str]):
    """A time in a recording on the command line; ``error`` where that is allowed."""

    name = "time"

    def __init__(self, *, error: bool = False) -> None:
        self._error = error

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Moment | str:
        if self._error and value == ERROR:
            return ERROR
        try:
            return read_moment(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class SizeType(click.ParamType[int]):
    """A size such as 10MB on the command line, in bytes."""

    name = "size"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        found = _SIZE.fullmatch(str(value).strip())
        unit = found[2].lower().removesuffix("b") if found else ""
        units = _UNITS | _BINARY_UNITS
        if found is None or unit not in units or float(found[1]) == 0:
            self.fail(f"{value!r} is no size; write 10MB, 500KB or 8MiB", param, ctx)
        return int(float(found[1]) * units[unit])


def span_options(command: _Command) -> _Command:
    """Adds ``--from``, ``--to``, ``--around`` and ``--seconds`` to a command."""
    for option in (
        click.option(
            "--seconds",
            type=click.FloatRange(min=1),
            default=DEFAULT_AROUND_MS / 1000,
            show_default=True,
            help="With --around: how much to keep on either side.",
        ),
        click.option(
            "--around",
            type=MomentType(error=True),
            help="Keep what is around a moment: 1:23, or error for the first and worst"
            " thing that went wrong.",
        ),
        click.option("--to", "until", type=MomentType(), help="Keep up to there."),
        click.option(
            "--from",
            "since",
            type=MomentType(),
            help="Keep from there on: 1:23, 83, 83s, or 2026-11-23T11:02:12Z.",
        ),
    ):
        command = option(command)
    return command


max_size_option = click.option(
    "--max-size",
    type=SizeType(),
    help="Cut the file to what matters most so that it is no larger: 10MB, 500KB.",
)


def wish_of(
    since: Moment | None,
    until: Moment | None,
    around: Moment | str | None,
    seconds: float,
) -> Wish | None:
    """What the options ask for, or None for the whole recording. Raises UsageError."""
    if around is not None and (since is not None or until is not None):
        raise click.UsageError("--around goes with --seconds, not with --from or --to.")
    if since is None and until is None and around is None:
        return None
    return Wish(since, until, around, round(seconds * 1000))
