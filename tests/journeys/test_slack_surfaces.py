"""What people shared, on the Home tab and where they paste the link."""

import json

import pytest
import requests

from bot.model import LinkState
from tests.journeys.courier import REVOKE, SHARE, installed, links, plays, shown
from tests.journeys.waiting import eventually

EMAIL = "jane.doe@example.com"


@pytest.fixture
def working(installation, redis_url):
    """Links that are about to expire from the beginning."""
    environment = {**installation, "LINK_EXPIRY": "12h"}
    with (
        installed(environment, redis_url) as courier,
        courier.web(),
        courier.working(),
    ):
        yield courier


def shared(working):
    """Ana shares Jane's recording in #support: the message, and its link."""
    working.ask(EMAIL)
    assert working.slack.click("ana", working.told("/checkout"), SHARE).ok
    [message] = eventually(lambda: working.slack.messages("support"))
    working.settled()
    [link] = links(shown(message))
    return message, link


def home(working, *words):
    """Ana's Home tab, once it says so."""

    def look():
        view = working.slack.workspace.home_of("ana")
        said = json.dumps(view.blocks, ensure_ascii=False) if view else ""
        return view if all(word in said for word in words) else None

    return eventually(look)


def entry(working):
    [one] = working.services.links.entries()
    return one


def test_a_link_is_extended_and_revoked_on_the_home_tab(working):
    message, link = shared(working)
    working.slack.open_home("ana")
    view = home(working, "Links about to expire", "<#C07SUPPORT1>", link)
    before = entry(working).expires_at
    assert working.slack.click_in_view("ana", view, "home_extend").ok
    view = home(working, "My recent shares", link)
    assert (entry(working).expires_at - before).total_seconds() > 6 * 86400
    assert plays(link)
    extended = str(int(entry(working).expires_at.timestamp()))
    eventually(lambda: f"Link expires <!date^{extended}^" in shown(message))

    assert working.slack.click_in_view("ana", view, "home_revoke").ok
    home(working, "*Revoked*")
    assert requests.get(link, timeout=10).status_code == 410
    eventually(lambda: "Taken back by" in shown(message))
    assert not links(shown(message))

    working.slack.open_home("ben")
    eventually(lambda: working.slack.workspace.home_of("ben"))
    assert link not in json.dumps(working.slack.workspace.home_of("ben").blocks)


def test_a_pasted_link_is_described_until_it_is_revoked(working):
    message, link = shared(working)
    url = f"{link}/?from=mail#t=5"
    pasted = working.slack.say("ben", "random", f"Look: {url}")
    [unfurl] = eventually(lambda: list(pasted.unfurls.values()))
    assert list(pasted.unfurls) == [url]
    words = json.dumps(unfurl, ensure_ascii=False)
    assert "Payment failed" in words
    assert f"{link}#t=5" in words
    [picture] = [block["image_url"] for block in unfurl if block["type"] == "image"]
    assert requests.get(picture, timeout=10).content.startswith(b"\x89PNG")
    assert entry(working).opens == 0

    assert working.slack.click("ana", message, REVOKE).ok
    eventually(lambda: "this link was revoked" in json.dumps(pasted.unfurls[url]))
    assert "Payment failed" not in json.dumps(pasted.unfurls)
    assert link not in json.dumps(pasted.unfurls[url])
    again = working.slack.say("ben", "random", f"Look: {link}")
    working.settled()
    assert again.unfurls == {}
    assert working.services.links.counts() == {LinkState.REVOKED: 1}
