"""Starting, pausing, resuming and cancelling an import, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.models import Job, JobState, User
from crm.policy import require
from crm.services import audit, jobs
from customers.models import ImportBatch, ImportState
from customers.models.imports import FINISHED_STATES
from customers.services.imports.choosing import ImportStateError
from customers.services.imports.running import CHUNK_ROWS, KIND, arguments_of
from customers.services.imports.staging import drop_all

_UNFINISHED = (JobState.QUEUED, JobState.RUNNING)
_STARTABLE = (
    ImportState.UPLOADED,
    ImportState.CHECKED,
    ImportState.PREVIEWED,
    ImportState.PAUSED,
    ImportState.CANCELLED,
    ImportState.FAILED,
    ImportState.RUNNING,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch's job is: rows done of all, rows a second of the present step, and seconds left at that rate."""

    state: str
    step: str
    done: int
    total: int | None
    percent: int | None
    rows_per_second: float | None
    seconds_left: int | None


def start(batch: ImportBatch, *, actor: User | None, chunk_rows: int = CHUNK_ROWS) -> Job:
    """Have a worker run an import, or what is left of it; asked twice, it is the same job.

    Raises PermissionDenied; ImportStateError for one that is done, or is being undone.
    """
    with transaction.atomic():
        held = _held(batch, actor)
        if held.job is not None and held.job.kind == KIND and held.job.state in _UNFINISHED:
            return held.job
        if held.state in FINISHED_STATES:
            raise ImportStateError(_("This import is done already."))
        if held.state not in _STARTABLE:
            raise ImportStateError(_("This import was undone. Upload the file again to import it again."))
        job = jobs.enqueue(KIND, arguments_of(held, chunk_rows), actor=actor)
        ImportBatch.objects.filter(pk=held.pk).update(job=job, pause_requested=False)
    batch.refresh_from_db()
    return job


def pause(batch: ImportBatch, *, actor: User | None) -> None:
    """Ask a running import to stop after its present chunk; what is in stays in, and ``resume`` goes on.

    Raises PermissionDenied; ImportStateError when it does not run.
    """
    with transaction.atomic():
        held = _held(batch, actor)
        if held.job is None or held.job.kind != KIND or held.job.state not in _UNFINISHED:
            raise ImportStateError(_("This import does not run."))
        ImportBatch.objects.filter(pk=held.pk).update(pause_requested=True)
        audit.record(actor, "import.paused", f"import:{held.pk}", kind=held.kind)
    batch.refresh_from_db()


def resume(batch: ImportBatch, *, actor: User | None) -> Job:
    """Go on with a paused import; raises as ``start`` does, and ImportStateError for one that is not paused."""
    if ImportBatch.objects.get(pk=batch.pk).state not in (ImportState.PAUSED, ImportState.RUNNING):
        raise ImportStateError(_("This import is not paused."))
    return start(batch, actor=actor)


def cancel(batch: ImportBatch, *, actor: User | None) -> None:
    """End an import where it stands: what is in stays in, and can be undone.

    Raises PermissionDenied; ImportStateError for one that has ended or was never begun.
    """
    with transaction.atomic():
        held = _held(batch, actor)
        runs = held.job is not None and held.job.state in _UNFINISHED
        if not runs and held.state != ImportState.PAUSED:
            raise ImportStateError(_("This import does not run."))
        if held.state == ImportState.PAUSED:
            ImportBatch.objects.filter(pk=held.pk).update(state=ImportState.CANCELLED, staging="")
            drop_all(held.pk)
        audit.record(actor, "import.cancelled", f"import:{held.pk}", kind=held.kind)
    if runs and held.job is not None:
        jobs.cancel(held.job)
    batch.refresh_from_db()


def progress(batch: ImportBatch) -> Progress:
    """Return how far the batch's present or last job is."""
    job = batch.job
    if job is None:
        return Progress(batch.state, "", 0, batch.rows, None, None, None)
    rate = _rate(job)
    left = round((job.total - job.done) / rate) if rate and job.total and not job.is_finished else None
    return Progress(batch.state, job.step, job.done, job.total, job.percent, rate, left)


def _rate(job: Job) -> float | None:
    """Return rows a second since the present step began."""
    since, before = job.started_at, 0
    if "writing_since" in job.result:
        since, before = datetime.fromisoformat(job.result["writing_since"]), job.result["rows_before"]
    if since is None:
        return None
    seconds = ((job.finished_at or timezone.now()) - since).total_seconds()
    return (job.done - before) / seconds if seconds > 0 and job.done > before else None


def _held(batch: ImportBatch, actor: User | None) -> ImportBatch:
    if actor is not None:
        require(actor, "import.run")
    return ImportBatch.objects.select_for_update(of=("self",)).select_related("job").get(pk=batch.pk)
