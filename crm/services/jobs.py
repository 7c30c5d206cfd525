"""Background work: queue it, claim it, do it, report it.

A handler is a function ``handler(job: RunningJob) -> dict`` registered under the job's kind with ``@handles``.
It may be started again after a crash, so it looks at what is already done before it does anything.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from celery import group
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from crm.celery import app
from crm.models import Job, JobState, User
from crm.models.jobs import REPEATABLE_STATES
from crm.services.notifications import JOBS_TOLD, tell

log = structlog.get_logger(__name__)

Handler = Callable[["RunningJob"], dict[str, Any]]
Listener = Callable[[Job], None]

_handlers: dict[str, Handler] = {}
_told: dict[str, Listener] = {}

PUBLISH_SECONDS = 2
_LITTLE_PATIENCE = {
    "socket_timeout": PUBLISH_SECONDS,
    "socket_connect_timeout": PUBLISH_SECONDS,
    "max_retries": 0,
    "interval_start": 0,
}


class JobError(Exception):
    """A failure that the person who asked can mend: its message is shown to them, and it is not retried."""


class LeaseLostError(Exception):
    """Another worker has taken this job over, or it was cancelled: stop without writing anything more."""


class JobCancelledError(LeaseLostError):
    """Somebody asked for this job to stop."""


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register a function as the one that does jobs of ``kind``."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def told_when_given_up(kind: str) -> Callable[[Listener], Listener]:
    """Register the function that is told, in the same transaction, of a job that ends with its handler unheard.

    That is one that was cancelled, or whose workers died on it time after time.
    """

    def register(listener: Listener) -> Listener:
        _told[kind] = listener
        return listener

    return register


class RunningJob:
    """A claimed job as its handler sees it: arguments in, progress out, and a guard for its commits."""

    def __init__(self, job: Job, listener: Listener | None = None, *, in_foreground: bool = False) -> None:
        self.job = job
        self.attempt = job.attempt
        self.in_foreground = in_foreground
        self._listener = listener

    @property
    def arguments(self) -> dict[str, Any]:
        """What the job was asked to do."""
        return dict(self.job.arguments)

    @property
    def actor(self) -> User | None:
        """Who asked for it; their rights are checked again when it runs."""
        return self.job.created_by

    def progress(self, done: int, total: int | None = None, step: str = "") -> None:
        """Report how far the work is; raises LeaseLostError when it is no longer ours to do."""
        self.job.done, self.job.total = done, total
        self.job.step = step or self.job.step
        self._update(done=done, total=total, step=self.job.step, lease_until=_lease_end())
        if self._listener:
            self._listener(self.job)

    def keep(self, **result: Any) -> None:
        """Remember what is done so far, with the caller's change: who takes the job over reads it in ``job.result``."""
        self.job.result = {**self.job.result, **result}
        self._update(result=self.job.result)

    def guard(self) -> None:
        """Within a transaction: hold the job's row, so that no stale attempt can commit beside us."""
        held = self._mine().select_for_update().values_list("cancel_requested", flat=True).first()
        if held is None:
            raise LeaseLostError(str(self.job))
        if held:
            raise JobCancelledError(str(self.job))

    def finish(self, state: JobState, **fields: Any) -> None:
        """Write the job's end, unless somebody else owns it by now."""
        self._mine().update(state=state, finished_at=timezone.now(), lease_until=None, **fields)
        self.job.refresh_from_db()

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, attempt=self.attempt, state=JobState.RUNNING)

    def _update(self, **fields: Any) -> None:
        if not self._mine().update(**fields):
            raise LeaseLostError(str(self.job))


def enqueue(kind: str, arguments: dict[str, Any], *, actor: User | None) -> Job:
    """Create a job with the caller's change; the queue hears of it once that is committed."""
    job = _create(kind, arguments, actor)
    transaction.on_commit(lambda: _hint(job.pk), robust=True)
    return job


def enqueue_group(
    kind: str, each: Collection[Mapping[str, Any]], *, actor: User | None, hint: bool = True
) -> list[Job]:
    """Create jobs that may be done at the same time, and tell the queue of all of them at once.

    Without ``hint`` the caller does them itself, as far as the sweeper has not told others of them by then.
    """
    created = [_create(kind, dict(arguments), actor) for arguments in each]
    if created and hint:
        ids = [job.pk for job in created]
        transaction.on_commit(lambda: _hint(*ids), robust=True)
    return created


def run_here(
    kind: str, arguments: dict[str, Any], *, actor: User | None, listener: Listener | None = None
) -> Job:
    """Do a job in this process, in the foreground, through the same ledger; return it ended."""
    job = _create(kind, arguments, actor)
    return execute(job.pk, listener=listener, in_foreground=True) or Job.objects.get(pk=job.pk)


def execute(job_id: int, *, listener: Listener | None = None, in_foreground: bool = False) -> Job | None:
    """Claim and do one job; return it ended, or None when there is nothing to claim.

    What breaks goes back to the queue, or, in the foreground, to the caller.
    """
    job = _claim(job_id)
    if job is None:
        return None
    running = RunningJob(job, listener, in_foreground=in_foreground)
    logger = log.bind(job=job.pk, kind=job.kind, attempt=job.attempt)
    try:
        with _heartbeat(running):
            result = _handlers[job.kind](running)
        running.finish(JobState.DONE, result=result, error="")
        logger.info("job done")
    except JobCancelledError:
        with transaction.atomic():
            running.finish(JobState.CANCELLED)
            _tell(job)
        logger.info("job cancelled")
    except LeaseLostError:
        logger.warning("job lost its lease")
    except JobError as error:
        running.finish(JobState.FAILED, error=str(error))
        logger.info("job failed", reason=type(error).__name__)
    except Exception as error:
        if in_foreground:
            running.finish(JobState.FAILED, error=_summary(error))
            raise
        _give_back(running, error)
        logger.exception("job attempt failed")
    job.refresh_from_db()
    if job.kind in JOBS_TOLD and job.is_finished and job.created_by_id and not in_foreground:
        tell([job.created_by_id], "job", f"job:{job.pk}:{job.attempt}", about=job.pk)
    return job


def cancel(job: Job) -> None:
    """Ask a job to stop: at once when it has not begun, at its next step otherwise."""
    with transaction.atomic():
        stopped = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
            state=JobState.CANCELLED, finished_at=timezone.now()
        )
        if stopped:
            _tell(job)
    Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)


def retry(job: Job) -> None:
    """Give an ended job that did not succeed another three attempts."""
    changed = Job.objects.filter(pk=job.pk, state__in=REPEATABLE_STATES).update(
        state=JobState.QUEUED, attempt=0, error="", cancel_requested=False, finished_at=None
    )
    if changed:
        transaction.on_commit(lambda: _hint(job.pk), robust=True)


def sweep() -> list[int]:
    """Send again every job that waits too long or whose worker fell silent; return their ids."""
    now = timezone.now()
    waiting = Q(state=JobState.QUEUED, created_at__lt=now - timedelta(seconds=settings.JOB_SWEEP_SECONDS))
    silent = Q(state=JobState.RUNNING, lease_until__lt=now)
    ids = list(Job.objects.filter(waiting | silent).order_by("id").values_list("id", flat=True))
    for job_id in ids:
        _hint(job_id)
    return ids


def _create(kind: str, arguments: dict[str, Any], actor: User | None) -> Job:
    if kind not in _handlers:
        raise KeyError(f"No handler for jobs of kind {kind!r}")
    return Job.objects.create(kind=kind, arguments=arguments, created_by=actor)


def _hint(*job_ids: int) -> None:
    """Tell the workers of jobs. With the broker away or hung nothing is lost: the sweeper tells them later.

    A connection of its own, with little patience: somebody waits for a page.
    """
    tasks = [app.signature("crm.tasks.run_job", args=[job_id], immutable=True) for job_id in job_ids]
    with app.connection_for_write(transport_options=_LITTLE_PATIENCE) as connection:
        group(tasks).apply_async(producer=app.amqp.Producer(connection), retry=False)


def _tell(job: Job) -> None:
    job.refresh_from_db()
    if listener := _told.get(job.kind):
        listener(job)


def _claim(job_id: int) -> Job | None:
    """Take a queued job, or a running one whose lease has expired; None when it is not to be had."""
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    worn_out = Job.objects.filter(free, pk=job_id, attempt__gte=Job.MAX_ATTEMPTS)
    with transaction.atomic():
        if worn_out.update(state=JobState.QUARANTINED, finished_at=now, lease_until=None):
            _tell(Job.objects.get(pk=job_id))
            return None
    claimed = Job.objects.filter(free, pk=job_id).update(
        state=JobState.RUNNING, attempt=F("attempt") + 1, started_at=now, lease_until=_lease_end()
    )
    return Job.objects.select_related("created_by").get(pk=job_id) if claimed else None


def _give_back(running: RunningJob, error: Exception) -> None:
    """Put a job that broke back into the queue, or into quarantine after its last attempt."""
    text = _summary(error)
    if running.attempt >= Job.MAX_ATTEMPTS:
        running.finish(JobState.QUARANTINED, error=text)
        return
    running._update(state=JobState.QUEUED, lease_until=None, error=text)
    transaction.on_commit(lambda: _hint(running.job.pk), robust=True)


def _summary(error: Exception) -> str:
    """Name what broke; the text of an unforeseen error may quote records, and belongs into the log."""
    return type(error).__name__


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)


@contextmanager
def _heartbeat(running: RunningJob) -> Iterator[None]:
    """Renew the lease from a second connection while one long statement keeps the first one busy."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(settings.JOB_LEASE_SECONDS / 4):
                if not running._mine().update(lease_until=_lease_end()):
                    return
        finally:
            connection.close()

    thread = threading.Thread(target=beat, name=f"lease-{running.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
