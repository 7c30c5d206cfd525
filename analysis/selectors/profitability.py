"""The profitability page: what the viewer's customers leave after goods and service, and who loses money."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from analysis.models import AnalysisRun, CustomerProfit, ProfitStanding
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.product_words import profit_sentence
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, sees_company
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "profitability"
MONEY = ("net_revenue", "uncosted_revenue", "cost_of_goods", "gross_margin", "service_cost", "profit")
ORDERS: dict[str, tuple[Key, ...]] = {
    "profit": (Key("profit", integer, descending=True), Key("customer_id", integer)),
    "loss": (Key("profit", integer), Key("customer_id", integer)),
    **{
        name: (Key(name, integer, descending=True), Key("customer_id", integer))
        for name in ("service_cost", "net_revenue", "gross_margin", "cost_of_goods", "uncosted_revenue")
    },
}


@dataclass(frozen=True, slots=True)
class ProfitSummary:
    """The viewer's customers added up, in cents; ``lost`` is what those who lose money lose together.

    ``standings`` counts customers by the codes of ProfitStanding.
    """

    customers: int
    net_revenue: int
    uncosted_revenue: int
    cost_of_goods: int
    gross_margin: int
    service_cost: int
    profit: int
    lost: int
    standings: dict[str, int]

    @property
    def cost_coverage(self) -> float | None:
        """How much of the net revenue has a known cost, None without revenue."""
        if self.net_revenue <= 0:
            return None
        return min(1.0, max(0.0, 1 - self.uncosted_revenue / self.net_revenue))

    @property
    def profit_rate(self) -> float | None:
        """Profit as a share of the revenue of known cost, None without such."""
        costed = self.net_revenue - self.uncosted_revenue
        return self.profit / costed if costed > 0 else None


@dataclass(frozen=True, slots=True)
class ProfitOfCustomer:
    """One customer's profit over the window, in cents. The rank is the company's, None for who does not see it."""

    customer: Who
    net_revenue: int
    uncosted_revenue: int
    cost_of_goods: int
    gross_margin: int
    service_cost: int
    profit: int
    profit_rate: float | None
    cost_coverage: float
    standing: str
    standing_label: str
    rank: int | None
    reason: str


@kept_sums
def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> ProfitSummary:  # noqa: A002
    """Add up the profits of the viewer's customers."""
    rows = visible_rows(CustomerProfit, NAME, run, user, filter)
    sums = {f"sum_of_{name}": Total(name) for name in MONEY}
    lost = Total("profit", filter=Q(standing=ProfitStanding.LOSES))
    found = rows.aggregate(customers=Count("customer_id"), lost=lost, **sums)
    counted = rows.order_by().values_list("standing").annotate(Count("customer_id"))
    return ProfitSummary(
        customers=found["customers"],
        lost=-(found["lost"] or 0),
        standings={**dict.fromkeys(ProfitStanding.values, 0), **dict(counted)},
        **{name: found[f"sum_of_{name}"] or 0 for name in MONEY},
    )


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    standing: str = "",
    order: str = "profit",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[ProfitOfCustomer]:
    """The viewer's customers by profit; ``order`` is a key of :data:`ORDERS`, ``standing`` a code of ProfitStanding.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(CustomerProfit, NAME, run, user, filter)
    if standing:
        rows = rows.filter(standing=standing)
    figures = (*MONEY, "profit_rate", "cost_coverage", "standing", "rank")
    page = page_of(rows.values(*NAMED, *figures), ORDERS[order], after=after, before=before, size=size)
    company = sees_company(user)
    found = [
        ProfitOfCustomer(
            customer=who(row),
            standing_label=str(ProfitStanding(row["standing"]).label),
            reason=profit_sentence(row, run.currency),
            **{name: row[name] for name in figures if name != "rank"},
            rank=row["rank"] if company else None,
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
