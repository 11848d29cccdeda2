"""``--redact``, ``--no-redact`` and ``--audience`` on the command line."""

import json

import pytest
from click.testing import CliRunner

from bot.cli import cli
from bot.config import Settings, documented_names
from bot.exporter.portable import open_portable
from bot.policy import Audience
from bot.wiring import Services
from tests import recorded

CHECKOUT = recorded.snapshots("checkout")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A command in an empty folder, with no setting but the given ones."""
    monkeypatch.chdir(tmp_path)
    for name in documented_names():
        monkeypatch.delenv(name, raising=False)

    def run(*words, **settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(cli, [str(word) for word in words])

    return run


def texts(path):
    return json.dumps([event.event for event in open_portable(path).events()])


def test_a_customers_copy_says_so_in_its_name_its_manifest_and_a_report(run, tmp_path):
    done = run("export", CHECKOUT, "--audience", "customer")
    assert done.exit_code == 0, done.stderr
    path = tmp_path / "checkout.customer.replay.html"
    assert done.stdout == f"{path.name}\n"
    assert ", for customer: left out 15 console, " in done.stderr
    assert "redacted " in done.stderr
    manifest = json.loads(run("inspect", path, "--json").stdout)
    assert manifest["audience"] == "customer"
    assert manifest["recording_url"] is None
    assert {"kind": "console", "count": 15} in manifest["removed"]
    shown = run("inspect", path).stdout
    assert "left out" in shown
    assert "customer" in shown

    again = run("export", path, "--audience", "staff", "-o", "again")
    assert again.exit_code == 0, again.stderr
    copy = open_portable(tmp_path / again.stdout.strip())
    assert copy.manifest.audience is Audience.CUSTOMER
    assert copy.manifest.filename == "recording.customer.replay.html"
    assert copy.manifest.removed["console"] == 15


def test_rules_add_to_those_of_the_settings(run, tmp_path):
    plain = run("export", CHECKOUT, "--no-redact", "-o", "plain", REDACT="email")
    before = texts(tmp_path / plain.stdout.strip())
    done = run("export", CHECKOUT, "--redact", r"regex:code \d{4}", "-o", "clean")
    assert done.exit_code == 0, done.stderr
    path = tmp_path / done.stdout.strip()
    for typed in ("jane.doe@example.com", "jane.d", "door, code 4711", "door, co"):
        assert typed in before
        assert typed not in texts(path)
    assert "SAVE10" in texts(path)
    redactions = open_portable(path).manifest.redactions
    assert redactions["page"] > 50


def test_no_redact_takes_out_nothing(run, tmp_path):
    done = run("export", CHECKOUT, "--no-redact", REDACT="email")
    assert not open_portable(tmp_path / done.stdout.strip()).manifest.redactions


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--redact", "mail"), "'mail' is no rule: expected secrets, email"),
        (("--redact", "regex:("), "is no pattern that RE2 takes: missing )"),
        (("--audience", "friends"), "'staff', 'customer'"),
        (("--no-redact", "--audience", "customer"), "never without redaction"),
    ],
)
def test_what_cannot_be_is_wrong_usage(run, words, said):
    done = run("export", CHECKOUT, *words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_a_wrong_rule_in_the_settings_is_named(run):
    done = run("export", CHECKOUT, REDACT="regex:[")
    assert done.exit_code == 1
    assert "REDACT: 'regex:[' is no pattern" in done.stderr


def test_a_link_for_a_customer_opens_the_customers_copy(run, tmp_path):
    data = {"DATA_DIR": str(tmp_path / "data")}
    staff = run("share", CHECKOUT, **data)
    customer = run("share", CHECKOUT, "--audience", "customer", **data)
    assert customer.exit_code == 0, customer.stderr
    assert "for customer: left out 15 console" in customer.stderr
    services = Services(Settings.from_env())
    try:
        tokens = [
            link.stdout.partition("/r/")[2].partition("#")[0]
            for link in (staff, customer)
        ]
        opened = [services.links.door.open(token).replay_id for token in tokens]
        copies = [services.replays.get(replay_id) for replay_id in opened]
        assert [copy.manifest.audience for copy in copies] == ["staff", "customer"]
        assert copies[0].object_key != copies[1].object_key
    finally:
        services.close()
