"""A key made up for tests, and what seals with it."""

from bot.sealing import Sealer

KEY = "bWFkZS11cC1rZXktZm9yLXRlc3RzLW9ubHktMDAwMDA="


def sealer() -> Sealer:
    return Sealer([KEY])
