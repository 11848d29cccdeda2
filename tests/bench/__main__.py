"""Runs every benchmark and prints one table each."""

from bot.operations import logs
from tests.bench import answering, archiving, capturing, exporting, opening, tickets

logs.configure(style="text", level="ERROR")
exporting.main()
opening.main()
answering.main()
tickets.main()
capturing.main()
archiving.main()
