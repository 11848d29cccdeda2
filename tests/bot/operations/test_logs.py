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


def test_nothing_that_is_logged_can_look_like_another_line():
    """For people's eyes too: a vendor's or a stranger's words stay on their line."""
    forged = "odd\n2026-11-23T00:00:00Z [info     ] all is well\x1b[2J\r"
    code = (
        f"logs.configure(style='text', level='INFO')\n"
        f"structlog.get_logger('a').warning({forged!r}, error={forged!r})\n"
        f"logging.getLogger('b').warning('got %s', {forged!r})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", _START + code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(done.stderr.splitlines()) == 2
    assert "\x1b" not in done.stderr


def test_a_retried_call_leaves_no_customers_address_in_the_log():
    """urllib3 warns of each retry with the path it asked for."""
    code = (
        "import requests\n"
        "from urllib3.util.retry import Retry\n"
        "session = requests.Session()\n"
        "adapter = requests.adapters.HTTPAdapter(max_retries=Retry(1))\n"
        "session.mount('http://', adapter)\n"
        "try:\n"
        "    session.get('http://127.0.0.1:9/?email=jane@example.com')\n"
        "except requests.ConnectionError:\n"
        "    structlog.get_logger('a').info('done')\n"
    )
    (line,) = logged(code)
    assert line["event"] == "done"


SECRETS = (
    "phx_abcdefghijkl",
    "xoxb-123-abc",
    "Bearer abcdef",
    "http://h/r/QWxhZGRpbjpvcGVuIHNlc2FtZQ",
    "https://hooks.slack.com/commands/T1/2/abc",
    "postgresql://user:hunter2@db/courier",
    "https://a.blob.core.windows.net/c/k?sv=1&sig=aGVsbG8%3D",
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
