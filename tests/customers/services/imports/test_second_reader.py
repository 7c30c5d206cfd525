"""A long file is read by two processes: every row once, whoever reads it."""

import os
from pathlib import Path

import pytest
from django.db import connection

from crm.models import Job
from customers.models import Customer, ImportBatch, ImportRow
from customers.services import imports
from customers.services.imports import second_reader
from customers.services.regions import load_regions
from tests.customers.services.imports.conftest import written
from tests.workers import wait_until

ROWS, PIECE = 50, 4
FILE = "customer code,customer name,owner,notes\n" + "".join(
    f'C{n},Customer {n},nobody{n % 2},"two\nlines"\n' for n in range(ROWS)
)


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


def test_what_two_processes_read_is_each_row_once_and_every_unknown_name(batch: ImportBatch) -> None:
    def wait_for_the_other(job: Job) -> None:
        if job.total is None and job.done == 2 * PIECE:
            wait_until(lambda: _taken(batch) > 0, "the second process to take a piece", 30)

    imports.start_here(batch, actor=None, listener=wait_for_the_other)
    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.created) == ("done", ROWS, ROWS)
    assert sorted(batch.fates.values_list("line_no", flat=True)) == list(range(2, 2 + 2 * ROWS, 2))
    assert set(Customer.objects.values_list("code", flat=True)) == {f"C{n}" for n in range(ROWS)}
    assert any(f"{ROWS} rows name colleagues" in warning for warning in batch.warnings)


def test_a_second_process_that_breaks_leaves_nothing_half_read(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_reader, "READER", "raise SystemExit(3)")
    with pytest.raises(second_reader.ReaderLost):
        imports.start_here(batch, actor=None)
    batch.refresh_from_db()
    assert (batch.state, batch.error) == ("failed", "ReaderLost")
    assert not ImportRow.objects.exists()
    assert not Customer.objects.exists()


def test_what_is_wrong_with_the_file_is_said_by_whoever_finds_it(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_reader, "READER", """print('{"problem": "Not so."}')""")
    job = imports.start_here(batch, actor=None)
    assert (job.state, job.error) == ("failed", "Not so.")
