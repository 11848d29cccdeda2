"""The one way a Web API method of the stand-in says no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class SlackError(Exception):
    """Becomes ``{"ok": false, "error": code, **extras}``, as every method answers."""

    def __init__(self, code: str, extras: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.extras = dict(extras or {})

    @classmethod
    def explained(cls, code: str, messages: Iterable[str]) -> SlackError:
        """The code with the lines Slack puts under ``response_metadata``."""
        return cls(code, {"response_metadata": {"messages": list(messages)}})
