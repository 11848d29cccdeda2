"""What ``doctor`` says about the capture proxy."""

from __future__ import annotations

from collections.abc import Iterator

import requests

from bot.errors import RetryLater
from bot.model import Check
from integrations.capture.forwarding import Forwarder
from integrations.capture.scripts import Scripts
from integrations.capture.terms import Terms

_SECONDS = 5


def checks(
    terms: Terms,
    *,
    public_url: str,
    forwarder: Forwarder | None,
    scripts: Scripts | None,
) -> Iterator[Check]:
    """Whether pages reach it, and it reaches what it needs; never raises."""
    number = len(terms.projects)
    noun = "project" if number == 1 else "projects"
    if terms.mode != "forward":
        yield Check("capture", True, f"{terms.mode}: {number} {noun} may send")
    else:
        yield Check("capture", True, "forward: nothing is kept")
    yield _answers(terms, public_url)
    if forwarder is not None:
        yield _forwards(forwarder)
    elif scripts is None:
        yield Check(
            "capture: posthog-js",
            False,
            "there is no posthog-js to serve; sites must bring their own",
            "Set CAPTURE_SDK_DIR to the folder dist of its npm package.",
        )
    else:
        yield Check("capture: posthog-js", True, f"serves version {scripts.version}")


def _answers(terms: Terms, public_url: str) -> Check:
    """By asking for what every SDK sends its batches to."""
    name, address = "capture: address", f"{public_url}{terms.prefix}/e/"
    try:
        answer = requests.options(address, timeout=_SECONDS, allow_redirects=False)
        answer.close()
    except requests.RequestException as error:
        detail = f"{address} does not answer: {type(error).__name__}"
        return Check(name, False, detail, "Start the courier; check PUBLIC_URL.")
    if answer.status_code != 200:
        return Check(
            name,
            False,
            f"{address} answers {answer.status_code}",
            "Have the proxy before the courier pass on CAPTURE_PREFIX as it is.",
        )
    return Check(name, True, f"api_host for sites is {public_url}{terms.prefix}")


def _forwards(forwarder: Forwarder) -> Check:
    try:
        origin = forwarder.reach()
    except RetryLater as error:
        fix = "Check CAPTURE_FORWARD_TO, and that this machine may connect to it."
        return Check("capture: PostHog", False, str(error), fix)
    return Check("capture: PostHog", True, f"passes on to {origin}")
