"""Sums over a run's customers for one viewer: the run's own rows where those are the viewer's, else live ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from analysis.models import AnalysisRun, TierSummary
from analysis.selectors.groups import groups, reads_stored
from analysis.selectors.kept import kept
from analysis.selectors.slices import SUMS
from analysis.selectors.snapshots import Filter, anybody_left, condition, left_out_since
from crm.models import User
from crm.once import once

TIERS = ("A", "B", "C")
Sums = dict[str, int]


def sums_by_tier(run: AnalysisRun, user: User, wanted: Filter) -> dict[str, Sums]:
    """The sums of each tier, empty tiers included: the run's own where those are the viewer's, else from the rows."""
    if not reads_stored(user, wanted):
        return kept("sums by tier", run, user, wanted, lambda: _by_tier(groups(run, user, wanted)))

    def read() -> dict[str, Sums]:
        stored = TierSummary.objects.filter(run=run, region=wanted.region, with_below=True)
        return _by_tier([*stored.values("tier", *SUMS), *_negatives(run, wanted)])

    return once(("stored sums", run.pk, wanted), read)


def _by_tier(rows: Iterable[Mapping[str, Any]]) -> dict[str, Sums]:
    by_tier = {tier: nothing() for tier in TIERS}
    for row in rows:
        add_to(by_tier[row["tier"]], row)
    return by_tier


def known_count(run: AnalysisRun, user: User, wanted: Filter, name: str = "customers") -> int | None:
    """How many of the viewer's customers fit, where sums that a page shows anyway tell: of everybody in a region or of
    a colleague or team, or of some of their tiers. ``name`` is of SUMS: "flagged" counts the flagged of them."""
    scope = Filter(region=wanted.region, owner=wanted.owner, team=wanted.team)
    if wanted != replace(scope, tiers=wanted.tiers):
        return None
    sums = sums_by_tier(run, user, scope)
    return sum(sums[tier][name] for tier in wanted.tiers or TIERS if tier in sums)


def _negatives(run: AnalysisRun, wanted: Filter) -> Iterable[dict[str, Any]]:
    """The sums of those who are in the run's own sums and have been left out since, with their signs turned."""
    if not anybody_left(run):
        return
    rows: QuerySet[Any, Any] = left_out_since(run).filter(condition(wanted)).values("tier").annotate(**SUMS)
    for row in rows:
        yield {"tier": row["tier"], **{name: -(row[name] or 0) for name in SUMS}}


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
