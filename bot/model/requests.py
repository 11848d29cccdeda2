"""What is asked of the courier, by whom and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.recordings import Identifier


class Audience(StrEnum):
    """Who may see a replay."""

    STAFF = "staff"
    """Everything but secrets."""
    CUSTOMER = "customer"
    """What the customer saw and did; nothing of the machinery or of other people."""


class Action(StrEnum):
    """What was asked of the courier."""

    FIND = "find"
    """Answer with the matching recordings."""
    SHARE = "share"
    """Export one recording and post a link that expires."""
    ATTACH = "attach"
    """Export one recording and post the file."""
    NOTE = "note"
    """Find, export the best and post one note with links: the ticket's answer."""
    ENDED = "ended"
    """A session that a note said was going on has ended: tell of all of it."""
    REVOKE = "revoke"
    """Close a share link, and tell whoever asked."""
    EXTEND = "extend"
    """Let a share link open longer, and tell whoever asked."""
    LINK_CHANGED = "link_changed"
    """A share link closed or was extended: make the posted message say so."""
    HOME = "home"
    """Show somebody their own shares and, to an administrator, the installation."""
    PREVIEW = "preview"
    """Describe the share links somebody posted."""
    PREVIEW_CLOSED = "preview_closed"
    """A link that was described has closed: let its description say so."""
    DETACH = "detach"
    """Take an attached file back: the destination knows which."""
    REPORT = "report"
    """Tell whoever asked for an answer elsewhere what became of it."""
    DISCUSSED = "discussed"
    """Tell where a recording was shared before that it is talked about elsewhere."""
    FOLLOW = "follow"
    """Somebody looks at a session that goes on: have its links lead to what there is
    of it now."""
    TIDY = "tidy"
    """Delete what was stored of a session while it went on and no link leads to."""
    NOTHING = "nothing"
    """Look up and change nothing: the destination itself knows what to answer."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of a person's recordings are wanted."""

    errors_only: bool = False
    page: str = ""
    """A part of the address of a page that was visited; empty for any."""


class Opening(StrEnum):
    """Where in a recording a link opens."""

    TROUBLE = "trouble"
    """Shortly before what went wrong, or before the time of the report."""
    FIRST_ERROR = "first_error"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class ShareTerms:
    """How somebody wants a recording shared; None leaves it to the installation."""

    expires_in: timedelta | None = None
    audience: Audience | None = None
    max_opens: int | None = None
    opening: Opening = Opening.TROUBLE
    note: str = ""
    """What the sharer says beside it."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Address of the conversation to answer: destination and its own ids."""

    destination: str
    address: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told where it is asked: only a recording that is not among
    ``recordings``, and that went on after ``since``, is news."""

    recordings: frozenset[str] = frozenset()
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """A conversation of many, as its vendor names it; ``id`` is our key to it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Sharer:
    """Who shares from one vendor's place in another's."""

    name: str
    email: str | None = None
    """Shown to be theirs by the vendor they come from."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Events that come together and are one request until somebody begins with it.

    It waits for more of them for so long. One that ``is_separate`` is a request of its
    own all the same; others may join it.
    """

    name: str
    wait: timedelta = timedelta(0)
    is_separate: bool = False


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """What was asked. ``key`` is the vendor's own id for the event: the same event
    delivered again has the same key and is the same request."""

    key: str
    action: Action
    reply_to: ReplyTo
    asked_by: str
    identifiers: tuple[Identifier, ...] = ()
    recording_id: str | None = None
    link_id: str | None = None
    look_back: timedelta | None = None
    about: datetime | None = None
    """When the trouble was reported: the ticket's or message's time."""
    text: str = ""
    """What the person typed, to be repeated to them; never logged."""
    filters: Filters = Filters()
    offset: int = 0
    """How many of the recordings found were shown before."""
    follows: str | None = None
    """The id of the same person's earlier search, whose next page this asks for."""
    terms: ShareTerms = ShareTerms()
    urls: tuple[str, ...] = ()
    """What may be share links of ours, to be described."""
    from_home: bool = False
    """Asked among one's own shares: the answer is those shares as they are then."""
    by_admin: bool = False
    """Whoever asked looks after the workspace; the destination knows, once asked to
    complete the request."""
    told: Told | None = None
    """Only news are wanted; the destination knows of what, once asked to complete the
    request."""
    report_to: ReplyTo | None = None
    """Where it was asked, if that is not where it is answered: whoever asked is let in
    by the rules there, and told there what became of it."""
    reports: str | None = None
    """The id of the request whose outcome this tells."""
    burst: Burst | None = None
    """What it comes with; of no interest once it is accepted."""
