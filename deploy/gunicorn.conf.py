"""gunicorn for the web side: ``gunicorn -c deploy/gunicorn.conf.py``.

Address, port and log come from the courier's own settings. One process with threads:
a request commits one row or passes on stored bytes, and /metrics is whole only while
one process counts. For more, run more of these behind a load balancer.
"""

import sys
from pathlib import Path

from gunicorn.config import Config
from gunicorn.glogging import Logger

from bot.config import Settings
from bot.errors import SettingsError
from bot.operations import logs

try:
    _settings = Settings.from_env()
except SettingsError as error:
    sys.exit(str(error))
logs.configure(style=_settings.log_format, level=_settings.log_level)


class CourierLog(Logger):
    """gunicorn's own words in the courier's log, in its form."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


wsgi_app = "bot.wsgi"
bind = f"{_settings.host}:{_settings.port}"
logger_class = CourierLog
loglevel = _settings.log_level.lower()

workers = 1
worker_class = "gthread"
threads = 32
# Longer than load balancers and proxies keep a connection that nobody uses.
keepalive = 75
graceful_timeout = 30
# Its heartbeat is a file without a name, which must not wait for a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 (gunicorn makes and unlinks it safely)
worker_tmp_dir = str(_MEMORY) if _MEMORY.is_dir() else None
# It would be made in the home folder, which a container's user may not write to.
control_socket_disable = True
