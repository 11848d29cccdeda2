"""The use case: a request comes in, one answer is posted. ``courier`` tells the story;
the parts beside it find, export, share and describe."""

from bot.delivery.courier import Courier
from bot.delivery.policy import Policy

__all__ = ["Courier", "Policy"]
