"""Passes: what stands in an address in place of a share link's token.

A link opens in frames only where a pass was made for it, so that one that was posted
somewhere opens in no frame at all.
"""

from __future__ import annotations

import json

from bot.errors import NotFound, SettingsError
from bot.sealing import Sealer

_MAX_CHARACTERS = 500


class Passes:
    """Passes for one purpose, by our own key material."""

    def __init__(self, sealer: Sealer, purpose: str) -> None:
        self._sealer = sealer
        self._purpose = purpose

    def made(self, token: str) -> str:
        return self._sealer.seal(json.dumps({"for": self._purpose, "token": token}))

    def token_of(self, pass_: str) -> str:
        """The token behind a pass. Raises NotFound."""
        try:
            if len(pass_) > _MAX_CHARACTERS:
                raise ValueError
            kept = json.loads(self._sealer.open(pass_))
            purpose, token = kept["for"], str(kept["token"])
        except (SettingsError, ValueError, KeyError, TypeError):
            raise NotFound("no such pass") from None
        if purpose != self._purpose:
            raise NotFound("a pass for something else")
        return token
