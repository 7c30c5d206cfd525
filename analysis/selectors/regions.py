"""How a run's customers spread over the region tree: counted and added up where they part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from django.db.models import Count, QuerySet

from analysis.models import AnalysisRun, CustomerSnapshot, TierSummary
from analysis.selectors.groups import groups, reads_stored
from analysis.selectors.kept import kept
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, anybody_left, condition, left_out_since
from crm.models import User
from customers.models import Region

# Customers and cents of value, by tier.
Counts: TypeAlias = dict[str, tuple[int, int]]
# The same by the path of a region, "" for customers of no region.
Places: TypeAlias = dict[str, Counts]

_NOWHERE = ""
_STORED = ("region", "region__path", "tier", "customers", "total_value")


def counts_by_place(run: AnalysisRun, user: User, wanted: Filter) -> Places:
    """Count the viewer's customers on the highest level of the tree, below the region asked for, where they part."""
    if reads_stored(user, wanted):
        return _stored(run, wanted)
    return kept("counts by place", run, user, wanted, lambda: _counted_by_place(run, user, wanted))


def _counted_by_place(run: AnalysisRun, user: User, wanted: Filter) -> Places:
    found = groups(run, user, wanted)
    below = Region.objects.filter(pk=wanted.region or 0).values_list("path", flat=True).first() or ""
    depth = _parting_depth([row["region__path"] for row in found if row["region__path"]], below)
    places: Places = {}
    for row in found:
        _add(
            places,
            _upper(row["region__path"] or _NOWHERE, depth),
            row["tier"],
            row["customers"],
            row["total_value"],
        )
    return places


def _counted(rows: QuerySet[CustomerSnapshot]) -> list[dict[str, Any]]:
    by_place: QuerySet[Any, Any] = rows.order_by().values("region__path", "tier")
    return list(by_place.annotate(people=Count("*"), worth=Total("value")))


def _stored(run: AnalysisRun, wanted: Filter) -> Places:
    """Read the run's own sums, a level at a time from the region asked for downwards until they part."""
    here = wanted.region
    nowhere: Places = {}
    shown: Places = {}
    while True:
        level: Places = {}
        below: set[int] = set()
        for row in _level(run, here):
            region, path = row["region"], row["region__path"] or _NOWHERE
            _add(
                nowhere if region is None else level, path, row["tier"], row["customers"], row["total_value"]
            )
            below |= {region} - {here, None}
        if below or not shown:
            shown = level
        if len(level) != 1 or not below:
            return _without_left_out(run, wanted, shown | nowhere)
        (here,) = below


def _level(run: AnalysisRun, here: int | None) -> list[dict[str, Any]]:
    """The sums of the regions just below one, and of the customers who are in no region below it."""
    stored: QuerySet[Any, Any] = TierSummary.objects.filter(run=run).order_by().values(*_STORED)
    below = Region.objects.filter(parent=here).order_by().values("pk")
    return [*stored.filter(region__in=below, with_below=True), *stored.filter(region=here, with_below=False)]


def _without_left_out(run: AnalysisRun, wanted: Filter, places: Places) -> Places:
    """Take off those who have been left out since the run."""
    if not anybody_left(run):
        return places
    for row in _counted(left_out_since(run).filter(condition(wanted))):
        holding = [place for place in places if (row["region__path"] or _NOWHERE).startswith(place)]
        _add(places, max(holding, key=len, default=_NOWHERE), row["tier"], -row["people"], -row["worth"])
    return places


def _add(places: Places, place: str, tier: str, customers: int, value: int) -> None:
    counts = places.setdefault(place, {})
    before = counts.get(tier, (0, 0))
    counts[tier] = (before[0] + customers, before[1] + value)


def _parting_depth(paths: Iterable[str], below: str) -> int:
    """The least depth, deeper than ``below``, at which the paths are not all in one region."""
    depth = below.count("/") + 1
    deepest = max((path.count("/") for path in paths), default=1)
    while depth < deepest and len({_upper(path, depth) for path in paths}) < 2:
        depth += 1
    return depth


def _upper(path: str, depth: int) -> str:
    parts = path.split("/")[:-1]
    return "".join(f"{part}/" for part in parts[:depth])
