"""A customer in the demo's shop, in a real browser with the real posthog-js."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, expect

PAGES = ("/", "/products/pack", "/basket", "/sign-in", "/checkout")
"""What a visit shows, in its order."""
CARD = "4242 4242 4242 4242"
BATCHES = ("/s/", "/i/v0/e/", "/e/")
"""Where posthog-js sends what it recorded."""

_RECORDING = "() => window.posthog.sessionRecordingStarted?.()"


@dataclass(frozen=True, slots=True)
class Visit:
    """What the browser knows of a visit that went as far as the payment."""

    email: str
    session_id: str
    anonymous_id: str
    """The visitor's distinct id before signing in."""
    customer_id: str


def visit(page: Page, url: str, build: str = "") -> Visit:
    """Look about, sign in with an address of one's own and fail to pay."""
    email = f"jane-{uuid.uuid4().hex[:8]}@example.com"
    page.goto(f"{url}/?build={build}" if build else url)
    page.wait_for_function(_RECORDING)
    anonymous_id = page.evaluate("() => window.posthog.get_distinct_id()")
    page.get_by_role("button", name="Add Camp mug").click()
    page.get_by_role("link", name="Dayfarer pack").click()
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_test_id("basket").click()
    page.get_by_test_id("who").click()
    page.get_by_label("Name").fill("Jane Doe")
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("radio")).to_have_count(2)
    page.get_by_label("Card number").fill(CARD)
    page.get_by_test_id("pay").click()
    expect(page.get_by_test_id("note")).to_contain_text(f"/replay {email}")
    session_id, customer_id = page.evaluate(
        "() => [window.posthog.get_session_id(), window.posthog.get_distinct_id()]"
    )
    return Visit(email, session_id, anonymous_id, customer_id)


@dataclass
class Overheard:
    """Stands before an application and keeps what the SDK sends it, byte for byte."""

    application: Callable[..., Iterable[bytes]]
    bodies: list[tuple[str, bytes]] = field(default_factory=list)
    beacons: list[str] = field(default_factory=list)
    """The paths of what was sent without waiting for an answer."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            size = int(environ.get("CONTENT_LENGTH") or 0)
            body = environ["wsgi.input"].read(size)
            environ["wsgi.input"] = io.BytesIO(body)
            path = next((p for p in BATCHES if environ["PATH_INFO"].endswith(p)), "")
            if path:
                self.bodies.append((path, body))
                if environ.get("HTTP_SEC_FETCH_MODE") == "no-cors":
                    self.beacons.append(path)
        return self.application(environ, start_response)
