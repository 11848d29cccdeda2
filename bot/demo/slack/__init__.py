"""A stateful, strict stand-in for Slack that the real slack_sdk and slack-bolt talk to.

stand_in         the workspace as tests and the demo use it
people           what users do: commands and clicks; talking, modals and surfaces hold
                 messages, views, and shortcuts with the Home tab
delivery         signing, deadlines and retries on the way to the app
payloads         the shapes the app is sent; those of events are in event_payloads
web_api          POST /api/<method>; the methods by family are chat, conversations,
                 files, unfurls, usergroups, users and views
response_urls    answers without a token
blocks           Block Kit and its limits, on the checkers of validation
mrkdwn           message text and whom it would notify
workspace        state; model holds its parts, acme what it starts with
page             the workspace in a browser; screen draws it with timeline, pickers,
                 attachments, rendering and rich_text, hands acts in it with forms
faults           errors, silence, lost answers and rate limits on demand
"""

from bot.demo.slack.stand_in import DEFAULT_SCOPES, SlackStandIn

__all__ = ["DEFAULT_SCOPES", "SlackStandIn"]
