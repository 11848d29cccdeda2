"""Takes batches in: checked, within their project's limits, and safe before it
returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from bot.errors import BadInput
from bot.model import Batch
from bot.ports import Keeper
from integrations.capture.answers import FULL, TAKEN, Answer, refusal
from integrations.capture.callers import Rates, has_opted_out
from integrations.capture.memory import Account
from integrations.capture.terms import Call, Refused, Tally, Terms
from integrations.capture.unpacking import MAX_WIRE_BYTES, TooLarge, unpacked
from integrations.capture.wire import contents_of

_TOO_LARGE = refusal(413, "the body is too large")


def body_of(call: Call, account: Account) -> bytes:
    """The request's body, as it came. Raises Refused, RetryLater."""
    length = call.header("CONTENT_LENGTH")
    expected = int(length) if length.isdecimal() else 0
    # Of chunks nobody knows how many will come.
    if call.header("HTTP_TRANSFER_ENCODING"):
        expected = MAX_WIRE_BYTES
    account.spend(min(expected, MAX_WIRE_BYTES))
    try:
        # Of chunks it cuts off what is beyond; one byte shows that there was more.
        stream = get_input_stream(call.environ, max_content_length=MAX_WIRE_BYTES + 1)
        body = stream.read()
    except RequestEntityTooLarge:
        raise Refused("too_large", _TOO_LARGE) from None
    except ClientDisconnected:
        raise Refused("cut_off", refusal(400, "the body ends too early")) from None
    if len(body) > MAX_WIRE_BYTES:
        raise Refused("too_large", _TOO_LARGE)
    return body


def text_of(call: Call, body: bytes, account: Account) -> bytes:
    """The JSON text in the body. Raises Refused, RetryLater."""
    try:
        return unpacked(
            body,
            query=call.query,
            content_encoding=call.header("HTTP_CONTENT_ENCODING"),
            spend=account.spend,
        )
    except TooLarge:
        raise Refused("too_large", _TOO_LARGE) from None
    except BadInput as error:
        raise Refused("unreadable", refusal(400, str(error))) from None


def admit(terms: Terms, project: str) -> str:
    """The project token, if it is one of those taken. Raises Refused."""
    if project not in terms.projects:
        text = "the project token is missing, or is none that this server takes"
        raise Refused("project", refusal(401, text))
    return project


@dataclass(frozen=True, slots=True)
class Taker:
    """Keeps batches by the installation's terms."""

    terms: Terms
    keeper: Keeper
    rates: Rates
    tally: Tally
    clock: Callable[[], datetime]

    def take(self, call: Call, body: bytes, account: Account) -> Answer:
        """What to answer where nobody else is asked: it is kept, or need not be.
        Raises Refused, RetryLater."""
        text = text_of(call, body, account)
        try:
            contents = contents_of(text)
        except BadInput as error:
            raise Refused("unreadable", refusal(400, str(error))) from None
        project = admit(self.terms, contents.project)
        if not self.rates.admits_project(project):
            busy = refusal(429, "too many requests for this project", after=60)
            raise Refused("project_rate", busy)
        if self.terms.opt_out and has_opted_out(call.environ):
            self.tally.left("opted_out")
            return TAKEN
        if contents.has_snapshots and self.keeper.is_full(project):
            self.tally.left("quota")
            return FULL
        # While it is written down it is there once more, and once more on its way.
        account.spend(2 * len(body))
        self.keeper.keep(
            Batch(
                project=project,
                received_at=self.clock(),
                body=body,
                path=f"{call.place.path}/",
                query=call.query,
                content_type=call.header("CONTENT_TYPE"),
                content_encoding=call.header("HTTP_CONTENT_ENCODING"),
            )
        )
        return TAKEN
