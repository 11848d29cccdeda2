"""What the stand-in's page shows of the account."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.demo.zendesk.admin import Admin
from bot.demo.zendesk.conversation import Comment
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import Ticket

# However the page was reached: its policy lets it show pictures of its own origin.
_OWN_PICTURE = re.compile(r'(?<=<img src=")https?://[^/"]+(/attachments/token/)')


def state(admin: Admin, agent: User, bot: User) -> Json:
    """The whole account, newest ticket first."""
    account = admin.account
    with account.lock:
        tickets = [each for each in account.tickets.values() if not each.deleted]
        people = [user for user in account.users.values() if user.role == "end-user"]
        macros = [each for each in admin.macros.values() if each["active"]]
        return {
            "agent": agent.name,
            "people": [{"name": each.name, "email": each.email} for each in people],
            "macros": [each["title"] for each in macros],
            "tickets": [_ticket(admin, each, bot) for each in reversed(tickets)],
        }


def _ticket(admin: Admin, ticket: Ticket, bot: User) -> Json:
    account = admin.account
    requester = account.users[ticket.requester_id]
    return {
        "id": ticket.id,
        "subject": ticket.subject,
        "status": ticket.status,
        "created_at": ticket.created_at,
        "tags": ticket.tags,
        "channel": ticket.channel,
        "requester": {
            "name": requester.name,
            "email": requester.email,
            "suspended": requester.suspended,
        },
        "ccs": [account.users[each].name for each in ticket.email_cc_ids],
        "places": [
            {"title": title, "value": value}
            for title, value in _places(admin, ticket)
            if value
        ],
        "fields": list(_fields(admin, ticket)),
        "comments": [_comment(admin, each, bot) for each in ticket.comments],
    }


def _places(admin: Admin, ticket: Ticket) -> Iterable[tuple[str, str | None]]:
    """Where the ticket belongs, by name. The one brand of a small account says
    nothing."""
    account = admin.account
    organization = account.organizations.get(ticket.organization_id or 0)
    group = account.groups.get(ticket.group_id or 0)
    brand = account.brands.get(ticket.brand_id)
    yield "Organization", organization.name if organization else None
    yield "Group", group.name if group else None
    yield "Brand", brand.name if brand and len(account.brands) > 1 else None


def _fields(admin: Admin, ticket: Ticket) -> Iterable[Json]:
    """The account's own fields, in use or not, as the ticket's form has them."""
    for field_id, shown in admin.fields.items():
        if shown["removable"] and shown["active"]:
            value = ticket.custom_fields.get(field_id)
            yield {"title": shown["title"], "value": value}


def _comment(admin: Admin, comment: Comment, bot: User) -> Json:
    author = admin.account.users[comment.author_id]
    return {
        "id": comment.id,
        "author": author.name,
        "staff": author.role != "end-user",
        "bot": author.id == bot.id,
        "public": comment.public,
        "html": _OWN_PICTURE.sub(r"\1", comment.html_body),
        "created_at": comment.created_at,
        "files": [
            {"name": file.filename, "size": len(file.content), "url": file.path}
            for file in comment.uploads
            if not file.inline
        ],
    }
