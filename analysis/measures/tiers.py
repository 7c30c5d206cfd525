"""ABC tiers: a versioned policy that turns contributions into tiers, each step leaving its reason in the row.

1. **Raw tier**, under both schemes. *Amount*: A if value ≥ a, B if value ≥ b, else C, with the thresholds of the
   nearest region above the customer that sets its own. *Pareto*: A if the cumulative share before is under 80 %, B
   under 95 %, else C; a value ≤ 0 is C; ties share a tier. The policy's scheme decides which one counts.
2. **Hysteresis**: a customer keeps its previous higher tier while value ≥ (1 − 10 %) × that tier's threshold; promotion
   is immediate. Under Pareto the threshold of a tier is the least value that reaches it.
3. **Potential**, last: high → A; closing → one tier down (the policy may set both otherwise); as long as it has not
   expired.

Comparisons are between whole cents; cuts and percentages are Decimal, so that no customer on a threshold is misplaced
by a rounding error.

Source: Dickie (1951), ABC inventory analysis shoots for dollars, not pennies, Factory Management and Maintenance
109(7), for three classes by value; schemes, hysteresis and potential: definition of this product.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures.contribution import Integers, positive_sum
from analysis.measures.frames import aligned, require_columns

TIER_DTYPE = pd.CategoricalDtype(["C", "B", "A"], ordered=True)
POTENTIAL_DTYPE = pd.CategoricalDtype(["high", "medium", "low", "closing"])
POTENTIAL_RULE_DTYPE = pd.CategoricalDtype(["none", "high", "closing", "expired"])
C, B, A = 0, 1, 2

Codes = npt.NDArray[np.int8]


class TierScheme(StrEnum):
    """What makes a tier: an amount of value, or a place in the Pareto curve."""

    AMOUNT = "amount"
    PARETO = "pareto"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Least value of an A and of a B customer, in cents for the policy's window.

    Raises
    ------
    ValueError
        Unless a > b > 0.
    """

    a: int
    b: int

    def __post_init__(self) -> None:
        if not self.a > self.b > 0:
            raise ValueError(f"thresholds must satisfy a > b > 0, not a = {self.a}, b = {self.b}")


@dataclass(frozen=True, slots=True)
class PotentialPolicy:
    """What a judgement of potential does: the least tier of high potential ("none": nothing), tiers down for closing.

    Raises
    ------
    ValueError
        Unless ``high_tier`` is A, B or none and ``closing_steps`` from 0 to 2.
    """

    high_tier: str = "A"
    closing_steps: int = 1

    def __post_init__(self) -> None:
        if self.high_tier not in {"A", "B", "none"} or self.closing_steps not in {0, 1, 2}:
            raise ValueError(f"no such rule of potential: {self.high_tier}, {self.closing_steps}")


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """How tiers are decided. The seed thresholds are 5,000,000 and 1,000,000 a year in the company currency.

    Raises
    ------
    ValueError
        Unless 0 < pareto_a < pareto_b ≤ 1 and 0 ≤ hysteresis < 1.
    """

    scheme: TierScheme = TierScheme.AMOUNT
    thresholds: Thresholds = Thresholds(a=5_000_000_00, b=1_000_000_00)
    region_thresholds: Mapping[int, Thresholds] = field(default_factory=dict)
    pareto_a: Decimal = Decimal("0.80")
    pareto_b: Decimal = Decimal("0.95")
    hysteresis: Decimal = Decimal("0.10")
    potential: PotentialPolicy = field(default_factory=PotentialPolicy)

    def __post_init__(self) -> None:
        if not 0 < self.pareto_a < self.pareto_b <= 1:
            raise ValueError(f"Pareto cuts must satisfy 0 < a < b ≤ 1, not {self.pareto_a}, {self.pareto_b}")
        if not 0 <= self.hysteresis < 1:
            raise ValueError(f"hysteresis must be at least 0 and under 1, not {self.hysteresis}")


@dataclass(frozen=True, slots=True)
class _InForce:
    """The thresholds of each customer in cents, where they come from, and the raw tiers that they make."""

    a: pd.Series
    b: pd.Series
    region: pd.Series
    raw: Codes


def assign_tiers(
    contribution: pd.DataFrame,
    customers: pd.DataFrame,
    policy: TierPolicy,
    region_parents: Mapping[int, int | None],
    as_of: datetime.date,
) -> pd.DataFrame:
    """Give every customer its tier and the reasons for it.

    Parameters
    ----------
    contribution
        As :func:`analysis.measures.contribution.contribution` returns it.
    customers
        The same customers in any order: ``region_id`` Int64 (NA: the company's thresholds); ``previous_tier`` A, B, C
        or NA, the last published ``tier_kept`` under the same scheme (before potential, lest a promise be taken for an
        achievement); ``potential`` high, medium, low, closing or NA; ``potential_expires_on`` datetime64, the last
        day it is in force (NaT: no end).
    region_parents
        Region → the region above it, None at the root.

    Returns
    -------
    DataFrame
        Indexed like ``contribution``. Tiers are ordered categories C < B < A. ``tier_amount``, ``tier_pareto``: raw
        tier under each scheme; ``tier_raw``: under the policy's. ``threshold_region`` Int64: the region whose override
        applied (NA: none). ``threshold_a``, ``threshold_b`` Int64 cents: in force for the scheme (NA under Pareto when
        nobody has a positive value). ``previous_tier``. ``tier_kept``: after hysteresis. ``kept_above`` Int64 cents:
        the value down to which the previous tier was kept, where it was (else NA). ``potential``;
        ``potential_rule``: none, high, closing or expired. ``tier``: the tier. ``tier_scheme``.

    Raises
    ------
    ValueError
        When columns or customers do not match, a tier or potential is unknown, or the region tree has a cycle.
    """
    require_columns(contribution, ("value", "positive_before"), "contributions")
    require_columns(
        customers, ("region_id", "previous_tier", "potential", "potential_expires_on"), "customers for tiers"
    )
    customers = aligned(customers, contribution.index, "customers for tiers")
    value = contribution["value"].to_numpy(dtype=np.int64)
    amount = _amount_scheme(value, customers["region_id"], policy, region_parents)
    pareto = _pareto_scheme(value, contribution["positive_before"].to_numpy(dtype=np.int64), policy)
    in_force = amount if policy.scheme is TierScheme.AMOUNT else pareto
    previous = _codes(customers["previous_tier"], TIER_DTYPE, "previous tier")
    kept, kept_above = _hysteresis(value, in_force, previous, policy.hysteresis)
    potential = _codes(customers["potential"], POTENTIAL_DTYPE, "potential")
    tier, rule = _potential(kept, potential, customers["potential_expires_on"], as_of, policy.potential)
    scheme = _categories(np.zeros(len(value), dtype=np.int8), pd.CategoricalDtype([policy.scheme.value]))
    columns = {
        "tier_amount": _categories(amount.raw, TIER_DTYPE),
        "tier_pareto": _categories(pareto.raw, TIER_DTYPE),
        "tier_raw": _categories(in_force.raw, TIER_DTYPE),
        "threshold_region": in_force.region.array,
        "threshold_a": in_force.a.array,
        "threshold_b": in_force.b.array,
        "previous_tier": _categories(previous, TIER_DTYPE),
        "tier_kept": _categories(kept, TIER_DTYPE),
        "kept_above": kept_above.array,
        "potential": _categories(potential, POTENTIAL_DTYPE),
        "potential_rule": _categories(rule, POTENTIAL_RULE_DTYPE),
        "tier": _categories(tier, TIER_DTYPE),
        "tier_scheme": scheme,
    }
    return pd.DataFrame(columns, index=contribution.index)


def nearest_override(
    region: int | None, overrides: Mapping[int, Thresholds], region_parents: Mapping[int, int | None]
) -> int | None:
    """The nearest region, from ``region`` up to the root, that sets its own thresholds; None when none does.

    Raises
    ------
    ValueError
        When the regions above ``region`` form a cycle.
    """
    seen: set[int] = set()
    while region is not None and region not in overrides:
        if region in seen:
            raise ValueError(f"region {region} lies above itself")
        seen.add(region)
        region = region_parents.get(region)
    return region


def _amount_scheme(
    value: Integers, regions: pd.Series, policy: TierPolicy, region_parents: Mapping[int, int | None]
) -> _InForce:
    codes, distinct = pd.factorize(regions.astype("Int64"))
    sources = [nearest_override(int(region), policy.region_thresholds, region_parents) for region in distinct]
    sources.append(None)  # code −1: a customer without a region
    limits = [policy.thresholds if source is None else policy.region_thresholds[source] for source in sources]
    a = np.array([limit.a for limit in limits], dtype=np.int64)[codes]
    b = np.array([limit.b for limit in limits], dtype=np.int64)[codes]
    raw = ((value >= b).astype(np.int8) + (value >= a)).astype(np.int8)
    region = pd.Series(pd.array(sources, dtype="Int64").take(codes, allow_fill=False))
    return _InForce(pd.Series(a, dtype="Int64"), pd.Series(b, dtype="Int64"), region, raw)


def _pareto_scheme(value: Integers, positive_before: Integers, policy: TierPolicy) -> _InForce:
    positive = value > 0
    total = Decimal(positive_sum(value))
    under_a = positive & (positive_before < math.ceil(policy.pareto_a * total))
    under_b = positive & (positive_before < math.ceil(policy.pareto_b * total))
    raw = (under_b.astype(np.int8) + under_a).astype(np.int8)
    a, b = (
        _constant(int(value[under].min()) if under.any() else None, len(value))
        for under in (under_a, under_b)
    )
    return _InForce(a, b, _constant(None, len(value)), raw)


def _hysteresis(
    value: Integers, in_force: _InForce, previous: Codes, hysteresis: Decimal
) -> tuple[Codes, pd.Series]:
    """Tier after hysteresis, and the least value (Int64 cents) at which a kept tier was kept."""
    floor = pd.Series(pd.NA, index=range(len(value)), dtype="Int64")
    for tier, threshold in ((A, in_force.a), (B, in_force.b)):
        was_higher = (previous == tier) & (in_force.raw < tier)
        floor = floor.mask(was_higher, _floors(threshold, hysteresis))
    keeps = (pd.Series(value) >= floor).fillna(False).to_numpy(dtype=bool)
    return np.where(keeps, previous, in_force.raw).astype(np.int8), floor.where(keeps)


def _floors(thresholds: pd.Series, hysteresis: Decimal) -> pd.Series:
    """Least whole cents not under (1 − hysteresis) × threshold."""
    codes, distinct = pd.factorize(thresholds)
    floors = [math.ceil((1 - hysteresis) * int(threshold)) for threshold in distinct]
    return pd.Series(pd.array([*floors, None], dtype="Int64").take(codes, allow_fill=False))


def _potential(
    kept: Codes, potential: Codes, expires_on: pd.Series, as_of: datetime.date, policy: PotentialPolicy
) -> tuple[Codes, Codes]:
    """Tier after potential, and which rule of :data:`POTENTIAL_RULE_DTYPE` was applied."""
    high, closing = (potential == POTENTIAL_DTYPE.categories.get_loc(name) for name in ("high", "closing"))
    least = {"A": A, "B": B, "none": -1}[policy.high_tier]
    high, closing = high & (kept <= least), closing & (policy.closing_steps > 0)
    expired = (expires_on < pd.Timestamp(as_of)).to_numpy(dtype=bool)
    none, rule_high, rule_closing, rule_expired = range(4)
    conditions = [(high | closing) & expired, high, closing]
    rule = np.select(conditions, [rule_expired, rule_high, rule_closing], default=none).astype(np.int8)
    down = np.maximum(kept - policy.closing_steps, C)
    tier = np.where(rule == rule_high, least, np.where(rule == rule_closing, down, kept)).astype(np.int8)
    return tier, rule


def _codes(values: pd.Series, dtype: pd.CategoricalDtype, what: str) -> Codes:
    """Category codes of ``values``, −1 where missing; ``ValueError`` for a value that is no category."""
    unknown = sorted(set(values.dropna().unique()) - set(dtype.categories))
    if unknown:
        raise ValueError(f"unknown {what}: {unknown[0]!r}; use {', '.join(dtype.categories)}")
    return np.asarray(values.astype(dtype).cat.codes, dtype=np.int8)


def _categories(codes: Codes, dtype: pd.CategoricalDtype) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _constant(value: int | None, length: int) -> pd.Series:
    return pd.Series(pd.NA if value is None else value, index=range(length), dtype="Int64")
