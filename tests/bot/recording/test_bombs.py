"""Recordings made to fill a machine end in little memory and time, most in an error.

Each is exported by a process of its own that may not have more than a fixed amount of
memory, and whose own use is measured.
"""

import gzip
import json
import subprocess
import sys

import pytest

from bot.errors import BadInput
from bot.recording.lines import Damage, read_lines

START_MS = 1_795_431_700_000
MIB = 1024 * 1024
# Several times what these need on a busy machine; unbounded ones need hours.
SECONDS = 60
MOST_MEMORY = 1536 * MIB


def line(kind, data, at_ms=0):
    event = {"type": kind, "timestamp": START_MS + at_ms, "cv": "2024-10", "data": data}
    return json.dumps(["w", event], ensure_ascii=False).encode() + b"\n"


def packed(content):
    return gzip.compress(content, 6).decode("latin-1")


def mutation(adds, at_ms):
    empty = packed(b"[]")
    data = {"source": 0, "texts": empty, "attributes": empty, "removes": empty}
    return line(3, {**data, "adds": packed(json.dumps(adds).encode())}, at_ms)


def node(number, parent, kind=3):
    holds = {"tagName": "p", "attributes": {}, "childNodes": []} if kind == 2 else {}
    added = {"type": kind, "id": number, "textContent": "a", **holds}
    return {"parentId": parent, "nextId": None, "node": added}


PAGE = line(2, packed(b'{"node": {"type": 0, "id": 1, "childNodes": []}}'))
START, END = line(4, {}), line(4, {}, 60_000)


def wide():
    return [node(number, 1) for number in range(2, 30_000)]


def nested():
    return [node(number, number - 1, 2) for number in range(2, 30_000)]


def in_a_ring():
    return [node(number, (number + 1) % 30_000, 2) for number in range(30_000)]


# Made when they are needed: every process that runs tests reads this.
BOMBS = {
    "a field of 60 KB that expands to 60 MB, several times": lambda: b"".join(
        line(2, packed(b'{"node": null, "x": "' + b"a" * 60 * MIB + b'"}'), number)
        for number in range(2)
    ),
    "a field of values without end": lambda: line(
        2, packed(b"[" + b"[]," * 10**7 + b"1]")
    ),
    "a field of endless depth": lambda: line(2, packed(b"[" * 10**6 + b"]" * 10**6)),
    "a page as wide": lambda: PAGE + mutation(wide(), 1) + mutation(wide(), 2),
    "a page as deep": lambda: (
        PAGE + mutation(nested(), 1) + mutation(nested()[::-1], 2)
    ),
    # Each waits for the one after it.
    "a page upside down": lambda: PAGE + mutation(nested()[::-1], 1),
    "a page that is in itself": lambda: (
        PAGE + mutation(in_a_ring(), 1) + mutation(in_a_ring(), 2)
    ),
}


# A process of its own starts the export: what a process measures of a child of its own
# is at least what it needs itself.
MEASURED = """
import resource, subprocess, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
done = subprocess.run([sys.executable, "-m", "bot", *sys.argv[2:]], stdout=sys.stderr)
print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def exported(folder, content, *options):
    """Status, error and memory (bytes) of an export, which ends in time or fails."""
    given = folder / "bomb.jsonl"
    given.write_bytes(content)
    words = ("export", str(given), "-o", str(folder), *options)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(MOST_MEMORY), *words],
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    status, memory_kb = map(int, done.stdout.split())
    return status, done.stderr, memory_kb * 1024


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_itself_and_not_the_machine(tmp_path, name):
    """Cut, so that it is also built up as the page it claims to be."""
    status, error, memory = exported(
        tmp_path, START + BOMBS[name]() + END, "--from", "0:30"
    )
    assert status == 0, error
    assert "cut to 0:30–1:00 of 1:00" in error
    assert memory < 700 * MIB


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n" * 200_000, "more than 100000 empty lines"),
        ((b" " * MIB + b"\n") * 80, "more than 200 times its size"),
    ],
    ids=["empty lines", "blanks"],
)
def test_a_packed_file_of_nothing_is_refused(tmp_path, content, words):
    status, error, memory = exported(tmp_path, gzip.compress(START + content, 9))
    assert (status, error.count("\n")) == (1, 1), error
    assert words in error
    assert memory < 200 * MIB


def test_what_the_fields_of_all_events_expand_to_is_counted():
    """Each may be just small enough; together they are more than any recording."""
    damage = Damage(may_expand_to=10 * MIB)
    snapshot = line(2, packed(b'{"node": null, "x": "' + b"a" * MIB + b'"}'))
    read = read_lines([snapshot] * 20, recording="r", damage=damage)
    with pytest.raises(BadInput, match="made to fill the machine"):
        list(read)
    assert damage.events == 0
