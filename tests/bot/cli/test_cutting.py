"""``export`` makes a file of a part of a recording, and says what is not in it."""

import json
from pathlib import Path

import pytest

from tests import recorded
from tests.bot.cli.test_files import courier

CHECKOUT = recorded.snapshots("checkout")


def manifest_of(path):
    return json.loads(courier("inspect", path, "--json").stdout)


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cut")
    done = courier("export", CHECKOUT, "-o", folder, "--from", "0:10", "--to", "25s")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done


def test_a_cut_file_says_which_part_it_is_and_counts_its_own(cut):
    path, done = cut
    manifest = manifest_of(path)
    assert manifest["cut"] == {
        "from_ms": 10_000,
        "to_ms": 25_000,
        "of_duration_ms": recorded.facts("checkout")["duration_ms"],
        "left_out": {
            "events": 167,
            "clicks": 13,
            "console_errors": 11,
            "failing_requests": 10,
            "windows": 0,
        },
    }
    assert manifest["counts"]["clicks"] == 9
    assert manifest["counts"]["full_snapshots"] == 1
    assert 14_000 < manifest["duration_ms"] <= 15_000
    assert done.stderr == (
        f"{CHECKOUT}: cut to 0:10–0:25 of 0:38, without 13 clicks, 11 console errors,"
        " 10 failing requests\n"
    )
    assert "0:10–0:25 of 0:38" in courier("inspect", path).stdout


def test_a_cut_of_a_cut_is_a_part_of_the_same_recording(cut, tmp_path):
    """Its times and what was left out are those of the recording, not of the file."""
    path, _ = cut
    again = courier("export", path, "-o", tmp_path, "--from", "5").stdout.strip()
    inner, outer = manifest_of(again)["cut"], manifest_of(path)["cut"]
    assert inner["from_ms"] == 15_000
    assert inner["of_duration_ms"] == outer["of_duration_ms"]
    assert inner["left_out"]["clicks"] + manifest_of(again)["counts"]["clicks"] == 22
    same = courier("export", path, "-o", tmp_path / "same").stdout.strip()
    assert manifest_of(same)["cut"] == outer


def test_a_whole_file_is_not_cut(tmp_path):
    path = courier("export", CHECKOUT, "-o", tmp_path, "--from", "0").stdout.strip()
    assert manifest_of(path)["cut"] is None


def test_around_the_error_is_around_the_first_and_worst(tmp_path):
    options = ("--around", "error", "--seconds", "4")
    path = courier("export", CHECKOUT, "-o", tmp_path, *options).stdout.strip()
    manifest = manifest_of(path)
    assert manifest["cut"]["to_ms"] - manifest["cut"]["from_ms"] == 8000
    (first, *_) = [one for one in manifest["marks"] if one["kind"] == "exception"]
    assert abs(first["at_ms"] - 4000) < 10


def test_a_file_fits_the_limit_and_keeps_what_matters(tmp_path):
    """As much around the key moment as the limit takes; the same file every time."""
    whole = courier("export", CHECKOUT, "-o", tmp_path / "whole").stdout.strip()
    part = courier(
        "export", CHECKOUT, "-o", tmp_path, "--around", "error", "--seconds=1"
    )
    smallest = len(Path(part.stdout.strip()).read_bytes())
    limit = (smallest + len(Path(whole).read_bytes())) // 2
    runs = [
        courier("export", CHECKOUT, "-o", tmp_path / name, "--max-size", limit)
        for name in ("first", "second")
    ]
    contents = [Path(done.stdout.strip()).read_bytes() for done in runs]
    assert smallest < len(contents[0]) <= limit
    assert contents[0] == contents[1]
    manifest = manifest_of(runs[0].stdout.strip())
    assert any(one["kind"] == "exception" for one in manifest["marks"])
    assert manifest["cut"]["left_out"]["events"] > 0
    assert "cut to" in runs[0].stderr


def test_a_limit_that_the_whole_file_fits_cuts_nothing(tmp_path):
    done = courier("export", CHECKOUT, "-o", tmp_path, "--max-size", "8MiB")
    assert done.stderr == ""
    assert manifest_of(done.stdout.strip())["cut"] is None


def test_a_limit_that_nothing_fits_names_the_smallest_file(tmp_path):
    done = courier("export", CHECKOUT, "-o", tmp_path, "--max-size", "1KB")
    assert done.returncode == 1
    assert "no part of the recording fits 1000 bytes: the smallest" in done.stderr
    assert not list(tmp_path.iterdir())


def test_other_formats_are_cut_and_fit_too(tmp_path):
    options = ("--format", "rrweb", "--max-size", "60KB", "--to", "0:20")
    done = courier("export", CHECKOUT, "-o", tmp_path, *options)
    content = Path(done.stdout.strip()).read_bytes()
    assert 20_000 < len(content) <= 60_000
    assert [one["type"] for one in json.loads(content)][:2] == [4, 2]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (("--from", "3:00"), 1, "3:00 is outside the recording, which goes from 0:00"),
        (("--from", "soon"), 2, "'soon' is no time; write 1:23"),
        (("--around", "5", "--to", "9"), 2, "--around goes with --seconds"),
        (("--max-size", "big"), 2, "'big' is no size; write 10MB"),
        (("--max-size", "0"), 2, "'0' is no size"),
    ],
)
def test_wrong_options_are_refused_in_words(tmp_path, options, status, words):
    done = courier("export", CHECKOUT, "-o", tmp_path, *options)
    assert (done.returncode, done.stdout) == (status, "")
    assert words in done.stderr
