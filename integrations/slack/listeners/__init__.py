"""What people do in Slack, each as one request to the courier.

Every listener parses, submits and acknowledges last; nothing here looks anything up.
Which listener serves what is ``register``; what errors are answered with is ``app``.
"""

from __future__ import annotations

import re

from slack_bolt import Ack, App

from integrations.slack.choices import ATTACH, FIND_SHORTCUT, OPEN, REVOKE, SHARE
from integrations.slack.listeners.desk import NAME, Desk
from integrations.slack.listeners.finding import Finding
from integrations.slack.listeners.sharing import Sharing

__all__ = ["NAME", "Desk", "register"]


def register(app: App, desk: Desk) -> None:
    """Serve everything our app can be asked for; any slash command is ours."""
    finding, sharing = Finding(desk), Sharing(desk)
    app.command(re.compile(".*"))(finding.command)
    app.message_shortcut(FIND_SHORTCUT)(finding.shortcut)
    app.event("app_mention")(finding.mention)
    app.action(SHARE)(sharing.share)
    app.action(ATTACH)(sharing.attach)
    app.action(REVOKE)(sharing.revoke)
    app.action(OPEN)(_acknowledge)


def _acknowledge(ack: Ack) -> None:
    # Buttons that open a link report their press too, and show a warning sign if nobody
    # answers: docs.slack.dev/reference/block-kit/block-elements/button-element.
    ack()
