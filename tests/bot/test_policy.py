"""Rules as people write them: what is understood, and with which words refused."""

import time
from collections import Counter

import pytest

from bot.config import Settings
from bot.errors import SettingsError
from bot.policy import Audience, Kind, RedactionPolicy
from bot.recording.personal import PersonalData


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("mail", "'mail' is no rule: expected secrets, email, ip, phone, field:NAME"),
        ("field:", "a field's name has letters"),
        ("field:x", "at least two"),
        ("regex:(ACME", r"no pattern that RE2 takes: missing \)"),
        (r"regex:(?<=x)y", "no pattern that RE2 takes"),
        (r"regex:(a)\1", "no pattern that RE2 takes"),
        ("regex:", "matches even where there is no text"),
        ("regex:x*", "matches even where there is no text"),
        ("regex:" + "x" * 2000, "too long"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused(rule, words):
    with pytest.raises(ValueError, match=words):
        RedactionPolicy().also([rule])


def test_wrong_rules_and_hosts_are_named_with_their_setting_at_the_start():
    with pytest.raises(SettingsError) as raised:
        Settings.from_env(
            {
                "REDACT": r"email regex:(ACME",
                "INTERNAL_HOSTS": "https://acme.internal/",
                "AUDIENCE": "everybody",
            }
        )
    said = str(raised.value)
    assert "REDACT: 'regex:(ACME' is no pattern that RE2 takes: missing )" in said
    assert "INTERNAL_HOSTS: 'https://acme.internal/' is no host" in said
    assert "AUDIENCE: " in said


def test_the_settings_make_the_policy():
    settings = Settings.from_env(
        {
            "REDACT": r"email field:iban regex:ACME-\d{2,4}",
            "INTERNAL_HOSTS": "*.acme.internal, Acme.test",
            "AUDIENCE": "customer",
            "REDACT_SECRETS": "false",
        }
    )
    policy = settings.redaction
    assert policy.fields == ("iban",)
    assert policy.patterns == (r"ACME-\d{2,4}",)
    assert policy.internal_hosts == ("acme.internal", "acme.test")
    # A customer's copy is never without.
    assert policy.secrets
    assert policy.kinds == {Kind.EMAIL, Kind.IP}
    staff = settings.redaction_for(Audience.STAFF, also=("phone",))
    assert not staff.secrets
    assert staff.kinds == {Kind.EMAIL, Kind.PHONE}


def test_policies_that_take_out_the_same_have_the_same_key():
    one = RedactionPolicy().also(["email", "ip", "field:a1", "field:b1"])
    other = RedactionPolicy().also(["field:b1", "ip", "field:a1", "email"])
    assert one.key == other.key
    keys = {
        policy.key
        for policy in (
            one,
            RedactionPolicy(),
            RedactionPolicy(secrets=False),
            RedactionPolicy(internal_hosts=("a.test",)),
            one.for_audience(Audience.CUSTOMER),
            one.also(["regex:x"]),
        )
    }
    assert len(keys) == 6
    assert all(len(key) <= 40 for key in keys)


def without(text, *rules, own=()):
    counts = Counter()
    data = PersonalData(RedactionPolicy().also(rules), frozenset(own))
    return data.without(text, counts), dict(counts)


@pytest.mark.parametrize(
    ("rule", "text", "left"),
    [
        ("email", "to jane.doe+x@mail.example.com.", "to [redacted]."),
        ("email", "?to=jane%40example.com&x", "?to=[redacted]&x"),
        ("email", "jörg@bücher.example", "[redacted]"),
        ("email", "@media (x) a@b", "@media (x) a@b"),
        ("ip", "from 203.0.113.7:80", "from [redacted]:80"),
        ("ip", "from 2001:db8::7 on", "from [redacted] on"),
        ("ip", "at 11:01:46, a::before", "at 11:01:46, a::before"),
        ("ip", "version 300.1.2.3", "version 300.1.2.3"),
        ("phone", "call +49 (170) 123-4567 now", "call [redacted] now"),
        ("phone", "call (555) 123-4567 now", "call [redacted] now"),
        ("phone", "order 1234567890, 2026-11-24", "order 1234567890, 2026-11-24"),
        (r"regex:ACME-\d+", "see ACME-12, acme-1", "see [redacted], acme-1"),
        ("regex:x.", "x\ud83d x😀", "[redacted] [redacted]"),
        ("regex:(?i)grün", "so GRÜN \ud83d", "so [redacted] ?"),
    ],
)
def test_what_a_rule_takes_out(rule, text, left):
    clean, counts = without(text, rule)
    assert clean == left
    assert bool(counts) == (clean != text)


def test_the_persons_own_address_stays_and_one_that_ends_like_it_goes():
    own = ("Jane@example.com",)
    kept = "jane@example.com ?a=jane%40example.com"
    assert without(kept, "email", own=own) == (kept, {})
    clean, counts = without("mary.jane@example.com", "email", own=own)
    assert (clean, counts) == ("[redacted]", {"email": 1})


@pytest.mark.parametrize(
    ("rule", "piece"),
    [
        ("regex:(a+)+$", "a"),
        ("regex:a(?:.*b)?", "a"),
        (r"regex:(?:\w+\s?)*!", "word "),
        (r"regex:(x?){50}y", "x"),
        ("email", "a@b.c@"),
        ("email", "%40a."),
        ("phone", "+1 2 3"),
        ("ip", "1.1.1.1."),
        ("ip", "::1:"),
    ],
)
def test_no_rule_and_no_text_make_it_slow(rule, piece):
    """A megabyte of what makes other engines, or a search for every match, go on for
    ever."""
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    without(text, rule)
    assert time.process_time() - began < 5
