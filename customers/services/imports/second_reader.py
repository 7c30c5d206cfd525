"""Reading a long file in two processes, for most of the work of reading is cleaning cells.

Both go through the whole file, and each cleans and stages the pieces that the other one has not taken. If the second
one is lost, the first reads the file anew, alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import structlog
from django.db import connection
from django.utils import translation

from crm.models import User
from customers.imports.problems import FileProblem
from customers.models import ImportBatch
from customers.services.imports.lanes import are_possible
from customers.services.imports.loading import PIECE_ROWS, load
from customers.services.imports.plans import Checked, Plan
from customers.services.imports.staging import Staging

log = structlog.get_logger(__name__)

# Before anything else it makes sure that it will not outlive the process that started it.
READER = """
import sys
from customers.imports.orphans import end_with
end_with(int(sys.argv[1]))
import django
django.setup()
from customers.services.imports.reading_process import main
main(*sys.argv[1:])
"""
ROOT = Path(__file__).resolve().parents[3]
# What is shorter is read before a second process is ready.
WORTH_BYTES = 4_000_000
# It is waited for in steps, after each of which the import may have to stop. When all pieces are taken, it has one left
# at most: who is silent for so long then is stuck.
STEP_SECONDS = 1.0
PATIENCE_SECONDS = 300.0

Process = subprocess.Popen[str]
Progress = Callable[[int], None]


class ReaderLost(Exception):  # noqa: N818 - what befell the process
    """The second process ended, or had to be ended, without saying what it has read: its pieces are missing."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status
        """Its exit status, negative the signal that ended it; None: it was stuck."""


def load_together(
    batch: ImportBatch,
    checked: Checked,
    plan: Plan,
    staging: Staging,
    progress: Progress,
    actor: User | None,
) -> int:
    """Read the whole file into the staging table, by two processes if it is worth that; return how many rows it has.

    What ``progress`` raises ends the second process, too: it is called while that one is waited for as well.

    Raises:
        FileProblem: something is wrong with the file as a whole.
    """
    is_worth_it = batch.size >= WORTH_BYTES and checked.table.source.container == "text"
    # Sensitive values are sealed with a key that this process alone has.
    if not is_worth_it or plan.sealed_values.is_kept or not are_possible():
        return load(checked, plan, staging, progress)
    try:
        return _load_by_two(batch, checked, plan, staging, progress, actor)
    except ReaderLost as lost:
        log.warning("second reader of an import lost", batch=batch.pk, status=lost.status)
    # Nobody knows which rows are missing.
    plan.names.forget_missed()
    staging.begin_again(plan.tables())
    return load(checked, plan, staging, progress)


def _load_by_two(
    batch: ImportBatch,
    checked: Checked,
    plan: Plan,
    staging: Staging,
    progress: Progress,
    actor: User | None,
) -> int:
    with _second_process(batch, staging, actor) as process:

        def report(rows: int) -> None:
            if process.poll():
                raise ReaderLost(process.returncode)
            progress(2 * rows)  # the other one has read about as much

        rows = load(checked, plan, staging, report, piece_rows=PIECE_ROWS, shared=True)
        said = _answer(process, lambda: report(rows))
    plan.names.add_missed(said["missed"])
    return rows + int(said["rows"])


@contextmanager
def _second_process(batch: ImportBatch, staging: Staging, actor: User | None) -> Iterator[Process]:
    """Start it; it is gone when this ends, or the thread that called it."""
    arguments = [
        str(os.getpid()),
        str(batch.pk),
        staging.schema,
        str(PIECE_ROWS),
        translation.get_language(),
        str(actor.pk) if actor else "",
    ]
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


def _answer(process: Process, heed: Callable[[], None]) -> dict[str, Any]:
    """Wait until it has read its last piece; return its ``rows``, and the names that it has ``missed``."""
    lines = _output(process, heed).splitlines()
    if process.returncode or not lines:
        raise ReaderLost(process.returncode)
    said: dict[str, Any] = json.loads(lines[-1])
    if "problem" in said:
        raise FileProblem(said["problem"])
    return said


def _output(process: Process, heed: Callable[[], None]) -> str:
    """Wait until it ends, and return all it has said; ``heed`` is called between the steps of waiting."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return process.communicate(timeout=STEP_SECONDS)[0]
        except subprocess.TimeoutExpired:
            heed()
        if time.monotonic() > deadline:
            raise ReaderLost(None)
