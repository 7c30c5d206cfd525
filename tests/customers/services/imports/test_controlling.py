"""An import can be paused, gone on with and cancelled; asked twice it is the same job; broken, it leaves no tables."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from crm.models import Job, JobState, Role
from crm.services import jobs
from customers.imports.problems import FileProblem
from customers.models import Customer, ImportBatch, ImportRow
from customers.services import imports
from tests.cast import make_user
from tests.customers.services.imports.conftest import written

ROWS = 6
FILE = "code,name\n" + "".join(f"C{number},Ann {number}\n" for number in range(ROWS))


@pytest.fixture
def batch(db: None, media: Path) -> ImportBatch:
    path = written(media.parent / "people.csv", FILE)
    return imports.receive(path, name="people.csv", kind="customers", actor=None)


def schemas(batch: ImportBatch) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE %s", [f"import_{batch.pk}_%"])
        return int(cursor.fetchone()[0])


def pause_after(batch: ImportBatch, rows: int) -> None:
    def listen(job: Job) -> None:
        if job.total and job.done == rows:
            batch.refresh_from_db()
            imports.pause(batch, actor=None)

    imports.start_here(batch, actor=None, listener=listen, chunk_rows=2)
    batch.refresh_from_db()


def test_a_paused_import_goes_on_where_it_stopped(batch: ImportBatch) -> None:
    pause_after(batch, 2)
    assert (batch.state, ImportRow.objects.count()) == ("paused", 2)
    job = imports.resume(batch, actor=None)
    assert jobs.execute(job.pk) is not None
    batch.refresh_from_db()
    assert (batch.state, batch.created, Customer.objects.count()) == ("done", ROWS, ROWS)
    assert schemas(batch) == 0


def test_what_was_found_before_the_pause_is_looked_for_anew(batch: ImportBatch) -> None:
    known = Customer.objects.create(code="C5", name="Ann 5", created_at=timezone.now())
    pause_after(batch, 2)
    Customer.objects.filter(pk=known.pk).delete()
    jobs.execute(imports.resume(batch, actor=None).pk)
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("done", ROWS)


def test_a_paused_import_can_be_cancelled_and_undone(batch: ImportBatch) -> None:
    pause_after(batch, 2)
    imports.cancel(batch, actor=None)
    assert (batch.state, schemas(batch)) == ("cancelled", 0)
    outlook = imports.undo_outlook(batch)
    assert outlook == (imports.UndoReport(removed=2), [])
    assert Customer.objects.count() == 2
    imports.undo_here(batch, actor=None)
    assert not Customer.objects.exists()


def test_started_twice_it_is_one_job(batch: ImportBatch) -> None:
    first = imports.start(batch, actor=None)
    assert imports.start(batch, actor=None) == first
    with pytest.raises(imports.ImportStateError):
        imports.choose(batch, actor=None, wishes={})
    jobs.execute(first.pk)
    with pytest.raises(imports.ImportStateError, match="done already"):
        imports.start(batch, actor=None)


def test_progress_tells_the_rate_and_the_time_left(batch: ImportBatch) -> None:
    seen: list[imports.Progress] = []

    def listen(job: Job) -> None:
        batch.refresh_from_db()
        if job.total and job.done:
            seen.append(imports.progress(batch))

    imports.start_here(batch, actor=None, listener=listen, chunk_rows=2)
    assert [(each.done, each.total, each.percent) for each in seen] == [(2, 6, 33), (4, 6, 66), (6, 6, 100)]
    assert all(each.rows_per_second and each.seconds_left is not None for each in seen)


@pytest.mark.parametrize("what", ["start", "pause", "cancel", "start_undo"])
def test_who_may_not_import_may_do_nothing_with_it(batch: ImportBatch, what: str) -> None:
    with pytest.raises(PermissionDenied):
        getattr(imports, what)(batch, actor=make_user("rep", Role.REP))


def test_an_import_that_breaks_every_time_leaves_no_tables_and_quotes_no_record(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise RuntimeError("Ann 3 lives at 1 Secret Road")

    monkeypatch.setattr("customers.services.imports.customers.CustomerPlan.write", broken)
    job = imports.start(batch, actor=None)
    for _attempt in range(Job.MAX_ATTEMPTS):
        jobs.execute(job.pk)
    batch.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, batch.state, batch.error) == (JobState.QUARANTINED, "failed", "RuntimeError")
    assert schemas(batch) == 0


def test_an_import_whose_workers_died_every_time_leaves_no_tables(batch: ImportBatch) -> None:
    pause_after(batch, 2)
    assert schemas(batch) == 1
    job = imports.resume(batch, actor=None)
    Job.objects.filter(pk=job.pk).update(
        state="running", attempt=Job.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(seconds=1)
    )
    assert jobs.execute(job.pk) is None
    batch.refresh_from_db()
    assert (batch.state, schemas(batch)) == ("failed", 0)
    assert "three times" in batch.error


def test_tried_again_after_it_was_undone_it_brings_nothing_in(batch: ImportBatch) -> None:
    pause_after(batch, 2)
    queued = imports.resume(batch, actor=None)
    imports.cancel(batch, actor=None)
    imports.undo_here(batch, actor=None)
    jobs.retry(queued)
    job = jobs.execute(queued.pk)
    assert job is not None
    assert (job.state, "was undone" in job.error) == (JobState.FAILED, True)
    jobs.retry(queued)
    jobs.cancel(queued)
    batch.refresh_from_db()
    assert (batch.state, Customer.objects.count(), schemas(batch)) == ("reverted", 0, 0)


def test_a_check_tried_again_leaves_an_import_that_has_begun_alone(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customers.services.imports.checking.AT_ONCE_BYTES", 0)
    check = imports.start_check(batch, actor=None)
    jobs.cancel(check)
    pause_after(batch, 2)
    jobs.retry(check)
    job = jobs.execute(check.pk)
    assert job is not None
    assert (job.state, "has begun already" in job.error) == (JobState.FAILED, True)
    batch.refresh_from_db()
    assert (batch.state, batch.rows, schemas(batch)) == ("paused", ROWS, 1)


def test_a_check_says_nothing_of_an_import_that_was_asked_for_meanwhile(batch: ImportBatch) -> None:
    def ask(job: Job) -> None:
        if job.step == "Comparing":
            imports.start(batch, actor=None)

    job = imports.check_here(batch, actor=None, listener=ask)
    assert (job.state, "has begun already" in job.error) == (JobState.FAILED, True)
    batch.refresh_from_db()
    assert (batch.state, batch.expected) == ("checked", {})


def test_an_import_that_waits_for_another_try_is_undone_only_when_it_is_cancelled(
    batch: ImportBatch,
) -> None:
    pause_after(batch, 2)
    job = imports.resume(batch, actor=None)

    def broken(_job: Job) -> None:
        raise RuntimeError

    jobs.execute(job.pk, listener=broken)
    batch.refresh_from_db()
    assert (batch.state, batch.created) == ("failed", 4)
    with pytest.raises(imports.NotUndoableError, match="goes on by itself"):
        imports.start_undo(batch, actor=None)
    imports.cancel(batch, actor=None)
    imports.undo_here(batch, actor=None)
    assert not Customer.objects.exists()


@pytest.mark.parametrize("error", [RuntimeError(), FileProblem("broken"), KeyboardInterrupt()])
def test_an_overtaken_attempt_that_breaks_leaves_the_newer_one_what_it_works_with(
    batch: ImportBatch, error: BaseException
) -> None:
    pause_after(batch, 2)

    def overtaken(job: Job) -> None:
        Job.objects.filter(pk=job.pk).update(attempt=job.attempt + Job.MAX_ATTEMPTS)
        raise error

    jobs.execute(imports.resume(batch, actor=None).pk, listener=overtaken)
    batch.refresh_from_db()
    assert (batch.state, batch.error, schemas(batch)) == ("running", "", 1)
