"""The lock of a file: opened by its passphrase alone, and refused where it was touched.

``samples/locked.json`` is a file's pieces as they were sealed once; the viewer's tests
open the same, so that neither side can drift from the other.
"""

import base64
import copy
import hashlib
import json

import pytest

from bot.errors import BadInput
from bot.exporter.lock import Lock, unlock
from tests import recorded

VECTOR = json.loads(
    (recorded.ROOT / "bot" / "viewer" / "samples" / "locked.json").read_text()
)
PASSPHRASE = VECTOR["passphrase"]
SEALED = [base64.b64decode(one) for one in VECTOR["segments"]]
MANIFEST = VECTOR["opened"]["manifest"]


def opened(public=VECTOR["public"], passphrase=PASSPHRASE):
    return unlock(public, passphrase)


@pytest.fixture(scope="module")
def whole():
    return opened()


def changed(name, value, *, honest=True):
    """The public part with another value; ``honest`` leaves its check as it was, an
    attacker makes it right again."""
    public = copy.deepcopy(VECTOR["public"])
    holder = public if name in public else public["locked"]
    holder[name] = value
    locked = public["locked"]
    if not honest:
        lines = [public["format"], public["version"], public["producer"]]
        lines += [locked[one] for one in ("kdf", "memory_kib", "passes", "lanes")]
        lines += [locked["salt"], locked["cipher"], "check", 0, 1]
        lines += [locked["key"], locked["manifest"]]
        text = "\n".join(map(str, lines))
        locked["check"] = hashlib.sha256(text.encode()).hexdigest()
    return public


def flipped(text):
    """Base64 of the same bytes, but for one bit in the middle."""
    content = bytearray(base64.b64decode(text))
    content[len(content) // 2] ^= 4
    return base64.b64encode(content).decode()


def test_what_was_sealed_once_opens_for_ever(whole):
    """Also with an umlaut typed as letter and dots, where it was sealed as one."""
    assert json.loads(whole.manifest) == MANIFEST
    assert [whole.open("segment", n, 3, one) for n, one in enumerate(SEALED)] == [
        base64.b64decode(one) for one in VECTOR["opened"]["segments"]
    ]


def test_a_new_lock_opens_and_is_never_the_same_twice():
    first, second = (Lock(PASSPHRASE, MANIFEST) for _ in range(2))
    public = first.public()
    again = unlock(public, PASSPHRASE)
    assert json.loads(again.manifest) == MANIFEST
    assert again.open("asset", 2, 3, first.seal("asset", 2, 3, b"abc")) == b"abc"
    for name in ("salt", "key", "manifest"):
        assert public["locked"][name] != second.public()["locked"][name]
    with pytest.raises(BadInput, match="belongs elsewhere"):
        again.open("asset", 2, 3, second.seal("asset", 2, 3, b"abc"))


def test_another_passphrase_is_told_from_damage():
    for wrong in ("", PASSPHRASE + " ", PASSPHRASE.upper()):
        with pytest.raises(BadInput, match="that is not its passphrase"):
            opened(passphrase=wrong)
    with pytest.raises(BadInput, match="no text"):
        opened(passphrase="\udce4")


@pytest.mark.parametrize("name", ["salt", "key", "manifest", "check", "producer"])
def test_damage_before_the_lock_is_said_without_trying_the_passphrase(name):
    public = VECTOR["public"] | VECTOR["public"]["locked"]
    text = "x" if name in ("check", "producer") else flipped(public[name])
    with pytest.raises(BadInput, match="its lock was changed"):
        opened(changed(name, text))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "replay-courier/other"),
        ("version", 2),
        ("producer", "replay-courier 0.0.1"),
        ("memory_kib", 64),
        ("passes", 1),
        ("lanes", 1),
        ("salt", flipped(VECTOR["public"]["locked"]["salt"])),
        ("key", flipped(VECTOR["public"]["locked"]["key"])),
        ("key", ""),
    ],
)
def test_whatever_stands_in_the_open_is_vouched_for(name, value):
    """Weaker parameters above all: the right passphrase then opens nothing."""
    with pytest.raises(BadInput, match="not its passphrase"):
        opened(changed(name, value, honest=False))


@pytest.mark.parametrize(
    "text", [flipped(VECTOR["public"]["locked"]["manifest"]), "", "AAAA"]
)
def test_an_altered_manifest_is_refused(text):
    with pytest.raises(BadInput, match="its manifest was altered"):
        opened(changed("manifest", text, honest=False))


@pytest.mark.parametrize("at", [0, 11, 12, -17, -1])
def test_a_flipped_bit_of_a_segment_is_refused(whole, at):
    """In its nonce, its content and its tag."""
    content = bytearray(SEALED[0])
    content[at] ^= 1
    with pytest.raises(BadInput, match="segment 1 of 3 was altered"):
        whole.open("segment", 0, 3, bytes(content))


def test_segments_open_in_their_own_place_alone(whole):
    """Not swapped, not with others left out, not as another kind of piece."""
    sealed_manifest = base64.b64decode(VECTOR["public"]["locked"]["manifest"])
    for index, count, piece in (
        (1, 3, SEALED[0]),
        (0, 3, SEALED[2]),
        (0, 2, SEALED[0]),
        (0, 1, sealed_manifest),
        (0, 3, b""),
        (0, 3, SEALED[0][:11]),
    ):
        with pytest.raises(BadInput, match="belongs elsewhere"):
            whole.open("segment", index, count, piece)
    with pytest.raises(BadInput, match="asset 1 of 3 was altered or belongs elsewhere"):
        whole.open("asset", 0, 3, SEALED[0])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 256 * 1024 + 1),
        ("memory_kib", 2**40),
        ("memory_kib", -1),
        ("memory_kib", 31),
        ("passes", 17),
        ("passes", 0),
        ("lanes", 17),
        ("lanes", 0),
    ],
)
def test_a_claim_of_gigabytes_or_hours_is_refused_before_any_work(name, value):
    with pytest.raises(BadInput, match="more work"):
        opened(changed(name, value, honest=False))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("passes", True),
        ("passes", "3"),
        ("passes", 3.0),
        ("version", None),
        ("producer", "two\nlines"),
        ("salt", "AAAA"),
        ("salt", "not base64"),
        ("key", 7),
        ("person", "jane@example.com"),
        ("locked", []),
    ],
)
def test_a_public_part_of_another_shape_is_refused(name, value):
    public = copy.deepcopy(VECTOR["public"])
    (public if name in public or name == "person" else public["locked"])[name] = value
    with pytest.raises(BadInput, match="its lock was changed"):
        opened(public)


def test_a_lock_of_another_kind_asks_for_a_newer_version():
    with pytest.raises(BadInput, match="update it"):
        opened(changed("kdf", "argon3"))
