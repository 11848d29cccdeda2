"""The question whom somebody meant, where several people fit. Pure."""

from __future__ import annotations

from bot.model import NothingFound, Person
from integrations.slack import facts
from integrations.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    fits,
    menu,
    plain_text,
    section,
)
from integrations.slack.choices import EVERYBODY, PERSON, PersonChoice
from integrations.slack.messages.standpoint import Standpoint
from integrations.slack.text import clean, count, escape

_BUTTONS = 5
_OPTIONS = 100
_MAX_OPTION_VALUE = 150
_MAX_BUTTON_VALUE = 2000


def whose(result: NothingFound, at: Standpoint) -> Message:
    """The people that fit, to choose one or, where they are few, all of them."""
    people = result.people
    if len(people) <= _BUTTONS:
        blocks = [block for person in people for block in _line(person, at)]
        blocks += _everybody(people, at)
    else:
        blocks = _menu(people, at)
    head = section(f"*Whom do you mean?* {escape(result.explanation, 200)}")
    text = f"{count(len(people), 'person fits', 'people fit')}. Whom do you mean?"
    return Message(text, (head, *blocks))


def _line(person: Person, at: Standpoint) -> list[Block]:
    value = PersonChoice(at.search, (person.id,), at.thread_ts or "").to_value()
    fits = len(value) <= _MAX_BUTTON_VALUE
    block = section(facts.who([person]))
    return [
        {**block, "accessory": button("Show recordings", PERSON, value=value)}
        if fits
        else block
    ]


def _everybody(people: tuple[Person, ...], at: Standpoint) -> list[Block]:
    value = PersonChoice(
        at.search, tuple(person.id for person in people), at.thread_ts or ""
    ).to_value()
    if len(people) < 2 or len(value) > _MAX_BUTTON_VALUE:
        return []
    label = "Show both" if len(people) == 2 else f"Show all {len(people)}"
    return actions(button(label, EVERYBODY, value=value))


def _menu(people: tuple[Person, ...], at: Standpoint) -> list[Block]:
    """As many as one message takes, and how many that leaves out."""
    options = [_option(person, at) for person in people]
    listed = [one for one in options if len(one["value"]) <= _MAX_OPTION_VALUE]
    listed = listed[:_OPTIONS]
    while listed and not fits(_choosing(listed)):
        listed.pop()
    left_out = len(people) - len(listed)
    words = f"{count(left_out, 'other fits', 'others fit')}: say more exactly whom."
    return [
        *(_choosing(listed) if listed else []),
        *([context(words)] if left_out else []),
    ]


def _choosing(options: list[Block]) -> list[Block]:
    return actions(menu("Choose a person", PERSON, options))


def _option(person: Person, at: Standpoint) -> Block:
    email = person.email if person.email and person.email != person.name else ""
    words = clean(" · ".join(filter(None, [person.name, email])), 75) or "somebody"
    value = PersonChoice(at.search, (person.id,), at.thread_ts or "").to_value()
    return {"text": plain_text(words), "value": value}
