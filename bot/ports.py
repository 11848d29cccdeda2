"""What the courier needs of others, and what it offers to integrations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from bot.model import (
    Batch,
    Channel,
    Check,
    Delivery,
    Identifier,
    Outcome,
    Person,
    Recording,
    RecordingsPage,
    ReplayRequest,
    ReplyTo,
    Result,
    Sharer,
    TicketHit,
)


class RecordingSource(Protocol):
    """A place recordings come from. Every method may raise RetryLater or Refused."""

    name: str

    def find_people(self, identifier: Identifier) -> list[Person]:
        """Everyone the identifier may mean; empty where nobody is known by it."""

    def recordings_of(
        self, person: Person, *, since: datetime, limit: int
    ) -> list[Recording]:
        """The person's recordings that started at ``since`` or later, newest first."""

    def recordings_between(
        self, since: datetime, until: datetime, *, after: str | None, limit: int
    ) -> RecordingsPage:
        """Some of all recordings that started at ``since`` or later and before
        ``until``, newest first: ``limit`` at most, behind those of the page that gave
        ``after``. A page may hold fewer, and even none, before the last one."""

    def recording(self, recording_id: str) -> Recording:
        """One recording by its id. Raises NotFound, or Gone where it was deleted."""

    def snapshot_lines(self, recording: Recording) -> Iterator[bytes]:
        """The recording's snapshot JSON lines, one event or several a line.

        Raises NotFound, Gone, or RetryLater where only a part could be had.
        """

    def recordings_enabled(self) -> bool | None:
        """Whether the project records at all; None where it cannot be known."""

    def check(self) -> Iterable[Check]:
        """What ``doctor`` prints about this source; never raises."""


@runtime_checkable
class Erasing(Protocol):
    """A source in which recordings are erased on purpose. They stay erased, whatever
    other sources still have of them."""

    def erased(self, recording_ids: Sequence[str]) -> Set[str]:
        """Those of the recordings that were erased here; may raise RetryLater."""


class Forgetting(Protocol):
    """Copies of recordings that are ours to erase, wherever they lie."""

    def erase(
        self, who: Sequence[Identifier], *, recording_ids: Collection[str]
    ) -> int:
        """Erase everything of whoever is named, and those recordings; how many there
        were. May be called again. Raises RetryLater, Refused."""


class Warehouse(Protocol):
    """A table elsewhere that holds the index of an archive, by day."""

    def replace_day(self, day: date, rows: bytes) -> None:
        """Let the day's rows be those of a Parquet file and no others; the same again
        changes nothing. The table is made where there is none.

        Raises RetryLater or Refused.
        """

    def check(self) -> None:
        """Raises what ``replace_day`` would raise for want of access."""


class Keeper(Protocol):
    """Where captured recordings are kept."""

    def keep(self, batch: Batch) -> None:
        """Returns once the batch outlives the process and the machine's power.

        Raises RetryLater where it could not be made safe: the sender must try again.
        """

    def is_full(self, project: str) -> bool:
        """Whether the project has used up its quota, as far as is known now; costs no
        more than memory."""


class Draft(Protocol):
    """Notes kept with a request while it is being posted; they outlive the process.

    A destination saves what it must find again after an unknown outcome, such as the
    id of a file that was uploaded but perhaps not yet shown.
    """

    @property
    def data(self) -> Mapping[str, str]: ...

    def save(self, **values: str) -> None: ...


class Destination(Protocol):
    """Something that can post a result at a ReplyTo.

    ``post`` raises RetryLater where it may work later (the courier asks
    ``find_posted`` before it tries again), Refused or NotFound where it never will.
    """

    name: str

    is_conversation: bool
    """Whether people talk there about what is posted, which can say later that its link
    has changed; a note in a ticket stays as it is."""

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with what had to be read from the vendor: whose ticket it is.

        Raises NotAllowed where whoever asked may not.
        """

    def admit(self, request: ReplayRequest) -> str:
        """The name of whoever asked here for an answer elsewhere: ``report_to`` is
        where they are; empty where it is not known.

        Raises NotAllowed where they may not.
        """

    def keep_waiting(self, request: ReplayRequest) -> None:
        """Tell whoever asked that it takes longer, where that can be done without
        leaving anything behind; never raises. They are at the request's ``report_to``
        if it has one."""

    def way_to(self, posted: Mapping[str, str]) -> str:
        """A web address by which others find what was posted; empty where there is
        none, it is gone, or it stands where only few were to see it.

        Raises RetryLater where that cannot be known now.
        """

    def find_posted(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """What an earlier try posted for this request, read back from the vendor."""

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """Post the result once, carrying ``request_id`` where a reader can find it."""

    def check(self) -> Iterable[Check]:
        """What ``doctor`` prints about this destination; never raises."""


class Gate(Protocol):
    """How fast a destination takes answers."""

    def room(self) -> int:
        """How many may be begun now."""

    def enter(self) -> bool:
        """Begin with one; False where there is no room after all."""


class Tickets(Protocol):
    """Tickets that people choose from elsewhere."""

    def find(self, text: str) -> list[TicketHit]:
        """The tickets meant by a number, words of the subject or the requester's
        address, the most likely first; answers while somebody waits.

        Raises RetryLater or Refused.
        """

    def reply_to(self, ticket_id: str) -> ReplyTo:
        """The ticket as a conversation. Raises BadInput where that is no id of one."""

    def web_address(self, ticket_id: str) -> str:
        """Where people see the ticket. Raises BadInput as ``reply_to`` does."""


class Missed(Protocol):
    """Finds what happened and was told nobody."""

    def missed(self, since: datetime) -> Iterable[ReplayRequest]:
        """The requests that would have been made since then; those that were made may
        be among them. Raises RetryLater or Refused."""


class Intake(Protocol):
    """What integrations may ask of the courier; each call takes milliseconds."""

    def submit(self, request: ReplayRequest) -> bool:
        """Commit the request and ring for a worker; False where it was known already.

        Raises RetryLater where the request could not be made safe: do not ack then.
        """


class Outcomes(Protocol):
    """What those may ask who wait for an answer at a place of ours."""

    def outcome_by_key(self, key: str) -> Outcome:
        """What became of the request with that key. Raises NotFound, RetryLater."""


class Channels(Protocol):
    """Where people of another vendor may share a replay; every method is for workers
    and may raise RetryLater or Refused."""

    def channels(self) -> Sequence[Channel]:
        """Those that anybody at all may share in from elsewhere, by name."""

    def share(self, channel: str, sharer: Sharer) -> tuple[ReplyTo, str]:
        """The address of one of ``channels``, by its id, and who shares as they are
        known there. Raises NotAllowed where they may not, or it is none of them."""


class BlobCache(Protocol):
    """Bytes kept by name, for parts of recordings that never change."""

    def get(self, key: str) -> bytes | None: ...

    def put(self, key: str, content: bytes) -> None: ...
