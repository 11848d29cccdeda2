"""What an answer holds, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model.links import Discussion, LinkChanged, LinkState, SharedReplay
from bot.model.recordings import Identifier, Person, Recording, Summary
from bot.model.requests import Action, Audience, Filters, ReplayRequest


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
    NO_NEWS = "no_news"
    """There are recordings, and they were told of before."""


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
    filters: Filters = field(default_factory=Filters)
    unknown: tuple[Identifier, ...] = ()
    """Those of the identifiers that nobody and nothing is known by."""
    found_by: Mapping[str, Identifier] = field(default_factory=dict)
    """What led to each recording, by its id: the first identifier that did."""
    silent: tuple[str, ...] = ()
    """The sources that did not answer: there may be more in them."""


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
class ReplayFile:
    """One exported recording as the portable file, to be attached."""

    recording: Recording
    summary: Summary
    filename: str
    content: bytes
    audience: Audience = Audience.STAFF


@dataclass(frozen=True, slots=True)
class Note:
    """A ticket's answer: the replays with links, best first, then the rest."""

    identifiers: tuple[Identifier, ...]
    replays: tuple[SharedReplay, ...]
    others: tuple[Recording, ...]
    look_back: timedelta
    unavailable: tuple[tuple[Recording, str], ...] = ()
    """Recordings that were found but could not be exported, each with its reason."""
    found_by: Mapping[str, Identifier] = field(default_factory=dict)
    """What led to each recording, by its id."""
    about: datetime | None = None
    """When the trouble was reported."""
    why: str = ""
    """What puts the best before the others, in a few words."""
    people: tuple[Person, ...] = ()
    """Everyone that the identifiers fit."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """What the installation shows of the best recording's person, by its name in the
    source."""
    discussed: Mapping[str, tuple[Discussion, ...]] = field(default_factory=dict)
    """Where recordings were talked about, newest first, by the recording's id."""
    silent: tuple[str, ...] = ()
    """The sources that did not answer: there may be more in them."""


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
    closed: Mapping[str, LinkState] = field(default_factory=dict)
    """Those that do not open, and why."""


@dataclass(frozen=True, slots=True)
class Discussed:
    """A recording is talked about elsewhere."""

    recording: Recording
    discussion: Discussion


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a request: where the answer was posted, or why there is none."""

    request: ReplayRequest
    posted: Mapping[str, str] = field(default_factory=dict)
    failed: Failed | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing was looked up or changed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request could not be answered; ``plain`` says why and what to do."""

    plain: str
    reference: str
    is_final: bool = False
    """Asking for the same again cannot help."""


Result = (
    Found
    | NothingFound
    | SharedReplay
    | ReplayFile
    | Note
    | LinkChanged
    | Home
    | Previews
    | Discussed
    | Report
    | Nothing
    | Failed
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a result was posted, in the destination's own ids."""

    reference: Mapping[str, str] = field(default_factory=dict)
    is_lasting: bool = True
    """It stands there for others to read, and has to stay true."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: where its answer was posted, or why it has none."""

    request: ReplayRequest
    is_settled: bool
    posted: Mapping[str, str]
    failure: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One line of ``doctor``; ``fix`` says what to do where ``ok`` is false."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
