"""A stand-in for one Zendesk account: its REST API, webhooks and an agent's page.

Strict where Zendesk is: it signs, repeats and loses deliveries, keeps a comment public
when it isn't told otherwise, refuses closed tickets and stale stamps, and limits calls.
Imitates developer.zendesk.com's pages on webhooks, tickets, comments, attachments,
triggers and rate limits, as far as a courier meets them.
"""

from bot.demo.zendesk.faults import Kind as Fault
from bot.demo.zendesk.limits import Plan
from bot.demo.zendesk.standin import ZendeskStandIn

__all__ = ["Fault", "Plan", "ZendeskStandIn"]
