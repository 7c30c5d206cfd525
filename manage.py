#!/usr/bin/env python3
"""Kezhi's one command: `python3 manage.py demo`, `python3 manage.py test`, `python3 manage.py help`."""

import sys

# Whoever runs this file with an older Python must be told so: it keeps to words that any Python can read.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("Kezhi needs Python 3.11 or newer; {} is {}.".format(sys.executable, sys.version.split()[0]))  # noqa: UP032
if sys.platform == "win32":
    sys.exit("Kezhi runs on Linux and macOS. On Windows, run the same command inside WSL.")

if __name__ == "__main__":
    from pathlib import Path

    from crm.local.venv import enter

    enter(Path(__file__).resolve().parent, sys.argv[1:])

    from crm.local.run import run_command  # needs the packages that are there only now

    sys.exit(run_command(sys.argv[1:]))
