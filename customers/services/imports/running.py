"""Running an import: stage, then chunk by chunk one transaction with its rows' fates, then the result."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from functools import partial
from typing import Any

import pghistory
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from crm.models import Job, JobState, User
from crm.policy import can
from crm.services import audit, jobs
from crm.services.jobs import JobCancelledError, JobError, LeaseLostError, Listener, RunningJob
from customers.imports.problems import FileProblem
from customers.models import ImportBatch, ImportState, RowOutcome
from customers.models.imports import FINISHED_STATES
from customers.services.imports import fates
from customers.services.imports.batches import fail, open_batch
from customers.services.imports.doubles import take_up_met
from customers.services.imports.lanes import LANES, licence, one_by_one, side_by_side, take_turn
from customers.services.imports.links import forget_links
from customers.services.imports.loading import load, plan_for, warnings_of
from customers.services.imports.plans import Checked, Plan
from customers.services.imports.rejects import write_rejected_rows
from customers.services.imports.results import SHOWN_REJECTIONS, Counts, ImportResult, counts_of, result
from customers.services.imports.second_reader import load_together
from customers.services.imports.staging import Staging, drop_all
from customers.services.imports.statements import check_references

KIND = "customers.import"
CHUNK_ROWS = 20_000
WHOLE = 2**31 - 1
"""Beyond every chunk."""
UNDONE_STATES = (ImportState.REVERTING, ImportState.REVERTED)
"""What is in these no import writes to again."""

Progress = Callable[[int, int | None, str], None]


def start_here(
    batch: ImportBatch, *, actor: User | None, listener: Listener | None = None, chunk_rows: int = CHUNK_ROWS
) -> Job:
    """Run an import in this process; return its job, ended. A job that failed says why in ``error``."""
    return jobs.run_here(KIND, arguments_of(batch, chunk_rows), actor=actor, listener=listener)


def preview(batch: ImportBatch, progress: Progress = lambda _done, _total, _step: None) -> ImportResult:
    """Return what an import would do, row by row judged as it would be, and change nothing.

    Raises:
        FileProblem: the file cannot be imported.
    """
    with transaction.atomic():
        checked = open_batch(batch)
        plan = plan_for(checked.mapping, batch, batch.created_by)
        staging = Staging.create(batch.pk, 0, plan.tables())
        load(checked, plan, staging, lambda rows: progress(rows, None, _("Reading")))
        with staging.open() as cursor:
            plan.prepare(cursor, CHUNK_ROWS)
            plan.judge(cursor, 0, WHOLE)
            fates.finish_judging(cursor)
            outcome = ImportResult(
                batch=None,
                kind=batch.kind,
                file=batch.file_name,
                state=ImportState.PREVIEWED,
                counts=fates.tally(cursor),
                rejections=fates.first_rejections(cursor, SHOWN_REJECTIONS),
                warnings=(*repeats_warning(batch), *warnings_of(plan)),
            )
        transaction.set_rollback(True)
    return outcome


@jobs.handles(KIND)
def run(job: RunningJob) -> dict[str, Any]:
    """Do one import, or what is left of it; started again after it is done, it finds nothing to do."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    with _surroundings(job):
        if batch.state in FINISHED_STATES:
            drop_all(batch.pk)
        else:
            _attempt(batch, job)
        return result(batch).as_dict()


@contextmanager
def _surroundings(job: RunningJob) -> Iterator[None]:
    """Speak the language of who asked, and have the history say which import writes."""
    user = job.actor.pk if job.actor else None
    with (
        translation.override(job.arguments["language"]),
        pghistory.context(user=user, import_batch=job.arguments["batch"]),
    ):
        yield


def arguments_of(batch: ImportBatch, chunk_rows: int) -> dict[str, Any]:
    """Return what a job that runs this batch has to know."""
    return {"batch": batch.pk, "language": translation.get_language(), "chunk_rows": chunk_rows}


def _attempt(batch: ImportBatch, job: RunningJob) -> None:
    if job.actor is not None and not can(job.actor, "import.run"):
        raise JobError(_("You may not import any more."))
    try:
        _begin(batch, job)
        checked = open_batch(batch)
        plan = plan_for(checked.mapping, batch, job.actor)
        plan.is_written = True
        staging = _staged(batch, job, checked, plan)
        job.keep(writing_since=timezone.now().isoformat(), rows_before=counts_of(batch).rows)
        if not _run_chunks(batch, job, plan, staging):
            return
        _finish(batch, job, checked, plan)
        staging.drop()
    except FileProblem as problem:
        with _holding(job):
            drop_all(batch.pk)
            fail(batch, problem)
        raise JobError(str(problem)) from problem
    except (JobCancelledError, KeyboardInterrupt) as stop:
        with _holding(job):
            drop_all(batch.pk)
            batch.state = ImportState.CANCELLED
            batch.save(update_fields=["state"])
        raise JobCancelledError(str(job.job)) from stop
    except (LeaseLostError, JobError):
        raise  # another worker goes on with it, or it was undone
    except Exception as error:
        # It may be the database that fails: then the error that counts is the first.
        with suppress(DatabaseError), _holding(job):
            fail(batch, error)
            if job.in_foreground or job.attempt >= Job.MAX_ATTEMPTS:
                drop_all(batch.pk)
        raise


@contextmanager
def _holding(job: RunningJob) -> Iterator[None]:
    """In one transaction hold the job's row: an attempt that was overtaken gets no further, a cancelled one does."""
    with transaction.atomic():
        with suppress(JobCancelledError):
            job.guard()
        yield


@jobs.told_when_given_up(KIND)
def give_up(job: Job) -> None:
    """Clean up after an import whose workers died on it time after time, or that was cancelled before it ran."""
    batch = ImportBatch.objects.select_for_update(no_key=True).filter(pk=job.arguments["batch"]).first()
    if batch is None or batch.started_at is None or batch.state in (*FINISHED_STATES, *UNDONE_STATES):
        return
    drop_all(batch.pk)
    batch.state, batch.staging = ImportState.CANCELLED, ""
    if job.state == JobState.QUARANTINED:
        with translation.override(job.arguments["language"]):
            batch.error = _("It was broken off three times. Import it again to go on, or undo what is in.")
        batch.state = ImportState.FAILED
    batch.save(update_fields=["state", "staging", "error"])


def _is_pause_requested(batch: ImportBatch) -> bool:
    return ImportBatch.objects.filter(pk=batch.pk, pause_requested=True).exists()


def _pause(batch: ImportBatch) -> bool:
    """Call the import paused, if somebody still asks for that; return whether it is."""
    with transaction.atomic():
        asked = ImportBatch.objects.filter(pk=batch.pk, pause_requested=True).update(
            state=ImportState.PAUSED, pause_requested=False
        )
    if asked:
        batch.refresh_from_db()
    return bool(asked)


def _begin(batch: ImportBatch, job: RunningJob) -> None:
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(no_key=True).only("state").get(pk=batch.pk)
        if held.state in UNDONE_STATES:
            # An ended job can be tried again whatever has become of its import.
            raise JobError(_("This import was undone. Upload the file again to import it again."))
        first_time = batch.started_at is None
        batch.state, batch.job, batch.error = ImportState.RUNNING, job.job, ""
        batch.started_at = batch.started_at or timezone.now()
        batch.save(update_fields=["state", "job", "error", "started_at"])
        if first_time:
            audit.record(job.actor, "import.started", f"import:{batch.pk}", kind=batch.kind, size=batch.size)
        job.guard()


def _staged(batch: ImportBatch, job: RunningJob, checked: Checked, plan: Plan) -> Staging:
    """Return the filled staging tables: an earlier attempt's if they are complete, else new ones."""
    if batch.staging and not plan.sealed_values.is_kept:
        earlier = Staging(batch.staging)
        if earlier.exists():
            with earlier.open() as cursor:
                forget_links(cursor)
            return earlier
    with _holding(job):
        staging = Staging.create(batch.pk, job.attempt, plan.tables())

    def progress(rows: int) -> None:
        with transaction.atomic():
            job.guard()
        job.progress(rows, step=_("Reading"))

    rows = load_together(batch, checked, plan, staging, progress, job.actor)
    with staging.open() as cursor:
        plan.prepare(cursor, job.arguments["chunk_rows"])
        take_up_met(cursor, batch.pk)
        batch.staging, batch.rows = staging.schema, rows
        batch.warnings = [*repeats_warning(batch), *warnings_of(plan)]
        batch.save(update_fields=["staging", "rows", "warnings"])
        job.guard()
    return staging


def _chunks_left(batch: ImportBatch, staging: Staging) -> list[int]:
    """Return the chunks whose rows have no fate yet: a killed attempt leaves whole chunks done or not begun."""
    with staging.open() as cursor:
        cursor.execute(
            "SELECT DISTINCT chunk FROM grouped g WHERE NOT EXISTS ("
            "SELECT FROM customers_importrow r WHERE r.batch_id = %s AND r.line_no = g.line_no) ORDER BY chunk",
            [batch.pk],
        )
        return [chunk for (chunk,) in cursor.fetchall()]


def _run_chunks(batch: ImportBatch, job: RunningJob, plan: Plan, staging: Staging) -> bool:
    """Write what is left, side by side where that is right; return whether all is in, or else it is paused."""
    chunks = _chunks_left(batch, staging)
    with staging.open() as cursor:
        is_independent = len(chunks) > LANES and plan.is_independent(cursor)
    with licence() if is_independent else nullcontext(False) as is_licensed:
        write = _in_lanes if is_licensed else _in_turn
        with closing(write(batch, job, plan, staging, chunks)) as ended:
            for number in range(len(chunks)):
                if _is_pause_requested(batch):
                    break
                next(ended)
                batch.refresh_from_db(fields=[*RowOutcome.values, "also"])
                job.progress(counts_of(batch).rows, batch.rows, _("Writing"))
                if number.bit_count() <= 1:
                    _count_anew(plan)
            else:
                return True
    # Only now, when no lane writes any more: what is paused can be gone on with, or undone, at once.
    return not _pause(batch) and _run_chunks(batch, job, plan, staging)


def _in_turn(
    batch: ImportBatch, job: RunningJob, plan: Plan, staging: Staging, chunks: Sequence[int]
) -> Generator[int, None, None]:
    return one_by_one(chunks, partial(_run_chunk, batch.pk, job, plan, staging))


def _in_lanes(
    batch: ImportBatch, job: RunningJob, plan: Plan, staging: Staging, chunks: Sequence[int]
) -> Generator[int, None, None]:
    """Write the first chunk alone, so that the planner sees what kind of rows these are, then the others in lanes."""
    yield from _in_turn(batch, job, plan, staging, chunks[:1])

    @contextmanager
    def around() -> Iterator[None]:
        with _surroundings(job):
            staging.set_apart(plan.of_one_chunk)
            yield

    work = partial(_run_chunk, batch.pk, job, plan, staging, shared=True)
    yield from side_by_side(chunks[1:], work, around)


def _run_chunk(
    batch_id: int, job: RunningJob, plan: Plan, staging: Staging, chunk: int, *, shared: bool = False
) -> None:
    with staging.open() as cursor:
        take_turn(cursor, shared=shared)
        plan.judge(cursor, chunk, chunk)
        fates.finish_judging(cursor)
        also = plan.write(cursor, chunk)
        fates.record(cursor, batch_id)
        check_references(cursor)
        _add(batch_id, fates.tally(cursor), also)
        # Last, so that the job's row is held for an instant only and its lease can be renewed meanwhile.
        job.guard()


def _count_anew(plan: Plan) -> None:
    """Tell the planner how the tables have grown, after chunks 0, 1, 2, 4 …: it would search them row by row still.

    Of the keys only: to look through what search indexes make of every name takes longer than to write a chunk.
    """
    tables = (f"{model._meta.db_table} ({', '.join(columns)})" for model, columns in plan.searched.items())
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")


def _add(batch_id: int, counts: Counts, also: dict[str, int]) -> None:
    """Add what became of a chunk's rows to the batch's counts; another chunk's wait until that is committed."""
    # Fates refer to the batch: only a lock that leaves its key alone lets two chunks that wrote some get here.
    held = ImportBatch.objects.select_for_update(no_key=True).only("also").get(pk=batch_id)
    merged = {what: held.also.get(what, 0) + number for what, number in also.items()}
    added = {outcome: F(outcome) + getattr(counts, outcome) for outcome in RowOutcome.values}
    ImportBatch.objects.filter(pk=batch_id).update(**added, also=merged)


def _finish(batch: ImportBatch, job: RunningJob, checked: Checked, plan: Plan) -> None:
    """Write the file of the rejected rows, then call the import done: the database checks that the counts add up."""
    if batch.rejected:
        batch.rejected_file = write_rejected_rows(batch, checked.table)
    with transaction.atomic():
        batch.state = ImportState.DONE_WITH_REJECTS if batch.rejected else ImportState.DONE
        batch.finished_at = timezone.now()
        batch.staging = ""
        batch.warnings = [*dict.fromkeys([*batch.warnings, *plan.sealed_values.warnings()])]
        batch.save(update_fields=["state", "finished_at", "rejected_file", "staging", "warnings"])
        counts = counts_of(batch).as_dict()
        audit.record(job.actor, "import.finished", f"import:{batch.pk}", kind=batch.kind, **counts)
        job.guard()


def repeats_warning(batch: ImportBatch) -> list[str]:
    """Say that the same file was imported before, if it was."""
    if batch.repeats is None:
        return []
    message = _("This file was imported before, as no. %(number)d on %(day)s.")
    day = timezone.localdate(batch.repeats.finished_at)
    return [message % {"number": batch.repeats.pk, "day": day.isoformat()}]
