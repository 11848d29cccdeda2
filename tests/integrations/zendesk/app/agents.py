"""Agents at the app's page, as the page speaks for them."""

from __future__ import annotations

import html
import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

import requests

from bot.demo.zendesk.people import User
from tests.journeys.courier import Courier, Customer
from tests.journeys.waiting import eventually

_BOOT = re.compile(r'<script type="application/json" id="boot">(.*?)</script>', re.S)


@dataclass(frozen=True, slots=True)
class AtPage:
    """One agent's open page."""

    url: str
    bearer: str

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.bearer}"}
        return requests.request(
            method, f"{self.url}{path}", headers=headers, timeout=10, **more
        )

    def ask(self, want: str, ticket: int, **more: Any) -> str:
        """Ask for something; the id by which it is answered."""
        ask = str(uuid.uuid4())
        body = {"want": want, "ticket": str(ticket), **more}
        answer = self.call("POST", f"/asks/{ask}", json=body)
        assert answer.status_code == 202, answer.text
        return ask

    def answer(self, ask: str) -> dict[str, Any]:
        """The answer, once it is there."""

        def look() -> dict[str, Any] | None:
            answer = self.call("GET", f"/answers/{ask}")
            assert answer.status_code in (200, 202), answer.text
            body: dict[str, Any] = answer.json()
            return body if answer.status_code == 200 else None

        return eventually(look)

    def told(self, want: str, ticket: int, **more: Any) -> dict[str, Any]:
        return self.answer(self.ask(want, ticket, **more))


class AtWork:
    """The account's agents, customers and tickets, and the courier's app."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.zendesk = courier.zendesk
        self.url = f"{courier.url}/zendesk/app"

    def opened(self, token: str) -> requests.Response:
        return requests.post(self.url, data={"token": token}, timeout=10)

    def page(self, agent: User | None = None) -> AtPage:
        """The page of an agent who opens the app: the account's own, or another."""
        who = agent or self.zendesk.agent
        token = self.zendesk.sidebar.token(who.id, uuid.uuid4().hex)
        answer = self.opened(token)
        assert answer.status_code == 200, answer.text
        boot = _BOOT.search(answer.text)
        assert boot is not None
        return AtPage(self.url, json.loads(html.unescape(boot[1]))["bearer"])

    def agent(self, restriction: str | None = None, role: str = "agent") -> User:
        """One more agent."""
        number = uuid.uuid4().hex[:8]
        email = f"agent-{number}@acme.example"
        agent = self.zendesk.account.add_user(f"Agent {number}", email, role=role)
        agent.ticket_restriction = restriction
        return agent

    def customer(self, like: str = "jane.doe@example.com") -> Customer:
        return self.courier.customer(like)

    def ticket(self, customer: Customer, **more: Any) -> int:
        """A ticket the customer wrote, with what else there is to it."""
        ticket = self.zendesk.create_ticket(customer.email, "It fails", "Again.")
        for name, value in more.items():
            setattr(self.zendesk.account.ticket(ticket), name, value)
        return ticket
