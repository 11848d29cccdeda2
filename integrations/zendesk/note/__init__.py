"""What an agent reads: a result as the HTML of an internal note; pure.

Zendesk publishes no list of the tags a comment keeps, so the note uses few, without
attributes but a link's address and our own picture's, and reads well with none:
https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/

Short, the most telling first: agents read it between two other things.
"""

from integrations.zendesk.note.discussed import render_discussed
from integrations.zendesk.note.frame import MAX_CHARACTERS
from integrations.zendesk.note.lines import errors_of
from integrations.zendesk.note.rendering import (
    render,
    render_failed,
    render_file,
    render_nothing,
    render_shared,
)

__all__ = [
    "MAX_CHARACTERS",
    "errors_of",
    "render",
    "render_discussed",
    "render_failed",
    "render_file",
    "render_nothing",
    "render_shared",
]
