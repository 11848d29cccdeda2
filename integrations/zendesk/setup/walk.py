"""The walk that makes and repairs: delivery first, then what agents see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import NotFound, Refused
from integrations.zendesk.admin import Administration, Kind
from integrations.zendesk.failures import Forbidden, Unauthorised
from integrations.zendesk.setup import wanted
from integrations.zendesk.setup.differences import NEW_ID, name_of
from integrations.zendesk.setup.removing import remove_triggers, remove_webhook
from integrations.zendesk.setup.steps import Action, Hand, Step


@dataclass(frozen=True, slots=True)
class Options:
    """What the settings and the command line say of an account's set-up."""

    public_url: str
    by_events: bool = False
    """Deliver by event subscriptions, where the account has them, not by triggers."""
    fields: bool = True

    @property
    def endpoint(self) -> str:
        return f"{self.public_url.rstrip('/')}{wanted.WEBHOOK_PATH}"


class SetUp:
    """One walk; only looks unless ``acts``."""

    def __init__(
        self, admin: Administration, options: Options, *, acts: bool = False
    ) -> None:
        self._admin = admin
        self._options = options
        self._hand = Hand(admin, acts=acts)
        self._ids: dict[str, Any] = {}
        self._webhook_name = wanted.WEBHOOK_NAME

    def steps(self) -> Iterator[Step]:
        """Each thing, once what becomes of it is known, or done.

        Raises Refused where the user may not, RetryLater where Zendesk is away.
        """
        yield from self._delivery()
        if self._options.fields:
            yield from self._fields()
            yield from self._forms()
        hand = self._hand
        macro = wanted.macro()
        yield from hand.ensure(Kind.MACRO, wanted.MACRO_TITLE, macro, self._ids)
        link = self._ids.get("Replay link")
        view = wanted.view(link if isinstance(link, int) else None)
        yield from hand.ensure(Kind.VIEW, wanted.VIEW_TITLE, view, self._ids)

    def secret(self) -> str | None:
        """What deliveries are signed with, after the walk; None while there is no
        webhook. For the administrator's eyes: never log it."""
        webhook_id = self._ids.get(self._webhook_name, NEW_ID)
        if webhook_id == NEW_ID:
            return None
        return self._admin.signing_secret(str(webhook_id))

    def _delivery(self) -> Iterator[Step]:
        hand = self._hand
        if self._options.by_events:
            try:
                yield from self._webhook(wanted.EVENTS_WEBHOOK_NAME, wanted.EVENTS)
            except (Forbidden, Unauthorised):
                raise
            except (NotFound, Refused):
                yield Step(
                    Action.LEAVE,
                    Kind.WEBHOOK,
                    wanted.EVENTS_WEBHOOK_NAME,
                    note="Zendesk does not let this account subscribe to ticket"
                    " events: triggers deliver instead",
                )
            else:
                yield from remove_triggers(hand)
                yield from remove_webhook(hand, wanted.WEBHOOK_NAME)
                return
        yield from self._webhook(wanted.WEBHOOK_NAME, wanted.FOR_TRIGGERS)
        webhook_id = str(self._ids[wanted.WEBHOOK_NAME])
        for title in wanted.TRIGGERS:
            fields = wanted.trigger(title, webhook_id)
            yield from hand.ensure(Kind.TRIGGER, title, fields, self._ids)
        yield from remove_webhook(hand, wanted.EVENTS_WEBHOOK_NAME)

    def _webhook(self, name: str, subscriptions: tuple[str, ...]) -> Iterator[Step]:
        fields = wanted.webhook(name, self._options.endpoint, subscriptions)
        for step in self._hand.ensure(Kind.WEBHOOK, name, fields, self._ids):
            is_made = step.action is Action.MAKE
            note = f"delivers to {self._options.endpoint}" if is_made else step.note
            yield replace(step, note=note)
        self._webhook_name = name

    def _fields(self) -> Iterator[Step]:
        for title, (kind, _) in wanted.TICKET_FIELDS.items():
            found = self._hand.ours(Kind.FIELD, title)
            if found and found[0].get("type") != kind:
                note = f"its type is {found[0].get('type')}, not {kind}: delete it"
                yield Step(Action.LEAVE, Kind.FIELD, title, note=note)
                continue
            fields = wanted.ticket_field(title)
            yield from self._hand.ensure(Kind.FIELD, title, fields, self._ids)

    def _forms(self) -> Iterator[Step]:
        """An agent sees a field only on a ticket whose form holds it."""
        ours = {t: self._ids[t] for t in wanted.TICKET_FIELDS if t in self._ids}
        for form in self._hand.rows(Kind.FORM):
            if form.get("active") is False:
                continue
            have = list(form.get("ticket_field_ids") or ())
            missing = {t: each for t, each in ours.items() if each not in have}
            if not missing:
                yield Step(Action.KEEP, Kind.FORM, name_of(form))
                continue
            if self._hand.acts:
                ids = {"ticket_field_ids": [*have, *missing.values()]}
                self._admin.change(Kind.FORM, form, ids)
            note = f"also shows {', '.join(missing)}"
            yield Step(Action.CHANGE, Kind.FORM, name_of(form), note=note)
