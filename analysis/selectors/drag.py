"""The list of drag customers: who they are, what they bring and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from analysis.models import AnalysisRun, DragCost
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.marks import is_gold
from analysis.selectors.record_words import VERDICTS, drag_sentence, label
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "drag"
KEYS = (Key("profit", integer), Key("customer_id", integer))
_FIGURES = (
    "net_revenue",
    "gross_margin",
    "visit_cost",
    "discount_cost",
    "support_cost",
    "service_cost",
    "profit",
    "cost_share",
    "orders",
    "verdict",
)


@dataclass(frozen=True, slots=True)
class DragCustomer:
    """A drag customer's figures over the window, in cents; ``reason`` is the verdict in a sentence."""

    customer: Who
    net_revenue: int
    gross_margin: int
    visit_cost: int
    discount_cost: int
    support_cost: int
    service_cost: int
    profit: int
    cost_share: float | None
    orders: int
    verdict: str
    verdict_label: str
    reason: str


@dataclass(frozen=True, slots=True)
class DragSum:
    """The drag customers of one verdict together, in cents."""

    verdict: str
    label: str
    customers: int
    net_revenue: int
    gross_margin: int
    service_cost: int
    profit: int


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    verdict: str = "",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[DragCustomer]:
    """The viewer's drag customers, those who lose us most first; ``verdict`` picks one of VERDICTS.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = _listed(run, user, filter)
    if verdict:
        rows = rows.filter(verdict=verdict)
    page = page_of(rows.values(*NAMED, *_FIGURES), KEYS, after=after, before=before, size=size)
    found = [
        DragCustomer(
            customer=who(row),
            verdict_label=label(VERDICTS, row["verdict"]),
            reason=drag_sentence(row, run.currency),
            **{name: row[name] for name in _FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def sums(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[DragSum]:  # noqa: A002
    """The viewer's drag customers added up by verdict, in the order of VERDICTS."""
    rows = _listed(run, user, filter).order_by().values("verdict")
    added = rows.annotate(
        n=Count("*"),
        net=Total("net_revenue"),
        margin=Total("gross_margin"),
        cost=Total("service_cost"),
        left=Total("profit"),
    )
    found = added.values_list("verdict", "n", "net", "margin", "cost", "left")
    by_verdict = {verdict: figures for verdict, *figures in found}
    return [
        DragSum(verdict, str(words), *by_verdict.get(verdict, (0, 0, 0, 0, 0)))
        for verdict, words in VERDICTS.items()
    ]


def _listed(run: AnalysisRun, user: User, filter: Filter | None) -> QuerySet[DragCost]:  # noqa: A002
    """The viewer's drag customers; not those whom the run expects to be gold, for a top mark beats drag."""
    return visible_rows(DragCost, NAME, run, user, filter).filter(~is_gold())
