"""An import by two readers and in two lanes, killed at random moments: nothing lost, nothing twice, no reader left."""

import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

import psutil
import pytest
from django.db import connection
from django.utils import timezone

from crm.models import Job, JobState
from crm.services import jobs
from customers.models import ContactPoint, Customer, ImportBatch, ImportRow, Tag
from customers.services import imports
from customers.services.regions import load_regions
from tests.customers.imports.test_isolation import gone
from tests.customers.services.imports.conftest import written
from tests.workers import environment, wait_until

SEED = int(os.environ.get("KEZHI_SEED", "20261123"))
ROWS, CUSTOMERS, CHUNK = 600, 590, 10
FILE = "customer code,customer name,tags,mobile\n" + "".join(
    f"C{n % CUSTOMERS},Customer {n % CUSTOMERS},tag{n % CUSTOMERS % 3},138{n % CUSTOMERS:08d}\n"
    for n in range(ROWS)
)
# From when on, and how many seconds later at the latest.
MOMENTS = (("reading", 0.4), ("reading", 0.4), ("lanes", 0.2), ("lanes", 0.2), ("lanes", 0.2))

# Goes on with a job in a process of its own, and says when both readers are at work, then both lanes.
GO_ON = """
import os, sys, threading, time
os.cpu_count = lambda: 2
import django
django.setup()
from django.db import connection
from crm.models import Job
from crm.services import jobs
from customers.services import imports
from customers.services.imports import second_reader
Job.MAX_ATTEMPTS = 99
second_reader.WORTH_BYTES, second_reader.PIECE_ROWS = 0, 10

def other_has_begun(job):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value FROM import_{job.arguments['batch']}_{job.attempt}.piece")
        return cursor.fetchone()[0] > 0

said = set()
def tell(job):
    if not job.total and "reading" not in said:
        while not other_has_begun(job):
            time.sleep(0.01)
        print("reading", flush=True)
        said.add("reading")
    if job.total and "import-lane" in {thread.name for thread in threading.enumerate()}:
        print("lanes", flush=True)

jobs.execute(int(sys.argv[1]), listener=tell)
"""


@pytest.fixture
def job(transactional_db: None, media: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    load_regions()
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(Job, "MAX_ATTEMPTS", 99)
    file = written(media.parent / "customers.csv", FILE)
    batch = imports.receive(file, name="customers.csv", kind="customers", actor=None)
    return imports.start(batch, actor=None, chunk_rows=CHUNK)


def attempt(job: Job, moment: str) -> "subprocess.Popen[str]":
    """Have a process go on with the job; return it at the moment that is meant, or past that."""
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    child = subprocess.Popen(
        [sys.executable, "-c", GO_ON, str(job.pk)], stdout=subprocess.PIPE, text=True, env=environment()
    )
    assert child.stdout is not None
    assert any(line.strip() in {moment, "lanes"} for line in child.stdout), "it ended before that"
    return child


def kill(child: "subprocess.Popen[str]") -> None:
    """Kill it alone; what it has started has to go by itself."""
    child.kill()
    child.communicate()
    assert child.returncode == -9


def all_gone(processes: list[psutil.Process]) -> bool:
    return all(map(gone, processes))


def test_killed_at_random_moments_every_row_has_one_fate_and_no_reader_is_left(job: Job) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments of a test, no secret
    batch = ImportBatch.objects.get()
    for moment, longest in MOMENTS:
        child = attempt(job, moment)
        time.sleep(chance.uniform(0, longest))
        readers = psutil.Process(child.pid).children()
        kill(child)
        wait_until(partial(all_gone, readers), "the second reader to go", 10)
        batch.refresh_from_db()
        assert batch.created == Customer.objects.count()
        assert batch.created + batch.skipped == ImportRow.objects.count() < ROWS
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    done = jobs.execute(job.pk)
    assert done is not None
    assert done.state == JobState.DONE
    assert_complete(batch)


def assert_complete(batch: ImportBatch) -> None:
    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.created) == ("done", ROWS, CUSTOMERS)
    assert set(ImportRow.objects.values_list("line_no", flat=True)) == set(range(2, ROWS + 2))
    assert ImportRow.objects.count() == ROWS
    assert set(Customer.objects.values_list("code", flat=True)) == {f"C{n}" for n in range(CUSTOMERS)}
    assert Customer.objects.count() == ContactPoint.objects.count() == CUSTOMERS
    assert (Tag.objects.count(), Customer.tags.through.objects.count()) == (3, CUSTOMERS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"import_{batch.pk}_%"])
        assert cursor.fetchone() == (0,)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it goes when it has read its piece")
def test_the_second_reader_goes_with_a_process_that_is_killed(job: Job) -> None:
    child = attempt(job, "reading")
    [reader] = psutil.Process(child.pid).children()
    reader.suspend()  # so that it cannot notice by itself
    kill(child)
    wait_until(lambda: gone(reader), "the reader of a killed process to go", 10)
