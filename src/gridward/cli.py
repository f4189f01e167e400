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
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from gridward.web.cli.messages import compile_stale

    try:
        _ = settings.DATABASES  # the environment is read here
    except (ImproperlyConfigured, ValueError, OSError) as error:
        # in both languages: which one is wanted stands in the settings too
        print(f"设置有误 A setting cannot be used: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    compile_stale()
    try:
        if not arguments or arguments in (["help"], ["--help"], ["-h"]):
            from gridward.web.cli.overview import overview

            print(overview())  # noqa: T201
        else:
            execute_from_command_line(["gridward", *arguments])
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
