from __future__ import annotations

import pytest

from bot.demo.posthog import DEMO_KEY, Fault, PostHogStandIn
from bot.demo.posthog.project import SamplePerson
from bot.errors import Refused
from bot.model import Identifier, IdentifierKind
from integrations.posthog import PostHogSource

JANE = "01a20000-0000-7000-8000-000000004821"
CHECKOUT = "01a20811-ab4b-7682-8d6f-f64613bb0184"


def ids(source: PostHogSource, kind: IdentifierKind, value: str) -> list[str]:
    return [person.id for person in source.find_people(Identifier(kind, value))]


def email(source: PostHogSource, value: str) -> list[str]:
    return ids(source, IdentifierKind.EMAIL, value)


def test_an_email_is_one_call(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """The address as typed finds the person with everything PostHog knows of her."""
    (jane,) = source.find_people(
        Identifier(IdentifierKind.EMAIL, "jane.doe@example.com")
    )
    assert jane.id == JANE
    assert jane.email == "jane.doe@example.com"
    assert "user-4821" in jane.distinct_ids
    assert jane.properties["plan"] == "pro"
    assert posthog.count() == {"persons": 1}


def test_case_of_an_email_does_not_matter(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """Neither the case typed nor the case stored keeps a person from being found."""
    assert email(source, "Jane.Doe@Example.com") == [JANE]
    posthog.project.people[0].email = "JANE.DOE@example.COM"
    assert email(source, "jane.doe@example.com") == [JANE]


def test_a_longer_address_is_somebody_else(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """PostHog's contains-filter also gives longer addresses; they do not count."""
    posthog.project.people[0].email = "not.Jane.Doe@example.com"
    assert email(source, "jane.doe@example.com") == []


def test_an_email_may_be_a_distinct_id(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """Sites that identify people by their address may never set the property."""
    posthog.project.people.append(
        SamplePerson("01a2-x", "kim@example.com", None, ["kim@example.com"], {})
    )
    assert email(source, "kim@example.com") == ["01a2-x"]


def test_everyone_with_an_address_is_found(source: PostHogSource) -> None:
    """Two people with one address are both given: the asker chooses."""
    assert len(email(source, "desk@example.com")) == 2


def test_an_unknown_address_is_nobody(source: PostHogSource) -> None:
    """Nobody is an answer, not an error."""
    assert email(source, "who@example.com") == []


def test_distinct_ids(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """A distinct id finds its person, odd characters and all."""
    assert ids(source, IdentifierKind.DISTINCT_ID, "user-4821") == [JANE]
    posthog.project.people[0].distinct_ids.append("user|auth0:12/3+x= &é")
    assert ids(source, IdentifierKind.DISTINCT_ID, "user|auth0:12/3+x= &é") == [JANE]
    assert ids(source, IdentifierKind.DISTINCT_ID, "nobody") == []


def test_a_distinct_id_without_profile(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """Visitors without a profile are found by what was recorded of them."""
    posthog.project.people.clear()
    (somebody,) = source.find_people(
        Identifier(IdentifierKind.DISTINCT_ID, "user-4821")
    )
    assert somebody.name == "user-4821"
    (recording,) = source.recordings_of(
        somebody, since=posthog.project.recordings[0].start, limit=5
    )
    assert recording.id == CHECKOUT
    assert recording.person == somebody


@pytest.mark.parametrize(
    ("uuid", "expected"),
    [
        (CHECKOUT, [JANE]),
        (JANE, [JANE]),
        (JANE.upper(), [JANE]),
        ("01a20811-aabb-7bf9-93a4-ab2c2248a6a2", [JANE]),
        ("01a20811-aabb-7bf9-93a4-000000000000", []),
        ("187d7c7619e1d62-0a36a9481897db-1d525634-384000-187d7c7619f3d4f", []),
    ],
)
def test_a_uuid_is_tried_as_everything(
    source: PostHogSource, uuid: str, expected: list[str]
) -> None:
    """It may be a session id, a person's UUID or an anonymous distinct id."""
    assert ids(source, IdentifierKind.UUID, uuid) == expected


def test_a_recording_names_nobody(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """A recording named for certain is not looked up as a person."""
    assert ids(source, IdentifierKind.RECORDING, CHECKOUT) == []
    assert not posthog.calls


def test_a_missing_scope_is_named(
    source: PostHogSource, posthog: PostHogStandIn
) -> None:
    """The refusal says which scope to add."""
    posthog.keys[DEMO_KEY] = frozenset({"session_recording:read"})
    with pytest.raises(Refused, match="person:read") as refused:
        email(source, "jane.doe@example.com")
    assert "person:read" in refused.value.plain


def test_limits_reach_the_queue(source: PostHogSource, posthog: PostHogStandIn) -> None:
    """Person lookups pass a limit on like every other call."""
    posthog.faults.add("persons", Fault.LIMITED)
    with pytest.raises(Exception, match="429") as limited:
        email(source, "jane.doe@example.com")
    assert getattr(limited.value, "after", None) == 37
