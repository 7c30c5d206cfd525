"""A long file is read by two processes: every row once, whoever reads it."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest
from django.db import connection
from structlog.testing import capture_logs

from crm.models import Job
from crm.services import jobs
from customers.models import Customer, ImportBatch, ImportRow
from customers.services import imports
from customers.services.imports import second_reader
from customers.services.regions import load_regions
from tests.customers.imports.test_isolation import gone
from tests.customers.services.imports.conftest import written
from tests.workers import wait_until

ROWS, PIECE = 50, 4
FILE = "customer code,customer name,owner,notes\n" + "".join(
    f'C{n},Customer {n},nobody{n % 2},"two\nlines"\n' for n in range(ROWS)
)

STUCK = "import time; time.sleep(600)"


@pytest.fixture
def batch(transactional_db: None, media: Path, monkeypatch: pytest.MonkeyPatch) -> ImportBatch:
    load_regions()
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(second_reader, "WORTH_BYTES", 0)
    monkeypatch.setattr(second_reader, "PIECE_ROWS", PIECE)
    file = written(media.parent / "customers.csv", FILE)
    return imports.receive(file, name="customers.csv", kind="customers", actor=None)


def _taken(batch: ImportBatch) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value FROM import_{batch.pk}_1.piece")  # noqa: S608 - a number of ours
        return int(cursor.fetchone()[0])


def readers(batch: ImportBatch) -> list[psutil.Process]:
    """The processes that read it for this one."""
    found = [(p, p.as_dict(["cmdline"])["cmdline"]) for p in psutil.Process().children()]
    return [process for process, command in found if f"import_{batch.pk}_1" in (command or [])]


def assert_read_once(batch: ImportBatch) -> None:
    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.created) == ("done", ROWS, ROWS)
    assert sorted(batch.fates.values_list("line_no", flat=True)) == list(range(2, 2 + 2 * ROWS, 2))
    assert set(Customer.objects.values_list("code", flat=True)) == {f"C{n}" for n in range(ROWS)}
    assert any(f"{ROWS} rows name colleagues" in warning for warning in batch.warnings)
    assert not readers(batch)
    assert not schemas(batch)


def schemas(batch: ImportBatch) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"import_{batch.pk}_%"])
        return int(cursor.fetchone()[0])


def test_what_two_processes_read_is_each_row_once_and_every_unknown_name(batch: ImportBatch) -> None:
    both: list[Job] = []
    with capture_logs() as logs:
        imports.start_here(batch, actor=None, listener=partial(when_both_read, batch, both.append))
    assert both
    assert not [each for each in logs if "second reader" in each["event"]]
    assert_read_once(batch)


def when_both_read(batch: ImportBatch, does: Callable[[Job], object], job: Job) -> None:
    """Once the second process has taken a piece, do something."""
    if job.total is None and job.done == 2 * PIECE and readers(batch):
        wait_until(lambda: _taken(batch) > 0, "the second process to take a piece", 30)
        does(job)


def test_what_a_killed_second_process_was_to_read_is_read_without_it(batch: ImportBatch) -> None:
    def kill(_job: Job) -> None:
        [reader] = readers(batch)
        reader.kill()
        wait_until(lambda: gone(reader), "the second process to go", 10)

    with capture_logs() as logs:
        imports.start_here(batch, actor=None, listener=partial(when_both_read, batch, kill))
    assert [each["status"] for each in logs if "second reader" in each["event"]] == [-9]
    assert_read_once(batch)


@pytest.mark.parametrize(("reader", "status"), [("raise SystemExit(3)", 3), ("", 0), (STUCK, None)])
def test_without_an_answer_of_the_second_process_the_file_is_read_alone(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch, reader: str, status: int | None
) -> None:
    monkeypatch.setattr(second_reader, "READER", reader)
    monkeypatch.setattr(second_reader, "STEP_SECONDS", 0.1)
    monkeypatch.setattr(second_reader, "PATIENCE_SECONDS", 60.0 if status is not None else 0.2)
    with capture_logs() as logs:
        imports.start_here(batch, actor=None)
    assert [each["status"] for each in logs if "second reader" in each["event"]] == [status]
    assert_read_once(batch)


def overtake(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(attempt=job.attempt + 1)


STOPS = pytest.mark.parametrize(
    ("stop", "states"), [(jobs.cancel, ("cancelled", "cancelled")), (overtake, ("running", "running"))]
)


@STOPS
def test_stopped_while_both_read_the_second_process_ends(
    batch: ImportBatch, stop: Callable[[Job], None], states: tuple[str, str]
) -> None:
    job = imports.start_here(batch, actor=None, listener=partial(when_both_read, batch, stop))
    batch.refresh_from_db()
    assert (job.state, batch.state) == states
    assert not readers(batch)
    assert not ImportRow.objects.exists()


@STOPS
def test_stopped_while_it_waits_for_a_stuck_process_that_ends_too(
    batch: ImportBatch,
    monkeypatch: pytest.MonkeyPatch,
    stop: Callable[[Job], None],
    states: tuple[str, str],
) -> None:
    monkeypatch.setattr(second_reader, "READER", STUCK)
    monkeypatch.setattr(second_reader, "STEP_SECONDS", 0.1)
    all_read = 2 * ROWS
    job = imports.start_here(
        batch, actor=None, listener=lambda job: stop(job) if job.done == all_read else None
    )
    batch.refresh_from_db()
    assert (job.state, batch.state) == states
    assert not readers(batch)


def test_what_is_wrong_with_the_file_is_said_by_whoever_finds_it(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_reader, "READER", """print('{"problem": "Not so."}')""")
    job = imports.start_here(batch, actor=None)
    assert (job.state, job.error) == ("failed", "Not so.")
