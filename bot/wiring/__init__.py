"""Introduces the parts to each other; the only package that knows the vendors.

A new vendor is a module here, and a line in ``recordings.sources`` or in
``Services.conversations``. Those people ask in are loaded when they are first needed:
most commands of the command line need none.
"""

from bot.wiring.recordings import asset_collectors, existing_store, sources
from bot.wiring.services import Services

__all__ = ["Services", "asset_collectors", "existing_store", "sources"]
