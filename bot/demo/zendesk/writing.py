"""Comments as a ticket takes or refuses them, cut down to safe HTML."""

from __future__ import annotations

from bot.demo.zendesk.conversation import Audit, Comment
from bot.demo.zendesk.filing import take_uploads
from bot.demo.zendesk.people import User
from bot.demo.zendesk.records import Json, invalid
from bot.demo.zendesk.sanitise import illustrated_html, text_of
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket

MAX_COMMENTS = 5000
MAX_COMMENT_CHARACTERS = 65_535


def write_comment(
    state: State, ticket: Ticket, actor: User, audit: Audit, given: Json
) -> Comment:
    html, body = given.get("html_body"), given.get("body")
    if isinstance(html, str) and html.strip():
        source = html
    elif isinstance(body, str) and body.strip():
        source = _paragraphs(body)
    else:
        raise invalid("comment", "Comment: cannot be blank")
    if len(source) > MAX_COMMENT_CHARACTERS:
        raise invalid("comment", "Comment: is too long (maximum is 65535)")
    if len(ticket.comments) >= MAX_COMMENTS:
        raise invalid("comment", "Comment: limit of 5000 reached")
    if actor.suspended:
        raise invalid("author", f"Author: {actor.name} is suspended")
    public = given.get("public", ticket.is_public)
    if not isinstance(public, bool):
        raise invalid("comment", "Public: is not a boolean")
    files = take_uploads(state, given.get("uploads"))
    pictures = {each.path: each for each in files if state.keeps_images}
    inner, shown = illustrated_html(source, pictures)
    for path in shown:
        pictures[path].inline = True
    comment = Comment(
        id=state.new_id(),
        audit_id=audit.id,
        author_id=actor.id,
        body=text_of(inner),
        html_body=_wrapped(inner),
        public=public or state.forces_public or _is_customers_own(ticket, actor),
        created_at=audit.created_at,
        custom=audit.custom,
        uploads=files,
        channel=audit.channel,
    )
    ticket.comments.append(comment)
    audit.add_comment(comment)
    return comment


def _is_customers_own(ticket: Ticket, actor: User) -> bool:
    """A customer's words are public; what somebody else mails to the ticket need not
    be."""
    takes_part = actor.id in (ticket.requester_id, *ticket.email_cc_ids)
    return actor.role == "end-user" and takes_part


def _wrapped(inner: str) -> str:
    """As recorded: either direction of writing is read from the text."""
    paragraphs = inner.replace("<p>", '<p dir="auto">')
    return f'<div class="zd-comment" dir="auto">{paragraphs}</div>'


def _paragraphs(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(
        f"<p>{'<br>'.join(part.splitlines())}</p>" for part in escaped.split("\n\n")
    )
