"""The Support API's set-up calls, put together, and who may make them.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/introduction/
"""

from __future__ import annotations

from flask import Blueprint, g, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk import fields, triggers, views, webhooks
from bot.demo.zendesk.admin import Admin
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.postman import Postman
from bot.demo.zendesk.records import Refusal


def blueprint(admin: Admin, gate: Gate, postman: Postman) -> Blueprint:
    api = Blueprint("admin_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    @api.before_request
    def only_for_managers() -> None:
        admin.check(g.user, request.method, request.path)

    webhooks.routes(api, admin, postman)
    triggers.routes(api, admin)
    fields.routes(api, admin)
    views.routes(api, admin)

    @api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    def unknown(rest: str) -> ResponseReturnValue:
        raise Refusal(
            404, "InvalidEndpoint", f"No such call: {request.method} /{rest[:80]}"
        )

    return api
