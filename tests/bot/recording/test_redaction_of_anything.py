"""Events of any shape are redacted or pass; none of them stops an export."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import Audience, RedactionPolicy
from bot.recording import lossless
from bot.recording.audience import CustomerCopy
from bot.recording.redaction import Redactor
from bot.recording.rrweb import RrwebEvent

WORDS = st.sampled_from(
    (
        *("type", "name", "value", "id", "href", "attributes", "childNodes", "node"),
        *("adds", "texts", "text", "source", "tagName", "input", "meta", "script"),
        *("plugin", "payload", "requests", "requestHeaders", "responseBody", "tag"),
        *("rrweb/network@1", "rrweb/console@1", "$posthog_config", "$pageview"),
        *("password", "hidden", "Authorization", "content", "wireframes", "style"),
        *("https://a:b@c.test/?token=1#x?y", '{"token": [1]}', "[", "\ud83d=%", ""),
    )
)
LEAF = st.one_of(WORDS, st.integers(-5, 20), st.none(), st.booleans(), st.floats(0, 9))
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=4)
    ),
    max_leaves=12,
)
DATA = st.one_of(ANYTHING, st.dictionaries(WORDS, ANYTHING, max_size=6))
POLICY = RedactionPolicy().also(["email", "ip", "phone", "field:iban", "regex:x+"])


@settings(max_examples=400, deadline=None)
@given(kind=st.integers(0, 7), data=st.lists(DATA, min_size=1, max_size=3))
def test_no_event_is_too_odd(kind, data):
    redactor = Redactor(POLICY.for_audience(Audience.CUSTOMER))
    copy = CustomerCopy()
    events = [
        RrwebEvent("w", {"type": kind, "timestamp": 1, "data": one, "x": one})
        for one in data
    ]
    before = lossless.dumps([event.event for event in events])
    redactor.foresee(events)
    for event in events:
        kept = copy.of(redactor.redact(event))
        if kept is not None:
            assert lossless.is_writable(kept.event)
            assert kept.type == kind
    assert lossless.dumps([event.event for event in events]) == before
