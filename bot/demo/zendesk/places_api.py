"""The Support API's calls for brands, groups, organisations and tags.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/account-configuration/brands/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.calls import base_url
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.paging import listing
from bot.demo.zendesk.places import Place
from bot.demo.zendesk.records import Json, not_found


def blueprint(account: Account, gate: Gate) -> Blueprint:
    api = Blueprint("places_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    kinds: Mapping[str, Mapping[int, Place]] = {
        "brands": account.brands,
        "groups": account.groups,
        "organizations": account.organizations,
    }

    @api.get("/<any(brands, groups, organizations):kind>")
    def places(kind: str) -> ResponseReturnValue:
        return listing(kind, [each.show(base_url()) for each in kinds[kind].values()])

    @api.get("/<any(brands, groups, organizations):kind>/<int:place_id>")
    def place(kind: str, place_id: int) -> ResponseReturnValue:
        found = kinds[kind].get(place_id)
        if found is None:
            raise not_found()
        return jsonify({kind.removesuffix("s"): found.show(base_url())})

    @api.get("/tags")
    def tags() -> ResponseReturnValue:
        counts = Counter(tag for each in account.tickets.values() for tag in each.tags)
        rows: list[Json] = [{"name": name, "count": n} for name, n in counts.items()]
        return listing("tags", rows)

    return api
