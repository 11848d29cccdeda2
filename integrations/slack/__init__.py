"""Slack: asked in a channel, answered there. See README.md beside this file."""

from integrations.slack.app import build_app
from integrations.slack.clients import OneWorkspace
from integrations.slack.destination import SlackDestination
from integrations.slack.endpoint import blueprint
from integrations.slack.manifest import manifest

__all__ = ["OneWorkspace", "SlackDestination", "blueprint", "build_app", "manifest"]
