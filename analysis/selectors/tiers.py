"""The tiers page: headline figures, Pareto curve, tiers by region and the ranked list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from analysis.measures.pareto_curve import pareto_points, share_at
from analysis.measures.tiers import nearest_override
from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors.groups import values_seen
from analysis.selectors.kept import kept
from analysis.selectors.regions import Counts, counts_by_place
from analysis.selectors.snapshots import Filter, sees_company
from analysis.selectors.sums import TIERS, Sums, add, nothing, sums_by_tier
from crm.models import User
from customers.models import Region


@dataclass(frozen=True, slots=True)
class Slice:
    """The customers of one tier, or of all. Money is cents; shares are of what the viewer may see, None of nothing.

    ``moved_up`` rose into this tier since the run before, ``moved_down`` fell out of it, ``fallen_in`` fell into it.
    """

    customers: int
    customer_share: float | None
    value: int
    value_share: float | None
    net_revenue: int
    gross_margin: int
    orders: int
    moved_up: int
    moved_down: int
    fallen_in: int
    new: int
    near: int
    flagged: int
    flagged_value: int
    high_potential: int


@dataclass(frozen=True, slots=True)
class TiersHeadline:
    """The headline figures; ``at_risk`` are the flagged A and B customers."""

    total: Slice
    tiers: dict[str, Slice]
    at_risk: Slice
    previous: AnalysisRun | None
    company: bool


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where a tier ends: so many customers stand in it or above; the first so many bring so much of the value.

    Potential and hysteresis place customers in a tier against their rank, so these first customers are not quite
    the tier's own: the share is the curve's, not the tier's.
    """

    tier: str
    customers: int
    share: float


@dataclass(frozen=True, slots=True)
class ParetoCurve:
    """Cumulative share of value by customers from high to low."""

    points: list[tuple[int, float]]
    a: Boundary
    b: Boundary
    customers: int
    positive_customers: int


@dataclass(frozen=True, slots=True)
class RegionTiers:
    """The tiers of a region with everything below it; ``own_threshold`` when it does not follow the company's."""

    region_id: int | None
    name: str
    a: int
    b: int
    c: int
    value: int
    value_share: float | None
    threshold_a: int | None
    threshold_b: int | None
    own_threshold: bool


def headline(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    sums: Mapping[str, Sums] | None = None,
) -> TiersHeadline:
    """Add up what the viewer may see, by tier; ``sums`` are those of :func:`sums_by_tier` when a page has them."""
    by_tier = sums or sums_by_tier(run, user, filter or Filter())
    everything = add(by_tier.values())
    flagged = _flagged_ab(by_tier)
    fallen_out = {"A": everything["down_from_a"], "B": everything["down_from_b"], "C": 0}
    tiers = {tier: _slice(by_tier[tier], everything, fallen_out[tier]) for tier in TIERS}
    total = _slice(everything, everything, everything["down"])
    return TiersHeadline(total, tiers, _slice(flagged, everything, 0), run.previous, sees_company(user))


def pareto(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    sums: Mapping[str, Sums] | None = None,
) -> ParetoCurve:
    """Draw the curve over the customers whom the viewer may see; ``sums`` as for :func:`headline`."""
    wanted = filter or Filter()
    by_tier = sums or sums_by_tier(run, user, wanted)
    everything = add(by_tier.values())
    in_a = by_tier["A"]["customers"]
    in_a_or_b = in_a + by_tier["B"]["customers"]
    whole = sees_company(user) and wanted.is_empty and everything["customers"] == run.customers
    if whole:
        points = [(int(count), float(share)) for count, share in run.pareto]
    else:
        ends = (in_a, in_a_or_b)
        points = kept(
            f"curve {ends}", run, user, wanted, lambda: pareto_points(values_seen(run, user, wanted), ends)
        )
    return ParetoCurve(
        points,
        Boundary("A", in_a, share_at(points, in_a)),
        Boundary("B", in_a_or_b, share_at(points, in_a_or_b)),
        everything["customers"],
        everything["positive_customers"],
    )


def by_region(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[RegionTiers]:  # noqa: A002
    """Tiers by region, on the highest level of the tree where the viewer's customers part."""
    places = counts_by_place(run, user, filter or Filter())
    total = sum(value for tiers in places.values() for _customers, value in tiers.values())
    regions = {region.path: region for region in Region.objects.filter(path__in=places).order_by()}
    limits = _Limits(run, user)
    described = [_region_tiers(regions.get(place), tiers, total, limits) for place, tiers in places.items()]
    return sorted(described, key=lambda region: (region.region_id is None, -region.value))


def _flagged_ab(by_tier: Mapping[str, Sums]) -> Sums:
    """The flagged of A and B, as far as the sums know them: how many, and their value."""
    both = add([by_tier["A"], by_tier["B"]])
    return nothing() | {
        "customers": both["flagged"],
        "total_value": both["flagged_value"],
        "flagged": both["flagged"],
        "flagged_value": both["flagged_value"],
    }


def _slice(sums: Sums, everything: Sums, fallen_out: int) -> Slice:
    return Slice(
        customers=sums["customers"],
        customer_share=_ratio(sums["customers"], everything["customers"]),
        value=sums["total_value"],
        value_share=_ratio(sums["total_value"], everything["total_value"]),
        net_revenue=sums["total_net_revenue"],
        gross_margin=sums["total_gross_margin"],
        orders=sums["total_orders"],
        moved_up=sums["up"],
        moved_down=fallen_out,
        fallen_in=sums["down"],
        new=sums["fresh"],
        near=sums["near"],
        flagged=sums["flagged"],
        flagged_value=sums["flagged_value"],
        high_potential=sums["high_potential"],
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


class _Limits:
    """The thresholds in force in each region, by the run's policy.

    Under Pareto a threshold is some customer's value: only those who see the company are shown it.
    """

    def __init__(self, run: AnalysisRun, user: User) -> None:
        rules = run.policy.parsed()
        codes = dict(Region.objects.filter(code__in=rules.region_thresholds).values_list("code", "pk"))
        self._policy = rules.tier_policy(codes)
        self._by_amount = rules.scheme == "amount"
        own = self._by_amount and rules.region_thresholds
        self._parents = dict(Region.objects.values_list("pk", "parent_id")) if own else {}
        snapshots = CustomerSnapshot.objects.filter(run=run)
        self._pareto = (
            None
            if self._by_amount or not sees_company(user)
            else next(iter(snapshots.values_list("threshold_a", "threshold_b")[:1]), None)
        )

    def of(self, region: int | None) -> tuple[int | None, int | None, bool]:
        """Thresholds of A and B, and whether they are not simply the company's."""
        if not self._by_amount:
            return (*(self._pareto or (None, None)), False)
        source = nearest_override(region, self._policy.region_thresholds, self._parents)
        limits = self._policy.thresholds if source is None else self._policy.region_thresholds[source]
        return limits.a, limits.b, source is not None


def _region_tiers(region: Region | None, tiers: Counts, total: int, limits: _Limits) -> RegionTiers:
    customers = {tier: tiers[tier][0] if tier in tiers else 0 for tier in TIERS}
    value = sum(value for _customers, value in tiers.values())
    a, b, own = limits.of(region.pk if region else None)
    name = str(region) if region else _("No region")
    region_id = region.pk if region else None
    return RegionTiers(
        region_id,
        name,
        customers["A"],
        customers["B"],
        customers["C"],
        value,
        _ratio(value, total),
        a,
        b,
        own,
    )
