"""Share links: what they are minted for, who opened them, where they were posted."""

from bot.sharing.entries import LinkEntry
from bot.sharing.links import Links, OpenLink
from bot.sharing.postings import Posting, Postings

__all__ = ["LinkEntry", "Links", "OpenLink", "Posting", "Postings"]
