"""The loyalty page: who of the viewer's customers comes back, for how long and with what share of their wallet."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Avg, Count, Q

from analysis.models import AnalysisRun, LoyaltyRow
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.score_words import loyalty_sentence
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "loyalty"
DAYS_A_YEAR = 365
LONGEST_TENURE = 5  # years, and more
FIGURES = ("is_repeat", "tenure_days", "orders_a_year", "breadth", "elsewhere", "share_of_wallet")
ORDERS: dict[str, tuple[Key, ...]] = {
    "tenure": (Key("tenure_days", integer, descending=True), Key("customer_id", integer)),
}


@dataclass(frozen=True, slots=True)
class LoyaltySummary:
    """The viewer's customers with an order; averages are of those of whom the figure is known, None without any."""

    customers: int
    repeaters: int
    repeat_rate: float | None
    tenure_days: float | None
    breadth: float | None
    with_wallet: int
    share_of_wallet: float | None


@dataclass(frozen=True, slots=True)
class LoyalCustomer:
    """One customer's signs of loyalty; None is unknown, ``elsewhere`` is cents."""

    customer: Who
    is_repeat: bool
    tenure_days: int
    orders_a_year: float | None
    breadth: float | None
    elsewhere: int | None
    share_of_wallet: float | None
    reason: str


@kept_sums
def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> LoyaltySummary:  # noqa: A002
    """Count and average the viewer's customers."""
    found = visible_rows(LoyaltyRow, NAME, run, user, filter).aggregate(
        customers=Count("customer_id"),
        repeaters=Count("customer_id", filter=Q(is_repeat=True)),
        mean_tenure=Avg("tenure_days"),
        mean_breadth=Avg("breadth"),
        with_wallet=Count("share_of_wallet"),
        mean_share=Avg("share_of_wallet"),
    )
    customers, repeaters = found["customers"], found["repeaters"]
    return LoyaltySummary(
        customers=customers,
        repeaters=repeaters,
        repeat_rate=repeaters / customers if customers else None,
        tenure_days=found["mean_tenure"],
        breadth=found["mean_breadth"],
        with_wallet=found["with_wallet"],
        share_of_wallet=found["mean_share"],
    )


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    repeat: bool | None = None,
    with_wallet: bool = False,
    years: int | None = None,
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[LoyalCustomer]:
    """The viewer's customers, the longest-standing first; only those who came back, or did not, or with a record of
    purchases elsewhere, or of so many whole ``years`` since their first order (:data:`LONGEST_TENURE` and more).

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(LoyaltyRow, NAME, run, user, filter)
    if repeat is not None:
        rows = rows.filter(is_repeat=repeat)
    if with_wallet:
        rows = rows.filter(share_of_wallet__isnull=False)
    if years is not None:
        rows = rows.filter(tenure_days__gte=years * DAYS_A_YEAR)
        if years < LONGEST_TENURE:
            rows = rows.filter(tenure_days__lt=(years + 1) * DAYS_A_YEAR)
    page = page_of(rows.values(*NAMED, *FIGURES), ORDERS["tenure"], after=after, before=before, size=size)
    found = [
        LoyalCustomer(
            customer=who(row),
            reason=loyalty_sentence(row, run.currency),
            **{name: row[name] for name in FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
