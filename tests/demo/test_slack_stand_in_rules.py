"""Who is who, what needs which scope, and how often: rules of the Slack stand-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.demo.slack import DEFAULT_SCOPES, SlackStandIn
from tests.demo.slack_receiver import (
    Clock,
    Receiver,
    actions,
    button,
    post,
    refusal,
    support,
)

SAM = "U09SAM00001"
LEADS = "S07LEADS001"
SHARED = "C07GLOBEX05"


class TestScopes:
    @pytest.mark.parametrize(
        ("method", "arguments", "needed"),
        [
            ("chat.unfurl", {}, "links:write"),
            ("chat.delete", {}, "chat:write"),
            ("usergroups.list", {}, "usergroups:read"),
            ("usergroups.users.list", {"usergroup": LEADS}, "usergroups:read"),
            ("users.info", {"user": SAM}, "users:read"),
            ("conversations.open", {"users": SAM}, "im:write"),
            ("conversations.open", {"users": f"{SAM},U07BEN00002"}, "mpim:write"),
            ("conversations.info", {"channel": SHARED}, "channels:read"),
            ("conversations.replies", {"channel": SHARED}, "channels:history"),
            ("conversations.history", {"channel": "D07ANACOUR4"}, "im:history"),
            ("conversations.info", {"channel": "D07ANACOUR4"}, "im:read"),
        ],
    )
    def test_a_missing_scope_is_named(
        self,
        slack: SlackStandIn,
        client: WebClient,
        method: str,
        arguments: dict[str, Any],
        needed: str,
    ) -> None:
        """With all the others the call is refused, and told what there is."""
        slack.bot_scopes = [s for s in DEFAULT_SCOPES if s != needed]
        with pytest.raises(SlackApiError) as refused:
            client.api_call(method, params=arguments)
        assert refusal(refused) == "missing_scope"
        assert needed in refused.value.response["needed"].split(",")
        assert refused.value.response["provided"] == ",".join(slack.bot_scopes)

    def test_addresses_need_a_scope_of_their_own(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """users:read alone shows no e-mail."""
        profile = client.users_info(user="U07ANA00001")["user"]["profile"]
        assert profile["email"] == "ana@acme.example"
        slack.bot_scopes = ("users:read",)
        profile = client.users_info(user="U07ANA00001")["user"]["profile"]
        assert "email" not in profile


class TestGroups:
    def test_groups_are_listed_with_their_people(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """By handle, with users on request; a disabled one only where asked for."""
        (group,) = client.usergroups_list(include_users=True)["usergroups"]
        assert (group["id"], group["handle"]) == (LEADS, "support-leads")
        assert group["users"] == client.usergroups_users_list(usergroup=LEADS)["users"]
        slack.workspace.groups[LEADS].disabled = True
        assert client.usergroups_list()["usergroups"] == []
        for unknown in (LEADS, "S0"):
            with pytest.raises(SlackApiError) as refused:
                client.usergroups_users_list(usergroup=unknown)
            assert refusal(refused) == "no_such_subteam"


class TestConversations:
    def test_opening_gives_one_conversation_a_person(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """By person or by its own id; not with the app itself, and not with nobody."""
        opened = client.conversations_open(users=SAM, return_im=True)["channel"]
        assert (opened["is_im"], opened["user"]) == (True, SAM)
        again = client.conversations_open(channel=opened["id"])["channel"]["id"]
        assert again == opened["id"] == slack.dm_with_bot("sam").id
        for arguments, error in (
            ({"users": client.auth_test()["user_id"]}, "cannot_dm_bot"),
            ({"users": "U0"}, "user_not_found"),
            ({"users": ""}, "users_list_not_supplied"),
            ({"channel": support(slack)}, "channel_not_found"),
        ):
            with pytest.raises(SlackApiError) as refused:
                client.conversations_open(**arguments)
            assert refusal(refused) == error

    def test_a_conversation_tells_what_posting_there_means(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """Shared outside, a member, archived; a private one is not found at all."""
        slack.workspace.channel("random").archived = True
        told = [
            client.conversations_info(channel=slack.workspace.channel(name).id)[
                "channel"
            ]
            for name in ("with-globex", "support", "random")
        ]
        assert [channel["is_ext_shared"] for channel in told] == [True, False, False]
        assert [channel["is_member"] for channel in told] == [True, True, False]
        assert [channel["is_archived"] for channel in told] == [False, False, True]
        with pytest.raises(SlackApiError) as refused:
            client.conversations_info(channel="C07ESCALAT3")
        assert refusal(refused) == "channel_not_found"


class TestStrangers:
    def test_a_press_names_the_persons_own_company(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """user.team_id is theirs, team ours."""
        post(client, SHARED, blocks=actions(button("share")))
        slack.click("sam", slack.messages("with-globex")[0], "share")
        payload = receiver.payloads[0]
        theirs = client.users_info(user=SAM)["user"]["team_id"]
        ours = client.auth_test()["team_id"]
        assert (payload["user"]["team_id"], payload["team"]["id"]) == (theirs, ours)
        slack.click("ana", slack.messages("with-globex")[0], "share")
        assert receiver.payloads[1]["user"]["team_id"] == ours

    def test_a_mention_is_delivered_to_our_installation(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """The envelope is ours and marked as shared; user_team is the author's."""
        slack.mention("sam", "with-globex", "jane@example.com")
        slack.mention("ana", "support", "jane@example.com")
        theirs, ours = receiver.payloads
        assert theirs["team_id"] == ours["team_id"] == theirs["event"]["team"]
        assert theirs["authorizations"] == ours["authorizations"]
        assert theirs["event"]["user_team"] != theirs["team_id"]
        assert "user_team" not in ours["event"]
        shared = [sent["is_ext_shared_channel"] for sent in (theirs, ours)]
        assert shared == [True, False]

    def test_a_command_comes_from_where_it_was_typed(
        self, slack: SlackStandIn, receiver: Receiver
    ) -> None:
        """Only users.info tells that the person is of another company."""
        slack.run_command("sam", "with-globex", "jane@example.com")
        form = parse_qs(receiver.requests[0][1].decode())
        assert form["user_id"] == [SAM]
        assert form["team_id"] == ["T07ACME0001"]


class TestUninstalling:
    def test_the_tokens_die_before_the_events_arrive(
        self, slack: SlackStandIn, client: WebClient, receiver: Receiver
    ) -> None:
        """Two events, each retried like any other, and nothing is offered after."""
        slack.uninstall()
        revoked, uninstalled = [sent["event"] for sent in receiver.payloads]
        assert revoked["type"] == "tokens_revoked"
        assert revoked["tokens"]["bot"] == ["U07COURIER1"]
        assert uninstalled == {"type": "app_uninstalled"}
        with pytest.raises(SlackApiError) as refused:
            client.auth_test()
        assert refusal(refused) == "token_revoked"
        with pytest.raises(LookupError):
            slack.run_command("ana", "support", "x")
        slack.mention("ana", "support", "x")
        assert len(receiver.requests) == 2


class TestRetries:
    @pytest.mark.parametrize(
        "act",
        [
            lambda slack: slack.mention("ana", "support", "x"),
            lambda slack: slack.direct_message("ana", "x"),
            lambda slack: slack.open_home("ana"),
            lambda slack: slack.paste("ana", "support", "https://acme.example/r/1"),
            lambda slack: slack.uninstall(),
        ],
    )
    def test_every_kind_of_event_is_sent_again(
        self, slack: SlackStandIn, receiver: Receiver, clock: Clock, act: Any
    ) -> None:
        """At once, after a minute and after five, the same body with a number."""
        slack.unfurl_domains = ("acme.example",)
        receiver.fails = True
        act(slack)
        for wait in (60, 300, 3600):
            clock.now += wait
            slack.workspace.schedule.run_due()
        sent: dict[str, list[tuple[int, str]]] = {}
        for ack in slack.acks:
            sent.setdefault(ack.event_id, []).append((ack.retry_num, ack.kind))
        assert sent
        for tries in sent.values():
            assert tries == [(number, "event") for number in range(4)]
        headers = [headers for headers, _ in receiver.requests]
        assert {found.get("X-Slack-Retry-Reason") for found in headers} == {
            None,
            "http_error",
        }


class TestRates:
    @pytest.mark.parametrize(
        ("method", "arguments", "tier"),
        [
            ("usergroups.list", {}, 2),
            ("conversations.info", {"channel": SHARED}, 3),
            ("users.info", {"user": SAM}, 4),
            ("views.publish", {"user_id": SAM, "view": '{"type": "x"}'}, 4),
        ],
    )
    def test_each_method_has_the_calls_of_its_tier(
        self,
        slack: SlackStandIn,
        client: WebClient,
        clock: Clock,
        method: str,
        arguments: dict[str, Any],
        tier: int,
    ) -> None:
        """More are refused with the wait; other methods go on, and so does this one
        after the wait."""
        slack.allowance.per_minute[tier] = 3
        outcomes = []
        for _ in range(4):
            outcomes.append(error_of(client, method, arguments))
        assert outcomes[3] == ("ratelimited", "20")
        assert "ratelimited" not in [error for error, _ in outcomes[:3]]
        assert error_of(client, "auth.test", {}) == ("", "")
        assert error_of(client, "conversations.members", {"channel": SHARED})[0] == ""
        clock.now += 20
        assert error_of(client, method, arguments)[0] != "ratelimited"
        assert error_of(client, method, arguments)[0] == "ratelimited"

    def test_posting_is_counted_by_channel(
        self, slack: SlackStandIn, client: WebClient
    ) -> None:
        """A channel that is full does not close another."""
        for _ in range(slack.allowance.burst):
            post(client, support(slack))
        with pytest.raises(SlackApiError):
            post(client, support(slack))
        assert post(client, SHARED)


def error_of(
    client: WebClient, method: str, arguments: dict[str, Any]
) -> tuple[str, str]:
    """What the call was answered: the error, and the Retry-After with it."""
    try:
        client.api_call(method, params=arguments)
    except SlackApiError as refused:
        headers = refused.response.headers
        return str(refused.response["error"]), str(headers.get("Retry-After", ""))
    return "", ""
