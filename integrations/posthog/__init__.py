"""PostHog as a source of recordings, through its API, US, EU or self-hosted."""

from integrations.posthog.source import PostHogSource

__all__ = ["PostHogSource"]
