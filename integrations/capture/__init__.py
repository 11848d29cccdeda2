"""posthog-js and PostHog's mobile SDKs as a source: the HTTP side of the capture proxy.

What they send is facts about a protocol; see the README beside this file.
"""
