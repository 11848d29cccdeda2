"""How the command line shows things: progress at a terminal, tables, JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from bot.errors import CourierError


def say(text: str) -> None:
    """A line for people, on stderr; stdout is for what was asked for."""
    click.echo(text, err=True)


def as_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, default=str))


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table on stdout; whole lines whatever the terminal's width."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        # Plain text: what recordings say must not become markup or control codes.
        shown.add_row(*(printable(str(cell)) for cell in row))
    console = Console(
        width=None if sys.stdout.isatty() else 200,
        markup=False,
        highlight=False,
        emoji=False,
    )
    with console.capture() as captured:
        console.print(shown)
    for line in captured.get().splitlines():
        if line.strip():
            click.echo(line.rstrip())


def printable(text: str) -> str:
    """The text without control characters, which could command a terminal."""
    return "".join(one if one.isprintable() else " " for one in text)


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Progress | None]:
    """A progress bar on stderr, only at a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        bar.add_task(what, total=total)
        yield bar


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file so that it is there whole or not at all. Raises CourierError."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as out:
            for piece in pieces:
                out.write(piece)
        partial.replace(path)
    except OSError as error:
        raise CourierError(f"cannot write {path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)
