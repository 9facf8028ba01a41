"""`liangtian-web`: Django's management commands, with the embedded database brought up around them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

try:
    from liangtian_web import embedded
    from liangtian_web.errors import SAID, StartError, disk_full, is_disk_full
except ModuleNotFoundError as missing:  # the base install is the command line `liangtian` alone
    said = f"网页程序没有装全（缺 {missing.name}）：请在代码目录中 make setup 后运行。"
    sys.exit(
        f"{said} The web application is not installed ({missing.name} is missing): run `make setup` in a checkout."
    )

# Commands that need no database, or bring it up themselves.
WITHOUT_DATABASE = {
    "help",
    "version",
    "--help",
    "-h",
    "--version",
    "makemessages",
    "compilemessages",
    "serve",
    "demo",
    "check",
}


def main() -> None:
    """Run the command of the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liangtian_web.settings")
    try:
        run(sys.argv)
    except StartError as error:
        end_with(error)
    except Exception as error:
        home = Path(os.environ.get("LIANGTIAN_HOME", "var"))
        if not is_disk_full(error, home):
            raise
        end_with(disk_full(home.resolve()))


def end_with(error: StartError) -> NoReturn:
    """Say the sentence and end with the exit code that tells a parent it was said."""
    print(error, file=sys.stderr)  # noqa: T201
    sys.exit(SAID)


def run(argv: list[str]) -> None:
    """Bring the database up if the command needs ours, then hand over to Django."""
    from django.conf import settings
    from django.core.management import execute_from_command_line

    command = argv[1] if len(argv) > 1 else "help"
    asks_help = not {"--help", "-h"}.isdisjoint(argv[2:])
    if command in WITHOUT_DATABASE or asks_help or not settings.EMBEDDED:
        execute_from_command_line(argv)
        return
    with embedded.running(settings.HOME, lambda text: print(text, file=sys.stderr)):  # noqa: T201
        execute_from_command_line(argv)


if __name__ == "__main__":
    main()
