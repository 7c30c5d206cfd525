"""The page of lifetime values: what the viewer's customers' orders to come are worth, beside last year going on."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, FloatField, Sum
from django.db.models.functions import Coalesce

from analysis.models import AnalysisRun, LifetimeValue
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.score_words import clv_sentence
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "clv"
FIGURES = ("expected_orders", "expected_value", "clv", "naive")
ORDERS: dict[str, tuple[Key, ...]] = {
    "clv": (Key("clv", integer, descending=True), Key("customer_id", integer)),
    "naive": (Key("naive", integer, descending=True), Key("customer_id", integer)),
}


@dataclass(frozen=True, slots=True)
class ValueSummary:
    """The viewer's customers added up, in cents, over the policy's years."""

    years: int
    discount_rate: float
    customers: int
    expected_orders: float
    clv: int
    naive: int


@dataclass(frozen=True, slots=True)
class ValueOfCustomer:
    """One customer's lifetime value in cents, and what it is made of."""

    customer: Who
    expected_orders: float
    expected_value: int
    clv: int
    naive: int
    reason: str


@kept_sums
def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> ValueSummary:  # noqa: A002
    """Add up the viewer's customers."""
    rows, rules = visible_rows(LifetimeValue, NAME, run, user, filter), run.policy.parsed().clv
    found = rows.aggregate(
        customers=Count("customer_id"),
        orders=Coalesce(Sum("expected_orders"), 0.0, output_field=FloatField()),
        worth=Total("clv"),
        going_on=Total("naive"),
    )
    return ValueSummary(
        rules.years,
        float(rules.discount_rate),
        found["customers"],
        found["orders"],
        found["worth"] or 0,
        found["going_on"] or 0,
    )


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    order: str = "clv",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[ValueOfCustomer]:
    """The viewer's customers by value; ``order`` is a key of :data:`ORDERS`.

    Raises CursorError for a cursor that this list did not make.
    """
    rows, years = visible_rows(LifetimeValue, NAME, run, user, filter), run.policy.parsed().clv.years
    page = page_of(rows.values(*NAMED, *FIGURES), ORDERS[order], after=after, before=before, size=size)
    found = [
        ValueOfCustomer(
            customer=who(row),
            reason=clv_sentence(row, years, run.currency),
            **{name: row[name] for name in FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
