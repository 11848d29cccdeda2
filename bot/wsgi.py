"""The web side for WSGI servers: ``gunicorn -c deploy/gunicorn.conf.py``.

The settings are those of the environment. Workers run apart: ``replay-courier worker``.
"""

from bot.config import Settings
from bot.operations import logs
from bot.wiring import Services

_settings = Settings.from_env()
logs.configure(style=_settings.log_format, level=_settings.log_level)

application = Services(_settings).app()
