"""Two chunks of an import at once: nothing lost, nothing twice, and never beside those of another import."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from crm.models import Job, JobState
from crm.services import jobs
from customers.models import ContactPoint, Customer, ImportBatch, ImportRow, Industry, Tag
from customers.services import imports
from customers.services.imports.lanes import _LICENCE, licence, side_by_side, take_turn
from customers.services.regions import load_regions
from tests.cast import make_customer
from tests.customers.services.imports.conftest import written
from tests.customers.services.imports.test_running import SUICIDE
from tests.customers.services.imports.test_undoing import everything
from tests.workers import environment, kill, wait_until

ROWS, CHUNK = 60, 10
# Every label stands in every chunk, in turning order; two rows in the last chunk repeat rows of the first.
FILE = "customer code,customer name,industry,tags,mobile\n" + "".join(
    f"C{n % 58},Customer {n % 58},Industry {n % 58 % 4},tag{(ROWS - n % 58) % 3},1380000{n % 58:04d}\n"
    for n in range(ROWS)
)


@pytest.fixture(autouse=True)
def _two_cores(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    load_regions()
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.fixture
def batch(media: Path) -> ImportBatch:
    file = written(media.parent / "customers.csv", FILE)
    return imports.receive(file, name="customers.csv", kind="customers", actor=None)


def run(batch: ImportBatch, listener: Any = None) -> Job:
    job = imports.start_here(batch, actor=None, listener=listener, chunk_rows=CHUNK)
    batch.refresh_from_db()
    return job


def in_child(batch: ImportBatch, reports: int, does: str = "start_here") -> "subprocess.Popen[bytes]":
    script = "import os\nos.cpu_count = lambda: 2\n" + SUICIDE.replace("start_here", does)
    arguments = [str(batch.pk), str(reports), str(CHUNK)]
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments], env=environment(), start_new_session=True
    )


def taken_over(batch: ImportBatch) -> ImportBatch:
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    batch.refresh_from_db()
    assert batch.job is not None
    assert jobs.execute(batch.job.pk) is not None
    batch.refresh_from_db()
    return batch


def assert_complete(batch: ImportBatch) -> None:
    assert (batch.state, batch.rows, batch.created, batch.skipped) == ("done", ROWS, 58, 2)
    assert ImportRow.objects.filter(batch=batch).count() == ROWS
    assert Customer.objects.count() == ContactPoint.objects.count() == 58
    assert sorted(Industry.objects.values_list("name", flat=True)) == [f"Industry {n}" for n in range(4)]
    assert Tag.objects.count() == 3
    assert Customer.tags.through.objects.count() == 58


def test_chunks_side_by_side_bring_in_what_they_bring_in_one_by_one(batch: ImportBatch) -> None:
    seen: set[str] = set()
    run(batch, lambda _job: seen.update(thread.name for thread in threading.enumerate()))
    assert "import-lane" in seen
    assert_complete(batch)


def test_lanes_over_known_customers_change_what_is_new_and_their_undo_brings_all_back(
    batch: ImportBatch, media: Path
) -> None:
    header, *lines = FILE.splitlines(keepends=True)
    as_before = [
        line.replace(",Customer", ",Before").replace(",1380", ",1390") if n % 2 else line
        for n, line in enumerate(lines[:30])
    ]
    file = written(media.parent / "known.csv", header + "".join(as_before))
    run(imports.receive(file, name="known.csv", kind="customers", actor=None))
    before, seen = everything(), set[str]()
    run(batch, lambda _job: seen.update(thread.name for thread in threading.enumerate()))
    assert "import-lane" in seen
    assert (batch.created, batch.updated, batch.unchanged, batch.skipped) == (28, 15, 15, 2)
    assert set(Customer.objects.values_list("name", flat=True)) == {f"Customer {n}" for n in range(58)}
    repeats = batch.fates.filter(outcome="skipped").values_list("changes__duplicate_of__line", flat=True)
    assert sorted(repeats) == [2, 3], "of one that is unchanged, and of one that is updated"
    seen.clear()
    undone = imports.undo_here(
        batch,
        actor=None,
        chunk_rows=CHUNK,
        listener=lambda _job: seen.update(thread.name for thread in threading.enumerate()),
    )
    assert "import-lane" in seen
    assert undone.result == {"removed": 28, "restored": 15, "kept": 0}
    assert everything() == before


@pytest.mark.parametrize("reports", [2, 4])
def test_killed_with_two_in_flight_it_goes_on_where_it_stopped(batch: ImportBatch, reports: int) -> None:
    assert in_child(batch, reports).wait(timeout=60) == -9
    batch.refresh_from_db()
    assert batch.created == Customer.objects.count() >= (reports - 1) * CHUNK
    assert_complete(taken_over(batch))


def test_killed_within_one_chunk_the_others_are_in_and_it_alone_is_done_again(batch: ImportBatch) -> None:
    with transaction.atomic():
        make_customer("C25", "held back")  # of the third chunk: until this is decided its lane waits
        child = in_child(batch, reports=99)
        wait_until(lambda: ImportRow.objects.count() == ROWS - CHUNK, "the other lane to write the rest")
        kill(child)
        child.wait(timeout=60)
        transaction.set_rollback(True)
    assert_complete(taken_over(batch))


def test_paused_with_two_in_flight_it_goes_on_and_every_row_has_one_fate(batch: ImportBatch) -> None:
    def pause(job: Job) -> None:
        if job.total and job.done < 3 * CHUNK:
            imports.pause(batch, actor=None)

    run(batch, pause)
    assert batch.state == "paused"
    assert ImportRow.objects.count() == batch.created == Customer.objects.count() < 58
    run(batch)
    assert_complete(batch)


def test_cancelled_with_two_in_flight_what_is_in_can_be_undone(batch: ImportBatch) -> None:
    job = run(batch, lambda job: jobs.cancel(job) if job.total else None)
    assert (job.state, batch.state) == (JobState.CANCELLED, "cancelled")
    assert ImportRow.objects.count() == batch.created == Customer.objects.count() < 58
    imports.undo_here(batch, actor=None)
    assert not Customer.objects.exists()
    assert not Industry.objects.exists()


def test_undone_side_by_side_and_killed_meanwhile_it_goes_on_and_keeps_what_was_edited(
    batch: ImportBatch,
) -> None:
    run(batch)
    Customer.objects.filter(code="C25").update(name="Edited")
    assert in_child(batch, 2, "undo_here").wait(timeout=60) == -9
    assert 1 < Customer.objects.count() < 58
    seen: set[str] = set()
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    job = jobs.execute(
        Job.objects.latest("pk").pk,
        listener=lambda _job: seen.update(thread.name for thread in threading.enumerate()),
    )
    assert job is not None
    assert "import-lane" in seen
    assert job.result == {"removed": 57, "restored": 0, "kept": 1}
    assert list(Customer.objects.values_list("code", flat=True)) == ["C25"]


def test_one_job_at_a_time_has_the_licence_and_others_write_alone(batch: ImportBatch) -> None:
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LICENCE])
        with licence() as held:
            assert not held
        run(batch, lambda _job: _assert_no_lanes())
    other.close()
    assert_complete(batch)


def _assert_no_lanes() -> None:
    assert "import-lane" not in {thread.name for thread in threading.enumerate()}


def test_chunks_that_share_the_turn_keep_every_other_import_out() -> None:
    other = connections.create_connection("default")
    with transaction.atomic(), connection.cursor() as mine, other.cursor() as theirs:
        take_turn(mine, shared=True)
        theirs.execute("SET lock_timeout = '100ms'")
        with pytest.raises(OperationalError):
            take_turn(theirs)
        take_turn(theirs, shared=True)
    other.close()


def test_an_error_in_one_lane_is_raised_when_the_other_has_done_its_chunk() -> None:
    begun, done = threading.Barrier(2), []

    def work(chunk: int) -> None:
        begun.wait(timeout=10)
        if chunk == 0:
            raise ValueError("broken")
        time.sleep(0.2)
        done.append(chunk)

    with pytest.raises(ValueError, match="broken"):
        list(side_by_side(range(50), work, nullcontext))
    assert done == [1]


def test_ctrl_c_breaks_off_what_the_lanes_do() -> None:
    def work(_chunk: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        list(side_by_side(range(2), work, nullcontext))


def test_ctrl_c_is_what_is_told_when_a_statement_cannot_be_broken_off() -> None:
    begun = threading.Barrier(3)

    def work(_chunk: int) -> None:
        connection.ensure_connection()
        # As if it was about to commit in two phases: psycopg refuses to cancel that.
        connection.connection._tpc = ("held", True)
        begun.wait(timeout=10)
        time.sleep(0.5)

    def interrupt() -> None:
        begun.wait(timeout=10)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(side_by_side(range(2), work, nullcontext))
