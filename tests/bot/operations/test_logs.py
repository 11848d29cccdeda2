"""Logs are one JSON object a line, with the request's id and without secrets."""

import json
import subprocess
import sys

import pytest

_START = """
import logging, structlog
from bot.operations import logs
logs.configure(style="json", level="INFO")
"""


def logged(code):
    """The lines that a process writes to stderr."""
    done = subprocess.run(
        [sys.executable, "-c", _START + code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


_BOUND = "structlog.contextvars.bind_contextvars(request='abc')\n"


def test_a_line_has_time_level_event_and_the_bound_request():
    (line,) = logged(
        _BOUND + "structlog.get_logger('bot.test').info('answered', seconds=1)"
    )
    assert line["event"] == "answered"
    assert line["request"] == "abc"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_the_standard_librarys_lines_take_the_same_form():
    (line,) = logged(_BOUND + "logging.getLogger('x').warning('went %s', 'wrong')")
    assert (line["event"], line["request"]) == ("went wrong", "abc")


SECRETS = (
    "phx_abcdefghijkl",
    "xoxb-123-abc",
    "Bearer abcdef",
    "http://h/r/QWxhZGRpbjpvcGVuIHNlc2FtZQ",
    "https://hooks.slack.com/commands/T1/2/abc",
    "postgresql://user:hunter2@db/courier",
)


def test_what_looks_secret_is_blanked_wherever_it_stands():
    lines = logged(
        f"for secret in {SECRETS!r}:\n"
        "    structlog.get_logger('a').warning('failed', error=f'got {secret} back')\n"
        "    logging.getLogger('b').warning('got %s back', secret)\n"
        "    try:\n"
        "        raise ValueError(secret)\n"
        "    except ValueError:\n"
        "        structlog.get_logger('c').exception('boom')\n"
    )
    assert len(lines) == 3 * len(SECRETS)
    for line in lines:
        assert "[redacted]" in json.dumps(line)
    text = json.dumps(lines)
    assert not any(secret in text for secret in SECRETS)
    assert "hunter2" not in text


@pytest.mark.parametrize("name", ["api_token", "text", "response_url", "cookie"])
def test_values_under_secret_names_are_blanked(name):
    (line,) = logged(f"structlog.get_logger('a').info('x', {name}='short')")
    assert line[name] == "[redacted]"
