"""Replay Courier: a customer's last sessions, brought to the people who help them."""

__version__ = "0.1.0"
