"""Further measures: planned when a run is published, each done by jobs of its own and visible only when whole.

Independent ones are queued together and share the workers; one that builds on others waits for them. A sharded one is
divided into ranges of customers, a job each; the last to end queues the merging step. What a job writes, its state
included, is one transaction: whoever is killed leaves nothing, and the next attempt begins from the records.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.models import AnalysisRun, MeasureResult, MeasureShard, MeasureState
from analysis.registry import FURTHER, Measure, Outcome
from analysis.services import measuring, shards, storing
from crm.models import Job, JobState, User
from crm.models.jobs import REPEATABLE_STATES
from crm.services import jobs
from crm.services.jobs import JobError, Listener, RunningJob
from customers.selectors.facts import Connection

MEASURE = "analysis.measure"
SHARD = "analysis.shard"
MERGE = "analysis.merge"

SECONDS_BETWEEN_LOOKS = 0.2


def plan(
    run: AnalysisRun, *, actor: User | None, only: Collection[str] = (), hint: bool = True
) -> list[MeasureResult]:
    """Note within the caller's transaction that a run's measures are to be done, and queue those that wait for none.

    ``only`` names the measures that are wanted, all when empty; what they are after comes too. Measures that are
    done, refused or under way already are left as they are.
    """
    wanted = _with_those_before(only) if only else set(FURTHER)
    fresh = {"state": MeasureState.WAITING}
    for name in wanted:
        result, created = MeasureResult.objects.get_or_create(run=run, name=name, defaults=fresh)
        if not created and result.state == MeasureState.FAILED:
            _note(result, state=MeasureState.WAITING, error="")
    _queue_ready(run, actor=actor, hint=hint)
    return list(MeasureResult.objects.filter(run=run, name__in=wanted))


def carry_out_here(
    run: AnalysisRun, *, only: Collection[str] = (), listener: Listener | None = None
) -> list[MeasureResult]:
    """Do a run's measures in this process; return their results.

    Raises
    ------
    ExceptionGroup
        When measures broke, after all others have been done.
    """
    with transaction.atomic():
        planned = plan(run, actor=run.requested_by, only=only, hint=False)
    broken: list[Exception] = []
    while (job := _next_job(run)) is not None:
        if job.state == JobState.RUNNING and job.lease_until and job.lease_until > timezone.now():
            time.sleep(SECONDS_BETWEEN_LOOKS)  # a worker has taken it; others may wait for it
            continue
        try:
            jobs.execute(job.pk, listener=listener, in_foreground=True)
        except Exception as error:
            broken.append(error)
    if broken:
        raise ExceptionGroup("measures broke", broken)
    return list(MeasureResult.objects.filter(pk__in=[result.pk for result in planned]))


def _with_those_before(names: Collection[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        measure = FURTHER.get(name)
        if measure is None:
            raise KeyError(f"no measure is called {name!r}")
        if name not in found:
            found.add(name)
            waiting += measure.after
    return found


def _next_job(run: AnalysisRun) -> Job | None:
    """A job of the run's measures that is queued or, failing that, being done elsewhere."""
    results = Job.objects.filter(pk__in=MeasureResult.objects.filter(run=run).values("job"))
    parts = Job.objects.filter(pk__in=MeasureShard.objects.filter(result__run=run).values("job"))
    for state in (JobState.QUEUED, JobState.RUNNING):
        for found in (results, parts):
            if job := found.filter(state=state).order_by("id").first():
                return job
    return None


@jobs.handles(MEASURE)
def perform(job: RunningJob) -> dict[str, Any]:
    """Do a measure, or divide it among the workers when it is a sharded one."""
    result, measure = _begun(job)
    if result.is_done or result.state == MeasureState.REFUSED or measure is None:
        return {"result": result.pk}
    with _failures_noted(result):
        if measure.merge is None:
            _do(result, measure, job)
        else:
            _divide(result, measure, job)
    return {"result": result.pk}


@jobs.handles(SHARD)
def perform_shard(job: RunningJob) -> dict[str, Any]:
    """Do a sharded measure for one range of customers; the last one queues the merging step."""
    shard = (
        MeasureShard.objects.select_related("result__run__policy", "result__run__previous")
        .filter(pk=job.arguments["shard"])
        .first()
    )
    if shard is None:  # its division was given up
        return {}
    result, measure = shard.result, FURTHER.get(shard.result.name)
    if shard.attempt is not None or (result.is_finished and result.state != MeasureState.FAILED):
        return {"shard": shard.pk}
    if measure is None:
        raise JobError(_("This measure is not known any more."))
    with _failures_noted(result):
        found = measuring.measure(measure, result.run, shards.as_shard(shard), job)
        with transaction.atomic():
            shards.store(_raw(), shard, measure, found.outcome)
            job.guard()
            shard.attempt, shard.timings = job.attempt, found.timings
            shard.summary, shard.problem = found.outcome.summary, found.outcome.problem
            shard.save(update_fields=["attempt", "timings", "summary", "problem"])
            _queue_merging_after_the_last(result, job)
    return {"shard": shard.pk}


@jobs.handles(MERGE)
def perform_merge(job: RunningJob) -> dict[str, Any]:
    """Put the parts of a sharded measure together and make it visible."""
    result, measure = _begun(job)
    if result.is_done or result.state == MeasureState.REFUSED or measure is None:
        return {"result": result.pk}
    with _failures_noted(result):
        outcome, timings = shards.merge(result, measure)
        with transaction.atomic():
            rows = shards.finish(_raw(), result, measure, refused=bool(outcome.problem))
            _make_visible(result, measure, outcome, job, timings, rows)
    return {"result": result.pk}


def _begun(job: RunningJob) -> tuple[MeasureResult, Measure[Any] | None]:
    result = MeasureResult.objects.select_related("run__policy", "run__previous").get(
        pk=job.arguments["result"]
    )
    measure = FURTHER.get(result.name)
    if measure is None:
        _note(result, state=MeasureState.FAILED, error=_("This measure is not known any more."))
    elif not result.is_finished or result.state == MeasureState.FAILED:
        begun_at = result.started_at or timezone.now()
        _note(result, state=MeasureState.RUNNING, job_id=job.job.pk, started_at=begun_at, error="")
    return result, measure


def _do(result: MeasureResult, measure: Measure[Any], job: RunningJob) -> None:
    found = measuring.measure(measure, result.run, None, job)
    with transaction.atomic():
        _make_visible(result, measure, found.outcome, job, found.timings, rows=0)


def _divide(result: MeasureResult, measure: Measure[Any], job: RunningJob) -> None:
    """Divide the run's customers into ranges, with tables for what each finds, and queue a job for each.

    A division whose jobs go on is left alone: the attempt that made it ended before it could say so. One of which a
    job has failed is given up.
    """
    with transaction.atomic():
        MeasureResult.objects.select_for_update(no_key=True).get(pk=result.pk)
        earlier = Job.objects.filter(pk__in=result.shards.values("job"))
        if earlier.exists() and not earlier.filter(state__in=REPEATABLE_STATES).exists():
            return
        for each_job in earlier.exclude(state__in=REPEATABLE_STATES):
            jobs.cancel(each_job)
        parts = shards.divide(_raw(), result, measure)
        each = [{"shard": part.pk} for part in parts]
        queued = jobs.enqueue_group(SHARD, each, actor=job.actor, hint=not job.in_foreground)
        for part, its_job in zip(parts, queued, strict=True):
            part.job = its_job
            part.save(update_fields=["job"])
        job.guard()


def _queue_merging_after_the_last(result: MeasureResult, job: RunningJob) -> None:
    """Within the transaction that ends a shard: two that end at once are told apart by the result's row."""
    locked = MeasureResult.objects.select_for_update(no_key=True).get(pk=result.pk)
    if not locked.shards.filter(attempt=None).exists():
        each = [{"result": locked.pk}]
        (merging,) = jobs.enqueue_group(MERGE, each, actor=job.actor, hint=not job.in_foreground)
        _note(locked, job_id=merging.pk)


def _make_visible(
    result: MeasureResult,
    measure: Measure[Any],
    outcome: Outcome,
    job: RunningJob,
    timings: dict[str, float],
    rows: int,
) -> None:
    """Store the rows and mark the measure done, within the caller's transaction; wake those that waited for it."""
    begun = time.monotonic()
    tables = {table.model: table for table in measure.tables}
    for model, frame in outcome.rows.items():
        rows += storing.put(_raw(), tables[model], result.run, frame)
    job.guard()
    _note(
        result,
        state=MeasureState.REFUSED if outcome.problem else MeasureState.DONE,
        summary=outcome.summary,
        problem=outcome.problem,
        rows=rows,
        finished_at=timezone.now(),
        timings={**timings, "store": round(time.monotonic() - begun + timings.get("store", 0), 3)},
    )
    _queue_ready(result.run, actor=job.actor, hint=not job.in_foreground)


def _queue_ready(run: AnalysisRun, *, actor: User | None, hint: bool) -> None:
    """Queue, as one group, the measures that wait and whose forerunners have ended well.

    What builds on a refused one is refused with it. The run's row is locked, so that of two forerunners that end at
    once the second sees the first.
    """
    AnalysisRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    results = {result.name: result for result in MeasureResult.objects.filter(run=run)}
    ready = []
    for measure in FURTHER.values():
        result = results.get(measure.name)
        if result is None or result.state != MeasureState.WAITING:
            continue
        before = [results[name] for name in measure.after]
        refused = next((other for other in before if other.state == MeasureState.REFUSED), None)
        if refused is not None:
            _note(result, state=MeasureState.REFUSED, problem=refused.problem, finished_at=timezone.now())
        elif all(other.is_done for other in before):
            ready.append(result)
    each = [{"result": result.pk} for result in ready]
    for result, job in zip(ready, jobs.enqueue_group(MEASURE, each, actor=actor, hint=hint), strict=True):
        _note(result, state=MeasureState.QUEUED, job_id=job.pk)


@contextmanager
def _failures_noted(result: MeasureResult) -> Iterator[None]:
    """Leave a word in the ledger when a measure breaks; a job that is not ours any more says nothing."""
    try:
        yield
    except jobs.LeaseLostError:
        raise
    except Exception as error:
        _note(result, state=MeasureState.FAILED, error=str(error), finished_at=timezone.now())
        raise


@jobs.told_when_given_up(MEASURE)
@jobs.told_when_given_up(MERGE)
def _given_up(job: Job) -> None:
    _fail_if_unfinished(MeasureResult.objects.filter(pk=job.arguments["result"]))


@jobs.told_when_given_up(SHARD)
def _shard_given_up(job: Job) -> None:
    _fail_if_unfinished(MeasureResult.objects.filter(shards=job.arguments["shard"]))


def _fail_if_unfinished(results: Any) -> None:
    unfinished = results.exclude(state__in=[MeasureState.DONE, MeasureState.REFUSED])
    unfinished.update(
        state=MeasureState.FAILED,
        error=_("It was stopped before it was done."),
        finished_at=timezone.now(),
    )


def _note(result: MeasureResult, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(result, name, value)
    result.save(update_fields=list(fields))


def _raw() -> Connection:
    """The connection of the caller's transaction, as COPY takes it."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    return raw
