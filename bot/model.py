"""The words of the product as frozen dataclasses; no I/O and no vendor.

Times are aware UTC ``datetime``; milliseconds only in recordings, and then named
``_ms``. ``at_ms`` counts from the start of its recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class Audience(StrEnum):
    """Who may see a replay."""

    STAFF = "staff"
    """Everything but secrets."""
    CUSTOMER = "customer"
    """What the customer saw and did; nothing of the machinery or of other people."""


class IdentifierKind(StrEnum):
    """What a human gave us to find someone by."""

    EMAIL = "email"
    DISTINCT_ID = "distinct_id"
    UUID = "uuid"
    """Looks like a UUID: a session id, a person's UUID or a distinct id."""
    RECORDING = "recording"
    """A recording named for certain: by a replay URL, or chosen from a list."""
    PERSON = "person"
    """A person chosen from a list, by the source's own id."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """One thing a human gave us to find someone; ``origin`` is a pasted URL's host."""

    kind: IdentifierKind
    value: str
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the source thinks it is. ``properties`` holds text, number and bool only."""

    id: str
    name: str
    email: str | None = None
    distinct_ids: tuple[str, ...] = ()
    properties: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """Metadata of one session recording; ``id`` is PostHog's ``$session_id``.

    Counts are the source's own and may be missing (None) where it does not say.
    """

    id: str
    source: str
    start: datetime
    duration: timedelta
    end: datetime | None = None
    active: timedelta | None = None
    distinct_id: str | None = None
    person: Person | None = None
    start_url: str | None = None
    urls: tuple[str, ...] = ()
    click_count: int | None = None
    keypress_count: int | None = None
    console_error_count: int | None = None
    exception_count: int | None = None
    platform: str = "web"
    browser: str | None = None
    os: str | None = None
    device: str | None = None
    ongoing: bool = False
    expires_at: datetime | None = None
    url: str | None = None
    """Where the source itself plays it; needs a login there."""


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """A console error or uncaught exception, deduplicated by its text."""

    message: str
    count: int
    at_ms: int
    uncaught: bool


@dataclass(frozen=True, slots=True)
class RequestLine:
    """Failed or slow requests to one place; ``status`` None is a network failure."""

    method: str
    url: str
    status: int | None
    count: int
    at_ms: int
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment worth seeing: console_error, exception, network_failure, rage_click,
    page."""

    at_ms: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class WindowCount:
    window_id: str
    events: int


@dataclass(frozen=True, slots=True)
class WindowTurn:
    """From ``at_ms`` after the start on, this window was the one in use."""

    window_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What the user did over time: counts of equal parts of the recording's length."""

    actions: tuple[int, ...]
    """Moves, clicks, scrolls, key presses and the like."""
    clicks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What happened in a recording, counted from its events."""

    start: datetime
    end: datetime
    duration_ms: int
    active_ms: int
    events: int
    windows: tuple[WindowCount, ...]
    platform: str
    viewport: tuple[int, int] | None
    browser: str | None
    os: str | None
    pages: tuple[Page, ...]
    clicks: int
    rage_clicks: int
    input_events: int
    full_snapshots: int
    console: Mapping[str, int]
    exceptions: int
    network_requests: int
    network_failing: int
    network_slow: int
    errors: tuple[ErrorLine, ...]
    failing: tuple[RequestLine, ...]
    slow: tuple[RequestLine, ...]
    marks: tuple[Mark, ...]
    start_at_ms: int
    """Where it is worth opening: some 20 s before the key moment, never blindly 0."""
    turns: tuple[WindowTurn, ...] = ()
    activity: Activity | None = field(default=None, compare=False)
    """None where it is not kept: in portable files, and replays of earlier versions.
    Of the same events, so no difference between two summaries."""


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


class LinkState(StrEnum):
    """Whether a share link opens, and why it does not."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED_UP = "used_up"
    """It was opened as often as it may be."""


@dataclass(frozen=True, slots=True)
class ShareLink:
    """A URL that opens one stored replay until ``expires_at``, or as often as
    ``max_opens`` says. ``url`` holds the token; the database keeps it sealed."""

    id: str
    url: str
    expires_at: datetime
    max_opens: int | None = None
    opens: int = 0
    state: LinkState = LinkState.OPEN


class Reason(StrEnum):
    """Why nothing was found, as far as it can be known."""

    NO_IDENTIFIER = "no_identifier"
    UNKNOWN_PERSON = "unknown_person"
    AMBIGUOUS = "ambiguous"
    NO_SESSION = "no_session"
    PAST_RETENTION = "past_retention"
    DELETED = "deleted"
    STILL_RECORDING = "still_recording"
    RECORDING_OFF = "recording_off"
    FILTERED = "filtered"
    """There are recordings, and none is as it was asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """Recordings, most relevant first; ``summaries`` by id where already known.

    ``offset`` of ``total`` went before them; ``why`` says in a few words what puts the
    very first one first.
    """

    identifiers: tuple[Identifier, ...]
    recordings: tuple[Recording, ...]
    look_back: timedelta
    people: tuple[Person, ...] = ()
    summaries: Mapping[str, Summary] = field(default_factory=dict)
    offset: int = 0
    page: int = 5
    """How many one page shows at most."""
    total: int = 0
    more: bool = False
    """There may be recordings beyond ``total`` that were not looked at."""
    why: str = ""
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True)
class NothingFound:
    """Nobody or nothing; ``explanation`` says why and ``advice`` what to try. Where
    several fit, ``people`` are those to choose from."""

    identifiers: tuple[Identifier, ...]
    reason: Reason
    explanation: str
    advice: str
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedReplay:
    """One exported recording with its link, to be posted."""

    recording: Recording
    summary: Summary
    link: ShareLink
    watch_url: str
    """The link, opening at the moment worth seeing."""
    size: int
    note: str = ""
    audience: Audience = Audience.STAFF
    shared_by: str = ""
    shared_at: datetime | None = None
    posted: Mapping[str, str] | None = None
    """The message that holds it, in its destination's ids."""


@dataclass(frozen=True, slots=True)
class ReplayFile:
    """One exported recording as the portable file, to be attached."""

    recording: Recording
    summary: Summary
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A ticket's answer: the replays with links, best first, then the rest."""

    identifiers: tuple[Identifier, ...]
    replays: tuple[SharedReplay, ...]
    others: tuple[Recording, ...]
    look_back: timedelta
    unavailable: tuple[tuple[Recording, str], ...] = ()
    """Recordings that were found but could not be exported, each with its reason."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """A share link as it is now; ``by`` changed it where it was not time that did."""

    shared: SharedReplay
    by: str = ""
    at: datetime | None = None
    posted: Mapping[str, str] | None = None
    """The message that holds it, in its destination's ids."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A request that could not be answered; nothing of any customer."""

    at: datetime
    action: Action
    reference: str


@dataclass(frozen=True, slots=True)
class Installation:
    """The state of the installation, for its administrators."""

    version: str
    requests: Mapping[str, int]
    """How many requests are in each state."""
    links: Mapping[str, int]
    """How many share links are in each state."""
    unanswered: tuple[Unanswered, ...] = ()
    """What went wrong last, newest first."""
    parts: Mapping[str, bool] = field(default_factory=dict)
    """Whether each thing it is built on, such as its database, works."""


@dataclass(frozen=True, slots=True)
class Home:
    """What one person shared, newest first.

    ``expiring`` are those links of theirs that close within a day, the first to close
    first; ``installation`` is there for administrators, ``failed`` where what was just
    asked among the shares could not be done.
    """

    shares: tuple[SharedReplay, ...]
    expiring: tuple[SharedReplay, ...] = ()
    installation: Installation | None = None
    failed: Failed | None = None


@dataclass(frozen=True, slots=True)
class Previews:
    """The share links among the URLs somebody posted that open now, by their URL.

    ``picture_urls`` lead to what can be shown beside them.
    """

    shared: Mapping[str, SharedReplay]
    picture_urls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing was looked up or changed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request could not be answered; ``plain`` says why and what to do."""

    plain: str
    reference: str


Result = (
    Found
    | NothingFound
    | SharedReplay
    | ReplayFile
    | Note
    | LinkChanged
    | Home
    | Previews
    | Nothing
    | Failed
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a result was posted, in the destination's own ids."""

    reference: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``; ``fix`` says what to do where ``ok`` is false."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
