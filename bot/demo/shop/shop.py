"""The shop's pages and its API, of which one call is slow and one always fails."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from flask import Flask, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

_PAGES = ("/", "/products/<product>", "/basket", "/sign-in", "/checkout")
_OPTIONS = (
    {"id": "post", "name": "By post, two to four days", "price": 4.5},
    {"id": "courier", "name": "By courier, tomorrow", "price": 12},
)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Where posthog-js is loaded from and sends to, and the project's token.

    ``url`` may have a path prefix.
    """

    url: str
    token: str


def shop(
    recorder: Recorder, *, slack_url: str = "", slow_seconds: float = 2.2
) -> Flask:
    """The shop as an app. Delivery options take ``slow_seconds``; ``slack_url`` is
    where its notes send the reader."""
    app = Flask(__name__)

    def page(product: str = "") -> str:
        return render_template("shop.html", recorder=recorder, slack_url=slack_url)

    for rule in _PAGES:
        app.add_url_rule(rule, rule, page)

    @app.get("/api/products")
    def products() -> Response:
        return app.send_static_file("products.json")

    @app.post("/api/session")
    def session() -> ResponseReturnValue:
        email = str(request.get_json().get("email", "")).strip().lower()
        digest = hashlib.sha256(email.encode()).hexdigest()
        return jsonify(id=f"customer-{digest[:8]}")

    @app.get("/api/delivery")
    def delivery() -> ResponseReturnValue:
        time.sleep(slow_seconds)
        return jsonify(country=request.args.get("country"), options=_OPTIONS)

    @app.post("/api/payments")
    def pay() -> ResponseReturnValue:
        error = {
            "error": "payment_provider_timeout",
            "message": "The payment provider did not answer within 10 seconds.",
            "reference": "PAY-504-7731",
        }
        return jsonify(error), 502

    return app
