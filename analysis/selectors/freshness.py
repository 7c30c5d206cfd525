"""Whether a run still holds what is known, and which runs can still be looked at."""

from __future__ import annotations

import datetime

from django.db.models import Exists, OuterRef, QuerySet

from analysis.models import AnalysisRun, RunState, TierSummary
from analysis.selectors.runs import FINDINGS, runs_for
from crm.models import User
from customers.models import ImportBatch, ImportState

MOST_PERIODS = 24


def newer_import(run: AnalysisRun) -> datetime.datetime | None:
    """When an import ended whose rows the run has not read; None when it has read them all."""
    done = ImportBatch.objects.filter(state__in=[ImportState.DONE, ImportState.DONE_WITH_REJECTS])
    if run.started_at:
        done = done.filter(finished_at__gt=run.started_at)
    return done.order_by("-finished_at").values_list("finished_at", flat=True).first()


def runs_with_rows(user: User) -> QuerySet[AnalysisRun]:
    """The runs that were published and whose rows are kept, newest first: what a page can show or compare with.

    What they found is not read with them: :func:`analysis.selectors.runs.whole_run` reads the one that is looked at.
    """
    rows = TierSummary.objects.filter(run=OuterRef("pk"))
    published = runs_for(user).filter(state__in=[RunState.PUBLISHED, RunState.SUPERSEDED])
    return published.filter(Exists(rows)).select_related(None).defer(*FINDINGS).order_by("-as_of", "-pk")
