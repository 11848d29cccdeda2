"""The stand-in for PostHog: its private API over one sample project.

Imitates, from PostHog's public pages and source of 2026: personal API keys and scopes,
persons, session recordings (list, one, snapshots in two steps), HogQL queries as far
as the courier asks them, the project object, rate limits and error bodies. It refuses
what PostHog refuses. ``recordings/`` holds real posthog-js recordings of made-up
people on made-up sites. What SDKs talk to is in ``ingestion``.
"""

from bot.demo.posthog.faults import Fault
from bot.demo.posthog.ingestion import DEMO_TOKEN
from bot.demo.posthog.stand_in import DEMO_KEY, Call, PostHogStandIn

__all__ = ["DEMO_KEY", "DEMO_TOKEN", "Call", "Fault", "PostHogStandIn"]
