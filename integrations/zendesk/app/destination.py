"""Answers agents in the sidebar app; implements Destination.

Nothing is posted anywhere: an answer is kept, sealed, with its request, and the page
that waits reads it there. Which ticket it is about is what the page says. So the ticket
is read here, by our own credentials, and the agent is held to what they may see.

A note on the ticket is asked for here and answered there. A message in Slack is a
request of its own, handed in here once it is known that the agent may.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.errors import BadInput, NotAllowed, Refused
from bot.model import (
    Action,
    Channel,
    Check,
    Delivery,
    Failed,
    Found,
    Nothing,
    NothingFound,
    ReplayRequest,
    ReplyTo,
    Report,
    Result,
    SharedReplay,
    Sharer,
)
from bot.ports import Channels, Draft
from bot.sealing import Sealer
from integrations.zendesk.app import answers
from integrations.zendesk.app.agents import Agent, Agents
from integrations.zendesk.app.answers import Answer
from integrations.zendesk.app.doctor import checks
from integrations.zendesk.app.wants import DESTINATION, Asked, Want, follow_up
from integrations.zendesk.asked import OPT_OUT
from integrations.zendesk.client import Zendesk
from integrations.zendesk.records import Ticket, User
from integrations.zendesk.requester import NO_RULES, Rules, identify
from integrations.zendesk.scope import Scope

ANSWER = "answer"
"""Where a delivery's reference holds the sealed answer."""

_LEFT_OUT = (
    "The courier is set up to leave this ticket alone. The administrator knows why."
)
_OPTED_OUT = f"This ticket has the tag {OPT_OUT}, so nobody's sessions are looked for."
_SUSPENDED = "The requester is suspended, so their sessions are not looked for."
_NO_SLACK = "The courier is not set up for Slack."


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the app leads to. ``submit`` hands in a request, ``play_path`` makes the
    address at which a share link opens in the app, ``channels`` are another vendor's
    where there is one."""

    submit: Callable[[ReplayRequest], object]
    play_path: Callable[[str], str]
    channels: Channels | None = None


class AppDestination:
    """The sidebar app of one account; ``rules`` say what its customers are known by,
    ``scope`` which tickets are worked on. ``audience`` and ``public_key`` are what
    ``doctor`` compares."""

    name = DESTINATION
    is_conversation = False

    def __init__(
        self,
        zendesk: Zendesk,
        sealer: Sealer,
        elsewhere: Elsewhere,
        *,
        audience: str,
        public_key: str,
        rules: Rules = NO_RULES,
        scope: Scope | None = None,
    ) -> None:
        self._zendesk = zendesk
        self._sealer = sealer
        self._elsewhere = elsewhere
        self._audience = audience
        self._public_key = public_key
        self._rules = rules
        self._scope = scope or Scope()
        self._agents = Agents(zendesk)

    def complete(self, request: ReplayRequest) -> ReplayRequest:
        """The request with whom the ticket is about, where that was asked.

        Raises NotAllowed where the agent may not see the ticket, or it is left alone.
        """
        if request.action is Action.REPORT:
            return request
        asked = Asked.at(request.reply_to)
        ticket, requester, _ = self._ticket(asked)
        request = replace(request, about=ticket.created_at)
        if asked.want is not Want.LIST:
            return request
        identified = identify(
            ticket,
            requester,
            self._zendesk.comments(asked.ticket),
            directory=self._zendesk,
            rules=self._rules,
        )
        if identified.is_suspended:
            raise Refused(
                f"requester {requester.id} of ticket {ticket.id} is suspended",
                plain=_SUSPENDED,
            )
        return replace(request, identifiers=identified.identifiers)

    def admit(self, request: ReplayRequest) -> str:
        """The agent's name, for what they have done elsewhere. Raises as ``complete``
        does."""
        if request.report_to is None:
            return ""
        asked = Asked.at(request.report_to)
        *_, agent = self._ticket(asked)
        return agent.name

    def way_to(self, posted: Mapping[str, str]) -> str:
        """Answers are the asking agent's alone."""
        return ""

    def keep_waiting(self, request: ReplayRequest) -> None:
        """The page tells by itself that it waits."""

    def find_posted(
        self, request_id: str, request: ReplayRequest, draft: Draft
    ) -> Delivery | None:
        """An answer nobody could read yet is made again; what goes on elsewhere has a
        key of its own."""
        return None

    def post(
        self, request_id: str, request: ReplayRequest, result: Result, draft: Draft
    ) -> Delivery:
        """Keep the answer for the page, sealed."""
        if isinstance(result, Report):
            # The page looks at the request itself.
            return Delivery(is_lasting=False)
        answer = self._answer(Asked.at(request.reply_to), request, result)
        sealed = self._sealer.seal(json.dumps(answer))
        return Delivery({ANSWER: sealed}, is_lasting=False)

    def check(self) -> Iterable[Check]:
        """Whether Zendesk has the app as the settings say."""
        return checks(self._zendesk, self._audience, self._public_key)

    def _answer(self, asked: Asked, request: ReplayRequest, result: Result) -> Answer:
        match result:
            case Found():
                return answers.found(result, ticket_people=asked.want is Want.LIST)
            case NothingFound():
                return answers.nothing(result, ticket_people=asked.want is Want.LIST)
            case SharedReplay():
                is_played = asked.want is Want.PLAY
                url = result.link.url or ""
                play = self._elsewhere.play_path(url) if is_played else None
                return answers.shared(result, play)
            case Failed():
                return answers.failed(result)
            case Nothing() if asked.want is Want.CHANNELS:
                return answers.channels(self._channels())
            case Nothing():
                self._elsewhere.submit(self._in_slack(asked, request))
                return {"state": "passed_on"}
        raise BadInput(f"{type(result).__name__} answers nothing the app asks")

    def _channels(self) -> Iterable[Channel]:
        if self._elsewhere.channels is None:
            return ()
        return self._elsewhere.channels.channels()

    def _in_slack(self, asked: Asked, request: ReplayRequest) -> ReplayRequest:
        """What the agent wants to share there, as a request to that place."""
        reply_to, who = self._in_channel(asked)
        return ReplayRequest(
            key=follow_up(request.key),
            action=Action.SHARE,
            reply_to=reply_to,
            report_to=request.reply_to,
            asked_by=who,
            recording_id=request.recording_id,
            about=request.about,
        )

    def _in_channel(self, asked: Asked) -> tuple[ReplyTo, str]:
        if self._elsewhere.channels is None:
            raise Refused("a share in Slack, which is not set up", plain=_NO_SLACK)
        agent = self._agents.named(asked.agent)
        sharer = Sharer(agent.name, agent.email)
        return self._elsewhere.channels.share(asked.channel, sharer)

    def _ticket(self, asked: Asked) -> tuple[Ticket, User, Agent]:
        """The ticket, its requester and the agent who asks. Raises NotAllowed where
        they may not see it, or it is left alone."""
        ticket = self._zendesk.ticket(asked.ticket)
        # First: of a ticket they may not see not even its tags are told.
        agent = self._agents.who_sees(asked.agent, ticket)
        requester = self._zendesk.user(ticket.requester_id)
        reason = self._scope.excludes(ticket, requester)
        if reason is not None:
            raise NotAllowed(f"ticket {ticket.id}: {reason}", plain=_LEFT_OUT)
        if OPT_OUT in ticket.tags:
            raise NotAllowed(f"ticket {ticket.id} has opted out", plain=_OPTED_OUT)
        return ticket, requester, agent
