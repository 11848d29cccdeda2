"""What people do in Slack, each as one request to the courier.

Every listener parses, submits and acknowledges last; nothing here looks anything up.
Which listener serves what is ``register``; what errors are answered with is ``app``.
"""

from __future__ import annotations

import re

from slack_bolt import Ack, App

from integrations.slack.choices import (
    ATTACH,
    EVERYBODY,
    FIND_ANYWHERE,
    FIND_MODAL,
    FIND_SHORTCUT,
    HOME_EXTEND,
    HOME_REVOKE,
    OPEN,
    PAGE,
    PAGE_BACK,
    PERSON,
    REVOKE,
    SHARE,
)
from integrations.slack.listeners.desk import NAME, Desk
from integrations.slack.listeners.finding import Finding
from integrations.slack.listeners.home import AtHome
from integrations.slack.listeners.leafing import Leafing
from integrations.slack.listeners.previews import Previews
from integrations.slack.listeners.sharing import Sharing
from integrations.slack.listeners.ticketing import Ticketing, adds_to_ticket
from integrations.slack.modals.share import ShareDefaults
from integrations.slack.modals.ticket import TICKET as CHOSEN_TICKET
from integrations.slack.share_choices import (
    ANYWAY,
    COPY,
    DISMISS,
    EXTEND,
    MORE,
    SHARE_OPTIONS,
    SHARE_VIEW,
    TICKET,
    TICKET_VIEW,
    UNDO,
)

__all__ = ["NAME", "Desk", "Ticketing", "register"]


def register(
    app: App,
    desk: Desk,
    defaults: ShareDefaults,
    *,
    public_url: str = "",
    ticketing: Ticketing | None = None,
) -> None:
    """Serve everything our app can be asked for; any slash command is ours, and so is
    every link below ``public_url``."""
    finding, leafing = Finding(desk), Leafing(desk)
    sharing = Sharing(desk, defaults)
    at_home, previews = AtHome(desk), Previews(desk, public_url)
    app.command(re.compile(".*"))(finding.command)
    app.message_shortcut(FIND_SHORTCUT)(finding.shortcut)
    app.global_shortcut(FIND_ANYWHERE)(finding.anywhere)
    app.action(FIND_ANYWHERE)(finding.anywhere)
    app.event("app_mention")(finding.mention)
    app.event("message")(finding.direct)
    app.view(FIND_MODAL)(leafing.form)
    app.action(re.compile(f"{PAGE}|{PAGE_BACK}"))(leafing.page)
    app.action(re.compile(f"{PERSON}|{EVERYBODY}"))(leafing.person)
    again = f"(?:{COPY}|{ANYWAY})?$"
    app.action(re.compile(f"^{SHARE}{again}"))(sharing.share)
    app.action(re.compile(f"^{ATTACH}{again}"))(sharing.attach)
    if ticketing is not None:
        # Before those of the same menus that do something else.
        for menu in (MORE, EXTEND):
            app.action(menu, matchers=[adds_to_ticket])(ticketing.ask)
        app.action(TICKET)(ticketing.ask)
        app.options(CHOSEN_TICKET)(ticketing.find)
        app.view(TICKET_VIEW)(ticketing.submitted)
    app.action(MORE)(sharing.more)
    app.action(SHARE_OPTIONS)(sharing.options)
    app.view(SHARE_VIEW)(sharing.submitted)
    app.action(UNDO)(sharing.undo)
    app.action(DISMISS)(sharing.dismiss)
    app.action(EXTEND)(sharing.extend)
    app.action(REVOKE)(sharing.revoke)
    app.action(OPEN)(_acknowledge)
    app.event("app_home_opened")(at_home.opened)
    app.action(HOME_EXTEND)(at_home.extend)
    app.action(HOME_REVOKE)(at_home.revoke)
    app.event("link_shared")(previews.posted)


def _acknowledge(ack: Ack) -> None:
    # Buttons that open a link report their press too, and show a warning sign if nobody
    # answers: docs.slack.dev/reference/block-kit/block-elements/button-element.
    ack()
