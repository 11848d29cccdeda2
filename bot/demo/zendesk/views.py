"""Views and macros: what agents find in their lists and apply to tickets.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/business-rules/views/
and https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/
"""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.admin import Admin, find, with_url
from bot.demo.zendesk.calls import base_url, json_body
from bot.demo.zendesk.paging import page
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.rule_checks import (
    MACRO_ACTIONS,
    read_actions,
    read_conditions,
)

_ANCHORS = {"status", "type", "group_id", "assignee_id", "requester_id"}
"""One of these has to be among a view's ``all`` conditions."""

_COLUMNS = {
    "assigned": "Assigned",
    "assignee": "Assignee",
    "brand": "Brand",
    "created": "Requested",
    "group": "Group",
    "nice_id": "ID",
    "organization": "Organization",
    "priority": "Priority",
    "requester": "Requester",
    "solved": "Solved",
    "status": "Status",
    "subject": "Subject",
    "type": "Type",
    "updated": "Updated",
}
_DEFAULT_COLUMNS = ("subject", "requester", "created", "updated", "group", "assignee")
_MAX_COLUMNS = 10


def add_view(admin: Admin, given: Json) -> Json:
    """Raises Refusal 422 for what Zendesk would refuse."""
    return admin.stamped(admin.views, {"position": 10000, **_read_view(admin, given)})


def _read_view(admin: Admin, given: Json) -> Json:
    if not isinstance(given.get("title"), str) or not given["title"]:
        raise invalid("title", "Title: cannot be blank")
    conditions = read_conditions(given, for_view=True)
    if not _ANCHORS & {str(each["field"]) for each in conditions["all"]}:
        raise invalid(
            "base", "A view needs status, type, group, assignee or requester in all"
        )
    output = given.get("output")
    wanted = output if isinstance(output, dict) else {}
    columns = wanted.get("columns") or _DEFAULT_COLUMNS
    if len(columns) > _MAX_COLUMNS:
        raise invalid("output", f"Output: more than {_MAX_COLUMNS} columns")
    shown = [_column(admin, str(each)) for each in columns]
    return {
        "title": given["title"],
        "active": given.get("active", True) is not False,
        "default": False,
        "description": given.get("description"),
        "execution": {
            "group_by": wanted.get("group_by"),
            "group_order": wanted.get("group_order") or "desc",
            "sort_by": wanted.get("sort_by"),
            "sort_order": wanted.get("sort_order") or "desc",
            "group": _order(wanted, "group"),
            "sort": _order(wanted, "sort"),
            "columns": shown,
            "fields": shown,
            "custom_fields": [each for each in shown if str(each["id"]).isdigit()],
        },
        "conditions": conditions,
        "restriction": given.get("restriction"),
        "raw_title": given["title"],
    }


def _column(admin: Admin, name: str) -> Json:
    if name in _COLUMNS:
        return _shown(name, _COLUMNS[name])
    if name.isdigit() and int(name) in admin.fields:
        return _shown(int(name), str(admin.fields[int(name)]["title"]))
    raise invalid("output", f"Output: invalid column '{name:.40}'")


def _shown(column_id: object, title: str) -> Json:
    sorts = column_id != "subject"
    return {"id": column_id, "title": title, "filterable": sorts, "sortable": sorts}


def _order(wanted: Json, name: str) -> Json | None:
    by = wanted.get(f"{name}_by")
    if by is None:
        return None
    order = wanted.get(f"{name}_order") or "desc"
    return {"id": by, "title": _COLUMNS.get(str(by), str(by)), "order": order}


def add_macro(admin: Admin, given: Json) -> Json:
    """Raises Refusal 422 for what Zendesk would refuse."""
    return admin.stamped(admin.macros, {"position": 9999, **_read_macro(given)})


def _read_macro(given: Json) -> Json:
    if not isinstance(given.get("title"), str) or not given["title"]:
        raise invalid("title", "Title: cannot be blank")
    return {
        "title": given["title"],
        "active": given.get("active", True) is not False,
        "default": False,
        "description": given.get("description"),
        "actions": read_actions(given, MACRO_ACTIONS),
        "restriction": given.get("restriction"),
        "raw_title": given["title"],
    }


def routes(api: Blueprint, admin: Admin) -> None:
    def view(row: Json) -> Json:
        return with_url(base_url(), "views", row)

    def macro(row: Json) -> Json:
        return with_url(base_url(), "macros", row)

    @api.get("/views")
    def views() -> ResponseReturnValue:
        return page("views", [view(each) for each in admin.views.values()])

    @api.post("/views")
    def create_view() -> ResponseReturnValue:
        return jsonify(view=view(add_view(admin, json_body("view")))), 201

    @api.get("/views/<int:view_id>")
    def show_view(view_id: int) -> ResponseReturnValue:
        return jsonify(view=view(find(admin.views, view_id)))

    @api.put("/views/<int:view_id>")
    def update_view(view_id: int) -> ResponseReturnValue:
        stored, asked = find(admin.views, view_id), json_body("view")
        kept = dict(stored)
        if {"all", "any", "conditions"} & set(asked):
            del kept["conditions"]
        read = _read_view(admin, {**kept, **asked})
        if "output" not in asked:
            read["execution"] = stored["execution"]
        return jsonify(view=view(admin.changed(stored, read)))

    @api.delete("/views/<int:view_id>")
    def delete_view(view_id: int) -> ResponseReturnValue:
        del admin.views[int(str(find(admin.views, view_id)["id"]))]
        return "", 204

    @api.get("/macros")
    def macros() -> ResponseReturnValue:
        return page("macros", [macro(each) for each in admin.macros.values()])

    @api.post("/macros")
    def create_macro() -> ResponseReturnValue:
        return jsonify(macro=macro(add_macro(admin, json_body("macro")))), 201

    @api.put("/macros/<int:macro_id>")
    def update_macro(macro_id: int) -> ResponseReturnValue:
        stored = find(admin.macros, macro_id)
        read = _read_macro({**stored, **json_body("macro")})
        return jsonify(macro=macro(admin.changed(stored, read)))

    @api.delete("/macros/<int:macro_id>")
    def delete_macro(macro_id: int) -> ResponseReturnValue:
        del admin.macros[int(str(find(admin.macros, macro_id)["id"]))]
        return "", 204
