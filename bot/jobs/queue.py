"""The bell: 'look at ledger row N now', through Dramatiq on Redis.

Redis holds nothing that must not be lost. Keys, all under ``courier:`` (Dramatiq's own
layout): ``courier:bells`` list of message ids, ``courier:bells.msgs`` hash of messages,
the same for ``courier:archives``,
``courier:__acks__.*`` sets of messages a worker holds, ``courier:__heartbeats__``.
"""

from __future__ import annotations

from collections.abc import Callable

import dramatiq
import redis
import structlog
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerError

from bot.errors import SettingsError

QUEUE = "bells"
ARCHIVE_QUEUE = "archives"
# An idle worker looks for bells this often; somebody may be waiting in Slack.
_LOOK_MS = 200
_log = structlog.get_logger(__name__)


class Bell:
    """Rings for a worker; a bell that is not heard costs seconds and loses nothing.
    Work that may take long has a queue of its own.

    Raises SettingsError where ``redis_url`` is no address of a Redis.
    """

    def __init__(self, redis_url: str, *, queue: str = QUEUE) -> None:
        # A request waits for this inside its ack, for which Slack allows 3 s.
        try:
            pool = redis.ConnectionPool.from_url(
                redis_url, socket_connect_timeout=0.5, socket_timeout=1
            )
        except ValueError:
            # Its own words quote a piece of the URL, which may be of the password.
            raise SettingsError(
                "REDIS_URL: expected redis://, rediss:// or unix://; signs such as / or"
                " @ in a password are written %2F and %40"
            ) from None
        self.broker = RedisBroker(  # type: ignore[no-untyped-call]
            client=redis.Redis(connection_pool=pool),
            namespace="courier",
            # A killed worker's bell rings again within seconds, also on an idle queue.
            heartbeat_timeout=5_000,
            maintenance_chance=1_000_000,
            middleware=[],
        )
        self._redis_url = redis_url
        self._queue = queue
        self._listener: Callable[[str], None] | None = None
        self._actor = dramatiq.Actor(
            self._heard,
            broker=self.broker,
            actor_name="look_at",
            queue_name=queue,
            priority=0,
            options={},
        )

    def sibling(self, queue: str) -> Bell:
        """Another bell on the same Redis, which others listen to."""
        return Bell(self._redis_url, queue=queue)

    def _heard(self, request_id: str) -> None:
        if self._listener is not None:
            self._listener(request_id)

    def ring(self, request_id: str) -> bool:
        """Whether the bell was rung; where not, the sweep comes for the row."""
        try:
            self._actor.send(request_id)
        except (BrokerError, redis.RedisError, OSError) as error:
            _log.warning("bell not rung", request=request_id, error=str(error))
            return False
        return True

    def listen(
        self, listener: Callable[[str], None], *, threads: int
    ) -> dramatiq.Worker:
        """Call ``listener`` for every bell, in ``threads`` threads, until what is
        returned is handed to ``hush``."""
        self._listener = listener
        worker = dramatiq.Worker(
            self.broker, worker_threads=threads, worker_timeout=_LOOK_MS
        )
        worker.start()
        return worker

    def hush(self, listening: dramatiq.Worker, *, seconds: float) -> None:
        """Take no more bells, and wait ``seconds`` at most for the work in hand.

        Without Redis nothing is waited for: its threads would try to give their acks
        until it is back.
        """
        try:
            self.ping()
        except redis.RedisError:
            seconds = 0.0
        try:
            listening.stop(timeout=int(seconds * 1000))
        except redis.RedisError as error:
            _log.warning("bells not given back", error=str(error))

    def ping(self) -> None:
        """Raises redis.RedisError where Redis does not answer."""
        self.broker.client.ping()

    def waiting(self) -> int:
        """How many bells nobody has heard yet."""
        return int(self.broker.client.llen(f"courier:{self._queue}"))

    def close(self) -> None:
        self.broker.close()
        self.broker.client.close()
