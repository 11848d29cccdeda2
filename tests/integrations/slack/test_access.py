"""Who may use the courier in Slack, by the rules of an installation.

Facts are read by the real slack_sdk from the stand-in's workspace: ada owns it, ana and
ben are members, gil is a guest, sam is of another company; ben is in @support-leads.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pytest
from slack_sdk import WebClient

from bot.config import Settings
from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn, faults
from bot.demo.slack.model import UserGroup
from bot.demo.slack.workspace import TEAM_ID
from bot.errors import NotAllowed, Refused, RetryLater, SettingsError
from bot.wiring.slack import slack_rules
from integrations.slack.access import SECOND_LOOK, Access, Rules
from integrations.slack.clients import OneWorkspace
from integrations.slack.destination import SlackDestination
from integrations.slack.directory import PEOPLE_LIFE, PLACES_LIFE
from integrations.slack.memory import Memory
from integrations.slack.roles import Role, member_of
from tests.integrations.slack.world import World

PARTNER = "T09GLOBEX02"
LEADS = "S07LEADS001"
EVERYBODY = Rules(guests=True, external=True)


@dataclass
class House:
    """The workspace, and the seconds that have gone by."""

    now: float = 1_795_431_705.0

    def __post_init__(self) -> None:
        self.slack = SlackStandIn(clock=lambda: self.now)

    def access(self, rules: Rules = EVERYBODY) -> Access:
        client = WebClient(
            token=self.slack.bot_token, base_url=self.slack.api_url, timeout=2
        )
        return Access(rules, OneWorkspace(client), clock=lambda: self.now)

    def address(
        self, user: str, channel: str | None = "support", **more: str
    ) -> dict[str, str]:
        address = {"team": TEAM_ID, "user": self.slack.workspace.user(user).id}
        if channel:
            address["channel"] = self.slack.workspace.channel(channel).id
        return {**address, **more}

    def may(self, rules: Rules, user: str, channel: str | None = "support") -> bool:
        try:
            self.access(rules).check(self.address(user, channel))
        except NotAllowed:
            return False
        return True

    def those_who_may(self, rules: Rules) -> list[str]:
        everyone = ("ada", "ana", "gil", "sam")
        return [name for name in everyone if self.may(rules, name)]

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.api_calls)


@pytest.fixture(scope="module")
def running() -> Iterator[House]:
    house = House()
    house.slack.start()
    yield house
    house.slack.stop()


@pytest.fixture
def house(running: House) -> Iterator[House]:
    """The same workspace for every test, an hour after the last one and as it was."""
    workspace = running.slack.workspace
    users = {id_: replace(one) for id_, one in workspace.users.items()}
    groups = dict(workspace.groups)
    workspace.api_calls.clear()
    yield running
    running.now += 3600
    running.slack.faults.clear()
    running.slack.bot_scopes = DEFAULT_SCOPES
    workspace.users = users
    workspace.groups = groups


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(), ["ada", "ana"]),
        (Rules(guests=True), ["ada", "ana", "gil"]),
        (Rules(external=True), ["ada", "ana", "sam"]),
        (EVERYBODY, ["ada", "ana", "gil", "sam"]),
        (Rules(role=Role.MEMBER, guests=True, external=True), ["ada", "ana"]),
        (Rules(role=Role.ADMIN), ["ada"]),
        (Rules(role=Role.OWNER), ["ada"]),
    ],
)
def test_who_may(house: House, rules: Rules, expected: list[str]) -> None:
    """Guests and people of other companies are refused unless let in, and a role is
    the least that is enough."""
    assert house.those_who_may(rules) == expected


def test_an_admin_is_no_owner(house: House) -> None:
    """A role that is asked for is not reached from below."""
    house.slack.workspace.user("ada").is_owner = False
    assert house.access().role_of(house.address("ada")) is Role.ADMIN
    assert not house.may(Rules(role=Role.OWNER), "ada")
    assert house.may(Rules(role=Role.ADMIN), "ada")


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("ada", Role.OWNER),
        ("ana", Role.MEMBER),
        ("gil", Role.GUEST),
        ("sam", Role.STRANGER),
    ],
)
def test_roles(house: House, name: str, role: Role) -> None:
    assert house.access().role_of(house.address(name)) is role


def test_single_channel_guests_are_guests(house: House) -> None:
    house.slack.workspace.user("ana").is_single_channel_guest = True
    assert not house.may(Rules(), "ana")


def test_people_of_another_workspace_are_known_by_their_payload(house: House) -> None:
    """Whoever Slack says is at home elsewhere is not let in by what a profile says."""
    access = house.access(Rules())
    with pytest.raises(NotAllowed):
        access.check(house.address("ana", user_team=PARTNER))
    access.check(house.address("ana", user_team=TEAM_ID))


def test_another_company_does_not_pass_as_ours(house: House) -> None:
    """In a shared channel Slack may name the other company's workspace as the team."""
    with pytest.raises(NotAllowed):
        house.access(Rules()).check(
            house.address("sam", "with-globex", team=PARTNER, user_team=PARTNER)
        )


def test_unknown_people_are_strangers(house: House) -> None:
    """Somebody Slack does not show the app is nobody's member."""
    address = {"team": TEAM_ID, "user": "U0NOBODY000", "channel": "C07SUPPORT1"}
    assert house.access().role_of(address) is Role.STRANGER
    with pytest.raises(NotAllowed):
        house.access(Rules()).check(address)


def test_an_organisations_workspaces_are_one_house() -> None:
    """Whoever is at home in another workspace of the same organisation, and counted as
    its own by this one, is nobody from outside."""
    user = {"team_id": "T2", "enterprise_user": {"teams": ["T1", "T2"]}}
    assert member_of(user).teams >= {"T1", "T2"}
    assert member_of(user).role is Role.MEMBER


def test_deactivated_people_are_refused(house: House) -> None:
    """A request that waited is not answered to somebody who has left since."""
    house.slack.workspace.user("ana").deleted = True
    assert not house.may(Rules(), "ana")


@pytest.mark.parametrize("group", [LEADS, "support-leads"])
def test_user_groups(house: House, group: str) -> None:
    """A user group lets in who is in it, by id and by handle."""
    rules = Rules(groups=frozenset({group}))
    assert house.may(rules, "ben")
    assert not house.may(rules, "ana")


def test_one_of_several_groups_is_enough(house: House) -> None:
    house.slack.workspace.groups["S07OTHERS02"] = UserGroup(
        "S07OTHERS02", "others", "Others", {house.slack.workspace.user("ana").id}
    )
    rules = Rules(groups=frozenset({LEADS, "others"}))
    assert [name for name in ("ada", "ana", "ben") if house.may(rules, name)] == [
        "ana",
        "ben",
    ]


@pytest.mark.parametrize("group", ["S07MISSING9", "nobody-s"])
def test_a_group_that_is_not_there_lets_nobody_in(house: House, group: str) -> None:
    assert not house.may(Rules(groups=frozenset({group})), "ben")


def test_a_group_that_is_switched_off_lets_nobody_in(house: House) -> None:
    ben = house.slack.workspace.user("ben").id
    house.slack.workspace.groups[LEADS] = UserGroup(
        LEADS, "support-leads", "Support leads", {ben}, disabled=True
    )
    assert not house.may(Rules(groups=frozenset({LEADS})), "ben")
    assert not house.may(Rules(groups=frozenset({"support-leads"})), "ben")


@pytest.mark.parametrize("channel", ["C07SUPPORT1", "support"])
def test_channels(house: House, channel: str) -> None:
    """A channel is allowed by id or name, and no other is."""
    rules = Rules(channels=frozenset({channel}))
    assert house.may(rules, "ana", "support")
    assert not house.may(rules, "ana", "random")
    # Private, and the bot is not in it: nobody can say what it is.
    assert not house.may(rules, "ana", "escalations")


def test_channels_by_id_need_no_look(house: House) -> None:
    """Ids are compared as they come, so they cost no call and no permission."""
    house.slack.bot_scopes = ("chat:write",)
    rules = replace(EVERYBODY, channels=frozenset({"C07ESCALAT3"}))
    assert house.may(rules, "ana", "escalations")
    assert not house.may(rules, "ana", "random")
    assert house.slack.api_calls == []


def test_the_apps_own_places_are_no_channel(house: House) -> None:
    """App Home, a global shortcut's form and the app's direct messages are judged by
    the other rules."""
    rules = Rules(channels=frozenset({"support"}))
    assert house.may(rules, "ana", None)
    assert house.may(rules, "ana", "D07ANACOUR4")
    assert not house.may(rules, "gil", None)


def test_a_conversation_between_two_people_is_not_the_apps(house: House) -> None:
    """A command can be typed there, and the others read what is shared."""
    access = house.access(Rules(channels=frozenset({"support"})))
    with pytest.raises(NotAllowed):
        access.check({**house.address("ana"), "channel": "D07ANAANDBEN"})


def test_every_rule_that_is_set_must_be_met(house: House) -> None:
    rules = Rules(
        channels=frozenset({"support"}),
        groups=frozenset({LEADS, "admins"}),
        role=Role.ADMIN,
    )
    ben = house.slack.workspace.user("ben")
    assert not house.may(rules, "ben")
    ben.is_admin = True
    assert house.may(rules, "ben")
    assert not house.may(rules, "ben", "random")
    assert not house.may(rules, "ada")


@pytest.mark.parametrize(
    ("rules", "user", "words"),
    [
        (Rules(), "gil", ["guest", "admin"]),
        (Rules(), "sam", ["another one", "contact"]),
        (Rules(role=Role.ADMIN), "ana", ["admins of this workspace"]),
        (Rules(groups=frozenset({LEADS})), "ana", ["teams", "admin"]),
        (Rules(channels=frozenset({"C0SECRET000"})), "ana", ["directly", "admin"]),
    ],
)
def test_a_refusal_says_why_and_whom_to_ask(
    house: House, rules: Rules, user: str, words: list[str]
) -> None:
    """In plain words, without the rules themselves."""
    with pytest.raises(NotAllowed) as refused:
        house.access(rules).check(house.address(user))
    plain = refused.value.plain
    assert all(word in plain for word in words)
    assert "SLACK_" not in plain
    assert LEADS not in plain
    assert "C0SECRET000" not in plain


def test_facts_are_read_once_in_a_while(house: House) -> None:
    """A hundred presses ask Slack once; what has changed counts five minutes later."""
    access = house.access(Rules(groups=frozenset({"support-leads"})))
    address = house.address("ben")
    for _ in range(100):
        access.check(address)
    methods = ("auth.test", "users.info", "usergroups.list", "usergroups.users.list")
    assert [house.calls(method) for method in methods] == [1, 1, 1, 1]
    house.slack.workspace.user("ben").is_guest = True
    access.check(address)
    house.now += PEOPLE_LIFE
    with pytest.raises(NotAllowed):
        access.check(address)


def test_whoever_was_just_let_in_need_not_wait(house: House) -> None:
    """A refusal is not repeated from memory for minutes, nor read anew every time."""
    access = house.access(Rules(groups=frozenset({LEADS})))
    address = house.address("ana")
    for _ in range(10):
        with pytest.raises(NotAllowed):
            access.check(address)
    assert house.calls("usergroups.users.list") == 1
    house.slack.workspace.groups[LEADS] = UserGroup(
        LEADS, "support-leads", "Support leads", {address["user"]}
    )
    house.now += 31
    access.check(address)


@pytest.mark.parametrize(
    "fault", [faults.reset(), faults.status(503), faults.error("internal_error")]
)
@pytest.mark.parametrize("method", ["auth.test", "users.info", "usergroups.users.list"])
def test_nobody_is_let_in_while_slack_cannot_answer(
    house: House, method: str, fault: Any
) -> None:
    """The request is tried again later, and then judged."""
    access = house.access(Rules(groups=frozenset({LEADS})))
    house.slack.faults.add(method, fault)
    with pytest.raises(RetryLater):
        access.check(house.address("ben"))
    access.check(house.address("ben"))


def test_a_limit_says_when_to_come_again(house: House) -> None:
    house.slack.faults.add("users.info", faults.ratelimited(17))
    with pytest.raises(RetryLater) as limited:
        house.access(Rules()).check(house.address("ana"))
    assert limited.value.after == 17


@pytest.mark.parametrize(
    ("scope", "rules"),
    [
        ("users:read", Rules()),
        ("usergroups:read", replace(EVERYBODY, groups=frozenset({LEADS}))),
        ("channels:read", replace(EVERYBODY, channels=frozenset({"support"}))),
        ("im:write", replace(EVERYBODY, channels=frozenset({"support"}))),
    ],
)
def test_a_missing_permission_lets_nobody_in(
    house: House, scope: str, rules: Rules
) -> None:
    """The person hears which permission the app lacks, and that an admin adds it."""
    house.slack.bot_scopes = tuple(one for one in DEFAULT_SCOPES if one != scope)
    channel = "D07ANACOUR4" if scope == "im:write" else "support"
    with pytest.raises(Refused) as refused:
        house.access(rules).check(house.address("ana", channel))
    assert not isinstance(refused.value, NotAllowed)
    assert f"`{scope}" in refused.value.plain
    assert "Ask an admin" in refused.value.plain


def test_shared_outside(house: House) -> None:
    """A channel that another company reads is known before anything is shared there."""
    access = house.access()
    assert access.is_shared_outside(house.address("ana", "with-globex"))
    assert not access.is_shared_outside(house.address("ana", "support"))
    assert not access.is_shared_outside(house.address("ana", "escalations"))
    assert not access.is_shared_outside(house.address("ana", "D07ANACOUR4"))
    assert not access.is_shared_outside(house.address("ana", None))
    assert house.calls("conversations.info") == 3
    house.now += PLACES_LIFE
    access.is_shared_outside(house.address("ana", "support"))
    assert house.calls("conversations.info") == 4


def test_shared_outside_since_a_moment_ago(house: House) -> None:
    """Nothing is shown to another company because it was not there a while ago."""
    access = house.access()
    assert not access.is_shared_outside(house.address("ana", "support"))
    house.now += SECOND_LOOK
    support = house.slack.workspace.channel("support")
    support.ext_shared = True
    try:
        assert access.is_shared_outside(house.address("ana", "support"))
    finally:
        support.ext_shared = False


def test_doctor_looks_for_the_groups(house: House) -> None:
    """A handle nobody has is told, since it would keep everybody out."""
    rules = Rules(groups=frozenset({LEADS, "support-leads", "leads"}))
    found = {one.name: one for one in house.access(rules).checks({"team": TEAM_ID})}
    assert [(name, one.ok) for name, one in found.items()] == [
        ("Slack user group @leads", False),
        ("Slack user group @support-leads", True),
    ]
    assert "SLACK_ALLOW_GROUPS" in found["Slack user group @leads"].fix
    house.slack.bot_scopes = ("users:read",)
    (missing,) = house.access(rules).checks({"team": TEAM_ID})
    assert not missing.ok
    assert "usergroups:read" in missing.fix


def test_requests_are_judged_before_anything_is_looked_for(world: World) -> None:
    """The destination hands on a member's request and refuses a guest's."""
    client = WebClient(token=world.slack.bot_token, base_url=world.slack.api_url)
    clients = OneWorkspace(client)
    destination = SlackDestination(clients, access=Access(Rules(), clients))
    assert world.slack.run_command("ana", "support", "jane@example.com").ok
    assert destination.complete(world.last()) is world.last()
    assert world.slack.run_command("gil", "support", "jane@example.com").ok
    with pytest.raises(NotAllowed):
        destination.complete(world.last())


def test_settings_are_rules() -> None:
    """Lists are written with commas or spaces, names with or without their sign."""
    settings = Settings.from_env(
        {
            "SLACK_ALLOW_CHANNELS": "#support, C0123ABCDE",
            "SLACK_ALLOW_GROUPS": "@support-leads S0123ABCDE",
            "SLACK_ALLOW_ROLES": "admin",
            "SLACK_ALLOW_GUESTS": "true",
        }
    )
    assert slack_rules(settings) == Rules(
        channels=frozenset({"support", "C0123ABCDE"}),
        groups=frozenset({"support-leads", "S0123ABCDE"}),
        role=Role.ADMIN,
        guests=True,
    )
    assert slack_rules(Settings.from_env({})) == Rules()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SLACK_ALLOW_CHANNELS", "#Support"),
        ("SLACK_ALLOW_GROUPS", "@"),
        ("SLACK_ALLOW_ROLES", "boss"),
    ],
)
def test_a_rule_nobody_could_meet_is_a_wrong_setting(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: value})


def test_memory_is_bounded() -> None:
    """However many people press buttons, only so many are kept."""
    memory: Memory[int, int] = Memory(60, most=10)
    for number in range(1_000):
        memory.get(number, lambda number=number: number)  # type: ignore[misc]
    assert len(memory) == 10


def test_memory_keeps_no_failure() -> None:
    memory: Memory[str, int] = Memory(60)

    def fail() -> int:
        raise RetryLater("busy")

    with pytest.raises(RetryLater):
        memory.get("a", fail)
    assert memory.get("a", lambda: 1) == 1
    assert memory.get("a", fail) == 1


def test_memory_is_safe_between_threads() -> None:
    """Expiry and eviction under many readers give every reader its own fact."""
    ticks = iter(range(10_000_000))
    memory: Memory[int, int] = Memory(50, most=5, clock=lambda: next(ticks))

    def read(number: int) -> bool:
        key = number % 11
        return memory.get(key, lambda: key) == key

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(5_000)))
