"""Work that is killed at random moments, again and again, until it is done; then it is counted.

Run as a process of its own on the test's database: `python -m tests.faults.killing KILLS SEED FOLDER`. Every attempt is
a forked child, killed without any clean-up, as a crash of the machine would; the next one takes the job over. It prints
how many children were killed alive, and how many pieces of work were brought to their end, of which kinds.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.utils import timezone  # noqa: E402

from analysis.models import AnalysisRun, CustomerSnapshot, Publication  # noqa: E402
from analysis.services.runs import start_run  # noqa: E402
from crm.models import AuditEntry, Job, JobState, User  # noqa: E402
from crm.services import jobs  # noqa: E402
from crm.services.audit import first_broken_entry  # noqa: E402
from customers.exports import running as exports  # noqa: E402
from customers.models import Customer, ImportRow, OrderLine, Tag  # noqa: E402
from customers.services import bulk, imports  # noqa: E402

LINES, CHUNK = 48, 12
LONGEST = 1.2
HEADER = "order number,date,customer id,sku,product name,quantity,unit price\n"


@dataclass(frozen=True)
class Work:
    """A job, and what must be true once it is done."""

    job: Job
    holds: Callable[[], None]


def an_import(number: int, folder: Path) -> Work:
    """Bring in orders that nobody has seen: each line once, each with one fate."""
    lines = (f"R{number}-{n // 3},2024-03-01,C{n // 6},S{n % 4},Tea,1,{n}\n" for n in range(LINES))
    path = folder / f"orders-{number}.csv"
    path.write_text(HEADER + "".join(lines), encoding="utf-8")
    batch = imports.receive(path, name=path.name, kind="orders", actor=None)
    job = imports.start(batch, actor=None, chunk_rows=CHUNK)

    def holds() -> None:
        batch.refresh_from_db()
        assert (batch.state, batch.created, batch.rows) == ("done", LINES, LINES), batch.state
        assert ImportRow.objects.filter(batch=batch).count() == LINES
        found = OrderLine.objects.filter(order__number__startswith=f"R{number}-")
        assert sorted(int(line.unit_price) for line in found) == list(range(LINES))
        finished = AuditEntry.objects.filter(action="import.finished", subject=f"import:{batch.pk}")
        assert finished.count() == 1, "finished twice"

    return Work(job, holds)


def a_change(number: int, folder: Path) -> Work:
    """Tag every customer: each once, and the change is on record once."""
    ids = list(Customer.objects.values_list("pk", flat=True))
    actor = User.objects.get(username="ada")
    arguments = {"action": "tag", "ids": ids, "values": {"tag": f"t{number}"}}
    job = jobs.enqueue(bulk.KIND, arguments, actor=actor)

    def holds() -> None:
        assert Tag.objects.get(name=f"t{number}").customers.count() == len(ids)
        assert AuditEntry.objects.filter(subject=f"job:{job.pk}", action__contains="bulk").count() == 1

    return Work(job, holds)


def an_export(number: int, folder: Path) -> Work:
    """Write a list: the file that is fetched is whole, and the export is on record once."""
    order = exports.Order("customers", "", "csv", exports.EVERYTHING, False, False, "a test")
    job = jobs.enqueue(exports.KIND, order.arguments(), actor=User.objects.get(username="ada"))

    def holds() -> None:
        path = exports.file_of(Job.objects.get(pk=job.pk))
        assert path is not None
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == Customer.objects.filter(deleted_at=None).count() + 1
        # Written in one transaction with the guard; the file's name is committed after it.
        assert AuditEntry.objects.filter(subject=f"job:{job.pk}", action="customer.export").exists()

    return Work(job, holds)


def a_run(number: int, folder: Path) -> Work:
    """Analyse: what is published is one run, with each of its customers once."""
    run = start_run(actor=None)
    job = Job.objects.get(pk=run.job_id or 0)

    def holds() -> None:
        found = AnalysisRun.objects.get(pk=run.pk)
        assert Publication.objects.get().run == found
        assert CustomerSnapshot.objects.filter(run=found).count() == found.customers

    return Work(job, holds)


KINDS = (an_import, a_change, an_import, an_export, an_import, a_run)


def one_attempt(job: Job, seconds: float) -> bool:
    """Do a job in a forked child and kill it after a while; return whether it was still alive then."""
    connections.close_all()
    child = os.fork()
    if not child:
        code = 1
        try:
            jobs.execute(job.pk)
            code = 0
        finally:
            os._exit(code)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def until_done(work: Work, chance: random.Random, kills_left: int) -> int:
    """Kill at most ``kills_left`` attempts, then let one through; return how many were killed."""
    killed = 0
    while True:
        work.job.refresh_from_db()
        if work.job.state == JobState.DONE:
            return killed
        assert work.job.state in {JobState.QUEUED, JobState.RUNNING}, (work.job.kind, work.job.state)
        # What a dead worker held is free once its lease is over; and three attempts are too few for this.
        Job.objects.filter(pk=work.job.pk).update(
            lease_until=timezone.now() - timedelta(seconds=1), attempt=0
        )
        is_spared = killed >= kills_left
        killed += one_attempt(work.job, 60.0 if is_spared else chance.uniform(0, LONGEST))


def main(kills: int, seed: int, folder: Path) -> None:
    """Kill so many times, and print what was done."""
    settings.MEDIA_ROOT = folder / "files"
    chance = random.Random(seed)  # noqa: S311 - moments of a test, no secret
    done: Counter[str] = Counter()
    killed = number = 0
    while killed < kills:
        make = KINDS[number % len(KINDS)]
        work = make(number, folder)
        # A few at most of one piece: work that is never let through would prove nothing.
        killed += until_done(work, chance, min(kills - killed, 4))
        work.holds()
        done[make.__name__] += 1
        number += 1
    assert first_broken_entry() is None
    connection.close()
    sys.stdout.write(json.dumps({"killed": killed, "done": done}) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
