"""Whether Zendesk's deliveries arrive: of late, and now."""

from __future__ import annotations

from collections import Counter

from bot.errors import RetryLater
from bot.model import Check
from integrations.zendesk.admin import Administration, Answered, Delivery
from integrations.zendesk.proof import fresh_nonce, question, version_in
from integrations.zendesk.records import Row

_UNREACHABLE = frozenset({0, 502, 503, 504})
_LOST = frozenset({"terminated", "throttled", "circuit broken"})


def recent_deliveries(admin: Administration, webhook: Row) -> Check:
    """How the last hundred went. Fails where the newest of them was lost: earlier
    losses may be over. Raises as ``Administration`` does."""
    found = admin.deliveries(str(webhook["id"]))
    name = "zendesk: deliveries"
    if not found:
        return Check(name, True, "none in the last seven days")
    lost = [each for each in found if _is_lost(each)]
    if not lost:
        return Check(name, True, f"all of the last {len(found)} arrived")
    outcomes = Counter(each.outcome for each in lost)
    told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    status = next((each.status for each in lost if each.status), None)
    last = f"; the last answer was {status}" if status else ""
    detail = f"{len(lost)} of the last {len(found)} were lost ({told}){last}"
    if not _is_lost(found[0]):
        return Check(name, True, f"{detail}. The newest arrived")
    return Check(name, False, detail, "See the round trip, and the courier's log.")


def _is_lost(delivery: Delivery) -> bool:
    has_failed = delivery.status is not None and delivery.status >= 300
    return has_failed or delivery.outcome in _LOST


def round_trip(admin: Administration, webhook: Row) -> Check:
    """Have Zendesk call us now, signed, and see our own answer come back."""
    name = "zendesk: round trip"
    endpoint, nonce = str(webhook["endpoint"]), fresh_nonce()
    try:
        given = admin.test(str(webhook["id"]), question(nonce))
    except RetryLater as error:
        fix = f"Zendesk has to reach {endpoint} from the internet, by https."
        return Check(name, False, str(error), fix)
    version = version_in(given.text, nonce) if given.status == 200 else None
    if version is not None:
        detail = f"Zendesk reached {endpoint}, signed; version {version} answered"
        return Check(name, True, detail)
    detail, fix = _explained(given, endpoint)
    return Check(name, False, detail, fix)


def _explained(given: Answered, endpoint: str) -> tuple[str, str]:
    if given.status in _UNREACHABLE:
        return (
            f"Zendesk cannot reach {endpoint} ({given.status})",
            "Start the courier; PUBLIC_URL has to be its address on the internet.",
        )
    if given.status == 401:
        return (
            f"{endpoint} refused Zendesk's signature",
            "Set ZENDESK_WEBHOOK_SECRETS where the courier runs to what"
            " `replay-courier setup zendesk` prints, see that its clock is right, and"
            " restart it.",
        )
    return (
        f"{endpoint} answered {given.status}, and not as a courier does",
        "Is something else at PUBLIC_URL, or an old version of the courier?",
    )
