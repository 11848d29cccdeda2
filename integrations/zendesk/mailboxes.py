"""Addresses that are nobody's own: shared mailboxes, and those of machines; pure.

The names are those of RFC 2142 (https://www.rfc-editor.org/rfc/rfc2142) and others that
companies commonly share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SHARED = re.compile(
    "abuse|accounting|accounts|admin|administrator|all|billing|contact|customercare"
    "|customerservice|enquiries|feedback|finance|hello|help|helpdesk|hi|hostmaster|hr"
    "|info|inquiries|invoices?|it|jobs|kontakt|legal|mail|marketing|office|orders?"
    "|press|privacy|purchasing|reception|sales|security|service|shop|staff|support|team"
    "|webmaster|welcome"
)
_MACHINE = re.compile(
    "bounces?|donotreply|mailerdaemon|noreply|notifications?|postmaster"
)
# What those are written with: no-reply, do_not_reply.
_SIGNS = str.maketrans("", "", ".-_")


def is_machine(address: str) -> bool:
    """Whether nobody writes from this address."""
    return _MACHINE.fullmatch(_name(address).translate(_SIGNS)) is not None


def is_shared(address: str, also: Sequence[str] = ()) -> bool:
    """Whether the address says little about who wrote. ``also`` names more of them:
    whole addresses, or ``@domain`` for all that a domain has; in lower case."""
    lowered = address.lower()
    domain = f"@{lowered.rpartition('@')[2]}"
    is_role = _SHARED.fullmatch(_name(lowered).translate(_SIGNS)) is not None
    return is_role or lowered in also or domain in also


def _name(address: str) -> str:
    """What is before the @, without what people add to it: ``info+shop@…``."""
    return address.lower().rpartition("@")[0].partition("+")[0]
