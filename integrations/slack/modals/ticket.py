"""The form that adds a replay to a ticket: which, how, and with what words. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.errors import BadInput
from bot.model import ShareTerms, TicketHit
from integrations.slack.blocks import Block, context, plain_text, section
from integrations.slack.modals.find import address_of
from integrations.slack.modals.inputs import (
    Mistaken,
    described,
    external_select,
    input_block,
    option,
    radio_buttons,
    text_input,
)
from integrations.slack.modals.share import FILE, too_long
from integrations.slack.payloads import Submission
from integrations.slack.share_choices import (
    MAX_NOTE,
    TICKET_VIEW,
    ShareChoice,
    tidy_note,
)
from integrations.slack.text import clean, name

TICKET, FORM, NOTE = "ticket", "form", "note"

MOST_OFFERED = 20
_LEAST_TYPED = 2
_TITLE = "Add to ticket"
_MAX_TEXT = 75
_NUMBER = re.compile(r"#?\s*([1-9][0-9]{0,19})")
_FORMS = {"link": "A link that expires", FILE: "The file"}
_OF_FORMS = {FILE: "Never expires, and plays offline."}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was chosen, and the ``address`` of where the form was opened."""

    choice: ShareChoice
    address: Mapping[str, str]
    ticket: str
    is_file: bool
    terms: ShareTerms


def ticket_modal(choice: ShareChoice, address: Mapping[str, str]) -> Block:
    """The form; ``address`` is where it is opened from."""
    kept = {**address, "choice": choice.to_value()}
    return {
        "type": "modal",
        "callback_id": TICKET_VIEW,
        "title": plain_text(_TITLE),
        "submit": plain_text("Add"),
        "close": plain_text("Cancel"),
        "private_metadata": json.dumps(kept, separators=(",", ":"), ensure_ascii=False),
        "blocks": [
            *(
                [section(f"Session replay of {name(choice.whose)}")]
                if choice.whose
                else []
            ),
            input_block(
                TICKET,
                "Ticket",
                external_select("Number, subject or address", least=_LEAST_TYPED),
                hint="Type its number, words of its subject, or the customer's e-mail"
                " address.",
            ),
            input_block(
                FORM,
                "Add as",
                described(radio_buttons(_FORMS, initial="link"), _OF_FORMS),
            ),
            input_block(
                NOTE,
                "Note",
                text_input(
                    "What to look at",
                    max_length=MAX_NOTE,
                    initial=choice.terms.note,
                    multiline=True,
                ),
                optional=True,
            ),
            context("It becomes an internal note: customers do not see it."),
        ],
    }


def refused_modal(plain: str) -> Block:
    """Instead of the form: why there is none."""
    return {
        "type": "modal",
        "callback_id": TICKET_VIEW,
        "title": plain_text(_TITLE),
        "close": plain_text("Close"),
        "blocks": [section(plain)],
    }


def number_in(typed: str) -> str:
    """The ticket's number, where that is all that was typed."""
    found = _NUMBER.fullmatch(typed.strip())
    return found[1] if found else ""


def offered(typed: str, hits: Iterable[TicketHit]) -> list[Block]:
    """The tickets to choose from. A number is offered whether or not it is known: a new
    ticket is found by a search only minutes later."""
    options = [_offer(hit) for hit in hits][:MOST_OFFERED]
    number = number_in(typed)
    if number and all(one["value"] != number for one in options):
        options.insert(0, option(number, f"Ticket #{number}"))
    return options


def read_ticket_modal(submitted: Submission) -> Wanted:
    """What was chosen in the submitted form.

    Raises Mistaken where an input has to be filled in otherwise, and BadInput where the
    modal is none of ours.
    """
    address = address_of(submitted.metadata)
    choice = ShareChoice.from_value(address.pop("choice", ""))
    ticket, form = submitted.chosen(TICKET), submitted.chosen(FORM)
    if form not in _FORMS:
        raise BadInput("the ticket modal came without a form")
    note = tidy_note(submitted.text(NOTE))
    mistakes = {
        TICKET: "" if number_in(ticket) == ticket != "" else "Choose a ticket.",
        NOTE: too_long(note),
    }
    if any(mistakes.values()):
        raise Mistaken({key: said for key, said in mistakes.items() if said})
    return Wanted(choice, address, ticket, form == FILE, ShareTerms(note=note))


def _offer(hit: TicketHit) -> Block:
    words = f"#{hit.id} {clean(hit.subject, _MAX_TEXT) or 'Ticket'}"
    about = " · ".join(filter(None, [hit.status, clean(hit.requester, _MAX_TEXT)]))
    made = option(hit.id, clean(words, _MAX_TEXT))
    about = clean(about, _MAX_TEXT)
    return {**made, "description": plain_text(about)} if about else made
