"""The Support API's calls that find tickets and people, and export what changed.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

from __future__ import annotations

import base64
from calendar import timegm
from time import strptime
from urllib.parse import urlencode

from flask import Blueprint, g, jsonify, request
from flask.typing import ResponseReturnValue

from bot.demo.zendesk import searching
from bot.demo.zendesk.account import Account
from bot.demo.zendesk.calls import base_url
from bot.demo.zendesk.gate import Gate
from bot.demo.zendesk.paging import listing, numbered, page
from bot.demo.zendesk.records import Json, Refusal
from bot.demo.zendesk.sideloads import side_loaded
from bot.demo.zendesk.tickets import Ticket

MAX_RESULTS = 1000
MAX_EXPORTED = 1000
EXPORT_DELAY_SECONDS = 60
_SORTS = frozenset({"created_at", "updated_at", "status", "priority", "ticket_type"})


def blueprint(account: Account, gate: Gate) -> Blueprint:
    api = Blueprint("find_api", __name__, url_prefix="/api/v2")
    gate.guard(api)

    @api.get("/search")
    def search() -> ResponseReturnValue:
        found = _sorted(searching.tickets(account, request.args.get("query", "")))
        rows = [_result(each) for each in found]
        answer = numbered("results", rows, MAX_RESULTS)
        shown = {row["id"] for row in answer["results"]}
        here = [each for each in found if each.id in shown]
        beside = side_loaded(account, here, "tickets(users)")
        return jsonify(facets=None, **answer, **beside)

    @api.get("/search/export")
    def export() -> ResponseReturnValue:
        if request.args.get("filter[type]") != "ticket":
            raise Refusal(422, "invalid", "Invalid search: filter[type] is missing")
        found = searching.tickets(account, request.args.get("query", ""))
        return page("results", [_result(each) for each in found], {"facets": None})

    @api.get("/incremental/tickets/cursor")
    def incremental() -> ResponseReturnValue:
        if g.user.role != "admin":
            raise Refusal(403, "Forbidden", "You do not have access to this page")
        size = min(int(request.args.get("per_page", MAX_EXPORTED)), MAX_EXPORTED)
        since = _since(account)
        # Deleted tickets are told too; that is what makes it a reconciliation.
        changed = sorted(
            (_cursor_of(each), each)
            for each in account.tickets.values()
            if _cursor_of(each) > since
        )
        rows = changed[:size]
        cursor = "|".join(map(str, rows[-1][0] if rows else since))
        after = base64.b64encode(cursor.encode()).decode()
        url = f"{base_url()}{request.path}.json?{urlencode({'cursor': after})}"
        return jsonify(
            tickets=[
                {**each.show(base_url()), "generated_timestamp": at}
                for (at, _), each in rows
            ],
            after_url=url,
            before_url=None,
            after_cursor=after,
            before_cursor=None,
            end_of_stream=len(changed) <= size,
        )

    @api.get("/users/search")
    def users() -> ResponseReturnValue:
        query, external_id = request.args.get("query"), request.args.get("external_id")
        if not query and not external_id:
            raise Refusal(400, "BadRequest", "query or external_id is missing")
        word = (query or "").removeprefix("email:").strip('"').lower()
        found = [
            user
            for user in account.users.values()
            if (external_id and user.external_id == external_id)
            or (query and word in map(str.lower, [user.name, *user.email_addresses()]))
        ]
        return listing("users", [user.show(base_url()) for user in found])

    @api.get("/tickets/show_many")
    def show_many() -> ResponseReturnValue:
        asked = {word.strip() for word in request.args.get("ids", "").split(",")}
        found = [
            ticket.show(base_url())
            for ticket in account.tickets.values()
            if str(ticket.id) in asked and not ticket.deleted
        ]
        return listing("tickets", found)

    return api


def _result(ticket: Ticket) -> Json:
    return {**ticket.show(base_url()), "result_type": "ticket"}


def _sorted(found: list[Ticket]) -> list[Ticket]:
    name = request.args.get("sort_by", "created_at")
    if name not in _SORTS:
        raise Refusal(422, "invalid", f"Invalid search: cannot sort by {name}")
    by = "type" if name == "ticket_type" else name
    descending = request.args.get("sort_order", "desc") != "asc"
    return sorted(
        found, key=lambda each: str(getattr(each, by) or ""), reverse=descending
    )


def _cursor_of(ticket: Ticket) -> tuple[int, int]:
    changed = timegm(strptime(ticket.updated_at, "%Y-%m-%dT%H:%M:%SZ"))
    return changed, ticket.id


def _since(account: Account) -> tuple[int, int]:
    """Where the export goes on. Raises Refusal for a start it does not allow."""
    if (cursor := request.args.get("cursor")) is not None:
        try:
            changed, ticket_id = base64.b64decode(cursor).decode().split("|")
            return int(changed), int(ticket_id)
        except ValueError:
            raise Refusal(400, "InvalidValue", "Invalid cursor") from None
    start = request.args.get("start_time", "")
    if not start.isdecimal():
        raise Refusal(400, "InvalidValue", "start_time is missing")
    if int(start) > account.clock() - EXPORT_DELAY_SECONDS:
        raise Refusal(422, "InvalidValue", "Too recent start_time")
    return int(start), 0
