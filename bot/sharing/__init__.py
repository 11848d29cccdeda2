"""Share links: what they are minted for, who opened them, where they were posted."""

from bot.sharing.door import OpenLink
from bot.sharing.entries import LinkEntry
from bot.sharing.links import Links
from bot.sharing.postings import Posting, Postings

__all__ = ["LinkEntry", "Links", "OpenLink", "Posting", "Postings"]
