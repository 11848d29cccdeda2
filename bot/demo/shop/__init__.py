"""A small shop that posthog-js records, for the demo and for tests.

Whoever clicks about in it is a customer with a problem: the payment fails, as payments
do, and the page says nothing of it. What it takes to see why is in the recording.
"""

from bot.demo.shop.shop import Recorder, shop

__all__ = ["Recorder", "shop"]
