"""Reading a long file in two processes, for most of the work of reading is cleaning cells.

Both go through the whole file, and each cleans and stages the pieces that the other one has not taken.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.utils import translation

from crm.models import User
from customers.imports.problems import FileProblem
from customers.models import ImportBatch
from customers.services.imports.lanes import are_possible
from customers.services.imports.loading import PIECE_ROWS, load
from customers.services.imports.plans import Checked, Plan
from customers.services.imports.staging import Staging

READER = """
import sys, django
django.setup()
from customers.services.imports.reading_process import main
main(*sys.argv[1:])
"""
ROOT = Path(__file__).resolve().parents[3]
# What is shorter is read before a second process is ready.
WORTH_BYTES = 4_000_000

Process = subprocess.Popen[str]


class ReaderLost(Exception):  # noqa: N818 - what befell the process
    """The second process ended without saying what it has read: its pieces are missing."""


def load_together(
    batch: ImportBatch,
    checked: Checked,
    plan: Plan,
    staging: Staging,
    progress: Callable[[int], None],
    actor: User | None,
) -> int:
    """Read the whole file into the staging table, by two processes if it is worth that; return how many rows it has.

    Raises:
        FileProblem: something is wrong with the file as a whole.
        ReaderLost: the second process broke.
    """
    is_worth_it = batch.size >= WORTH_BYTES and checked.table.source.container == "text"
    # Sensitive values are sealed with a key that this process alone has.
    if not is_worth_it or plan.sealed_values.is_kept or not are_possible():
        return load(checked, plan, staging, progress)
    with _second_process(batch, staging, actor) as process:
        # The other one has read about as much.
        rows = load(
            checked, plan, staging, lambda rows: progress(2 * rows), piece_rows=PIECE_ROWS, shared=True
        )
        said = _answer(process)
    plan.names.add_missed(said["missed"])
    return rows + int(said["rows"])


@contextmanager
def _second_process(batch: ImportBatch, staging: Staging, actor: User | None) -> Iterator[Process]:
    """Start it; it is gone when this ends."""
    whose = str(actor.pk) if actor else ""
    arguments = [str(batch.pk), staging.schema, str(PIECE_ROWS), translation.get_language(), whose]
    with subprocess.Popen(
        [sys.executable, "-c", READER, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a process says when it dies may quote cells
        text=True,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": _database_url()},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _database_url() -> str:
    """Return the address of the database that this connection is to: tests have one of their own."""
    return urlunsplit(
        urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    )


def _answer(process: Process) -> dict[str, Any]:
    """Wait until it has read its last piece; return its ``rows``, and the names that it has ``missed``."""
    lines = cast(IO[str], process.stdout).read().splitlines()
    if process.wait() or not lines:
        raise ReaderLost
    said: dict[str, Any] = json.loads(lines[-1])
    if "problem" in said:
        raise FileProblem(said["problem"])
    return said
