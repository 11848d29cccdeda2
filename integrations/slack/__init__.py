"""Slack: asked in a channel, answered there. See README.md beside this file."""

from integrations.slack.app import build_app
from integrations.slack.clients import OneWorkspace
from integrations.slack.destination import SlackDestination
from integrations.slack.endpoint import blueprint
from integrations.slack.manifest import manifest, unfurl_domain
from integrations.slack.setup import Setup, set_up

__all__ = [
    "OneWorkspace",
    "Setup",
    "SlackDestination",
    "blueprint",
    "build_app",
    "manifest",
    "set_up",
    "unfurl_domain",
]
