"""What people do on the app's Home tab, each as one request to the courier.

The page is published on every visit: Slack shows the last one meanwhile, and takes a
hundred a minute of a workspace.
"""

from __future__ import annotations

from datetime import timedelta

from slack_bolt import Ack

from bot.model import Action, ReplayRequest, ShareTerms
from integrations.slack.choices import LinkChoice
from integrations.slack.listeners.desk import Desk
from integrations.slack.messages.home import EXTENSION
from integrations.slack.payloads import Body, Click, HomeOpened


class AtHome:
    """Visits to the Home tab, and presses there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def opened(self, ack: Ack, body: Body) -> None:
        visit = HomeOpened.parse(body)
        if visit.tab == "home":
            self._desk.submit(
                ReplayRequest(
                    key=f"slack:{visit.event_id}",
                    action=Action.HOME,
                    reply_to=self._desk.reply_to(visit.place.address()),
                    asked_by=visit.place.user,
                )
            )
        ack()

    def extend(self, ack: Ack, body: Body) -> None:
        self._submit(Action.EXTEND, Click.parse(body), EXTENSION)
        ack()

    def revoke(self, ack: Ack, body: Body) -> None:
        self._submit(Action.REVOKE, Click.parse(body))
        ack()

    def _submit(
        self, action: Action, press: Click, expires_in: timedelta | None = None
    ) -> None:
        # A second press changes nothing, so it need not be the same request.
        self._desk.submit(
            ReplayRequest(
                key=f"slack:{press.trigger_id}",
                action=action,
                reply_to=self._desk.reply_to(press.place.address()),
                asked_by=press.place.user,
                link_id=LinkChoice.from_value(press.value).link_id,
                terms=ShareTerms(expires_in=expires_in),
                from_home=True,
            )
        )
