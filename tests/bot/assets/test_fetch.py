"""One asset from a real server on the loopback, which tries everything."""

import gzip
import socket
import time
from ipaddress import ip_network

import pytest

from bot.assets.fetch import Fetcher, NotFetched
from bot.assets.guard import Guard
from bot.assets.kinds import Kind
from bot.hosts import host_pattern
from tests.sites import PNG, certificate, served

HERE = ip_network("127.0.0.1/32")
FAR = 60.0


@pytest.fixture(scope="module")
def server():
    with served() as site:
        yield site


@pytest.fixture
def site(server):
    server.answers.clear()
    server.asked.clear()
    server.resolved.clear()
    return server


def fetcher(resolve, *, networks=(HERE,), hosts=("*.acme.test",), **changes):
    options = {"max_bytes": 100_000, "timeout_s": 5.0} | changes
    guard = Guard(map(host_pattern, hosts), networks)
    return Fetcher(guard, resolve=resolve, **options)


def fetch(site, path="/a", kind=Kind.PICTURE, resolve=None, **changes):
    url = path if "://" in path else f"http://cdn.acme.test{path}"
    made = fetcher(resolve or site.resolve, **changes)
    return made.fetch(url, kind, deadline=time.monotonic() + FAR)


def reason(site, *args, **changes):
    with pytest.raises(NotFetched) as caught:
        fetch(site, *args, **changes)
    return caught.value.reason


def test_a_picture_comes_with_the_type_its_bytes_have(site):
    site.answers["/a"] = (200, {"Content-Type": "image/x-whatever"}, PNG)
    asset = fetch(site)
    assert (asset.type, asset.content) == ("image/png", PNG)


def test_the_request_says_nothing_about_anybody(site):
    """Host and what is wanted; no cookie, referrer or credential."""
    site.picture("/a?b=%C3%A9&c=d%20e")
    fetch(site, "/a?b=é&c=d%20e#fragment")
    host, path, headers = site.asked[0]
    assert (host, path) == ("cdn.acme.test", "/a?b=%C3%A9&c=d%20e")
    assert sorted(headers) == [
        *("Accept", "Accept-Encoding", "Connection", "Host", "User-Agent")
    ]


def test_proxies_of_the_environment_are_not_asked(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    site.picture("/a")
    assert fetch(site).content == PNG


def test_a_certificate_must_be_that_of_the_host_asked(tmp_path):
    """SNI and the check are the host's, although we connect to an address."""
    server_tls, client_tls = certificate(tmp_path, "cdn.acme.test")
    with served(server_tls) as site:
        site.picture("/a")
        good = fetch(site, "https://cdn.acme.test/a", trusted=client_tls)
        assert good.content == PNG
        other = reason(site, "https://other.acme.test/a", trusted=client_tls)
        unknown = reason(site, "https://cdn.acme.test/a")
    assert other == unknown == "its host has no valid certificate"
    assert len(site.asked) == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_a_host_that_leads_inside_is_not_connected_to(site, address):
    site.picture("/a")
    inside = lambda host, port: [(address, site.port)]  # noqa: E731
    assert reason(site, resolve=inside, networks=()) == "its address is not public"
    assert site.asked == []


def test_one_address_inside_among_public_ones_is_enough_to_refuse(site):
    """Otherwise the failing of the first would lead to the second."""
    both = lambda host, port: [("93.184.215.14", 80), ("127.0.0.1", site.port)]  # noqa: E731
    assert reason(site, resolve=both, networks=()) == "its address is not public"
    assert site.asked == []


def test_a_name_is_resolved_once_and_that_address_is_connected_to(site):
    """A resolver that answers otherwise the second time is not asked again."""
    answers = iter([("127.0.0.1", site.port), ("10.0.0.1", 80)])
    site.picture("/a")
    assert fetch(site, resolve=lambda *_: [next(answers)]).content == PNG
    assert next(answers) == ("10.0.0.1", 80)


def test_each_redirect_is_resolved_and_checked_anew(site):
    """The same host, rebound to an address inside between the hops."""
    answers = iter([("127.0.0.1", site.port), ("127.0.0.2", site.port)])
    site.redirect("/a", "/b")
    site.picture("/b")
    rebound = reason(site, resolve=lambda *_: [next(answers)])
    assert rebound == "its address is not public"
    assert site.paths() == ["/a"]


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://169.254.169.254/latest/meta-data/", "its host is not allowed"),
        ("http://127.0.0.1/", "its host is not allowed"),
        ("http://[::1]/", "its host is not allowed"),
        ("//evil.test/b", "its host is not allowed"),
        ("http://cdn.acme.test@evil.test/b", "the address holds a user name"),
        ("http://cdn.acme.test:8080/b", "its port is not allowed"),
        ("file:///etc/passwd", "only http and https are fetched"),
        ("gopher://cdn.acme.test/", "only http and https are fetched"),
        ("/a", "it redirects too often"),
    ],
)
def test_a_redirect_is_held_to_the_same_rules(site, location, said):
    site.redirect("/a", location)
    assert reason(site) == said
    assert set(site.paths()) == {"/a"}
    assert len(site.asked) <= 4


def test_three_redirects_are_followed(site):
    for here, there in (("/a", "/b"), ("/b", "http://img.acme.test/c"), ("/c", "d")):
        site.redirect(here, there)
    site.picture("/d")
    assert fetch(site).url == "http://img.acme.test/d"
    assert site.resolved == [*["cdn.acme.test"] * 2, *["img.acme.test"] * 2]


def test_a_host_that_is_not_allowed_is_not_even_resolved(site):
    assert reason(site, "http://evil.test/") == "its host is not allowed"
    assert site.resolved == []


def test_a_body_that_says_it_is_too_large_is_not_read(site):
    def endless(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "99999999999")
        handler.end_headers()

    site.answers["/a"] = endless
    assert reason(site) == "it is too large"


def test_a_body_that_does_not_say_its_size_is_cut_off(site):
    sent = 0

    def endless(handler):
        nonlocal sent
        handler.send_response(200)
        handler.send_header("Content-Type", "image/png")
        handler.end_headers()
        for _ in range(10_000):
            sent += handler.wfile.write(bytes(65_536))

    site.answers["/a"] = endless
    assert reason(site) == "it is too large"
    assert sent < 10_000 * 65_536


def test_a_body_that_unpacks_to_too_much_is_too_large(site):
    bomb = gzip.compress(bytes(50_000_000))
    headers = {"Content-Type": "image/png", "Content-Encoding": "gzip"}
    site.answers["/a"] = (200, headers, bomb)
    assert len(bomb) < 100_000
    assert reason(site) == "it is too large"


def test_gzip_is_unpacked(site):
    headers = {"Content-Type": "text/css", "Content-Encoding": "gzip"}
    site.answers["/a"] = (200, headers, gzip.compress(b"a{b:c}", mtime=0))
    assert fetch(site, kind=Kind.SHEET).content == b"a{b:c}"


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("br", PNG, "it is encoded in a way we did not ask for"),
        ("gzip, gzip", PNG, "it is encoded in a way we did not ask for"),
        ("gzip", PNG, "it is damaged"),
        ("gzip", gzip.compress(PNG, mtime=0)[:-9], "it was cut short"),
    ],
)
def test_what_cannot_be_unpacked_is_said(site, encoding, body, said):
    headers = {"Content-Type": "image/png", "Content-Encoding": encoding}
    site.answers["/a"] = (200, headers, body)
    assert reason(site) == said


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_byte_now_and_then_does_not_outlast_the_time(site, part):
    """Each wait is short; the whole is what is limited."""

    def drip(handler):
        if part == "body":
            handler.send_response(200)
            handler.end_headers()
        try:
            for _ in range(200):
                handler.wfile.write(b"H")
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            return

    site.answers["/a"] = drip
    before = time.monotonic()
    assert reason(site, timeout_s=0.3) == "it took too long"
    assert time.monotonic() - before < 1.5


def test_a_host_that_accepts_and_is_silent_takes_no_longer(site):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = ("127.0.0.1", silent.getsockname()[1])
        before = time.monotonic()
        for scheme in ("http", "https"):
            said = reason(
                site,
                f"{scheme}://cdn.acme.test/a",
                resolve=lambda *_: [place],
                timeout_s=0.2,
            )
            assert said == "it took too long"
        assert time.monotonic() - before < 1.5


def test_a_host_that_is_down_is_said(site):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        place = ("127.0.0.1", gone.getsockname()[1])
    assert reason(site, resolve=lambda *_: [place]) == "its host cannot be reached"


def test_an_answer_that_is_none_is_said(site):
    site.answers["/a"] = (404, {"Content-Type": "image/png"}, PNG)
    assert reason(site) == "its host answered 404"
    site.answers["/a"] = lambda handler: handler.wfile.write(b"SSH-2.0-x\r\n")
    assert reason(site) == "its host cannot be reached"


SVG = b'<?xml version="1.0"?>\n<!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>'
PAGE = b"<!doctype html><script>top.ran=1</script>"


@pytest.mark.parametrize(
    ("kind", "declared", "body", "found"),
    [
        (Kind.PICTURE, "image/png", PAGE, None),
        (Kind.PICTURE, "text/html", PNG, None),
        (Kind.PICTURE, "image/svg+xml", PAGE, None),
        (Kind.PICTURE, "text/html", SVG, None),
        (Kind.PICTURE, "image/png", SVG, None),
        (Kind.PICTURE, "image/svg+xml", SVG, "image/svg+xml"),
        (Kind.PICTURE, "application/octet-stream", PNG, "image/png"),
        (Kind.PICTURE, "image/jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        (Kind.PICTURE, "image/webp", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (Kind.PICTURE, "image/avif", b"\x00\x00\x00\x1cftypavif", "image/avif"),
        (Kind.PICTURE, "font/woff2", b"wOF2", None),
        (Kind.FONT, "font/woff2", b"wOF2\x00", "font/woff2"),
        (Kind.FONT, "application/font-woff", b"wOFF\x00", "font/woff"),
        (Kind.FONT, "font/ttf", b"\x00\x01\x00\x00", "font/ttf"),
        (Kind.FONT, "text/plain", b"wOF2\x00", None),
        (Kind.FONT, "font/woff2", PAGE, None),
        (Kind.SHEET, "text/css; charset=utf-8", b"a{b:c}", "text/css"),
        (Kind.SHEET, "text/html", b"a{b:c}", None),
        (Kind.SHEET, "text/plain", b"a{b:c}", None),
    ],
)
def test_only_what_is_wanted_and_looks_like_it_is_taken(
    site, kind, declared, body, found
):
    site.answers["/a"] = (200, {"Content-Type": declared}, body)
    if found is None:
        assert reason(site, kind=kind).startswith("what its host sent is no ")
    else:
        assert fetch(site, kind=kind).type == found


@pytest.mark.parametrize(
    ("declared", "body"),
    [
        ("text/css; charset=iso-8859-1", 'a{content:"é"}'.encode("latin-1")),
        ("text/css", b'@charset "iso-8859-1";a{content:"\xe9"}'),
        ("text/css", b'\xef\xbb\xbfa{content:"\xc3\xa9"}'),
        ("text/css; charset=zip", 'a{content:"é"}'.encode()),
    ],
)
def test_a_sheet_is_read_in_its_own_encoding(site, declared, body):
    site.answers["/a"] = (200, {"Content-Type": declared}, body)
    assert 'a{content:"é"}' in fetch(site, kind=Kind.SHEET).content.decode()
