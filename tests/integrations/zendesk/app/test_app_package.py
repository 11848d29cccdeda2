"""The app's package: what is in it, and what Zendesk would refuse it for."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from PIL import Image

from bot.errors import SettingsError
from integrations.zendesk.app.package_rules import MAX_BYTES, problems
from integrations.zendesk.app.packaging import package

URL = "https://replays.example.com"


def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package(URL))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(**fields: Any) -> list[str]:
    """What speaks against the package with these fields of its manifest changed; None
    takes one away."""
    whole = files()
    manifest = json.loads(whole["manifest.json"])
    manifest.update(fields)
    kept = {name: value for name, value in manifest.items() if value is not None}
    return problems({**whole, "manifest.json": json.dumps(kept).encode()})


def sidebar(**frame: Any) -> dict[str, Any]:
    return {"support": {"ticket_sidebar": frame}}


def test_it_names_this_installation_and_signs_its_addresses() -> None:
    manifest = json.loads(files()["manifest.json"])
    frame = manifest["location"]["support"]["ticket_sidebar"]
    assert frame == {"url": f"{URL}/zendesk/app", "flexible": True}
    assert manifest["signedUrls"] is True
    assert manifest["private"] is True
    assert manifest["parameters"] == []


def test_it_is_the_same_every_time() -> None:
    assert package(URL) == package(URL)


def test_it_is_small_and_holds_no_page() -> None:
    """Everything that runs is served by the courier."""
    whole = files()
    assert sum(map(len, whole.values())) < 30_000
    assert {name.rpartition(".")[2] for name in whole} == {"json", "png"}


@pytest.mark.parametrize(
    ("name", "size"), [("assets/logo.png", 320), ("assets/logo-small.png", 128)]
)
def test_its_logos_have_the_sizes_zendesk_shows(name: str, size: int) -> None:
    assert Image.open(io.BytesIO(files()[name])).size == (size, size)


@pytest.mark.parametrize(
    "url", ["http://replays.example.com", "http://127.0.0.1:8080", "replays"]
)
def test_an_address_that_agents_browsers_would_refuse_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL"):
        package(url)


def test_localhost_may_be_unencrypted() -> None:
    assert package("http://localhost:8080")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"author": None}, "author"),
        ({"author": {"name": "Ops"}}, "author"),
        ({"defaultLocale": None}, "defaultLocale"),
        ({"defaultLocale": "de"}, "translations/de.json"),
        ({"frameworkVersion": "1.0"}, "frameworkVersion"),
        ({"signedUrls": "yes"}, "signedUrls"),
        ({"location": None}, "location"),
        ({"location": {"support": {}}}, "location"),
        ({"location": sidebar()}, "no url"),
        ({"location": sidebar(url="assets/iframe.html")}, "not in the package"),
        ({"location": sidebar(url="http://a.example.com/x")}, "https://"),
        ({"location": sidebar(url="https://[::1/x")}, "no address"),
        ({"location": sidebar(url=URL, flexible=1)}, "flexible"),
        ({"parameters": {}}, "parameters"),
        ({"parameters": [{"name": "name"}]}, "cannot be called"),
        ({"parameters": [{"name": "a", "type": "date"}]}, "no type"),
        ({"parameters": [{"name": "api_key"}]}, "sounds secret"),
        ({"parameters": [{"name": "a"}, {"name": "a"}]}, "same name"),
        ({"domainWhitelist": "a.example.com"}, "domainWhitelist"),
    ],
)
def test_what_zendesk_would_refuse_in_the_manifest(
    fields: dict[str, Any], said: str
) -> None:
    [problem] = changed(**fields)
    assert said in problem


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("assets/guide.pdf", b"%PDF", "no such file"),
        ("../manifest.json", b"{}", "not a path"),
        ("assets/a.js", b"fetch('http://a.example.com')", "http://"),
        ("assets/big.png", b"x" * MAX_BYTES, "more than"),
        ("manifest.json", b"{", "no JSON object"),
        ("translations/en.json", b"[]", "translations/en.json"),
    ],
)
def test_what_zendesk_would_refuse_among_the_files(
    name: str, content: bytes, said: str
) -> None:
    [problem] = problems({**files(), name: content})
    assert said in problem
