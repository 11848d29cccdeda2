"""Stand-ins for Slack, Zendesk and PostHog, and a courier wired to them.

Real HTTP servers with state that the real client libraries talk to: ``replay-courier
demo`` shows them to a person, the tests read their state. They are strict: what the
vendor refuses, they refuse with the vendor's error.
"""
