"""The viewer's customers of a run in groups, one for each region and tier: what a page adds up, from one reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet

from analysis.models import AnalysisRun
from analysis.selectors.slices import SUMS
from analysis.selectors.snapshots import Filter, sees_company, values_of, visible
from crm.models import User
from crm.once import once


def reads_stored(user: User, wanted: Filter) -> bool:
    """Whether the run's own sums are what a viewer is to be shown of a selection."""
    return sees_company(user) and wanted == Filter(region=wanted.region)


def groups(run: AnalysisRun, user: User, wanted: Filter) -> list[dict[str, Any]]:
    """The sums of each region's customers of each tier, with ``region__path`` and ``tier``, and their ``values``.

    A page needs them by tier, by region and one by one, and whoever sees part of the company has no stored ones: their
    customers, who may be hundreds of thousands, are read once for all of it.
    """

    def read() -> list[dict[str, Any]]:
        rows: QuerySet[Any, Any] = visible(run, user, wanted).order_by().values("region__path", "tier")
        return list(rows.annotate(**SUMS, values=ArrayAgg("value")))

    return once(("groups", run.pk, user.pk, wanted), read)


def values_seen(run: AnalysisRun, user: User, wanted: Filter) -> npt.NDArray[np.int64]:
    """The values of the viewer's customers, in no order."""
    if reads_stored(user, wanted):
        return once(("values", run.pk, user.pk, wanted), lambda: values_of(visible(run, user, wanted)))
    found = [value for group in groups(run, user, wanted) for value in group["values"]]
    return np.array(found, dtype=np.int64)
