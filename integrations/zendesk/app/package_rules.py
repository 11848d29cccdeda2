"""What Zendesk asks of an app's package, checked before it is uploaded; pure.

The rules are those of Zendesk's own validator, as far as this app could break them:
https://github.com/zendesk/zendesk_apps_support (lib/zendesk_apps_support/validations).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_BYTES = 1_000_000
"""Zendesk names no limit; an app whose pages are served elsewhere needs little."""

_BOOLEANS = (
    "private",
    "singleInstall",
    "signedUrls",
    "requirementsOnly",
    "marketingOnly",
)
_FRAME_BOOLEANS = ("autoLoad", "autoHide", "flexible", "signed")
_PARAMETER_TYPES = {
    "text",
    "checkbox",
    "url",
    "number",
    "multiline",
    "hidden",
    "oauth",
}
_FORBIDDEN = (".7z", ".doc", ".docx", ".jar", ".mp3", ".pdf", ".rar", ".zip")
_SECRET_NAME = re.compile(r"token|key|pwd|password", re.IGNORECASE)
_LOGOS = ("assets/logo.png", "assets/logo-small.png")

Files = Mapping[str, bytes]


def problems(files: Files) -> list[str]:
    """What speaks against the package, by name in the zip; empty where nothing does."""
    found = list(_of_files(files))
    manifest = _object(files, "manifest.json")
    if manifest is None:
        return [*found, "manifest.json is missing, or is no JSON object"]
    return [*found, *_of_manifest(manifest, files)]


def _of_files(files: Files) -> Iterator[str]:
    for name in sorted(files):
        if name.lower().endswith(_FORBIDDEN):
            yield f"{name}: Zendesk takes no such file in a package"
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            yield f"{name}: not a path within the package"
        if name.endswith((".html", ".js")) and b"http://" in files[name]:
            yield f"{name}: names an http:// address, which agents' browsers refuse"
    if sum(map(len, files.values())) > MAX_BYTES:
        yield f"the package has more than {MAX_BYTES:,} bytes"
    for logo in _LOGOS:
        if logo not in files:
            yield f"{logo} is missing"


def _of_manifest(manifest: dict[str, Any], files: Files) -> Iterator[str]:
    author = manifest.get("author")
    if not isinstance(author, dict) or not (author.get("name") and author.get("email")):
        yield "manifest.json: author needs a name and an email"
    locale = manifest.get("defaultLocale")
    if not isinstance(locale, str) or not locale:
        yield "manifest.json: defaultLocale is missing"
    elif _object(files, f"translations/{locale}.json") is None:
        yield f"translations/{locale}.json is missing, or is no JSON object"
    if manifest.get("frameworkVersion") != "2.0":
        yield 'manifest.json: frameworkVersion has to be "2.0"'
    for name in _BOOLEANS:
        if name in manifest and not isinstance(manifest[name], bool):
            yield f"manifest.json: {name} has to be true or false"
    yield from _of_location(manifest.get("location"), files)
    yield from _of_parameters(manifest.get("parameters", []))
    hosts = manifest.get("domainWhitelist", [])
    if not isinstance(hosts, list) or not all(isinstance(one, str) for one in hosts):
        yield "manifest.json: domainWhitelist has to be a list of hosts"


def _of_location(location: object, files: Files) -> Iterator[str]:
    products = location if isinstance(location, dict) else {}
    frames = [
        (f"{product}.{place}", frame)
        for product, places in products.items()
        if isinstance(places, dict)
        for place, frame in places.items()
    ]
    if not frames:
        yield "manifest.json: location names no place for the app"
    for where, frame in frames:
        fields = {"url": frame} if isinstance(frame, str) else frame
        if not isinstance(fields, dict):
            yield f"manifest.json: {where} has to be a URL or an object with one"
            continue
        for name in _FRAME_BOOLEANS:
            if name in fields and not isinstance(fields[name], bool):
                yield f"manifest.json: {where}.{name} has to be true or false"
        yield from _of_url(where, fields.get("url"), files)


def _of_url(where: str, url: object, files: Files) -> Iterator[str]:
    """A file of the package, or an absolute address that is encrypted."""
    if not isinstance(url, str):
        yield f"manifest.json: {where} has no url"
        return
    if url.startswith("assets/"):
        if url.partition("?")[0] not in files:
            yield f"manifest.json: {where} names {url}, which is not in the package"
        return
    try:
        parts = urlsplit(url)
    except ValueError:
        yield f"manifest.json: {where}: {url} is no address"
        return
    on_this_machine = parts.scheme == "http" and parts.hostname == "localhost"
    if not parts.hostname or not (parts.scheme == "https" or on_this_machine):
        yield f"manifest.json: {where}: {url} has to begin with https://"


def _of_parameters(parameters: object) -> Iterator[str]:
    if not isinstance(parameters, list):
        yield "manifest.json: parameters has to be a list"
        return
    names = []
    for one in parameters:
        fields = one if isinstance(one, dict) else {}
        name, type_ = fields.get("name"), fields.get("type", "text")
        names.append(name)
        if not isinstance(name, str) or not name or name == "name":
            yield f"manifest.json: a parameter cannot be called {name!r}"
        elif type_ not in _PARAMETER_TYPES:
            yield f"manifest.json: parameter {name} has no type {type_!r}"
        elif type_ == "text" and _SECRET_NAME.search(name) and not fields.get("secure"):
            yield f"manifest.json: parameter {name} sounds secret and is not secure"
    if len(set(map(str, names))) != len(names):
        yield "manifest.json: two parameters have the same name"


def _object(files: Files, name: str) -> dict[str, Any] | None:
    try:
        read = json.loads(files[name])
    except (KeyError, ValueError):
        return None
    return read if isinstance(read, dict) else None
