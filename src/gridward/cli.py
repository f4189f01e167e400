"""The one command line: `gridward`. Django's commands keep their names, ours stand beside them."""

from __future__ import annotations

import os
import sys

from gridward import __version__


def main(argv: list[str] | None = None) -> None:
    """Runs the command named in `argv` (default: this process's own) and exits with its code."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] in (["--version"], ["version"]):
        print(f"gridward {__version__}")  # noqa: T201
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridward.settings")
    from django.core.management import execute_from_command_line

    from gridward.web.cli.messages import compile_stale

    compile_stale()
    try:
        execute_from_command_line(["gridward", *arguments])
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
