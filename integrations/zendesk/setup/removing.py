"""Takes away what set-up made, and only that: found by name and by our mark."""

from __future__ import annotations

from collections.abc import Iterator

from bot.errors import Refused
from integrations.zendesk.admin import Administration, Kind
from integrations.zendesk.failures import Forbidden, Unauthorised
from integrations.zendesk.records import Row
from integrations.zendesk.setup import wanted
from integrations.zendesk.setup.differences import is_ours, name_of
from integrations.zendesk.setup.steps import Action, Hand, Step


def removal(
    admin: Administration, *, fields: bool = True, acts: bool = False
) -> Iterator[Step]:
    """Each thing that goes, or would go. Raises as ``SetUp.steps`` does."""
    hand = Hand(admin, acts=acts)
    yield from remove_triggers(hand)
    for kind, title in (
        (Kind.MACRO, wanted.MACRO_TITLE),
        (Kind.VIEW, wanted.VIEW_TITLE),
    ):
        for row in hand.ours(kind, title):
            yield from hand.remove(kind, row)
    if fields:
        yield from _remove_fields(hand)
    for name in (wanted.WEBHOOK_NAME, wanted.EVENTS_WEBHOOK_NAME):
        yield from remove_webhook(hand, name)


def remove_triggers(hand: Hand) -> Iterator[Step]:
    for title in wanted.TRIGGERS:
        for row in hand.ours(Kind.TRIGGER, title):
            yield from hand.remove(Kind.TRIGGER, row)


def remove_webhook(hand: Hand, name: str) -> Iterator[Step]:
    """Delete our webhook of this name, unless somebody else's rule calls it."""
    for row in hand.ours(Kind.WEBHOOK, name):
        users = [
            f"{kind.noun} “{name_of(each)}”"
            for kind in (Kind.TRIGGER, Kind.AUTOMATION)
            for each in hand.rows(kind)
            if _calls(each, str(row["id"])) and not _goes_too(each)
        ]
        if users:
            note = f"used by {', '.join(users)}, which is not the courier's"
            yield Step(Action.LEAVE, Kind.WEBHOOK, name, note=note)
            continue
        try:
            yield from hand.remove(Kind.WEBHOOK, row)
        except (Forbidden, Unauthorised):
            raise
        except Refused:
            note = "Zendesk keeps it, because something still uses it"
            yield Step(Action.LEAVE, Kind.WEBHOOK, name, note=note)


def _calls(rule: Row, webhook_id: str) -> bool:
    return any(
        isinstance(action.get("value"), list) and webhook_id in action["value"]
        for action in rule.get("actions") or ()
    )


def _goes_too(rule: Row) -> bool:
    return is_ours(rule) and name_of(rule) in wanted.TRIGGERS


def _remove_fields(hand: Hand) -> Iterator[Step]:
    ours = [row for t in wanted.TICKET_FIELDS for row in hand.ours(Kind.FIELD, t)]
    titles = {row["id"]: name_of(row) for row in ours}
    for form in hand.rows(Kind.FORM):
        have = list(form.get("ticket_field_ids") or ())
        gone = [titles[each] for each in have if each in titles]
        if not gone:
            continue
        if hand.acts:
            kept = {"ticket_field_ids": [each for each in have if each not in titles]}
            hand.admin.change(Kind.FORM, form, kept)
        note = f"no longer shows {', '.join(gone)}"
        yield Step(Action.CHANGE, Kind.FORM, name_of(form), note=note)
    for row in ours:
        note = "with the values that tickets have in it"
        yield from hand.remove(Kind.FIELD, row, note)
