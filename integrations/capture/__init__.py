"""posthog-js and PostHog's mobile SDKs as a source: the HTTP side of the capture proxy.

What they send is facts about a protocol; see the README beside this file.
"""

from integrations.capture.doctor import checks
from integrations.capture.door import Door
from integrations.capture.forwarding import Forwarder
from integrations.capture.scripts import PACKAGED, Scripts, scripts_in
from integrations.capture.terms import Tally, Terms
from integrations.capture.unpacking import MAX_WIRE_BYTES
from integrations.capture.wire import read_batch

__all__ = [
    "MAX_WIRE_BYTES",
    "PACKAGED",
    "Door",
    "Forwarder",
    "Scripts",
    "Tally",
    "Terms",
    "checks",
    "read_batch",
    "scripts_in",
]
