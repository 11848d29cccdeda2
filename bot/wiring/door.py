"""The capture proxy, made from the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bot.clock import utc_now
from bot.config import Settings
from bot.metrics import (
    CAPTURE_BATCHES,
    CAPTURE_BYTES,
    CAPTURE_LEFT,
    CAPTURE_REFUSED,
    CAPTURE_SECONDS,
)
from bot.model import Check
from bot.ports import Keeper
from integrations.capture import (
    PACKAGED,
    Door,
    Forwarder,
    Scripts,
    Terms,
    checks,
    scripts_in,
)

# Of the web side's threads, so many may wait for PostHog.
_FORWARDED_AT_ONCE = 24


class _Counted:
    """A tally for Prometheus."""

    def accepted(self, size: int, seconds: float) -> None:
        CAPTURE_BATCHES.inc()
        CAPTURE_BYTES.inc(size)
        CAPTURE_SECONDS.observe(seconds)

    def left(self, reason: str) -> None:
        CAPTURE_LEFT.labels(reason).inc()

    def refused(self, reason: str) -> None:
        CAPTURE_REFUSED.labels(reason).inc()


def door_of(settings: Settings, keeper: Callable[[], Keeper]) -> Door | None:
    """None where capture is off; ``keeper`` is asked for where something is kept."""
    terms = _terms(settings)
    if terms is None:
        return None
    return Door(
        terms,
        keeper=None if terms.mode == "forward" else keeper(),
        forwarder=_forwarder(settings),
        scripts=_scripts(settings),
        tally=_Counted(),
        clock=utc_now,
    )


def capture_checks(settings: Settings) -> Iterator[Check]:
    """What ``doctor`` says of it; nothing where capture is off."""
    terms = _terms(settings)
    if terms is not None:
        yield from checks(
            terms,
            public_url=settings.public_url,
            forwarder=_forwarder(settings),
            scripts=_scripts(settings),
        )


def _terms(settings: Settings) -> Terms | None:
    if settings.capture_mode is None:
        return None
    return Terms(
        mode=settings.capture_mode,
        projects=frozenset(one.token for one in settings.capture_projects),
        prefix=settings.capture_prefix,
        opt_out=settings.capture_opt_out,
        trusted_hops=settings.capture_trusted_hops,
        address_per_minute=settings.capture_address_per_minute,
        project_per_minute=settings.capture_project_per_minute,
    )


def _forwarder(settings: Settings) -> Forwarder | None:
    to = settings.capture_forward_to
    if settings.capture_mode == "keep" or to is None:
        return None
    return Forwarder(origin=to.origin, assets=to.assets, at_once=_FORWARDED_AT_ONCE)


def _scripts(settings: Settings) -> Scripts | None:
    return scripts_in(settings.capture_sdk_dir or PACKAGED)
