"""Locked portable replays: whole with the passphrase, silent without it."""

import base64
import json
import re
import urllib.parse

import pytest

from bot.errors import BadInput
from bot.exporter import export
from bot.exporter.binary import from_page, to_page
from bot.exporter.page import file_page
from bot.exporter.portable import open_portable
from tests import recorded

PASSPHRASE = "correct horse battery staple"
PERSON = "jane.doe@example.com"
RECORDING_ID = "01a20811-ab4b-7682-8d6f-f64613bb0184"

_MANIFEST = re.compile(
    rb'(<script type="application/json" id="replay-manifest">)(.*?)(</script>)',
    re.DOTALL,
)
_SEGMENT = re.compile(
    rb'(<script type="application/octet-stream" class="replay-segment"'
    rb' data-index="\d+">)([^<]*)(</script>\n)'
)


@pytest.fixture(scope="module")
def made():
    """A recording of several segments, exported."""
    with export(
        recorded.events("dashboard")[:320],
        source="posthog",
        person=PERSON,
        recording_id=RECORDING_ID,
    ) as exported:
        yield exported


@pytest.fixture(scope="module")
def locked(made):
    """The bytes of a locked file."""
    return page(made, PASSPHRASE)


def page(made, passphrase):
    pieces = file_page(made.manifest, made.segments(), passphrase=passphrase)
    return b"".join(pieces)


def opened(folder, content, passphrase=lambda: PASSPHRASE):
    path = folder / "a.replay.html"
    path.write_bytes(content)
    return open_portable(path, passphrase)


def carried(content):
    """The bytes of a file's segments, in order."""
    return [from_page(found[2]) for found in _SEGMENT.finditer(content)]


def with_segments(content, pieces):
    """The file with other segments; as many as it had."""
    left = iter(pieces)
    return _SEGMENT.sub(
        lambda found: found[1] + to_page(next(left)) + found[3], content
    )


def test_a_locked_file_gives_back_manifest_and_segments(made, locked, tmp_path):
    replay = opened(tmp_path, locked)
    assert replay.manifest == made.manifest
    assert list(replay.packed) == list(made.segments())


def test_nothing_of_the_recording_is_in_a_locked_file(made, locked):
    """No text of it, plain or URL-encoded, in the page or in what it carries as bytes;
    the same search finds every one of them in the file without a lock."""
    document = made.manifest.to_json()
    known = {
        *("j***@example.com", RECORDING_ID, document["start"], document["sha256"]),
        *(found["url"] for found in document["pages"]),
        *(found["message"] for found in document["errors"]),
        *(found["sha256"] for found in document["segments"]),
        "network_requests",
    }
    assert len(known) > 10
    found = _MANIFEST.search(locked)
    public = json.loads(found[2])
    assert set(public) == {"format", "version", "producer", "locked"}
    texts = [
        # The viewer between the two, which is public, knows words of its own.
        locked[: found.end()],
        *(base64.b64decode(public["locked"][name]) for name in ("key", "manifest")),
        *carried(locked),
    ]
    plain = json.loads(_MANIFEST.search(page(made, None))[2])
    assert all(one in json.dumps(plain, ensure_ascii=False) for one in known)
    for one in (*known, PERSON, PASSPHRASE):
        for form in (one, urllib.parse.quote(one, safe="")):
            assert not [text for text in texts if form.encode() in text], form


def test_no_stretch_of_a_segment_is_in_a_locked_file(made, locked):
    sealed = carried(locked)
    for packed, piece in zip(made.segments(), sealed, strict=True):
        assert len(piece) == len(packed) + 12 + 16  # nonce and tag
        stretches = {packed[at : at + 8] for at in range(0, len(packed) - 8, 8)}
        assert not stretches & {piece[at : at + 8] for at in range(len(piece) - 7)}


def test_a_wrong_passphrase_and_none_are_said_so(locked, tmp_path):
    with pytest.raises(BadInput, match=r"a\.replay\.html: that is not its passphrase$"):
        opened(tmp_path, locked, lambda: "correct horse")
    with pytest.raises(BadInput, match="locked with a passphrase"):
        opened(tmp_path, locked, None)


@pytest.mark.parametrize("end", [b'data-index="2"', b'id="replay-end"'])
def test_a_locked_file_cut_short_is_said_so_before_anyone_is_asked(
    locked, tmp_path, end
):
    def unasked():
        raise AssertionError("asked")

    with pytest.raises(BadInput, match="cut short"):
        opened(tmp_path, locked[: locked.index(end)], unasked)


def test_a_file_with_its_last_segment_taken_out_is_cut_short(locked, tmp_path):
    *_, last = _SEGMENT.finditer(locked)
    with pytest.raises(BadInput, match="cut short"):
        opened(tmp_path, locked.replace(last[0], b""))


def test_segments_that_are_not_where_they_were_sealed_are_refused(
    made, locked, tmp_path
):
    """Swapped, altered by a bit, or of another file with the same passphrase."""
    first, second, *rest = carried(locked)
    bit = bytes((second[40] ^ 1,))
    altered = second[:40] + bit + second[41:]
    foreign = carried(page(made, PASSPHRASE))[0]
    for pieces in ((second, first), (first, altered), (foreign, second)):
        with pytest.raises(BadInput, match="was altered or belongs elsewhere"):
            opened(tmp_path, with_segments(locked, [*pieces, *rest]))


def test_another_public_part_does_not_open_these_segments(made, locked, tmp_path):
    """Neither that of another locked file nor, for whoever knows the recording, its
    manifest in clear."""
    segments = locked[_MANIFEST.search(locked).end() :]
    for passphrase in (PASSPHRASE, None):
        other = page(made, passphrase)
        head = other[: _MANIFEST.search(other).end()]
        with pytest.raises(BadInput, match="damaged"):
            opened(tmp_path, head + segments).verify()


def test_a_newer_format_is_said_so_without_trying_the_passphrase(locked, tmp_path):
    newer = locked.replace(b'"version": 1,', b'"version": 99,', 1)
    with pytest.raises(BadInput, match="update it to open the file"):
        opened(tmp_path, newer)
