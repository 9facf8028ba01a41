"""The program `liangtian`: who stops it while it is still loading its libraries gets no traceback either."""

from __future__ import annotations

import sys


def main() -> None:
    """Load the commands, then run the one of the command line."""
    try:
        from liangtian.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
