"""Share links that people post, described while they open."""

from __future__ import annotations

from collections.abc import Iterable

from bot.delivery.pictures import Pictures
from bot.delivery.shares import Shares
from bot.ledger import Claim
from bot.model import Delivery, LinkState, Previews, ReplayRequest, SharedReplay
from bot.replays import Replays
from bot.sharing import Links, Postings


class Describer:
    """The previews of an installation's links."""

    def __init__(
        self,
        replays: Replays,
        links: Links,
        postings: Postings,
        shares: Shares,
        pictures: Pictures,
    ) -> None:
        self._replays = replays
        self._links = links
        self._postings = postings
        self._shares = shares
        self._pictures = pictures

    def previews(self, sealed: Iterable[str]) -> Previews:
        """The sealed URLs that are links of this installation, open or closed.

        Describing a link does not open it: nothing is counted.
        """
        shared: dict[str, SharedReplay] = {}
        closed: dict[str, LinkState] = {}
        pictures: dict[str, tuple[str, ...]] = {}
        for url in map(self._links.unsealed, sealed):
            entry = self._links.ours(url)
            if entry is None:
                continue
            replay = self._shares.of(entry, named=False)
            if replay.link.state is not LinkState.OPEN:
                closed[url] = replay.link.state
                continue
            if not replay.link.url:
                continue
            shared[url] = replay
            paths = self._pictures.of(
                self._replays.get(entry.replay_id),
                is_limited=entry.max_opens is not None,
            )
            pictures[url] = tuple(f"{replay.link.url}/{path}" for path in paths)
        return Previews(shared, pictures, closed)

    def described(
        self,
        claim: Claim,
        request: ReplayRequest,
        result: Previews,
        destination: str,
        delivery: Delivery,
    ) -> None:
        """Remember where links were described, to take it back when they close."""
        if not delivery.reference:
            return
        for number, sealed in enumerate(request.urls):
            shared = result.shared.get(self._links.unsealed(sealed))
            if shared is not None:
                self._postings.descriptions.add(
                    shared.link.id,
                    destination,
                    delivery.reference,
                    sealed,
                    origin=f"{claim.id}:{number}",
                )
