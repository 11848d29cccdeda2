"""The sidebar app: the requester's recordings beside the ticket.

Zendesk shows the courier's own page in a frame and vouches for the agent with a signed
token. ``deploy/zendesk-app`` is what Zendesk itself is given of it.
"""
