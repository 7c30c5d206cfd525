"""Checking every row before the first write: what would become of each is kept, to be paged through and put right.

The verdicts wait in the batch's staging tables, in the schema of attempt 0, until the import runs or is read otherwise.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Job, JobState, User
from crm.policy import can, require
from crm.services import jobs
from crm.services.jobs import JobError, Listener, RunningJob
from customers.imports.problems import FileProblem
from customers.models import ImportBatch, ImportCorrection, ImportState
from customers.services.imports import fates
from customers.services.imports.batches import check
from customers.services.imports.choosing import ImportStateError, held_open
from customers.services.imports.corrections import one_row
from customers.services.imports.listing import CheckedRow, rows
from customers.services.imports.loading import (
    load,
    parsed,
    plan_for,
    staged_columns,
    staged_values,
    warnings_of,
)
from customers.services.imports.plans import Checked, Plan
from customers.services.imports.results import SHOWN_REJECTIONS, Counts, ImportResult
from customers.services.imports.running import CHUNK_ROWS, WHOLE, repeats_warning
from customers.services.imports.staging import Staging

CHECK_KIND = "customers.import.check"
# A file up to this size is checked while somebody waits, and checked anew after each corrected cell.
AT_ONCE_BYTES = 500_000
_CHECKED = 0

# The other lines of the order that a line is of, or was of before it was put right.
_REST = """
INSERT INTO staged SELECT s.* FROM {rows}.staged s
WHERE s.line_no <> %s AND s.{by} IN (
    SELECT {by} FROM staged UNION SELECT {by} FROM {rows}.staged WHERE line_no = %s
)
"""


def start_check(batch: ImportBatch, *, actor: User | None) -> Job:
    """Have every row checked: at once for a small file, by a worker for others; asked twice, it is the same job.

    Raises PermissionDenied; ImportStateError once the import has begun.
    """
    running = _running_check(batch, actor)
    if running is not None:
        return running
    if batch.size <= AT_ONCE_BYTES:
        return check_here(batch, actor=actor)
    job = jobs.enqueue(CHECK_KIND, _arguments(batch), actor=actor)
    ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.refresh_from_db()
    return job


def check_here(batch: ImportBatch, *, actor: User | None, listener: Listener | None = None) -> Job:
    """Check every row in this process; return the job, ended. A file that cannot be read fails it, saying why."""
    _running_check(batch, actor)
    job = jobs.run_here(CHECK_KIND, _arguments(batch), actor=actor, listener=listener)
    batch.refresh_from_db()
    return job


def checked(batch: ImportBatch) -> ImportResult | None:
    """Return what the check that stands says would become of the rows; None if none stands."""
    expected = batch.expected
    if not expected or batch.state != ImportState.PREVIEWED or not Staging.of_check(batch.pk).exists():
        return None
    with Staging.of_check(batch.pk).open() as cursor:
        rejections = fates.first_rejections(cursor, SHOWN_REJECTIONS)
    return ImportResult(
        batch=batch.pk,
        kind=batch.kind,
        file=batch.file_name,
        state=batch.state,
        counts=Counts(**expected["counts"]),
        rejections=rejections,
        warnings=tuple(expected["warnings"]),
    )


def fix(batch: ImportBatch, line: int, column: int, text: str, *, actor: User | None) -> CheckedRow:
    """Put one cell right and judge its row anew; the file stays as it is. Returns the row as it now stands.

    A small file is checked anew as a whole; of a large one only this row, and the check is then stale.

    Raises PermissionDenied; ImportStateError once the import has begun, or for a sensitive column; ValueError for a
    line that the file has not.
    """
    with transaction.atomic():
        _require(batch, actor)
        if column in batch.columns.get("sensitive", ()):
            raise ImportStateError(_("This column is sensitive: put it right in the file."))
        ImportCorrection.objects.update_or_create(
            batch=batch, line_no=line, column_no=column, defaults={"text": text}
        )
        return _judged_anew(batch, line, actor)


def unfix(batch: ImportBatch, line: int, column: int, *, actor: User | None) -> CheckedRow:
    """Take a corrected cell back to what the file says; raises as ``fix`` does."""
    with transaction.atomic():
        _require(batch, actor)
        batch.corrections.filter(line_no=line, column_no=column).delete()
        return _judged_anew(batch, line, actor)


@jobs.handles(CHECK_KIND)
def run(job: RunningJob) -> dict[str, Any]:
    """Check one batch; done again, it checks anew, but nothing that has begun to be imported meanwhile."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    if job.actor is not None and not can(job.actor, "import.run"):
        raise JobError(_("You may not import any more."))
    with translation.override(job.arguments["language"]):
        try:
            with transaction.atomic():
                held_open(batch)
            opened = check(batch)
            plan = plan_for(opened.mapping, batch, job.actor)
            counts = _judge_all(batch, job, opened, plan)
        except (FileProblem, ImportStateError) as problem:
            raise JobError(str(problem)) from problem
        return counts.as_dict()


def _judge_all(batch: ImportBatch, job: RunningJob, opened: Checked, plan: Plan) -> Counts:
    with transaction.atomic():
        held_open(batch)
        staging = Staging.create(batch.pk, _CHECKED, (*plan.tables(), fates.SOURCE))

    def progress(done: int) -> None:
        job.progress(done, step=_("Reading"))

    total = load(opened, plan, staging, progress, cells=True)
    with staging.open() as cursor:
        job.progress(total, total, _("Comparing"))
        plan.prepare(cursor, CHUNK_ROWS)
        plan.judge(cursor, 0, WHOLE)
        fates.finish_judging(cursor)
        cursor.execute("CREATE UNIQUE INDEX ON judged (line_no)")
        cursor.execute("CREATE INDEX ON judged (outcome, line_no)")
        cursor.execute("CREATE UNIQUE INDEX ON source (line_no)")
        cursor.execute("ANALYZE judged, source")
        counts = fates.tally(cursor)
        held_open(batch)
        batch.state = ImportState.PREVIEWED
        batch.rows = total
        batch.expected = {
            "counts": _plain(counts),
            "warnings": [*repeats_warning(batch), *warnings_of(plan)],
            "stale": False,
        }
        batch.save(update_fields=["state", "rows", "expected"])
        job.guard()
    return counts


def _plain(counts: Counts) -> dict[str, int]:
    return {name: number for name, number in counts.as_dict().items() if name != "rows"}


def _running_check(batch: ImportBatch, actor: User | None) -> Job | None:
    """Return the check that is queued or runs; raises PermissionDenied, ImportStateError."""
    if actor is not None:
        require(actor, "import.run")
    with transaction.atomic():
        held = held_open(batch)
    unfinished = (JobState.QUEUED, JobState.RUNNING)
    job = held.job
    return job if job is not None and job.kind == CHECK_KIND and job.state in unfinished else None


def _require(batch: ImportBatch, actor: User | None) -> None:
    if actor is not None:
        require(actor, "import.run")
    held_open(batch)
    batch.refresh_from_db()


def _arguments(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": batch.pk, "language": translation.get_language()}


def _judged_anew(batch: ImportBatch, line: int, actor: User | None) -> CheckedRow:
    if batch.size <= AT_ONCE_BYTES:
        job = check_here(batch, actor=actor)
        if job.state != JobState.DONE:
            raise FileProblem(job.error)
    else:
        _judge_alone(batch, line, actor)
    found = rows(batch, after=line - 1, limit=1)
    if not found or found[0].line != line:
        raise ValueError(_("The file has no row %(line)d.") % {"line": line})
    return found[0]


def _cells(batch: ImportBatch, opened: Checked, line: int) -> list[str] | None:
    """Return a row as it was read; sensitive cells stand in the file alone."""
    if batch.columns["sensitive"]:
        return next((cells for each, cells in opened.table if each == line), None)
    with Staging.of_check(batch.pk).open() as cursor:
        cursor.execute("SELECT cells FROM source WHERE line_no = %s", [line])
        found = cursor.fetchone()
    return found[0] if found else None


def _judge_alone(batch: ImportBatch, line: int, actor: User | None) -> None:
    """Judge one row, and those that stand and fall with it, against what we have, but not the rest of the file."""
    opened = check(batch)
    plan = plan_for(opened.mapping, batch, actor)
    plan.is_whole_file = False
    standing = Staging.of_check(batch.pk)
    cells = _cells(batch, opened, line)
    if cells is None:
        return
    (result,) = parsed(one_row(opened.table, line, cells, batch), opened.mapping)
    alone = Staging.beside(batch.pk, plan.tables())
    alone.copy("staged", staged_columns(plan), [staged_values(plan, result)])
    with alone.open() as cursor:
        if plan.together:
            cursor.execute(_REST.format(rows=standing.schema, by=plan.together), [line, line])
        plan.prepare(cursor, CHUNK_ROWS)
        plan.judge(cursor, 0, WHOLE)
    with standing.open() as cursor:
        for table in ("judged", "staged"):
            rows = f"(SELECT line_no FROM {alone.schema}.staged)"  # noqa: S608
            cursor.execute(f"DELETE FROM {table} WHERE line_no IN {rows}")  # noqa: S608
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {alone.schema}.{table}")  # noqa: S608
        counts = fates.tally(cursor)
    alone.drop()
    batch.state = ImportState.PREVIEWED
    batch.expected = {**batch.expected, "counts": _plain(counts), "stale": True}
    batch.save(update_fields=["state", "expected"])
