"""Slack: asked in a channel, answered there. See README.md beside this file."""

from integrations.slack.app import build_app
from integrations.slack.client import web_client
from integrations.slack.destination import SlackDestination
from integrations.slack.endpoint import blueprint
from integrations.slack.manifest import manifest, unfurl_domain
from integrations.slack.modals.share import ShareDefaults
from integrations.slack.setup import Setup, set_up
from integrations.slack.socket_mode import Socket
from integrations.slack.visitors import Visitors
from integrations.slack.workspaces import many_workspaces, one_workspace

__all__ = [
    "Setup",
    "ShareDefaults",
    "SlackDestination",
    "Socket",
    "Visitors",
    "blueprint",
    "build_app",
    "manifest",
    "many_workspaces",
    "one_workspace",
    "set_up",
    "unfurl_domain",
    "web_client",
]
