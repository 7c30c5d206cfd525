"""Runs: started by somebody, done by a job, checked, and published by one pointer.

A run takes one REPEATABLE READ snapshot of the records, computes without holding it, writes its rows into a table of
its own and becomes visible in one short transaction. Killed anywhere before that, it leaves the run before published,
and the job's next attempt starts again from the records.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from analysis.datasets.customers import Population, population_of
from analysis.datasets.source import facts_spec
from analysis.datasets.totals import read_months, read_totals
from analysis.measures.churn import ChurnFit
from analysis.measures.pareto_curve import pareto_points, top_shares
from analysis.models import AnalysisRun, FactsSource, Policy, RunState
from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules
from analysis.registry import find
from analysis.selectors.contribution import TOP_PERCENTS
from analysis.services import churn, facts, policies, publishing, storing, summing, validation
from analysis.services.connections import beside, second_connection
from crm.models import Job, JobState, User
from crm.policy import can, require
from crm.services import jobs
from crm.services.jobs import JobError, LeaseLostError, RunningJob
from customers.selectors.facts import Connection, FactsSpec, first_order_on

KIND = "analysis.run"

MOST_WAITING = 5

STEPS = (
    gettext_noop("Adding up what changed"),
    gettext_noop("Reading the customers"),
    gettext_noop("Fitting the churn model"),
    gettext_noop("Ranking and explaining"),
    gettext_noop("Storing the results"),
    gettext_noop("Judging the churn model by the past"),
    gettext_noop("Checking and publishing"),
)


class RunsWaitingError(Exception):
    """Enough runs wait already; str() is translated."""


def start_run(
    *,
    actor: User | None,
    as_of: datetime.date | None = None,
    policy: Policy | None = None,
    publish: bool = True,
    queue: bool = True,
    further: bool = False,
    listener: Callable[[Job], None] | None = None,
) -> AnalysisRun:
    """Start an analysis on a worker or, without ``queue``, do it here and return it done.

    Parameters
    ----------
    actor
        Who asks; None is the system (the nightly run, the command line).
    as_of
        The last day whose facts count; today in the company's time zone when left out.
    policy
        The current one when left out.
    publish
        Whether readers shall see it. Otherwise it stays in the ledger as validated.
    further
        Whether the further measures shall be queued with the publication.

    Raises
    ------
    PermissionDenied
        When ``actor`` may not start analyses.
    RunsWaitingError
        When so many runs wait already that another would only keep the workers from them.
    """
    if actor is not None:
        require(actor, "analysis.run")
        if queue and AnalysisRun.objects.filter(state=RunState.QUEUED).count() >= MOST_WAITING:
            raise RunsWaitingError(
                _("%(count)d analyses are waiting already. Wait until they are done, or cancel them.")
                % {"count": MOST_WAITING}
            )
    run = AnalysisRun(
        as_of=as_of or timezone.localdate(),
        policy=policy or policies.current(),
        publish=publish,
        requested_by=actor,
    )
    arguments = {"by_the_system": actor is None, "further": further}
    if queue:
        with transaction.atomic():
            run.save()
            run.job = jobs.enqueue(KIND, {"run": run.pk, **arguments}, actor=actor)
            run.save(update_fields=["job"])
        return run
    run.save()
    jobs.run_here(KIND, {"run": run.pk, **arguments}, actor=actor, listener=listener)
    run.refresh_from_db()
    return run


def start_nightly() -> AnalysisRun | None:
    """Queue the run as of yesterday, the last whole day, unless the system has done or begun it already."""
    as_of = timezone.localdate() - datetime.timedelta(days=1)
    begun = AnalysisRun.objects.filter(as_of=as_of, requested_by=None).exclude(
        state__in=[RunState.FAILED, RunState.CANCELLED]
    )
    return None if begun.exists() else start_run(actor=None, as_of=as_of, further=True)


@jobs.told_when_given_up(KIND)
def _given_up(job: Job) -> None:
    """A run whose job was cancelled, or whose workers died on it, is at its end: nothing more happens by itself."""
    unfinished = AnalysisRun.objects.filter(
        pk=job.arguments["run"], state__in=[RunState.QUEUED, RunState.RUNNING]
    )
    unfinished.update(
        state=RunState.CANCELLED if job.state == JobState.CANCELLED else RunState.FAILED,
        finished_at=timezone.now(),
        error=_("It was stopped before it was done."),
    )


@jobs.handles(KIND)
def perform(job: RunningJob) -> dict[str, Any]:
    """Do the run that a job is about; one that is done already is left as it is."""
    run = AnalysisRun.objects.select_related("policy").get(pk=job.arguments["run"])
    if run.is_finished and not run.is_repeatable:
        return {"run": run.pk}
    _note(run, state=RunState.RUNNING, job_id=job.job.pk, started_at=timezone.now(), error="")
    try:
        _require_right(job)
        _Execution(run, job).carry_out()
    except LeaseLostError:
        raise
    except PolicyError as error:
        _note(run, state=RunState.FAILED, finished_at=timezone.now(), error=str(error))
        raise JobError(str(error)) from error
    except Exception as error:
        _note(run, state=RunState.FAILED, finished_at=timezone.now(), error=str(error))
        raise
    return {"run": run.pk}


def _require_right(job: RunningJob) -> None:
    """Ask again, now that the job runs: rights may be gone since it was queued."""
    if job.arguments["by_the_system"] or (job.actor and can(job.actor, "analysis.run")):
        return
    raise JobError(_("Whoever asked for this analysis may not start one any more."))


def _note(run: AnalysisRun, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=list(fields))


@dataclass(slots=True)
class _Execution:
    """One attempt at a run."""

    run: AnalysisRun
    job: RunningJob
    timings: dict[str, float] = field(default_factory=dict)

    def carry_out(self) -> None:
        """Snapshot, compute, store, check, publish; the backtest and the sums while the storing awaits the server."""
        self.run.previous = publishing.run_before(self.run)
        with second_connection() as work, ThreadPoolExecutor(1) as aside:
            storing.drop_leftovers(work, self.run)
            population, totals, source, fitting = self._read(work, aside)
            with self._step(2):
                fit = fitting.result()
            backtest = aside.submit(churn.evaluate, population)
            with self._step(3):
                found = find(population, fit)
            sums = aside.submit(summing.sums_by_region_and_tier, found)
            bands = aside.submit(summing.sums_by_band, found)
            table = storing.table_name(self.run, self.job.attempt)
            with self._step(4):
                storing.fill(work, self.run, table, found)
                checking = aside.submit(_check_rows, table, population, totals)
                storing.index(work, table)
            with self._step(5):
                judged = backtest.result()
            with self._step(6):
                checking.result()
                known = aside.submit(storing.take_statistics, work, table)
                self._describe(population, totals, source, found)
                self.run.churn = churn.record(fit, population, judged, found) | {"by_band": bands.result()}
                known.result()
                publishing.publish(self.run, self.job, table, sums.result())

    def _read(
        self, work: Connection, aside: Executor
    ) -> tuple[Population, dict[str, Any], FactsSource, Future[ChurnFit]]:
        """Bring the facts up to date and read the population, all from one snapshot; fit while the totals are read.

        Facts that had to be written are committed first, and brought up to date again in the snapshot that everything
        is read from: almost always nothing has changed meanwhile, and two connections can share the reading.
        """
        rules = self.run.policy.parsed()
        regions = policies.region_ids(rules)
        with facts.alone(work):
            with self._step(0):
                settled = facts.settle(work, self._spec(work, rules), keep=self.run.publish)
            with work.transaction(), ExitStack() as shared:
                spec = self._spec(work, rules)
                prepared = facts.prepare(work, spec, keep=self.run.publish)
                readers = [work]
                if prepared.source is FactsSource.CURRENT:
                    readers.append(shared.enter_context(beside(work)))
                with self._step(1):
                    population = population_of(readers, prepared.table, self.run, rules, regions, spec)
                    fitting = aside.submit(churn.fit, population)
                    totals = read_totals(work, prepared.table, spec, population)
                    current = prepared.source is not FactsSource.ASIDE
                    self.run.months = read_months(work, self.run.as_of)
                    validation.check_facts(work, prepared.table, spec, population, totals)
            if current:
                facts.forget_changes(work)
        return population, totals, settled or prepared.source, fitting

    def _spec(self, work: Connection, rules: PolicyRules) -> FactsSpec:
        """The days that the run is about, as the records have them."""
        return facts_spec(rules, rules.window.window(self.run.as_of, first_order_on(work)), self.run.as_of)

    def _describe(
        self, population: Population, totals: dict[str, Any], source: FactsSource, found: pd.DataFrame
    ) -> None:
        """Put what was found into the ledger's row; it is saved when the run is published."""
        run, value = self.run, found["value"].to_numpy(dtype=np.int64)
        run.window_start, run.window_end = population.window.start, population.window.end
        run.horizon_days = population.rules.churn.horizon_days
        run.currency = settings.COMPANY_CURRENCY
        run.customers = len(population.customers)
        run.facts_source = source
        run.totals = {**totals, "top": top_shares(value, TOP_PERCENTS)}
        run.tiers = _count_tiers(found, population.rules.scheme.value)
        run.pareto = pareto_points(value)
        run.timings = {name: round(seconds, 3) for name, seconds in self.timings.items()}

    @contextmanager
    def _step(self, number: int) -> Iterator[None]:
        self.job.progress(number, len(STEPS), STEPS[number])
        begun = time.monotonic()
        yield
        self.timings[STEPS[number]] = time.monotonic() - begun


def _check_rows(table: str, population: Population, totals: dict[str, Any]) -> None:
    with second_connection() as connection:
        validation.check_rows(connection, table, population, totals)


def _count_tiers(found: pd.DataFrame, scheme: str) -> dict[str, Any]:
    """How many customers each scheme puts into each tier, of all and of those with net revenue above zero."""
    positive = found["net_revenue"] > 0
    counts = {
        name: {
            "all": _counts(found[column]),
            "positive_net": _counts(found.loc[positive, column]),
        }
        for name, column in (("final", "tier"), ("amount", "tier_amount"), ("pareto", "tier_pareto"))
    }
    return {"scheme": scheme, **counts}


def _counts(tiers: pd.Series) -> dict[str, int]:
    counted = tiers.value_counts()
    return {tier: int(counted.get(tier, 0)) for tier in ("A", "B", "C")}
