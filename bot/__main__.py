"""``replay-courier`` and ``python -m bot``."""

from bot.cli import cli


def main() -> None:
    cli(prog_name="replay-courier")


if __name__ == "__main__":
    main()
