"""Zendesk's search language, as far as a courier asks in it, over an index that lags.

Words of one property are alternatives (``tags:a tags:b`` is either), properties and
free words must all hold. What is not understood is refused: Zendesk would search for
something else in silence.

Zendesk: https://developer.zendesk.com/api-reference/ticketing/ticket-management/search/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.demo.zendesk.records import Refusal, stamp
from bot.demo.zendesk.state import State
from bot.demo.zendesk.tickets import Ticket
from bot.demo.zendesk.updates import STATUSES

_TERM = re.compile(
    r'(?P<minus>-?)(?:(?P<name>[a-z_]+)(?P<operator>:|[<>]=?))?(?P<value>"[^"]*"|\S+)'
)
_COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    ":": lambda order: order == 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}
_PLACES = {
    "brand": "brand_id",
    "group": "group_id",
    "form": "ticket_form_id",
    "organization": "organization_id",
    "assignee": "assignee_id",
}


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    operator: str
    value: str
    excluded: bool


def parse(query: str) -> list[Term]:
    """The query's terms. Raises Refusal 422 for a property that is not imitated."""
    terms = []
    for match in _TERM.finditer(query):
        term = Term(
            match["name"] or "",
            match["operator"] or ":",
            match["value"].strip('"'),
            match["minus"] == "-",
        )
        if term.name not in _TESTS:
            raise Refusal(422, "invalid", f"Invalid search: {term.name} is unknown")
        terms.append(term)
    return terms


def tickets(state: State, query: str) -> list[Ticket]:
    """The tickets the index knows that match, newest first."""
    terms = parse(query)
    at = stamp(state.clock() - state.search_lag_seconds)
    with state.lock:
        indexed = [
            _as_of(ticket, at)
            for ticket in state.tickets.values()
            if not ticket.deleted and ticket.created_at <= at
        ]
    found = [ticket for ticket in indexed if _matches(state, ticket, terms)]
    return sorted(found, key=lambda ticket: ticket.id, reverse=True)


def _as_of(ticket: Ticket, at: str) -> Ticket:
    """The ticket as the index has it: what changed since is not in it."""
    seen = replace(ticket)
    for audit in reversed(ticket.audits):
        if audit.created_at <= at:
            break
        for event in audit.events:
            if event["type"] == "Change" and event["field_name"] in ("tags", "status"):
                setattr(seen, str(event["field_name"]), event["previous_value"])
    return seen


def _matches(state: State, ticket: Ticket, terms: list[Term]) -> bool:
    grouped: dict[tuple[str, str, bool], list[bool]] = defaultdict(list)
    for number, term in enumerate(terms):
        # Free words and bounds are conditions of their own, not alternatives.
        alone = not term.name or term.operator != ":"
        key = (term.name, str(number) if alone else ":", term.excluded)
        grouped[key].append(_TESTS[term.name](state, ticket, term))
    return all(any(held) != key[2] for key, held in grouped.items())


def _type(state: State, ticket: Ticket, term: Term) -> bool:
    return term.value == "ticket"


def _tags(state: State, ticket: Ticket, term: Term) -> bool:
    return bool(set(term.value.split()) & set(ticket.tags))


def _status(state: State, ticket: Ticket, term: Term) -> bool:
    if term.value not in STATUSES:
        raise Refusal(422, "invalid", f"Invalid search: no status {term.value}")
    order = STATUSES.index(ticket.status) - STATUSES.index(term.value)
    return _COMPARISONS[term.operator](order)


def _time(state: State, ticket: Ticket, term: Term) -> bool:
    have = ticket.created_at if term.name == "created" else ticket.updated_at
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", term.value):
        raise Refusal(422, "invalid", f"Invalid search: no time {term.value}")
    have = have[: len(term.value)]
    return _COMPARISONS[term.operator]((have > term.value) - (have < term.value))


def _requester(state: State, ticket: Ticket, term: Term) -> bool:
    requester = state.users[ticket.requester_id]
    known = {str(requester.id), requester.name, *requester.email_addresses()}
    return term.value in known


def _place(state: State, ticket: Ticket, term: Term) -> bool:
    return str(getattr(ticket, _PLACES[term.name])) == term.value


def _free(state: State, ticket: Ticket, term: Term) -> bool:
    text = f"{ticket.subject} {ticket.description}".lower()
    return term.value == str(ticket.id) or term.value.lower() in text


_TESTS: Mapping[str, Callable[[State, Ticket, Term], bool]] = {
    "": _free,
    "type": _type,
    "tags": _tags,
    "status": _status,
    "created": _time,
    "updated": _time,
    "requester": _requester,
    **dict.fromkeys(_PLACES, _place),
}
