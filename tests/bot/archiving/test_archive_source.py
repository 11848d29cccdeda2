"""Archived recordings are found, played and shared when their source forgot them."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from bot.archiving.orders import target_at
from bot.archiving.source import ArchiveSource
from bot.errors import NotFound, Refused
from bot.exporter.remote import export_fetched, fetched
from bot.identifiers import read
from bot.lookup import look_up
from bot.policy import RedactionPolicy
from bot.recording.lines import Damage
from bot.storage import ReplayStore
from tests.quick_source import FIRST

FIRST_ID = "session-00000"


@pytest.fixture
def source(engine):
    return ArchiveSource(engine, store_at=ReplayStore.at)


def found_by(source, text, time):
    found = look_up(
        [source], read(text), look_back=timedelta(days=60), limit=5, now=time.now
    )
    return [one.id for one in found.recordings]


@pytest.mark.parametrize("format_", ["replay", "raw"])
def test_what_is_archived_is_played_from_there(
    archives_of, run, quick, source, time, format_
):
    """The same events, counted the same."""
    run(archives_of(quick), format=format_)
    recording = source.recording(FIRST_ID)
    damage = Damage()
    with export_fetched(
        fetched(source, recording, damage),
        source=source.name,
        recording=recording,
        damage=damage,
        redaction=RedactionPolicy(),
        now=time.now,
    ) as exported:
        assert exported.manifest.summary.events == 4
        assert exported.manifest.summary.browser == "Firefox"
        assert exported.manifest.person == "p***@example.com"


def test_a_person_is_found_by_all_they_are_known_by(
    archives_of, run, quick, source, time
):
    """Address, any distinct id, their own id, a session's; in any spelling of an
    address."""
    run(archives_of(quick))
    for text in ("Person0@Example.com", "user-0", "anonymous-0"):
        assert found_by(source, text, time) == [FIRST_ID]
    (person,) = source.find_people(read("user-3")[0])
    assert (person.id, person.email) == ("p3", "person3@example.com")
    assert person.distinct_ids == ("anonymous-3", "user-3")
    assert source.recording(FIRST_ID).url is None


def test_two_copies_are_one_recording(archives_of, run, quick, source, time, tmp_path):
    archives = archives_of(quick)
    run(archives)
    run(archives, target=target_at(str(tmp_path / "second")))
    assert found_by(source, "user-0", time) == [FIRST_ID]
    span = {"after": None, "limit": 3}
    page = source.recordings_between(FIRST, time.now, **span)
    assert [one.id for one in page.recordings] == [
        "session-00004",
        "session-00003",
        "session-00002",
    ]
    rest = source.recordings_between(FIRST, time.now, after=page.after, limit=3)
    assert [one.id for one in rest.recordings] == ["session-00001", FIRST_ID]
    assert rest.after is None


def test_what_was_altered_is_not_shown(archives_of, run, quick, source, tmp_path):
    """Neither is what is not there; a copy elsewhere is."""
    archives = archives_of(quick)
    run(archives)
    (path,) = (tmp_path / "archive").rglob(f"{FIRST_ID}*")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Refused, match="altered"):
        list(source.snapshot_lines(source.recording(FIRST_ID)))
    path.unlink()
    with pytest.raises(NotFound):
        list(source.snapshot_lines(source.recording(FIRST_ID)))
    run(archives, target=target_at(str(tmp_path / "second")))
    assert len(list(source.snapshot_lines(source.recording(FIRST_ID)))) == 4


def test_an_archive_that_was_moved_is_read_where_it_is_now(
    archives_of, run, quick, engine, tmp_path
):
    run(archives_of(quick))
    shutil.move(tmp_path / "archive", tmp_path / "moved")
    source = ArchiveSource(
        engine,
        store_at=ReplayStore.at,
        moved_to=target_at(str(tmp_path / "moved")),
    )
    assert len(list(source.snapshot_lines(source.recording(FIRST_ID)))) == 4
    (check,) = source.check()
    assert check.ok
