"""Which tickets the courier works on: by brand, group, form and organisation; pure.

What is left out is left alone, whichever way it comes: by trigger, command or sidebar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integrations.zendesk.records import Ticket, User

Word = tuple[str, int]
"""A kind, ``brand``, ``group``, ``form`` or ``organization``, and Zendesk's id."""


@dataclass(frozen=True, slots=True)
class Scope:
    """``only`` and ``except_`` as ZENDESK_ONLY and ZENDESK_EXCEPT have them."""

    only: tuple[Word, ...] = ()
    except_: tuple[Word, ...] = ()

    def excludes(self, ticket: Ticket, requester: User) -> str | None:
        """Why the ticket is left alone; None where it is not.

        Of every kind that ``only`` names the ticket must have one of the ids; one of
        ``except_`` is enough to be left out. The organisation is that of the ticket, or
        of its requester where the ticket has none.
        """
        has: Mapping[str, int | None] = {
            "brand": ticket.brand_id,
            "group": ticket.group_id,
            "form": ticket.form_id,
            "organization": ticket.organization_id or requester.organization_id,
        }
        for kind, unwanted in self.except_:
            if has[kind] == unwanted:
                return f"its {kind} {unwanted} is named in ZENDESK_EXCEPT"
        for kind, number in has.items():
            wanted = _ids(self.only, kind)
            if wanted and number not in wanted:
                shown = f"its {kind} {number}" if number else f"it has no {kind}, which"
                return f"{shown} is not named in ZENDESK_ONLY"
        return None


def _ids(words: Iterable[Word], kind: str) -> frozenset[int]:
    return frozenset(number for each, number in words if each == kind)
