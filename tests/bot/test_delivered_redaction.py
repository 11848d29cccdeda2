"""What is posted is redacted by today's rules, and made anew where they changed."""

from datetime import timedelta

import pytest

from bot.audit import AuditLog
from bot.delivery import Courier, Policy
from bot.ledger import Ledger
from bot.model import Action, Identifier, IdentifierKind, ReplayRequest, ReplyTo
from bot.policy import Audience, RedactionPolicy
from bot.replays import Replays
from bot.sharing import Links, Postings
from bot.storage import ReplayStore
from tests.bot.test_delivery import RECORDED, Source, recording
from tests.bot.test_ledger import Time
from tests.keys import sealer


@pytest.fixture
def replays(engine, tmp_path):
    return Replays(engine, ReplayStore.at((tmp_path / "objects").as_uri()))


@pytest.fixture
def courier_of(engine, tmp_path):
    time = Time()
    time.now = RECORDED + timedelta(hours=2)
    store = ReplayStore.at((tmp_path / "objects").as_uri())

    def make(source, redaction):
        return Courier(
            sources=[source],
            destinations={},
            ledger=Ledger(engine, lease=timedelta(seconds=60), clock=time),
            replays=Replays(engine, store, clock=time),
            links=Links(
                engine, public_url="http://courier.test", sealer=sealer(), clock=time
            ),
            postings=Postings(engine),
            audit=AuditLog(engine),
            policy=Policy(
                timedelta(days=14), timedelta(days=7), 5, redaction=redaction
            ),
            clock=time,
        )

    return make


def test_a_copy_made_for_others_or_by_older_rules_is_not_used_again(
    courier_of, replays
):
    """Nor are the lines of a recording read from its source twice for it."""
    source = Source(recording("r1"))
    courier_of(source, RedactionPolicy()).answers.stored("r1")
    masked = courier_of(source, RedactionPolicy().also(["email"]))
    kept, _ = masked.answers.stored("r1")
    assert kept.manifest.redactions["email"] > 0
    customers = RedactionPolicy().for_audience(Audience.CUSTOMER)
    copy, known = courier_of(source, customers).answers.stored("r1")
    assert copy.manifest.audience is Audience.CUSTOMER
    assert replays.as_file(copy, known).audience is Audience.CUSTOMER
    assert masked.answers.stored("r1")[0] == kept
    assert source.exports == ["r1", "r1", "r1"]


def test_the_pages_of_a_recording_that_is_only_listed_are_without_secrets(courier_of):
    secret = "https://shop.test/reset-password/hunter2hunter2?token=hunter2"
    source = Source(recording("r1", start_url=secret, urls=(secret,)))
    request = ReplayRequest(
        key="k1",
        action=Action.FIND,
        reply_to=ReplyTo("chat"),
        asked_by="U1",
        identifiers=(Identifier(IdentifierKind.EMAIL, "jane@example.com"),),
    )
    found = courier_of(source, RedactionPolicy()).answers.finder.find(request)
    assert found.recordings[0].start_url == found.recordings[0].urls[0]
    assert "hunter2" not in repr(found)
    assert "https://shop.test/reset-password/" in repr(found)
