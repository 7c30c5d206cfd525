#!/usr/bin/env python3
"""Kezhi's one command: `python3 manage.py demo`, `python3 manage.py test`, `python3 manage.py help`."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is for those who have an older one
    sys.exit(f"Kezhi needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.")
if sys.platform == "win32":
    sys.exit("Kezhi runs on Linux and macOS. On Windows, run the same command inside WSL.")

from pathlib import Path

from crm.local.venv import enter


def main() -> int:
    """Enter the virtual environment, made first if need be, and run the command there."""
    arguments = sys.argv[1:]
    enter(Path(__file__).resolve().parent, arguments)

    from crm.local.run import run_command  # needs the installed packages

    return run_command(arguments)


if __name__ == "__main__":
    sys.exit(main())
