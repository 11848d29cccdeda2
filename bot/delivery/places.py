"""Names of the places requests come from and answers go to."""

from __future__ import annotations

from collections.abc import Mapping

from bot.model import ReplayRequest


def place(destination: str, address: Mapping[str, str]) -> str:
    """A conversation, in the vendor's ids: two addresses in it have the same name."""
    ids = [address[key] for key in ("team", "channel", "ticket") if key in address]
    return ":".join([destination, *ids])


def asked_in(request: ReplayRequest) -> str:
    """Where a request is answered and, where that is elsewhere, who asked for it
    where."""
    answered = request.reply_to
    where = place(answered.destination, answered.address)
    asked = request.report_to
    if asked is None:
        return where
    who = answered.address.get("by")
    elsewhere = f"{where} from {place(asked.destination, asked.address)}"
    return f"{elsewhere} by {who}" if who else elsewhere
