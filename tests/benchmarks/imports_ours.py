"""Our import of a file, from the file to the last fate, on an emptied database."""

from __future__ import annotations

import os
import sys
import time
from itertools import pairwise
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

from tests.benchmarks.measuring import tell


def main(path: str) -> None:
    """Import the file and tell the seconds, in all and by step."""
    django.setup()
    from tests.benchmarks.imports_raw import empty

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
    tell(seconds, **steps)


if __name__ == "__main__":
    main(*sys.argv[1:])
