"""Our import of a file, from the file to the last fate, on an emptied database; and undoing it."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

from tests.benchmarks.measuring import tell


def main(path: str, folder: str = "") -> None:
    """Import the file and tell the seconds, in all and by step; leave its clean rows in ``folder``, and undo it."""
    django.setup()
    from tests.benchmarks.imports_raw import empty, take_out

    empty()
    from customers.services import imports

    batch = imports.receive(Path(path), name=Path(path).name, kind="customers", actor=None)
    moments: list[tuple[str, float]] = []
    begun = time.monotonic()

    def listen(job: object) -> None:
        moments.append((str(getattr(job, "step", "")), time.monotonic()))

    imports.start_here(batch, actor=None, listener=listen)
    seconds = time.monotonic() - begun
    batch.refresh_from_db()
    steps: dict[str, float] = {}
    for (_step, before), (step, at) in pairwise([("", begun), *moments]):
        steps[step] = round(steps.get(step, 0.0) + at - before, 2)
    steps["created"] = batch.created
    steps["rejected"] = batch.rejected
    if folder:
        take_out(os.environ["DATABASE_URL"], Path(folder))
    begun = time.monotonic()
    imports.undo_here(batch, actor=None)
    steps["undo"] = round(time.monotonic() - begun, 2)
    batch.refresh_from_db()
    if batch.undone.get("kept"):
        raise RuntimeError("undoing kept rows that nobody had touched")
    tell(seconds, **steps)


if __name__ == "__main__":
    main(*sys.argv[1:])
