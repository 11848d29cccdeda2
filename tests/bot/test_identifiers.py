from __future__ import annotations

import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.identifiers import MAX_CHARACTERS, MAX_IDENTIFIERS, read, read_prose
from bot.model import Identifier, IdentifierKind

SESSION = "0190aaaa-0000-7000-8000-000000000001"
OLD_SESSION = "187d7c7619e1d62-0a36a9481897db-1d525634-384000-187d7c7619f3d4f"
URL = f"https://us.posthog.com/project/7/replay/{SESSION}"


def email(value: str) -> Identifier:
    return Identifier(IdentifierKind.EMAIL, value)


def distinct_id(value: str, origin: str | None = None) -> Identifier:
    return Identifier(IdentifierKind.DISTINCT_ID, value, origin)


def uuid(value: str, origin: str | None = None) -> Identifier:
    return Identifier(IdentifierKind.UUID, value, origin)


def recording(value: str, origin: str | None) -> Identifier:
    return Identifier(IdentifierKind.RECORDING, value, origin)


JANE = email("jane@example.com")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane@example.com", [JANE]),
        ("  jane@example.com\n", [JANE]),
        ("Jane.Doe@Example.COM", [email("Jane.Doe@Example.COM")]),
        ("<mailto:jane@example.com|jane@example.com>", [JANE]),
        ("<mailto:jane@example.com>", [JANE]),
        ("<mailto:jane@example.com?subject=Hi|write to Jane>", [JANE]),
        ("mailto:jane@example.com", [JANE]),
        ("(jane@example.com).", [JANE]),
        ("jane@example.com!", [JANE]),
        ("*jane@example.com*", [JANE]),
        ("_jane@example.com_", [JANE]),
        ("`jane@example.com`", [JANE]),
        ('"jane@example.com"', [JANE]),
        ("“jane@example.com”", [JANE]),
        ("‘jane@example.com’", [JANE]),
        ("jane@example.com, jane@example.com", [JANE]),
        ("jane@example.com JANE@example.com", [JANE]),
        ("jane@example.com\u200b", [JANE]),
        ("\u202ajane@example.com\u202c", [JANE]),
        ("o'brien+x@example.co.uk", [email("o'brien+x@example.co.uk")]),
        ("jörg@müller.example", [email("jörg@müller.example")]),
        ("jane@example.com;bob@x.io", [JANE, email("bob@x.io")]),
        ("jane@example.com\u00a0bob@x.io", [JANE, email("bob@x.io")]),
        ("“jane@example.com, bob@x.io”", [JANE, email("bob@x.io")]),
        ("Jane Doe <jane@example.com>", [JANE]),
        ("u1, Jane Doe <jane@example.com>", [distinct_id("u1"), JANE]),
        ('"Jane Doe" &lt;jane@example.com&gt;', [JANE]),
        (
            "Jane &lt;<mailto:jane@example.com|jane@example.com>&gt; u1",
            [JANE, distinct_id("u1")],
        ),
        ("<@U012AB> jane@example.com", [JANE]),
        ("u1 <mailto:jane@example.com|jane@example.com>", [distinct_id("u1"), JANE]),
        ("user-4821", [distinct_id("user-4821")]),
        ("User-1 user-1", [distinct_id("User-1"), distinct_id("user-1")]),
        ("user|auth0:12/3+x=", [distinct_id("user|auth0:12/3+x=")]),
        ("auth0|jane@example.com", [distinct_id("auth0|jane@example.com")]),
        ("f(1) g)", [distinct_id("f(1)"), distinct_id("g")]),
        (
            '"customer 12, Inc." u1',
            [distinct_id("customer 12, Inc."), distinct_id("u1")],
        ),
        ("‘two words’", [distinct_id("two words")]),
        ("a&amp;b &lt;c", [distinct_id("a&b"), distinct_id("c")]),
        ("<http://acme.io|acme.io>", [distinct_id("acme.io")]),
        ("<tel:+12025550143|+1-202-555-0143>", [distinct_id("+1-202-555-0143")]),
        (SESSION, [uuid(SESSION)]),
        (SESSION.upper(), [uuid(SESSION.upper())]),
        (f"{SESSION}.", [uuid(SESSION)]),
        (OLD_SESSION, [uuid(OLD_SESSION)]),
        (URL, [recording(SESSION, "us.posthog.com")]),
        (f"{URL}?t=42", [recording(SESSION, "us.posthog.com")]),
        (f"<{URL}?t=42&amp;x=1|the replay>", [recording(SESSION, "us.posthog.com")]),
        (f"<{URL}>", [recording(SESSION, "us.posthog.com")]),
        (URL.removeprefix("https://"), [recording(SESSION, "us.posthog.com")]),
        (
            f"https://eu.posthog.com/replay/{SESSION}",
            [recording(SESSION, "eu.posthog.com")],
        ),
        (
            f"http://ph.acme.test:8000/project/phc_abc/replay/{OLD_SESSION}",
            [recording(OLD_SESSION, "ph.acme.test:8000")],
        ),
        (
            "https://us.posthog.com/project/7/replay/my-session-12",
            [recording("my-session-12", "us.posthog.com")],
        ),
        (
            f"https://us.posthog.com/replay/home?sessionRecordingId={SESSION}",
            [recording(SESSION, "us.posthog.com")],
        ),
        (
            "https://us.posthog.com/project/1/person/user%7Cauth0%3A12%2F3%2Bx%3D",
            [distinct_id("user|auth0:12/3+x=", "us.posthog.com")],
        ),
        (
            "https://us.posthog.com/person/a/b#activeTab=events",
            [distinct_id("a/b", "us.posthog.com")],
        ),
        (
            f"https://us.posthog.com/project/1/persons/{SESSION}#x",
            [uuid(SESSION, "us.posthog.com")],
        ),
        ("https://us.posthog.com/project/7/replay/home", []),
        ("https://us.posthog.com/project/7/insights/abc", []),
        ("https://shop.example.com/replay/the-match", []),
        ("http://[::1/replay/x", []),
        ("", []),
        (" ,;… !? \"\" '' <> ", []),
        ("\ud800", []),
    ],
)
def test_reads_a_command(text: str, expected: list[Identifier]) -> None:
    """Text is read as people paste it, wrapped, quoted, listed or plain."""
    assert list(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello, I'm jane@example.com and nothing works.", [JANE]),
        ("Contact:jane@example.com!", [JANE]),
        ("email=jane@example.com", [JANE]),
        ("see *jane@example.com*, _bob@x.io_", [JANE, email("bob@x.io")]),
        ('<a href="mailto:jane@example.com">Jane</a>', [JANE]),
        ("Jane <mailto:jane@example.com|jane@example.com>", [JANE]),
        (f"watch (<{URL}?t=3|here>), please", [recording(SESSION, "us.posthog.com")]),
        (f"replay:{URL}.", [recording(SESSION, "us.posthog.com")]),
        (f"session_id={SESSION}", [uuid(SESSION)]),
        (f"session {OLD_SESSION}, thanks", [uuid(OLD_SESSION)]),
        ("it fails at checkout for user-4821", []),
        ("jane@localhost @jane jane@ a@b", []),
        ("jane@example.c0m", []),
        (f"https://admin.shop.test/orders/{SESSION}?by=jane@example.com", []),
        (f"order-{SESSION}", []),
    ],
)
def test_reads_prose(text: str, expected: list[Identifier]) -> None:
    """In prose only addresses, PostHog URLs, UUIDs and old session ids count."""
    assert list(read_prose(text)) == expected


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)
POSTHOG = "https://us.posthog.com/project/1/"
WORDS = ["mailto:", f"{POSTHOG}replay/", f"{POSTHOG}person/", SESSION, OLD_SESSION]
SIGNS = ["&lt;", "&amp;", "%00", "%ff", "a@b.co", *"<>|\"“'@/,;.[)*_é \n\xa0"]
PASTED = st.lists(st.sampled_from([*WORDS, *SIGNS]), max_size=40).map("".join)


@settings(deadline=None)
@given(ANY_TEXT | PASTED)
def test_reads_anything(text: str) -> None:
    """Whatever is pasted, the answer is bounded and every value can be sent on."""
    for found in (read(text), read_prose(text)):
        assert len(found) <= MAX_IDENTIFIERS
        for one in found:
            assert one.value == one.value.strip()
            assert 0 < len(one.value.encode()) <= 1600
            assert one.value.isprintable() or " " not in one.value
            assert not any(ord(character) < 32 for character in one.value)


@settings(deadline=None)
@given(ANY_TEXT | PASTED)
def test_prose_takes_no_plain_words(text: str) -> None:
    """A distinct id in prose only ever comes out of a PostHog URL."""
    for one in read_prose(text):
        assert one.kind is not IdentifierKind.DISTINCT_ID or one.origin


LOCAL = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9+._]{0,20}[a-zA-Z0-9]", fullmatch=True)
ADDRESS = st.builds(
    "{}@{}.{}".format,
    LOCAL,
    st.from_regex(r"[a-z0-9]{1,10}(-[a-z0-9]{1,5})?", fullmatch=True),
    st.sampled_from(["com", "co.uk", "io", "example", "xn--p1ai"]),
)
WRAPPED = st.sampled_from(
    ["{0}", "<mailto:{0}|{0}>", "“{0}”", '"{0}"', "({0})", "*{0}*", "<{0}>", "`{0}`"]
)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(ADDRESS, WRAPPED), max_size=8, unique_by=lambda pair: pair[0].lower()
    ),
    st.sampled_from([" ", ", ", ";", "\n", "\u00a0", " ; ", ",\r\n"]),
)
def test_reads_lists_of_addresses(
    entries: list[tuple[str, str]], separator: str
) -> None:
    """However they are wrapped and separated, all addresses come out in order."""
    text = separator.join(wrapping.format(address) for address, wrapping in entries)
    expected = [email(address) for address, _ in entries]
    assert list(read(text)) == expected
    assert list(read_prose(text)) == expected


@settings(deadline=None)
@given(
    st.text(alphabet="abzABZ019|:/+=._-~@%&# é", min_size=1, max_size=60).filter(
        lambda value: value == value.strip(" .") and any(map(str.isalnum, value))
    )
)
def test_distinct_ids_survive_person_urls(value: str) -> None:
    """What PostHog encodes into a person's URL comes back as it was."""
    url = f"https://us.posthog.com/project/1/person/{quote(value, safe='')}"
    (found,) = read(url)
    assert found == distinct_id(value, "us.posthog.com")


def test_reading_is_bounded() -> None:
    """Huge text is cut between words, and takes no time to speak of."""
    many = " ".join(f"user-{n}" for n in range(5_000))
    assert len(read(many)) == MAX_IDENTIFIERS
    edge = "x" * (MAX_CHARACTERS - 5) + " jane@example.com"
    assert read_prose(edge) == ()
    started = time.perf_counter()
    for hostile in ("a", "a.", "a@", "a-", "<", '"', "'", "@a.", "&amp;", "(", "0-"):
        read(hostile * MAX_CHARACTERS)
        read_prose(hostile * MAX_CHARACTERS)
    assert time.perf_counter() - started < 5
