"""Undoing an import: what it created goes, what it changed comes back; what somebody edited since stays and is listed.

A job in chunks, the last rows of the file first, customers in two lanes; each chunk is one transaction that says of its
rows what was done.
Killed, it goes on with the rows of which nothing is said yet.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import pghistory
from django.db import transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from crm.models import Job, JobState, User
from crm.policy import can, require
from crm.services import audit, jobs
from crm.services.jobs import JobError, Listener, RunningJob
from customers.models import ImportBatch, ImportKind, ImportState, RowOutcome, RowUndone
from customers.services.imports import belongings
from customers.services.imports.lanes import LANES, licence, one_by_one, side_by_side, take_turn
from customers.services.imports.reversal import SUBJECTS, contexts_of, take_back, take_up
from customers.services.imports.running import KIND
from customers.services.imports.staging import unhurried
from customers.services.imports.statements import check_references

UNDO_KIND = "customers.import.undo"
UNDO_ROWS = 10_000
OUTLOOK_ROWS = 20_000

Chunk = tuple[int, int]
"""Its first and its last line."""
Work = Callable[[CursorWrapper, ImportBatch, dict[str, Any]], None]

# An import that stopped half-way can be undone as far as it got.
UNDOABLE = (
    ImportState.DONE,
    ImportState.DONE_WITH_REJECTS,
    ImportState.PAUSED,
    ImportState.CANCELLED,
    ImportState.FAILED,
    ImportState.REVERTING,
)


class NotUndoableError(Exception):
    """This import cannot be undone now; the message says why."""


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What undoing did with the rows that had made or changed a record: counts of rows."""

    removed: int = 0
    restored: int = 0
    kept: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.removed + self.restored + self.kept


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row whose record could not be taken back, whole or in part, and why."""

    line: int
    subject_id: int | None
    reason: str
    subject: str


def start_undo(batch: ImportBatch, *, actor: User | None, chunk_rows: int = UNDO_ROWS) -> Job:
    """Have a worker undo an import; asked twice, it is the same job.

    Raises PermissionDenied; NotUndoableError while it runs, or when there is nothing to undo.
    """
    if actor is not None:
        require(actor, "import.run")
    with transaction.atomic():
        running = (
            Job.objects.filter(
                pk=batch.job_id, kind=UNDO_KIND, state__in=(JobState.QUEUED, JobState.RUNNING)
            ).first()
            if batch.job_id
            else None
        )
        if running is not None:
            return running
        job = jobs.enqueue(UNDO_KIND, _begin(batch, actor, chunk_rows), actor=actor)
        ImportBatch.objects.filter(pk=batch.pk).update(job=job)
    batch.refresh_from_db()
    return job


def undo_here(
    batch: ImportBatch, *, actor: User | None, listener: Listener | None = None, chunk_rows: int = UNDO_ROWS
) -> Job:
    """Undo an import in this process; return its job, ended. Raises as ``start_undo`` does."""
    return jobs.run_here(UNDO_KIND, _begin(batch, actor, chunk_rows), actor=actor, listener=listener)


def undo_report(batch: ImportBatch) -> UndoReport:
    """Return what undoing has done so far."""
    counted = batch.fates.exclude(undone="").values_list("undone").annotate(rows=Count("line_no"))
    return UndoReport(**dict(counted.order_by()))


def kept_rows(batch: ImportBatch, *, after: int = 0, limit: int = 50) -> list[KeptRow]:
    """Return the rows that undoing kept, by line, those behind line ``after``."""
    kept = batch.fates.filter(undone=RowUndone.KEPT, line_no__gt=after).order_by("line_no")
    fates = list(kept.values_list("line_no", "subject_id", "undo_reason")[:limit])
    model = SUBJECTS[batch.kind].model
    names = {record.pk: str(record) for record in model._default_manager.filter(pk__in=[f[1] for f in fates])}
    return [KeptRow(line, pk, reason, names.get(pk, "")) for line, pk, reason in fates]


def undo_outlook(batch: ImportBatch, *, limit: int = 50) -> tuple[UndoReport, list[KeptRow]] | None:
    """Return what undoing would do and what it would keep; None for imports of more than ``OUTLOOK_ROWS`` rows.

    It is undone and all of that taken back, in one transaction.
    """
    if batch.fates.count() > OUTLOOK_ROWS:
        return None
    with transaction.atomic(), pghistory.context(import_undone=batch.pk):
        for _chunk in _undone_in_chunks(batch, OUTLOOK_ROWS):
            pass
        outlook = undo_report(batch), kept_rows(batch, limit=limit)
        transaction.set_rollback(True)
    return outlook


@jobs.handles(UNDO_KIND)
def run(job: RunningJob) -> dict[str, Any]:
    """Undo one import, or what is left of it; started again after it is done, it finds nothing to do."""
    batch = ImportBatch.objects.get(pk=job.arguments["batch"])
    with _surroundings(job):
        if job.actor is not None and not can(job.actor, "import.run"):
            raise JobError(_("You may not import any more."))
        if batch.state != ImportState.REVERTED:
            _attempt(batch, job)
        return dict(batch.undone)


@contextmanager
def _surroundings(job: RunningJob) -> Iterator[None]:
    """Speak the language of who asked, and have the history say which import is undone."""
    user = job.actor.pk if job.actor else None
    with (
        translation.override(job.arguments["language"]),
        pghistory.context(user=user, import_undone=job.arguments["batch"]),
    ):
        yield


def _begin(batch: ImportBatch, actor: User | None, chunk_rows: int) -> dict[str, Any]:
    if actor is not None:
        require(actor, "import.run")
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
        if held.state == ImportState.REVERTED:
            raise NotUndoableError(_("This import is undone already."))
        if held.state not in UNDOABLE:
            raise NotUndoableError(_("Only an import that has ended, or is paused, can be undone."))
        if held.state != ImportState.REVERTING:
            _require_ended(held.job)
            audit.record(actor, "import.undo_started", f"import:{batch.pk}", kind=batch.kind)
        ImportBatch.objects.filter(pk=batch.pk).update(state=ImportState.REVERTING)
    batch.refresh_from_db()
    return {"batch": batch.pk, "language": translation.get_language(), "chunk_rows": chunk_rows}


def _require_ended(job: Job | None) -> None:
    """Refuse while the import's own job runs, or waits to be tried again: it would write beside the undoing."""
    if job is not None and job.kind == KIND and not job.is_finished:
        raise NotUndoableError(
            _("This import goes on by itself. Cancel it, or wait until it has ended, then undo it.")
        )


def _attempt(batch: ImportBatch, job: RunningJob) -> None:
    rows = batch.fates.count()
    step = int(job.arguments["chunk_rows"])
    with closing(_undone_in_chunks(batch, step, job)) as undone:
        for done in undone:
            job.progress(min(done, 2 * rows), 2 * rows, _("Undoing"))
    _finish(batch, job)


def _undone_in_chunks(
    batch: ImportBatch, step: int, job: RunningJob | None = None
) -> Generator[int, None, None]:
    """Undo a chunk in a transaction, yield how many rows that makes, and so on: rows first, then what they brought."""
    chunks = _chunks(batch, step)
    undo = partial(_undo_chunk, batch, job, contexts_of(batch.pk))
    done = 0
    rows = _rows_undone(batch, job, chunks, partial(undo, _undo_rows))
    for ended in (rows, one_by_one(chunks, partial(undo, belongings.undo))):
        with closing(ended):
            for _chunk in ended:
                done += step
                yield done


def _rows_undone(
    batch: ImportBatch, job: RunningJob | None, chunks: list[Chunk], undo: Callable[..., None]
) -> Generator[Chunk, None, None]:
    """Undo the rows of every chunk, side by side where that is right."""
    is_independent = job is not None and len(chunks) > LANES and _is_independent(batch)
    with licence() if is_independent else nullcontext(False) as is_licensed:
        if job is not None and is_licensed:
            yield from side_by_side(chunks, partial(undo, shared=True), partial(_surroundings, job))
        else:
            yield from one_by_one(chunks, undo)


def _undo_chunk(
    batch: ImportBatch,
    job: RunningJob | None,
    contexts: list[Any],
    work: Work,
    chunk: Chunk,
    *,
    shared: bool = False,
) -> None:
    params = {"batch": batch.pk, "first": chunk[0], "last": chunk[1], "contexts": contexts}
    with transaction.atomic(), unhurried() as cursor:
        take_turn(cursor, shared=shared)
        work(cursor, batch, params)
        check_references(cursor)
        if job is not None:
            job.guard()


def _is_independent(batch: ImportBatch) -> bool:
    """Whether chunks can be undone at once: their rows are customers, and each customer is of one row."""
    if batch.kind != ImportKind.CUSTOMERS:
        return False
    written = batch.fates.filter(outcome__in=(RowOutcome.CREATED, RowOutcome.UPDATED))
    return not written.values("subject_id").annotate(rows=Count("line_no")).filter(rows__gt=1).exists()


def _chunks(batch: ImportBatch, step: int) -> list[Chunk]:
    """Return the first and last lines of chunks of ``step`` rows, those of the end of the file first."""
    chunks = []
    last = batch.fates.order_by("-line_no").values_list("line_no", flat=True).first() or 0
    while last > 0:
        before = _line_before(batch, last, step)
        chunks.append((before + 1, last))
        last = before
    return chunks


def _line_before(batch: ImportBatch, upper: int, step: int) -> int:
    """Return the line that ends the chunk before the one of ``step`` rows that ends with line ``upper``."""
    fates = batch.fates.filter(line_no__lte=upper).order_by("-line_no")
    return fates.values_list("line_no", flat=True)[step : step + 1].first() or 0


def _undo_rows(cursor: CursorWrapper, batch: ImportBatch, params: dict[str, Any]) -> None:
    """Take the records of a chunk's rows back, and say so of each row."""
    if take_up(cursor, params):
        take_back(cursor, SUBJECTS[batch.kind], params)
    cursor.execute(
        "UPDATE customers_importrow r SET undo_reason = u.reason, undone = CASE WHEN u.reason <> '' THEN 'kept'"
        " WHEN u.is_new THEN 'removed' ELSE 'restored' END"
        " FROM taken_back u WHERE r.batch_id = %(batch)s AND r.line_no = u.line_no",
        params,
    )


def _finish(batch: ImportBatch, job: RunningJob) -> None:
    with transaction.atomic():
        report = undo_report(batch)
        batch.undone = {"removed": report.removed, "restored": report.restored, "kept": report.kept}
        batch.state = ImportState.REVERTED
        batch.save(update_fields=["undone", "state"])
        audit.record(job.actor, "import.undone", f"import:{batch.pk}", kind=batch.kind, **batch.undone)
        job.guard()
