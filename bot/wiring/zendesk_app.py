"""Zendesk's sidebar app, by the settings."""

from __future__ import annotations

from integrations.zendesk.app.packaging import FILENAME, package

__all__ = ["FILENAME", "package"]
