"""What ``/metrics`` tells Prometheus. Labels are few and never a customer's."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import Counter, Histogram


@dataclass(frozen=True, slots=True)
class Moment:
    """A number as it is now, whoever is asked."""

    name: str
    help: str
    value: float


_CONVERSATION = ("destination", "action")

ACCEPTED = Counter(
    "courier_requests_accepted_total", "Requests committed to the ledger", _CONVERSATION
)
REDELIVERED = Counter(
    "courier_requests_redelivered_total", "Requests known already", _CONVERSATION
)
CAUGHT_UP = Counter(
    "courier_requests_caught_up_total",
    "Requests whose delivery was lost",
    ("destination",),
)
DELIVERED = Counter("courier_answers_total", "Answers posted", _CONVERSATION)
FAILED = Counter(
    "courier_failures_total", "Requests that could not be answered", ("destination",)
)
RETRIED = Counter("courier_retries_total", "Tries put off", ("destination",))
DELIVERY_SECONDS = Histogram(
    "courier_answer_seconds",
    "From accepted to posted",
    _CONVERSATION,
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800),
)
VIEWS = Counter("courier_link_views_total", "Share links opened", ("what",))
HTTP_SECONDS = Histogram(
    "courier_http_seconds",
    "Time to answer HTTP requests",
    ("endpoint", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
)
AUDITED = Counter(
    "courier_audit_events_total", "Finds, shares, opens and revokes", ("event",)
)
CAPTURE_BATCHES = Counter(
    "courier_capture_batches_total", "Batches of posthog-js taken in"
)
CAPTURE_BYTES = Counter(
    "courier_capture_bytes_total", "Bytes of those batches, as they came"
)
CAPTURE_LEFT = Counter(
    "courier_capture_left_total",
    "Batches answered but not kept, by reason",
    ("reason",),
)
CAPTURE_REFUSED = Counter(
    "courier_capture_refused_total", "Requests turned away, by reason", ("reason",)
)
CAPTURE_SECONDS = Histogram(
    "courier_capture_seconds",
    "Time to take a batch in",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 10),
)
