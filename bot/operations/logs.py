"""Structured logs: one event a line, the request's id through web and worker.

Nothing secret gets in: keys that name secrets and values that look like them are
blanked here, whatever a caller hands over.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEY = re.compile(
    r"token|secret|password|api_key|authorization|cookie|response_url|^body$|^text$",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"ph[xsac]_[\w-]{4,}|xox[a-z]-[\w-]+|xapp-[\w-]+|Bearer\s+\S+|Basic\s+\S{8,}"
    r"|/r/[\w-]{16,}|[?&](?:sig|X-Amz-\w+)=[^&\s]+|hooks\.slack\.com/\S+|/response/[\w-]+|://[^/\s:@]+:[^/\s@]+@"
)
_BLANK = "[redacted]"
# They say what we say better, or log request bodies and URLs.
_TOO_TALKATIVE = (
    "alembic",
    "dramatiq",
    "slack_bolt",
    "waitress.queue",
    "werkzeug",
)


def configure(*, style: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stderr in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        blank_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    rendering: list[Any] = (
        [structlog.processors.JSONRenderer()]
        if style == "json"
        else [_on_one_line, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *rendering,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TOO_TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # Each retry is a warning with the whole path, and so with a customer's address.
    logging.getLogger("urllib3").setLevel(logging.ERROR)


def blank_secrets(
    _: object, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Blank what is secret by its name or its look."""
    for key, value in event.items():
        if _SECRET_KEY.search(key):
            event[key] = _BLANK
        elif isinstance(value, str):
            event[key] = blanked(value)
    return event


def blanked(text: str) -> str:
    """The text without what looks like a secret."""
    return _SECRET_VALUE.sub(_BLANK, text)


def _on_one_line(
    _: object, __: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep what is logged from looking like lines of our own, or moving a cursor."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception" and not value.isprintable():
            event[key] = "".join(one if one.isprintable() else " " for one in value)
    return event
