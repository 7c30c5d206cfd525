"""Sums over customers of a run, the same wherever they are added up: by the run itself or for one viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db.models import Aggregate, BigIntegerField, Case, Count, F, IntegerField, Q, Value, When
from django.db.models.functions import Cast, Floor

# A tenth below the next tier's threshold; whole numbers, since thresholds are cents.
NEAR_A = Q(tier="B", value__lt=F("threshold_a"), value__gte=F("threshold_a") * 9 / 10)
NEAR_B = Q(tier="C", value__lt=F("threshold_b"), value__gte=F("threshold_b") * 9 / 10)
NEAR = NEAR_A | NEAR_B

# The tenth in which the probability of no order lies, from 0; null without a score.
TENTHS = 10
RISK_TENTH = Case(
    When(churn_probability__gte=1, then=Value(TENTHS - 1)),
    default=Cast(Floor(F("churn_probability") * TENTHS), IntegerField()),
    output_field=IntegerField(),
)


class Total(Aggregate):
    """The sum of a bigint column as a bigint, 0 over nothing; PostgreSQL's own sum is a numeric, and slower."""

    function = "sum_cents"
    output_field = BigIntegerField()


FRESH = Q(tier_before="")
UP = ~FRESH & Q(tier__lt=F("tier_before"))
DOWN = ~FRESH & Q(tier__gt=F("tier_before"))
MOVES = {"up": UP, "down": DOWN, "new": FRESH}

SUMS = {
    "customers": Count("*"),
    "positive_customers": Count("customer_id", filter=Q(net_revenue__gt=0)),
    "total_value": Total("value"),
    "total_positive_value": Total("value", filter=Q(value__gt=0)),
    "total_net_revenue": Total("net_revenue"),
    "total_gross_revenue": Total("gross_revenue"),
    "total_gross_margin": Total("gross_margin"),
    "total_costed_revenue": Total("costed_revenue"),
    "total_net_revenue_before": Total("net_revenue_before"),
    "total_orders": Total(Cast("orders", BigIntegerField())),
    "up": Count("customer_id", filter=UP),
    "down": Count("customer_id", filter=DOWN),
    "down_from_a": Count("customer_id", filter=DOWN & Q(tier_before="A")),
    "down_from_b": Count("customer_id", filter=DOWN & Q(tier_before="B")),
    "fresh": Count("customer_id", filter=FRESH),
    "near": Count("customer_id", filter=NEAR),
    "high_potential": Count("customer_id", filter=Q(potential="high")),
    "scored": Count("churn_probability"),
    "flagged": Count("customer_id", filter=Q(churn_flag=True)),
    "flagged_value": Total("value", filter=Q(churn_flag=True)),
}


def is_near(row: Mapping[str, Any]) -> bool:
    """Whether a row is a tenth or less below the next tier's threshold, as :data:`NEAR` says it in SQL."""
    threshold = {"B": row["threshold_a"], "C": row["threshold_b"]}.get(row["tier"])
    return threshold is not None and threshold * 9 // 10 <= row["value"] < threshold


def movement(tier: str, before: str) -> str:
    """Where a customer came from: "up", "down", "new" or "" when it stayed."""
    if not before:
        return "new"
    if tier == before:
        return ""
    return "up" if tier < before else "down"


def _bands(*ends: int | None) -> Sequence[tuple[int | None, int | None]]:
    return tuple(pairwise(ends))


# How long money has been overdue, and how soon somebody is due to buy: days in (after, to], an open end is None.
OVERDUE_DAYS = _bands(0, 30, 60, 90, None)
DUE_DAYS = _bands(None, -1, 7, 14, 30, None)


def between(name: str, after: int | None, to: int | None) -> Q:
    """Rows whose days lie in (after, to], an open end is None."""
    found = Q()
    if after is not None:
        found &= Q(**{f"{name}__gt": after})
    if to is not None:
        found &= Q(**{f"{name}__lte": to})
    return found if found else Q(**{f"{name}__isnull": False})
