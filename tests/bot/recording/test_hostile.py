"""Hostile recordings: whatever one event holds, the others are exported."""

import copy
import gzip
import json
import random

import pytest

from bot.errors import BadInput, CourierError
from bot.exporter import export
from bot.exporter.convert import CONVERTERS
from bot.recording import lines as reading
from bot.recording.files import open_recording
from bot.recording.lines import Damage, read_lines
from tests import recorded

START_MS = 1_795_431_700_000
GOOD = {"type": 4, "timestamp": START_MS, "data": {"href": "https://a.test/"}}
NEST = "[" * 900 + "]" * 900


def exported(*lines):
    """The manifest of a recording of one good event and these lines, and what each
    converter makes of its events."""
    damage = Damage()
    given = [json.dumps(["w", GOOD]).encode(), *lines]
    events = read_lines(given, recording="r", damage=damage)
    with export(events, source="file", damage=damage) as made:
        for _, convert in CONVERTERS.values():
            b"".join(convert(made.events(), "r"))
        return made.manifest


def line(data, *, kind=3, timestamp=START_MS + 1):
    return json.dumps(["w", {"type": kind, "timestamp": timestamp, "data": data}])


def network(**row):
    payload = {"requests": [{"name": "https://a.test/", "method": "GET", **row}]}
    return line({"plugin": "rrweb/network@1", "payload": payload}, kind=6)


@pytest.mark.parametrize(
    "text",
    [
        line({}, timestamp=float("nan")),
        line({}, timestamp=float("inf")).replace("Infinity", "1e999"),
        line({}, timestamp=1e300),
        line({}, timestamp=-1),
        line({"width": float("inf")}, kind=4).replace("Infinity", "1e999"),
        line({"x": 0}).replace("0}", "9" * 5000 + "}"),
        line({"deep": 0}).replace("0}", NEST + "}"),
        line({"deep": 0}).replace("0}", "[" * 100_000 + "}"),
    ],
    ids=["nan", "inf", "1e300", "negative", "width", "digits", "deep", "open"],
)
def test_what_no_player_could_read_is_damage(text):
    """One such event costs itself and nothing else."""
    manifest = exported(text.encode())
    assert manifest.summary.events == 1
    assert manifest.damaged == 1


@pytest.mark.parametrize(
    "text",
    [
        network(timestamp=1e300, status=1e300, startTime=-1e300),
        network(entryType=["resource"]),
        network(name="https://a.test/?" + "a&" * 2000),
        network(name="https://[::1?token=x"),
        network(requestBody=NEST, responseBody="[" * 100_000),
        line({"tag": ["x"], "payload": {}}, kind=5),
        line({"source": {"a": 1}}),
        line({"width": 1e300, "height": 1e300, "href": 5}, kind=4),
    ],
    ids=["times", "kind", "query", "host", "nested", "tag", "source", "size"],
)
def test_odd_values_are_kept_and_break_nothing(text):
    manifest = exported(text.encode())
    assert manifest.summary.events == 2
    assert manifest.damaged == 0


def flood(number):
    """Lines of a window of its own with a page, an error and a request of its own."""
    odd = f"{number}" * 100
    error = {"level": odd, "payload": [odd], "trace": []}
    events = (
        (4, {"href": f"https://a.test/{odd * 20}"}),
        (6, {"plugin": "rrweb/console@1", "payload": {**error, "level": "error"}}),
        (6, {"plugin": "rrweb/console@1", "payload": error}),
        (6, json.loads(network(name=f"https://{odd}/", method=odd))[1]["data"]),
    )
    for kind, data in events:
        yield json.dumps(
            [odd, {"type": kind, "timestamp": START_MS + number, "data": data}]
        ).encode()


def test_a_summary_stays_small_whatever_the_recording_does():
    """It is a row, read for every opening of a link; the counts are still of all."""
    manifest = exported(*(text for number in range(2000) for text in flood(number)))
    assert len(json.dumps(manifest.to_json())) < 3_000_000
    assert len(manifest.summary.errors) == 200
    assert manifest.summary.console["error"] == 2000
    assert manifest.summary.network_failing == 2000


@pytest.mark.parametrize(
    "content",
    [b"[" + b"{}," * 2_500_000 + b"{}]", b'"' + b"a" * 65 * 1024 * 1024 + b'"'],
    ids=["values", "bytes"],
)
def test_a_field_that_unpacks_without_end_is_damage(content):
    """A few kilobytes that anybody can send must not take a worker's memory."""
    packed = gzip.compress(content, 1).decode("latin-1")
    event = {"type": 2, "timestamp": START_MS, "cv": "2024-10", "data": packed}
    assert exported(json.dumps(["w", event]).encode()).damaged == 1


def test_a_gzip_file_that_unpacks_without_end_is_refused(tmp_path):
    """Megabytes of one line end the reading, not the machine."""
    file = tmp_path / "bomb.gz"
    with gzip.open(file, "wb", compresslevel=1) as out:
        out.write(b'["w", "')
        for _ in range(reading.MAX_LINE_BYTES // 1024**2):
            out.write(b"a" * 1024**2)
    with pytest.raises(BadInput, match="a line of more than 128 MiB"):
        list(open_recording(file).events)


ODD = (
    *(None, True, 0, -1, 1e300, 2**70, "", "\x00\ud800<!--", [], {}),
    *([[]], {"": {}}, ["x"], {"href": []}, "[" * 500, '{"a":' * 500, "?" + "&=" * 1100),
)


def mutated(event, chance):
    """The event with some of its values replaced by odd ones."""
    changed = copy.deepcopy(event)
    holders = [changed]
    while holders:
        holder = holders.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        for key in list(keys):
            if holder is not changed and chance.random() < 0.05:
                holder[key] = chance.choice(ODD)
            elif isinstance(holder[key], dict | list):
                holders.append(holder[key])
    return changed


@pytest.mark.parametrize("seed", range(6))
def test_no_value_in_any_place_is_more_than_damage(seed):
    """Real events with values swapped at random end as an export or a clear error."""
    chance = random.Random(seed)
    events = recorded.events("checkout")
    chosen = [one for one in events if len(json.dumps(one.event)) < 20_000]
    for item in chance.sample(chosen, 120):
        text = json.dumps([item.window_id, mutated(item.event, chance)])
        try:
            exported(text.encode())
        except CourierError:
            continue
