"""The app's page: whom it opens for, who may frame it, and what it brings along."""

from __future__ import annotations

import re

import pytest
import requests

from tests.integrations.zendesk.app.agents import AtWork


def test_the_page_opens_for_zendesks_token_in_zendesks_frames(work: AtWork) -> None:
    """Framed by the exact account, running our own scripts alone, without a cookie."""
    answer = work.opened(work.zendesk.sidebar.token(work.zendesk.agent.id, "page"))
    assert answer.status_code == 200
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert f"frame-ancestors {work.zendesk.url}" in policy
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in " ".join(policy)
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_no_script_stands_in_the_page_and_none_comes_from_elsewhere(
    work: AtWork,
) -> None:
    page = work.opened(work.zendesk.sidebar.token(work.zendesk.agent.id, "x")).text
    scripts = re.findall(r"<script([^>]*)>", page)
    assert [one for one in scripts if "application/json" not in one] == [
        ' type="module" src="/zendesk/app/static/app.js"'
    ]
    assert "//static.zdassets.com" not in page
    for name in re.findall(r'(?:src|href)="([^"]+)"', page):
        part = requests.get(work.courier.url + name, timeout=10)
        assert part.status_code == 200
        assert "http" not in part.text.replace("https://github.com", "").replace(
            "https://developer.zendesk.com", ""
        )


@pytest.mark.parametrize("kind", ["missing", "forged", "used", "other account"])
def test_the_page_opens_for_nobody_else(work: AtWork, kind: str) -> None:
    """A 401 that is readable in the frame, without a session."""
    token = work.zendesk.sidebar.token(work.zendesk.agent.id, kind)
    if kind == "missing":
        token = ""
    elif kind == "forged":
        token = token[:-4] + "AAAA"
    elif kind == "used":
        assert work.opened(token).status_code == 200
    else:
        token = work.zendesk.sidebar.token(1, kind, iss="evil.zendesk.com")
    answer = work.opened(token)
    assert answer.status_code == 401
    assert "Open the app again" in answer.text
    assert "boot" not in answer.text
    ancestors = answer.headers["Content-Security-Policy"].rpartition("; ")[2]
    assert ancestors == f"frame-ancestors {work.zendesk.url}"


def test_by_itself_the_address_explains_itself(work: AtWork) -> None:
    answer = requests.get(work.url, timeout=10)
    assert answer.status_code == 200
    assert "sidebar app" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fpage.py", "app.js.map"])
def test_there_are_no_other_parts(work: AtWork, name: str) -> None:
    assert requests.get(f"{work.url}/static/{name}", timeout=10).status_code == 404


def test_a_large_form_is_not_read(work: AtWork) -> None:
    answer = requests.post(work.url, data={"token": "a" * 20_000}, timeout=10)
    assert answer.status_code == 413


def test_the_app_sets_its_own_limit_on_bodies(work: AtWork) -> None:
    page = work.page()
    body = {"want": "list", "ticket": "1", "text": "a" * 20_000}
    path = "/asks/00000000-0000-4000-8000-000000000000"
    assert page.call("POST", path, json=body).status_code in (400, 413)


def test_a_part_is_sent_again_when_it_is_new(work: AtWork) -> None:
    url = f"{work.url}/static/app.js"
    tag = requests.get(url, timeout=10).headers["ETag"]
    known = requests.get(url, headers={"If-None-Match": tag}, timeout=10)
    assert (known.status_code, known.content) == (304, b"")


def test_nothing_secret_is_logged(
    work: AtWork,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither tokens nor bearers, links, passes or anybody's address; at any level, and
    wherever a test before this one had the logs sent."""
    caplog.set_level("DEBUG")
    jane = work.customer()
    token = work.zendesk.sidebar.token(work.zendesk.agent.id, "logged")
    assert work.opened(token).status_code == 200
    assert work.opened(token).status_code == 401
    page, ticket = work.page(), work.ticket(jane)
    page.told("search", ticket, text=jane.email)
    told = page.told("play", ticket, recording=jane.recording_id)
    assert requests.get(work.courier.url + told["play"], timeout=10).ok
    logged = "".join((*capsys.readouterr(), caplog.text))
    assert "zendesk_app.asked" in logged
    for secret in (token[-40:], page.bearer, jane.email, "/r/", told["play"][-60:]):
        assert secret not in logged
