"""What comes along with records where the caller includes it.

Zendesk: https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api/side_loading/
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from bot.demo.zendesk.account import Account
from bot.demo.zendesk.calls import base_url
from bot.demo.zendesk.records import Json
from bot.demo.zendesk.tickets import Ticket


def side_loaded(account: Account, tickets: Iterable[Ticket], asked: str) -> Json:
    """The people of the tickets, where ``asked`` is what the caller includes."""
    if request.args.get("include") != asked:
        return {}
    ids = {id_ for each in tickets for id_ in (each.requester_id, each.submitter_id)}
    return {"users": [account.users[id_].show(base_url()) for id_ in sorted(ids)]}
