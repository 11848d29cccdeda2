"""A recording as a zip opens in any zip tool and holds each format as a plain file."""

import hashlib
import io
import json
import zipfile

from bot.exporter.archive import archive
from bot.exporter.convert import CONVERTERS
from tests import recorded
from tests.bot.cli.test_files import courier


def test_it_holds_every_format_and_the_same_bytes_every_time():
    events = recorded.events("checkout")
    content = b"".join(archive(events, "r1"))
    assert content == b"".join(archive(events, "r1"))
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        for name, format_ in {
            "events.jsonl": "snapshots",
            "rrweb.json": "rrweb",
            "posthog.json": "posthog-json",
            "console.jsonl": "console",
            "requests.har": "har",
        }.items():
            expected = b"".join(CONVERTERS[format_][1](events, "r1"))
            assert opened.read(name) == expected
        named = opened.read("README.txt").decode()
        assert all(one in named for one in opened.namelist() if one != "README.txt")


def test_export_and_convert_write_it_and_export_has_the_manifest(tmp_path):
    options = ("--format", "zip", "-o")
    checkout = recorded.snapshots("checkout")
    path = courier("export", checkout, *options, tmp_path).stdout.strip()
    assert path.endswith("/checkout.zip")
    with zipfile.ZipFile(path) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        digest = hashlib.sha256(opened.read("events.jsonl")).hexdigest()
    assert manifest["counts"]["clicks"] == 22
    assert digest == manifest["sha256"]
    done = courier("convert", checkout, *options, tmp_path / "converted.zip")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(done.stdout.strip()) as opened:
        assert "manifest.json" not in opened.namelist()
