"""Ticket fields and the forms that show them.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_fields/
and https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_forms/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from bot.demo.zendesk.admin import Admin, find, with_url
from bot.demo.zendesk.calls import base_url, json_body
from bot.demo.zendesk.paging import listing
from bot.demo.zendesk.places import TicketForm
from bot.demo.zendesk.records import Json, Refusal, invalid, not_found

TYPES = frozenset(
    {"text", "textarea", "checkbox", "date", "integer", "decimal", "tagger"}
)
SYSTEM = (
    ("subject", "Subject"),
    ("description", "Description"),
    ("status", "Status"),
    ("tickettype", "Type"),
    ("priority", "Priority"),
    ("group", "Group"),
    ("assignee", "Assignee"),
)
"""The account's own fields, which nobody can delete."""

_CHANGEABLE = (
    "active",
    "required",
    "collapsed_for_agents",
    "visible_in_portal",
    "editable_in_portal",
    "required_in_portal",
    "agent_description",
    "custom_field_options",
    "tag",
    "position",
)


def stock(admin: Admin) -> None:
    """The account's own fields, shown by the forms it starts with."""
    for kind, title in SYSTEM:
        field = {**_blank(kind, title), "removable": False, "position": 0}
        admin.stamped(admin.fields, field)
    for form in admin.account.forms.values():
        form.field_ids = list(admin.fields)


def add_field(admin: Admin, given: Json) -> Json:
    """Raises Refusal 422 for what Zendesk would refuse."""
    if not isinstance(given.get("title"), str) or not given["title"]:
        raise invalid("title", "Title: cannot be blank")
    if given.get("type") not in TYPES:
        raise invalid("type", "Type: is invalid")
    shown = {**_blank(str(given["type"]), str(given["title"])), **_changes(given)}
    _check_options(admin, shown)
    return admin.stamped(admin.fields, shown)


def _changes(given: Json) -> Json:
    changes = {name: given[name] for name in _CHANGEABLE if name in given}
    if given.get("title"):
        title = given["title"]
        changes |= {"title": title, "raw_title": title}
    return changes


def _check_options(admin: Admin, shown: Json) -> None:
    """Each option's value, and a checkbox's tag, is a tag of its own in the account."""
    wanted = list(_tags_of(shown))
    others = [row for row in admin.fields.values() if row.get("id") != shown.get("id")]
    taken = {tag for row in others for tag in _tags_of(row)}
    if len(wanted) != len(set(wanted)) or taken & set(wanted):
        raise invalid(
            "custom_field_options", "Custom field options: value is already used"
        )
    if shown["type"] == "tagger" and not wanted:
        raise invalid("custom_field_options", "Custom field options: cannot be blank")


def _tags_of(field: Json) -> Iterable[str]:
    options = field.get("custom_field_options")
    for option in options if isinstance(options, list) else []:
        yield str(option["value"])
    if field.get("tag"):
        yield str(field["tag"])


def _blank(kind: str, title: str) -> Json:
    return {
        "type": kind,
        "title": title,
        "raw_title": title,
        "description": title,
        "raw_description": title,
        "position": 9999,
        "active": True,
        "required": False,
        "collapsed_for_agents": False,
        "regexp_for_validation": None,
        "title_in_portal": title,
        "raw_title_in_portal": title,
        "visible_in_portal": False,
        "editable_in_portal": False,
        "required_in_portal": False,
        "tag": None,
        "removable": True,
        "key": None,
        "agent_description": None,
    }


def routes(api: Blueprint, admin: Admin) -> None:
    def shown(field: Json) -> Json:
        return with_url(base_url(), "ticket_fields", field)

    def forms() -> Mapping[int, TicketForm]:
        if not admin.has_forms:
            raise Refusal(403, "Forbidden", "Ticket forms are not part of this plan.")
        return admin.account.forms

    @api.get("/ticket_fields")
    def ticket_fields() -> ResponseReturnValue:
        rows = [shown(each) for each in admin.fields.values()]
        return listing("ticket_fields", rows)

    @api.post("/ticket_fields")
    def create_field() -> ResponseReturnValue:
        made = add_field(admin, json_body("ticket_field"))
        return jsonify(ticket_field=shown(made)), 201

    @api.get("/ticket_fields/<int:field_id>")
    def show_field(field_id: int) -> ResponseReturnValue:
        return jsonify(ticket_field=shown(find(admin.fields, field_id)))

    @api.put("/ticket_fields/<int:field_id>")
    def update_field(field_id: int) -> ResponseReturnValue:
        stored, asked = find(admin.fields, field_id), json_body("ticket_field")
        if asked.get("type", stored["type"]) != stored["type"]:
            raise invalid("type", "Type: cannot be changed")
        changes = _changes(asked)
        _check_options(admin, {**stored, **changes})
        return jsonify(ticket_field=shown(admin.changed(stored, changes)))

    @api.delete("/ticket_fields/<int:field_id>")
    def delete_field(field_id: int) -> ResponseReturnValue:
        """The values on tickets go with it, and its place on forms."""
        if find(admin.fields, field_id)["removable"] is False:
            raise invalid("base", "System fields cannot be deleted")
        del admin.fields[field_id]
        for form in admin.account.forms.values():
            form.field_ids = [each for each in form.field_ids if each != field_id]
        for ticket in admin.account.tickets.values():
            ticket.custom_fields.pop(field_id, None)
        return "", 204

    @api.get("/ticket_forms")
    def ticket_forms() -> ResponseReturnValue:
        rows = [form.show(base_url()) for form in forms().values()]
        return listing("ticket_forms", rows)

    @api.put("/ticket_forms/<int:form_id>")
    def update_form(form_id: int) -> ResponseReturnValue:
        form, asked = forms().get(form_id), json_body("ticket_form")
        if form is None:
            raise not_found()
        ids = asked.get("ticket_field_ids", form.field_ids)
        if not isinstance(ids, list) or not set(ids) <= set(admin.fields):
            raise invalid("ticket_field_ids", "Ticket field ids: is invalid")
        form.field_ids = list(dict.fromkeys(ids))
        form.active = asked.get("active", form.active) is not False
        return jsonify(ticket_form=form.show(base_url()))
