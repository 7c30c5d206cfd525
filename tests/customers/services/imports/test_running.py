"""Killed at any moment an import goes on where it stopped: nothing lost, nothing twice."""

import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm.models import AuditEntry, Job, JobState, Role, User
from crm.services import jobs
from customers.models import Customer, ImportBatch, ImportRow, Order, OrderLine
from customers.services import imports
from customers.services.regions import load_regions
from tests.cast import make_customer, make_user
from tests.customers.services.imports.conftest import ORDERS, Bring, written
from tests.workers import celery_worker, environment, kill, wait_for_state, wait_until

LINES = 60
CHUNK = 12  # four orders
FILE = ORDERS + "".join(f"A{n // 3},2024-03-01,C{n // 6},S{n % 4},Tea,1,{n}\n" for n in range(LINES))

# Runs an import in a process of its own and kills it, without any clean-up, when it has reported `argv[2]` times.
SUICIDE = """
import os, signal, sys
import django
django.setup()
from customers.models import ImportBatch
from customers.services import imports
left = int(sys.argv[2])
def count_down(job):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
batch = ImportBatch.objects.get(pk=int(sys.argv[1]))
imports.start_here(batch, actor=None, listener=count_down, chunk_rows=int(sys.argv[3]))
"""


@pytest.fixture
def _regions(transactional_db: None) -> None:
    """Fill again what other tests truncated."""
    load_regions()


def received(folder: Path, content: str = FILE) -> ImportBatch:
    return imports.receive(
        written(folder / "orders.csv", content), name="orders.csv", kind="orders", actor=None
    )


def run_in_child(batch: ImportBatch, reports: int) -> "subprocess.Popen[bytes]":
    arguments = [str(batch.pk), str(reports), str(CHUNK)]
    return subprocess.Popen(
        [sys.executable, "-c", SUICIDE, *arguments], env=environment(), start_new_session=True
    )


def take_over(batch: ImportBatch) -> Job:
    """Have this process do what a silent one left."""
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    batch.refresh_from_db()
    assert batch.job is not None
    done = jobs.execute(batch.job.pk)
    assert done is not None
    return done


def everything() -> dict[str, Any]:
    """What is in the tables, ids apart."""
    lines = OrderLine.objects.order_by("order__number", "line_no")
    return {
        "lines": list(
            lines.values_list("order__number", "line_no", "customer__code", "product__sku", "revenue_cents")
        ),
        "customers": list(Customer.objects.order_by("code").values_list("code", "created_at")),
        "orders": Order.objects.count(),
    }


def assert_complete(batch: ImportBatch) -> None:
    batch.refresh_from_db()
    assert (batch.state, batch.rows, batch.created) == ("done", LINES, LINES)
    assert ImportRow.objects.filter(batch=batch).count() == LINES
    assert OrderLine.objects.count() == LINES
    assert OrderLine.objects.values("order__number", "line_no").distinct().count() == LINES
    assert sum(OrderLine.objects.values_list("revenue_cents", flat=True)) == sum(range(LINES)) * 100
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"import_{batch.pk}_%"])
        assert cursor.fetchone() == (0,)


@pytest.mark.usefixtures("_regions")
@pytest.mark.parametrize("reports", range(1, LINES // CHUNK + 2))
def test_killed_after_any_chunk_it_goes_on_where_it_stopped(media: Path, reports: int) -> None:
    batch = received(media.parent)
    child = run_in_child(batch, reports)
    assert child.wait(timeout=60) == -9
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("running", (reports - 1) * CHUNK)
    assert take_over(batch).state == JobState.DONE
    assert_complete(batch)


@pytest.mark.usefixtures("_regions")
def test_killed_within_a_chunk_s_transaction_nothing_of_the_chunk_remains(media: Path) -> None:
    batch = received(media.parent)
    with transaction.atomic():
        make_customer("C3", "held back")  # of the second chunk: until this is decided the child waits
        child = run_in_child(batch, reports=99)
        wait_until(_somebody_waits, "the child to wait within its transaction")
        kill(child)
        child.wait(timeout=60)
        transaction.set_rollback(True)
    assert OrderLine.objects.count() == ImportRow.objects.count() == CHUNK
    assert take_over(batch).state == JobState.DONE
    assert_complete(batch)


@pytest.mark.usefixtures("_regions")
def test_what_somebody_else_changes_meanwhile_is_not_written_back(media: Path) -> None:
    customer = make_customer("C1", "Before")
    file = written(media.parent / "customers.csv", "customer code,customer name,potential\nC1,After,high\n")
    batch = imports.receive(file, name="customers.csv", kind="customers", actor=None)

    def run() -> None:
        imports.start_here(batch, actor=None)
        connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(reputation="Said by somebody else")
        thread.start()
        wait_until(_somebody_waits, "the import to wait for the customer")
    thread.join(timeout=60)
    customer.refresh_from_db()
    assert (customer.name, customer.reputation) == ("After", "Said by somebody else")


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'transactionid')"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.usefixtures("_regions")
def test_a_lost_staging_table_is_filled_again(media: Path) -> None:
    batch = received(media.parent)
    run_in_child(batch, reports=3).wait(timeout=60)
    batch.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            f"TRUNCATE {batch.staging}.staged"
        )  # what a crash of the server does to unlogged tables
    take_over(batch)
    assert_complete(batch)


@pytest.mark.usefixtures("_regions")
def test_a_worker_imports_what_was_queued_as_the_foreground_does(media: Path, bring: Bring) -> None:
    batch = received(media.parent)
    with celery_worker("customers.tasks"):
        job = imports.start(batch, actor=None)
        result = wait_for_state(job, JobState.DONE).result
    assert (result["rows"], result["created"], result["state"]) == (LINES, LINES, "done")
    assert_complete(batch)


@pytest.mark.django_db
def test_cutting_into_chunks_changes_nothing(bring: Bring) -> None:
    with transaction.atomic():
        bring("orders", FILE, chunk_rows=1)
        in_pieces = everything()
        transaction.set_rollback(True)
    bring("orders", FILE)
    assert everything() == in_pieces


@pytest.mark.django_db
def test_an_attempt_that_was_overtaken_cannot_commit(media: Path) -> None:
    batch = received(media.parent)

    def overtake(job: Job) -> None:
        if job.done:
            Job.objects.filter(pk=job.pk).update(attempt=job.attempt + 1)

    imports.start_here(batch, actor=None, listener=overtake, chunk_rows=CHUNK)
    assert OrderLine.objects.count() < LINES
    batch.refresh_from_db()
    assert batch.state == "running"


@pytest.mark.django_db
def test_a_cancelled_import_stops_between_chunks_and_keeps_what_it_did(media: Path) -> None:
    batch = received(media.parent)

    def cancel(job: Job) -> None:
        if job.total and job.done >= CHUNK:
            jobs.cancel(job)

    job = imports.start_here(batch, actor=None, listener=cancel, chunk_rows=CHUNK)
    batch.refresh_from_db()
    assert (job.state, batch.state) == (JobState.CANCELLED, "cancelled")
    assert OrderLine.objects.count() == batch.created == ImportRow.objects.count()


@pytest.mark.django_db
def test_an_import_started_again_after_it_was_done_does_nothing(bring: Bring) -> None:
    bring("orders", FILE)
    batch = ImportBatch.objects.get()
    again = imports.start_here(batch, actor=None)
    assert (again.state, OrderLine.objects.count()) == (JobState.DONE, LINES)
    assert json.dumps(again.result)


@pytest.mark.django_db
def test_rights_lost_before_the_job_runs_stop_it(media: Path) -> None:
    ada = make_user("ada", Role.ADMIN)
    path = written(media.parent / "orders.csv", FILE)
    batch = imports.receive(path, name="orders.csv", kind="orders", actor=ada)
    User.objects.filter(pk=ada.pk).update(role=Role.REP)
    job = imports.start_here(batch, actor=User.objects.get(pk=ada.pk))
    assert (job.state, job.error) == (JobState.FAILED, "You may not import any more.")
    assert not OrderLine.objects.exists()


@pytest.mark.django_db
def test_start_and_end_are_on_the_audit_trail_without_values(bring: Bring) -> None:
    ada = make_user("ada", Role.ADMIN)
    result = bring("orders", FILE, actor=ada)
    started, finished = AuditEntry.objects.order_by("id")
    assert (started.action, finished.action, finished.actor) == ("import.started", "import.finished", ada)
    assert finished.subject == f"import:{result.batch}"
    assert finished.detail["created"] == LINES
    assert "Tea" not in json.dumps([started.detail, finished.detail])
