"""Which of Zendesk's tokens open the app: hers, for here, and fresh; no other."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
import redis
from joserfc import jws

from bot.errors import NotAllowed
from integrations.zendesk.app.once import Once
from integrations.zendesk.app.token import MAX_AGE_SECONDS
from tests.integrations.zendesk.app.signing import (
    AGENT,
    AUDIENCE,
    HOST,
    NOW,
    claims,
    key,
    pem,
    signed,
    tokens,
)


def piece(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def refused(token: str, said: str) -> None:
    with pytest.raises(NotAllowed, match=said) as error:
        tokens().open(token)
    assert AGENT not in str(error.value), "what a token says is not for the log"
    assert "Open the app again" in error.value.plain


@pytest.mark.parametrize(
    "sub",
    [
        AGENT,
        f"https://{HOST}/api/v2/users/{AGENT}.json",
        f"https://{HOST}/api/v2/users/{AGENT}",
    ],
)
@pytest.mark.parametrize("iss", [HOST, f"https://{HOST}"])
def test_a_good_token_tells_the_agent(sub: str, iss: str) -> None:
    assert tokens().open(signed(sub=sub, iss=iss)).agent_id == AGENT


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"aud": AUDIENCE.replace("4711", "4712")}, "another installation"),
        ({"aud": [AUDIENCE]}, "another installation"),
        ({"aud": None}, "another installation"),
        ({"iss": "evil.zendesk.com"}, "another account"),
        ({"iss": f"{HOST}.evil.example"}, "another account"),
        ({"iss": None}, "another account"),
        ({"exp": NOW - 31}, "expired"),
        ({"exp": None}, "no exp"),
        ({"exp": "2100-01-01"}, "no exp"),
        ({"iat": NOW + 31}, "in the future"),
        ({"iat": None}, "no iat"),
        ({"iat": True}, "no iat"),
        ({"iat": NOW - MAX_AGE_SECONDS - 31, "exp": NOW + 9999}, "too old"),
        ({"nbf": NOW + 31}, "not good yet"),
        ({"sub": None}, "no agent"),
        ({"sub": "0"}, "no agent"),
        ({"sub": f"https://evil.example/api/v2/users/{AGENT}.json"}, "no agent"),
        ({"sub": f"https://{HOST}/api/v2/users/{AGENT}.json/../1"}, "no agent"),
        ({"sub": f"{AGENT}\n"}, "no agent"),
        ({"context": None}, "sidebar"),
        ({"context": "ticket_sidebar"}, "sidebar"),
        ({"context": {"product": "support", "location": "nav_bar"}}, "sidebar"),
        ({"context": {"product": "chat", "location": "ticket_sidebar"}}, "sidebar"),
    ],
)
def test_what_a_token_may_not_say(more: dict[str, Any], said: str) -> None:
    refused(signed(**more), said)


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused() -> None:
    """Algorithm confusion: the key is public, so anybody could make one."""
    for secret in (pem().encode(), pem().strip().encode()):
        said = f"{piece({'alg': 'HS256', 'typ': 'JWT'})}.{piece(claims())}"
        mac = hmac.new(secret, said.encode(), hashlib.sha256).digest()
        refused(f"{said}.{piece(mac)}", "UnsupportedAlgorithm")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(algorithm: str) -> None:
    refused(f"{piece({'alg': algorithm})}.{piece(claims())}.", "believed")


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_no_other_algorithm_is_taken_even_with_the_right_key(algorithm: str) -> None:
    said = json.dumps(claims()).encode()
    token = jws.serialize_compact(
        {"alg": algorithm}, said, key(), algorithms=[algorithm]
    )
    refused(token, "UnsupportedAlgorithm")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "' OR 1=1 --"},
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/certificate"},
    ],
)
def test_a_key_that_the_header_names_is_not_looked_for(header: dict[str, str]) -> None:
    """Of the header nothing counts: with the app's key it is good, with another not."""
    assert tokens().open(signed(header)).agent_id == AGENT
    forged = jws.serialize_compact(
        {"alg": "RS256", **header}, json.dumps(claims()).encode(), key("evil")
    )
    refused(forged, "BadSignature")


def test_a_key_that_the_header_brings_is_not_used() -> None:
    evil = key("evil")
    brought = {"alg": "RS256", "jwk": evil.as_dict(private=False)}
    said = f"{piece(brought)}.{piece(claims())}"
    refused(f"{said}.{piece(b'x' * 256)}", "believed")


def test_not_a_number_is_not_a_time() -> None:
    """JSON as Python reads it knows NaN, which is never too old."""
    said = json.dumps(claims()).replace(str(NOW - 5), "NaN").encode()
    refused(jws.serialize_compact({"alg": "RS256"}, said, key()), "no iat")


@pytest.mark.parametrize(
    "token",
    ["", "x", "a.b.c", "a.b.c.d.e", "..", "é.b.c", "a" * 5000, piece([]) + ".e30.x"],
)
def test_what_is_no_token(token: str) -> None:
    refused(token, "token")


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, signature = signed().split(".")
    refused(f"{head}.{piece(claims(sub='1'))}.{signature}", "BadSignature")


def test_a_token_opens_once() -> None:
    opened = tokens().open(signed())
    once = Once()
    assert once.is_first(opened.fingerprint, opened.good_for)
    assert not once.is_first(opened.fingerprint, opened.good_for)
    assert once.is_first(tokens().open(signed(iat=NOW - 4)).fingerprint, 60)


def test_a_token_used_is_known_to_every_process(redis_url: str) -> None:
    opened = tokens().open(signed())
    with redis.Redis.from_url(redis_url) as client:
        assert Once(client).is_first(opened.fingerprint, opened.good_for)
        assert not Once(client).is_first(opened.fingerprint, opened.good_for)
        [name] = client.keys("courier:zendesk:app:*")
        assert 0 < client.ttl(name) <= MAX_AGE_SECONDS + 60
    assert AGENT.encode() not in name


def test_while_redis_is_away_each_process_remembers() -> None:
    with redis.Redis.from_url("redis://127.0.0.1:1") as client:
        once = Once(client)
        assert once.is_first("a", 60)
        assert not once.is_first("a", 60)


def test_a_token_is_forgotten_when_it_would_not_be_taken_any_more() -> None:
    now = [0.0]
    once = Once(clock=lambda: now[0])
    opened = tokens().open(signed(exp=NOW + 10))
    assert once.is_first(opened.fingerprint, opened.good_for)
    now[0] = opened.good_for - 1
    assert not once.is_first(opened.fingerprint, opened.good_for)
    now[0] = opened.good_for + 1
    assert once.is_first(opened.fingerprint, opened.good_for)
    with pytest.raises(NotAllowed):
        tokens(clock=lambda: NOW + opened.good_for + 1).open(signed(exp=NOW + 10))
