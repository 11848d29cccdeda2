"""An export behind a share link of a real courier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bot.database.engine import connect
from bot.database.migrating import upgrade
from bot.demo.server import Server
from bot.exporter import Exported
from bot.replays import Replays
from bot.sharing import Links
from bot.storage import ReplayStore
from bot.web import replays as share_routes
from bot.web.app import create_app
from tests.keys import sealer


@contextmanager
def shared(made: Exported, folder: Path) -> Iterator[str]:
    """The link's address; database and objects are in ``folder``."""
    engine = connect(f"sqlite:///{folder / 'courier.db'}")
    upgrade(engine)
    kept = Replays(engine, ReplayStore.at((folder / "objects").as_uri()))
    links = Links(engine, public_url="http://courier.test", sealer=sealer())
    replay = kept.keep(made, is_final=True)
    link = links.mint(replay.id, origin="a", by="b", expires_in=timedelta(days=1))
    routes = share_routes.blueprint(links=links, replays=kept)
    with Server(create_app([routes])) as server:
        yield server.url + link.url.removeprefix("http://courier.test")
    engine.dispose()
