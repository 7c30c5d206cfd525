"""How a measure's customers are spread, for its chart: counts and sums over what the viewer may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, Value, When

from analysis.models import (
    AnalysisRun,
    CreditRow,
    ElsewhereBasis,
    LoyaltyRow,
    Move,
    NarrowBuyer,
    Recommendation,
    UpsellCandidate,
)
from analysis.selectors.kept import kept_sums
from analysis.selectors.loyalty import DAYS_A_YEAR, LONGEST_TENURE
from analysis.selectors.results import visible_rows
from analysis.selectors.slices import DUE_DAYS, OVERDUE_DAYS, Total, between
from analysis.selectors.snapshots import Filter
from crm.models import User


@dataclass(frozen=True, slots=True)
class Passage:
    """Customers who went from one tier to another, "" for none; the greater of their two values, in cents."""

    tier_before: str
    tier: str
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class TenureBand:
    """Customers of so many whole years since their first order, the last band and more; how many ordered again."""

    years: int
    customers: int
    repeaters: int


@dataclass(frozen=True, slots=True)
class DaysBand:
    """Customers whose days lie in (after, to], an open end is None, and their money in cents."""

    after: int | None
    to: int | None
    customers: int
    value: int


@dataclass(frozen=True, slots=True)
class Offered:
    """A product that customers lack: how many, and for how many it is the best offer."""

    product_id: int
    product: str
    customers: int
    first: int


@dataclass(frozen=True, slots=True)
class NarrowSum:
    """Narrow buyers whose spend elsewhere rests on the same basis, in cents."""

    basis: str
    label: str
    customers: int
    net_revenue: int
    elsewhere: int


@kept_sums
def passages(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[Passage]:  # noqa: A002
    """Who went from which tier to which since the run before, A first."""
    rows = visible_rows(Move, "moves", run, user, filter).exclude(move="").order_by()
    found = rows.values("tier_before", "tier").annotate(people=Count("customer_id"), worth=Total("weight"))
    listed = found.order_by("tier_before", "tier").values_list("tier_before", "tier", "people", "worth")
    return [Passage(*row) for row in listed]


@kept_sums
def tenure(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[TenureBand]:  # noqa: A002
    """The viewer's customers by years since their first order."""
    rows = visible_rows(LoyaltyRow, "loyalty", run, user, filter).exclude(tenure_days=None).order_by()
    years = Case(
        When(tenure_days__gte=LONGEST_TENURE * DAYS_A_YEAR, then=Value(LONGEST_TENURE)),
        default=F("tenure_days") / DAYS_A_YEAR,
        output_field=IntegerField(),
    )
    counted = rows.values(band=years).annotate(
        people=Count("customer_id"), again=Count("customer_id", filter=Q(is_repeat=True))
    )
    found = {band: counts for band, *counts in counted.values_list("band", "people", "again")}
    return [TenureBand(band, *found.get(band, (0, 0))) for band in range(LONGEST_TENURE + 1)]


@kept_sums
def overdue_ages(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[DaysBand]:  # noqa: A002
    """What the viewer's customers owe beyond its day, by how long."""
    rows = visible_rows(CreditRow, "credit", run, user, filter).filter(overdue__gt=0)
    sums = {
        f"{name}_{place}": function
        for place, (after, to) in enumerate(OVERDUE_DAYS)
        for name, function in (
            ("people", Count("customer_id", filter=between("overdue_days", after, to))),
            ("worth", Total("overdue", filter=between("overdue_days", after, to))),
        )
    }
    found = rows.aggregate(**sums)
    return [
        DaysBand(after, to, found[f"people_{place}"], found[f"worth_{place}"] or 0)
        for place, (after, to) in enumerate(OVERDUE_DAYS)
    ]


@kept_sums
def due_days(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[DaysBand]:  # noqa: A002
    """The viewer's customers due to buy again, by how soon, with what they usually order."""
    rows = visible_rows(UpsellCandidate, "upsell", run, user, filter)
    found = rows.aggregate(
        **{
            f"people_{place}": Count("customer_id", filter=between("days_until_due", after, to))
            for place, (after, to) in enumerate(DUE_DAYS)
        },
        **{
            f"worth_{place}": Total("typical_order", filter=between("days_until_due", after, to))
            for place, (after, to) in enumerate(DUE_DAYS)
        },
    )
    return [
        DaysBand(after, to, found[f"people_{place}"], found[f"worth_{place}"] or 0)
        for place, (after, to) in enumerate(DUE_DAYS)
    ]


def offered(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    size: int,
) -> list[Offered]:
    """The products that most of the viewer's customers are to be offered."""
    rows = visible_rows(Recommendation, "cross_sell", run, user, filter).order_by()
    counted = rows.values("product_id", "product__name").annotate(
        people=Count("customer_id"), best=Count("customer_id", filter=Q(place=1))
    )
    listed = counted.order_by("-people", "product_id")[:size]
    return [Offered(*row) for row in listed.values_list("product_id", "product__name", "people", "best")]


@kept_sums
def causes(run: AnalysisRun, user: User, filter: Filter | None = None) -> dict[tuple[str, str], int]:  # noqa: A002
    """How many of the viewer's customers moved, by move and cause."""
    rows = visible_rows(Move, "moves", run, user, filter).exclude(move="").order_by()
    counted = rows.values("move", "cause").annotate(people=Count("customer_id"))
    return {(move, cause): people for move, cause, people in counted.values_list("move", "cause", "people")}


def narrow(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[NarrowSum]:  # noqa: A002
    """The viewer's narrow buyers added up by basis; those that are nobody's are left out."""
    rows = visible_rows(NarrowBuyer, "narrow_buyers", run, user, filter).order_by().values("basis")
    sums = rows.annotate(people=Count("customer_id"), net=Total("net_revenue"), other=Total("elsewhere"))
    found = sums.order_by("-other").values_list("basis", "people", "net", "other")
    return [NarrowSum(basis, str(ElsewhereBasis(basis).label), *figures) for basis, *figures in found]
