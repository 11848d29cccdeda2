"""Whom we may ask: names, spellings and addresses that must not get through."""

from ipaddress import ip_network

import pytest

from bot.assets.guard import Guard, NotAllowed, addresses, target_of
from bot.hosts import host_pattern


def guard(*hosts, networks=()):
    return Guard(map(host_pattern, hosts), map(ip_network, networks))


def allows(hosts, url):
    try:
        guard(*hosts).check_host(target_of(url))
    except NotAllowed:
        return False
    return True


@pytest.mark.parametrize(
    ("pattern", "url", "allowed"),
    [
        ("cdn.acme.com", "https://cdn.acme.com/a.png", True),
        ("cdn.acme.com", "HTTPS://CDN.ACME.COM/a.png", True),
        ("cdn.acme.com", "https://acme.com/", False),
        ("cdn.acme.com", "https://cdn.acme.com.evil.test/", False),
        ("*.acme.com", "https://a.b.acme.com/", True),
        ("*.acme.com", "https://acme.com/", False),
        ("*.acme.com", "https://evilacme.com/", False),
        ("cdn.acme.com", "https://cdn.acme.com:443/", True),
        ("cdn.acme.com", "https://cdn.acme.com:80/", False),
        ("cdn.acme.com", "http://cdn.acme.com:22/", False),
        ("cdn.acme.com:8443", "https://cdn.acme.com:8443/", True),
        ("cdn.acme.com:8443", "https://cdn.acme.com/", False),
        ("bücher.example", "https://xn--bcher-kva.example/", True),
        ("cdn.acme.com", "https://ｃdn.acme.com/", True),
        ("cdn.acme.com", "https://cdn.acme.com@evil.test/", False),
        ("cdn.acme.com", "https://evil.test#@cdn.acme.com/", False),
        ("cdn.acme.com", "https://evil.test?@cdn.acme.com/", False),
        ("cdn.acme.com", "https://evil.test\\@cdn.acme.com/", False),
        ("cdn.acme.com", "https://cdn.acme.com:x@evil.test/", False),
        ("cdn.acme.com", "https://user@cdn.acme.com/", False),
        ("cdn.acme.com", "https://cdn.acme.com%00.evil.test/", False),
        ("cdn.acme.com", "https://cdn.acme.com\t.evil.test/", False),
        ("cdn.acme.com", "https://cdn.acme.com\n/", False),
        ("cdn.acme.com", "https://cdn.acme.com:0x50/", False),
        ("cdn.acme.com", "https:///cdn.acme.com/", False),
        ("cdn.acme.com", "https://[cdn.acme.com]/", False),
        ("cdn.acme.com", "file://cdn.acme.com/etc/passwd", False),
        ("cdn.acme.com", "ftp://cdn.acme.com/", False),
        ("cdn.acme.com", "gopher://cdn.acme.com:70/", False),
        ("cdn.acme.com", "//cdn.acme.com/", False),
        ("cdn.acme.com", "https://cdn.acme.com/" + "a" * 5000, False),
    ],
)
def test_only_the_host_that_is_connected_to_counts(pattern, url, allowed):
    assert allows([pattern], url) is allowed


def test_without_hosts_nothing_is_allowed():
    assert not allows([], "https://cdn.acme.com/")


@pytest.mark.parametrize(
    "text",
    ["*", "*.com", "https://acme.com", "a b", "acme.com:x", "acme.com:0", "a..b"],
)
def test_a_host_that_is_none_or_everybodys_is_refused_by_its_text(text):
    with pytest.raises(ValueError, match=r"hosts|colon"):
        host_pattern(text)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1"),
        *("192.168.1.1", "169.254.169.254", "169.254.0.1", "100.64.0.1"),
        *("100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254"),
        *("::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1"),
        *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1"),
        *("fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1"),
        *("not an address", ""),
    ],
)
def test_an_address_inside_is_refused_in_every_spelling(address):
    with pytest.raises(NotAllowed):
        guard("acme.com").check_address(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"],
)
def test_a_public_address_is_allowed(address):
    guard("acme.com").check_address(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0177.0.0.1", "0x7f000001", "0x7f.1", "127.1", "localhost"]
)
def test_the_system_resolver_s_spellings_of_this_machine_are_refused(host):
    """The name is allowed here, so that only the address can refuse it."""
    allowing = guard(host)
    allowing.check_host(target_of(f"http://{host}/"))
    for address, _ in addresses(host, 80):
        with pytest.raises(NotAllowed, match="not public"):
            allowing.check_address(address)


def test_a_private_network_is_allowed_by_its_range_and_nothing_beside_it():
    allowing = guard("acme.com", networks=["10.1.0.0/16", "fd12::/16"])
    allowing.check_address("10.1.2.3")
    allowing.check_address("::ffff:10.1.2.3")
    allowing.check_address("fd12::9")
    for address in ("10.2.0.1", "127.0.0.1", "fd13::9"):
        with pytest.raises(NotAllowed):
            allowing.check_address(address)


def test_no_network_opens_the_clouds_metadata():
    allowing = guard("acme.com", networks=["0.0.0.0/0", "::/0"])
    allowing.check_address("169.254.1.1")
    for address in ("169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254"):
        with pytest.raises(NotAllowed):
            allowing.check_address(address)
