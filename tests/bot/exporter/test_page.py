"""The page's own policy: before anything it governs, and true of what is served."""

import base64
import hashlib
import os
import re

import pytest

from bot.exporter import export
from bot.exporter.page import VIEWER, file_page, policy, share_page
from tests import recorded

# In CI a missing viewer is a failure, not a skip.
pytestmark = pytest.mark.skipif(
    not VIEWER.is_file() and "CI" not in os.environ, reason="`make install` builds it"
)


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


def test_the_policys_hash_is_that_of_the_one_script_in_the_page(pages):
    for page in pages:
        (script,) = re.findall(rb"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy(connect="'none'")


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
