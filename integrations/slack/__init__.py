"""Slack: asked in a channel, answered there. See README.md beside this file."""
