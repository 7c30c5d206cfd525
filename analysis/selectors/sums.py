"""Sums over a run's customers for one viewer: the run's own rows where those are the viewer's, else live ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Sum

from analysis.models import AnalysisRun, TierSummary
from analysis.selectors.slices import SUMS
from analysis.selectors.snapshots import (
    Filter,
    condition,
    left_out_since,
    regions_below,
    sees_company,
    visible,
)
from crm.models import User

TIERS = ("A", "B", "C")
Sums = dict[str, int]


def sums_by_tier(run: AnalysisRun, user: User, wanted: Filter) -> dict[str, Sums]:
    """The sums of each tier, empty tiers included."""
    by_tier = {tier: nothing() for tier in TIERS}
    for row in sums_by(run, user, wanted, "tier"):
        add_to(by_tier[row["tier"]], row)
    return by_tier


def sums_by(run: AnalysisRun, user: User, wanted: Filter, *by: str) -> list[dict[str, Any]]:
    """The sums by some columns: from the run's own where those are the viewer's, else from the rows."""
    if sees_company(user) and wanted == Filter(region=wanted.region):
        stored = TierSummary.objects.filter(run=run)
        if wanted.region is not None:
            stored = stored.filter(region__in=regions_below(wanted.region))
        kept = stored.order_by().values(*by).annotate(**{f"sum_of_{name}": Sum(name) for name in SUMS})
        rows = [{name.removeprefix("sum_of_"): value for name, value in row.items()} for row in kept]
        gone = left_out_since(run).filter(condition(wanted))
        rows += [_negative(row, by) for row in gone.values(*by).annotate(**SUMS).order_by()]
        return rows
    return list(visible(run, user, wanted).values(*by).annotate(**SUMS).order_by())


def _negative(row: Mapping[str, Any], by: tuple[str, ...]) -> dict[str, Any]:
    return {name: value if name in by or value is None else -value for name, value in row.items()}


def nothing() -> Sums:
    """The sums over nobody."""
    return dict.fromkeys(SUMS, 0)


def add_to(sums: Sums, row: Mapping[str, Any]) -> None:
    """Add a row to sums."""
    for name in SUMS:
        sums[name] += row[name] or 0


def add(parts: Iterable[Sums]) -> Sums:
    """The sums over all parts."""
    total = nothing()
    for part in parts:
        add_to(total, part)
    return total
