"""What whoever adds a replay to a ticket is told of it, in one answer. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot.model import Action, Failed, ReplayRequest
from integrations.slack.blocks import MAX_URL, Message, actions, button, section
from integrations.slack.choices import MAX_ID, OPEN, PageChoice
from integrations.slack.messages.failed import failed, try_again
from integrations.slack.messages.sharing import back
from integrations.slack.share_choices import TICKET, ShareChoice
from integrations.slack.text import escape

_INTERNAL = "It is an internal note: customers do not see it."


def adding(ticket: str) -> Message:
    """While it takes longer."""
    text = f"Adding the replay to ticket #{escape(ticket, 20)}…"
    return Message(text, (section(text),))


def added(request: ReplayRequest, url: str, results: PageChoice | None) -> Message:
    """That the ticket has it now; ``url`` leads there."""
    ticket = escape(request.reply_to.address.get("ticket", ""), 20)
    done = f"Added to ticket #{ticket}."
    what = ""
    if request.action is Action.ATTACH:
        what = "The file does not expire."
    is_known = 0 < len(url) <= MAX_URL
    return Message(
        done,
        (
            section(f"*{done}*", " ".join(filter(None, [_INTERNAL, what]))),
            *actions(
                button("Open the ticket", OPEN, url=url) if is_known else None,
                back(results),
            ),
        ),
    )


def not_added(
    result: Failed, request: ReplayRequest, results: PageChoice | None
) -> Message:
    """What went wrong in plain words, and the same form again."""
    ticket = request.reply_to.address.get("ticket", "")
    again = None
    recording_id = request.recording_id or ""
    if 0 < len(recording_id) <= MAX_ID:
        choice = ShareChoice(
            recording_id, terms=request.terms, results=results, again=result.reference
        )
        again = try_again(TICKET, choice.to_value())
    plain = f"Not added to ticket #{ticket}. {result.plain}"
    return failed(replace(result, plain=plain), again, back(results))
