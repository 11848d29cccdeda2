"""Assets on the command line: fetch, keep or leave them out; and whether the hosts
allowed for them can be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.assets.collect import FetchedAssets
from bot.assets.guard import Guard, NotAllowed, addresses
from bot.assets.index import AssetIndex, Collectors
from bot.assets.kept import KeptAssets
from bot.config import Settings
from bot.model import Check
from bot.storage import ReplayStore


@dataclass(frozen=True, slots=True)
class Carrying:
    """How exports of one run get their assets."""

    make: Callable[..., FetchedAssets] | None
    """None where nothing is fetched."""
    keeps: bool
    """Whether a replay that carries some does so when it is exported again."""

    @classmethod
    def wanted(cls, wish: bool | None, store: ReplayStore | None = None) -> Carrying:
        """As asked for; None is what the settings say. What is fetched is kept in
        ``store``, or the installation's if there is one. Raises SettingsError."""
        if wish is False:
            return cls(make=None, keeps=False)
        settings = Settings.from_env()
        if not (wish or settings.export_assets):
            return cls(make=None, keeps=True)
        from bot.wiring import asset_collectors, existing_store

        store = store or existing_store(settings)
        return cls(asset_collectors(settings, store), keeps=True)

    @property
    def of_recording(self) -> Collectors | None:
        return self.make

    def of_replay(
        self, index: AssetIndex | None, bodies: tuple[bytes, ...]
    ) -> Collectors | None:
        """The same for a portable replay that carries these."""
        if index is None or not self.keeps:
            return self.make
        kept = KeptAssets(index, bodies)
        if self.make is None:
            return lambda: kept
        return partial(self.make, known=kept.by_url())


def asset_hosts(settings: Settings) -> Iterator[Check]:
    """What ``doctor`` prints of each host that assets may be fetched from."""
    guard = Guard(settings.asset_hosts, settings.asset_private_networks)
    for pattern in settings.asset_hosts:
        name = f"assets from {pattern.host}"
        if pattern.host.startswith("*."):
            yield Check(name, True, "allowed")
            continue
        try:
            for address, _ in addresses(pattern.host, pattern.port or 443):
                guard.check_address(address)
        except OSError:
            fix = "Look at ASSET_HOSTS, or at this machine's resolver."
            yield Check(name, False, "its name cannot be resolved", fix)
        except NotAllowed as error:
            fix = "Name its network in ASSET_PRIVATE_NETWORKS if that is intended."
            yield Check(name, False, str(error), fix)
        else:
            yield Check(name, True, "allowed")
