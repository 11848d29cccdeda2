"""What Slack sends, parsed once into what we use of it. Pure.

Shapes: docs.slack.dev/reference/interaction-payloads, .../reference/events/app_mention
and docs.slack.dev/interactivity/implementing-slash-commands. A field that must be there
and is not raises BadInput naming it.
"""

from integrations.slack.payloads.actions import (
    Click,
    Command,
    GlobalShortcut,
    Shortcut,
)
from integrations.slack.payloads.events import HomeOpened, LinksPosted, Said
from integrations.slack.payloads.place import Place, sent_at
from integrations.slack.payloads.submissions import Submission, Typed
from integrations.slack.reading import Body

__all__ = [
    "Body",
    "Click",
    "Command",
    "GlobalShortcut",
    "HomeOpened",
    "LinksPosted",
    "Place",
    "Said",
    "Shortcut",
    "Submission",
    "Typed",
    "sent_at",
]
