"""Which runs there are, and the one that readers see."""

from __future__ import annotations

from django.db.models import QuerySet

from analysis.models import AnalysisRun, Publication, RunState
from crm.models import JobState, User
from crm.once import once
from crm.policy import can

# What a run found, as JSON: long, and of no use where runs are only named.
FINDINGS = ("totals", "tiers", "churn", "pareto", "months", "timings")


def published() -> AnalysisRun | None:
    """The published run: the same one all through a request that changes nothing."""

    def read() -> AnalysisRun | None:
        found = Publication.objects.select_related("run__policy", "run__previous").order_by()
        publication = found.defer(*(f"run__previous__{name}" for name in FINDINGS)).first()
        return publication.run if publication else None

    return once("published run", read)


def whole_run(run: AnalysisRun) -> AnalysisRun:
    """A run with all that it found, its policy and the run before: for one of a list."""
    return AnalysisRun.objects.select_related("policy", "previous").get(pk=run.pk)


def runs_for(user: User) -> QuerySet[AnalysisRun]:
    """The ledger, newest first, for those who may see analyses."""
    runs = AnalysisRun.objects.select_related("policy", "job", "requested_by")
    return runs if can(user, "analysis.view") else runs.none()


def running() -> AnalysisRun | None:
    """The newest run that waits or is being done."""
    return (
        AnalysisRun.objects.select_related("job")
        .filter(
            state__in=[RunState.QUEUED, RunState.RUNNING, RunState.FAILED, RunState.CANCELLED],
            job__state__in=[JobState.QUEUED, JobState.RUNNING],
        )
        .first()
    )
