"""The Home tab: somebody's own shares, and for administrators the installation. Pure.

A view holds a hundred blocks: docs.slack.dev/reference/views/home-tab-views.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.model import (
    Audience,
    Failed,
    Home,
    LinkState,
    SharedReplay,
    ShareLink,
)
from integrations.slack import facts
from integrations.slack.blocks import (
    MAX_URL,
    Block,
    actions,
    button,
    context,
    dialog,
    divider,
    header,
    section,
)
from integrations.slack.choices import (
    FIND_ANYWHERE,
    HOME_EXTEND,
    HOME_REVOKE,
    OPEN,
    LinkChoice,
)
from integrations.slack.messages.installation import installation
from integrations.slack.text import code, count, escape, moment, plain

EXTENSION = timedelta(days=7)
"""How long a link opens from the press of *Extend* on."""

MAX_SHARES = 10
"""Of either list."""

# With less to gain than this the button would seem to do nothing.
_WORTHWHILE = timedelta(days=1)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")

_TITLE = "Your customers' session replays"
_ABOUT = (
    "I find a customer's session recordings, say what went wrong in them, and share a"
    " link that expires. What you shared is listed here; only you see this page."
)
_REVOKE = dialog(
    "Revoke this link?",
    "It stops playing at once, for everybody. This cannot be undone.",
    "Revoke link",
    "Keep it",
)


def home(result: Home, *, now: datetime, command: str) -> Block:
    """The page of one person at ``now``; ``command`` is named in the help."""
    expiring = result.expiring[:MAX_SHARES]
    first = {one.link.id for one in expiring}
    recent = [one for one in result.shares if one.link.id not in first]
    return _view(
        *([*_failure(result.failed), divider()] if result.failed else ()),
        *_heading(),
        *_shares("Links about to expire", expiring, now),
        *_shares("My recent shares", recent[:MAX_SHARES], now),
        *(() if expiring or recent else _beginning(command)),
        *(installation(result.installation) if result.installation else ()),
    )


def home_closed(result: Failed) -> Block:
    """The page of somebody whose shares are not shown, and why."""
    return _view(
        header(_TITLE),
        section(plain(result.plain, 1000) or "I cannot show you anything just now."),
        _reference(result),
    )


def _view(*blocks: Block) -> Block:
    return {"type": "home", "blocks": list(blocks)}


def _failure(failed: Failed) -> list[Block]:
    return [
        section("*That did not work*", plain(failed.plain, 1000)),
        _reference(failed),
    ]


def _reference(failed: Failed) -> Block:
    return context(f"Reference {code(failed.reference)}")


def _heading() -> list[Block]:
    find = button("Find replays", FIND_ANYWHERE, value="home", style="primary")
    return [header(_TITLE), section(_ABOUT), *actions(find)]


def _beginning(command: str) -> list[Block]:
    return [
        section(
            "*You have shared nothing yet*",
            f"• Press *Find replays*, or type `{command} jane@example.com` in any"
            " conversation",
            "• Or open the menu of a message that names a customer, and choose *Find"
            " replays*",
            "• Only you see what is found, until you press *Share*",
        )
    ]


def _shares(title: str, shares: Iterable[SharedReplay], now: datetime) -> list[Block]:
    blocks = [block for one in shares for block in _share(one, now)]
    return [divider(), header(title), *blocks] if blocks else []


def _share(shared: SharedReplay, now: datetime) -> list[Block]:
    recording, summary, link = shared.recording, shared.summary, shared.link
    copy = "Customer copy" if shared.audience is Audience.CUSTOMER else ""
    text = section(
        f"{facts.owner(recording)} · {facts.when(recording, summary)}",
        _joined(facts.troubles(recording, summary), copy),
        f"“{plain(shared.note, 150)}”" if shared.note.strip() else "",
    )
    stands = context(_joined(_state(link), _opens(link), _shared(shared)))
    if link.state is not LinkState.OPEN:
        return [text, stands]
    value = LinkChoice(link.id, shared.shared_by).to_value()
    watch = extend = None
    if 0 < len(shared.watch_url) <= MAX_URL:
        watch = button("Watch", OPEN, url=shared.watch_url)
    if link.expires_at + _WORTHWHILE <= now + EXTENSION:
        extend = button(f"Extend {EXTENSION.days} days", HOME_EXTEND, value=value)
    revoke = button(
        "Revoke link", HOME_REVOKE, value=value, style="danger", confirm=_REVOKE
    )
    return [text, stands, *actions(watch, extend, revoke)]


def _shared(shared: SharedReplay) -> str:
    """When, and where it stands now."""
    when = f"shared {moment(shared.shared_at)}" if shared.shared_at else "shared"
    posted = shared.posted or {}
    channel = posted.get("channel", "")
    if channel.startswith("D"):
        return f"{when} in a direct message"
    if ticket := posted.get("ticket", ""):
        return f"{when} in ticket #{escape(ticket, 20)}"
    if not _CHANNEL.fullmatch(channel):
        return when
    thread = "a thread of " if posted.get("thread_ts") else ""
    return f"{when} in {thread}<#{channel}>"


def _state(link: ShareLink) -> str:
    return {
        LinkState.OPEN: f"*Expires {moment(link.expires_at)}*",
        LinkState.EXPIRED: f"*Expired {moment(link.expires_at)}*",
        LinkState.REVOKED: "*Revoked*",
        LinkState.USED_UP: "*Used up*",
    }[link.state]


def _opens(link: ShareLink) -> str:
    if link.max_opens is not None:
        return f"opened {link.opens:,} of {count(link.max_opens, 'time')}"
    return f"opened {count(link.opens, 'time')}" if link.opens else "not opened yet"


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
