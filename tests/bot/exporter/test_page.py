"""The page's own policy: before anything it governs, and true of what is served."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.exporter import export
from bot.exporter.binary import from_page
from bot.exporter.manifest import Manifest
from bot.exporter.page import file_page, policy, share_page
from tests import recorded
from tests.bench import exporting

SAMPLES = Path(__file__).parents[3] / "bot" / "viewer" / "samples"


@pytest.fixture(scope="module")
def pages():
    """The file and the share page of one recording."""
    with export(recorded.events("static-simple"), source="file") as made:
        file = b"".join(file_page(made.manifest, made.segments()))
        odd = '"><script>1</script>'
        share = share_page(
            made.manifest, segments_url=odd, download_url=odd, expires=odd
        )
    return file, share


def test_the_policy_names_the_two_scripts_that_may_run(pages):
    """The one in the page, and the viewer that it unpacks and starts."""
    for page in pages:
        (boot,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
        (packed,) = re.findall(rb'id="replay-viewer">([^<]*)</script>', page)
        viewer = json.loads(gzip.decompress(from_page(packed)))
        hashes = [
            f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
            for script in (viewer["script"].encode(), boot)
        ]
        assert f"script-src {' '.join(hashes)};" in policy(connect="'none'")


def test_the_viewer_takes_no_more_room_than_a_picture():
    empty = Manifest.from_json(json.loads((SAMPLES / "manifest.json").read_text()))

    viewer = len(b"".join(file_page(empty, []))) - len(json.dumps(empty.to_json()))

    assert viewer < 120_000


def test_nothing_stands_before_the_files_policy_but_its_charset(pages):
    head = pages[0].partition(b'<meta http-equiv="Content-Security-Policy"')[0]
    tags = re.findall(rb"<(\w+)", head)
    assert tags == [b"html", b"head", b"meta"]
    assert b'charset="windows-1252"' in head


def test_every_other_script_element_holds_data(pages):
    for page in pages:
        types = re.findall(rb"<script( type=\"[^\"]+\")?", page)
        assert types.count(b"") == 1
        assert set(types) <= {
            b"",
            b' type="application/json"',
            b' type="application/octet-stream"',
        }


def test_the_policy_allows_nothing_from_elsewhere():
    for connect in ("'none'", "'self'"):
        rules = policy(connect=connect)
        assert rules.startswith("default-src 'none'; ")
        assert not re.search(r"https?:|\*|unsafe-eval|frame-src[^;]*data:", rules)
        assert "script-src 'sha256-" in rules
        assert "base-uri 'none'" in rules
        assert "form-action 'none'" in rules


@pytest.mark.parametrize("name", ["checkout", "static-simple"])
def test_a_short_recording_takes_three_quarters_of_the_obvious_way(name):
    """Manifest and all, against gzip and base64 of its events."""
    path = recorded.snapshots(name)

    assert exporting.ours(path) <= 0.75 * len(exporting.obvious(path))
