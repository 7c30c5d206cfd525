"""The page of gold customers: whom the next fiscal year hangs on, and how the last one was foretold."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from analysis.models import AnalysisRun, GoldRow
from analysis.selectors import explanations
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.results import RowsPage, page_of, summary_of, visible_rows
from analysis.selectors.score_words import gold_sentence
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, sees_company
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer

NAME = "gold"
FIGURES = ("expected_spend", "gold_rank", "is_gold", "last_year", "was_top")
ORDERS: dict[str, tuple[Key, ...]] = {
    "expected": (Key("gold_rank", integer), Key("customer_id", integer)),
    "last_year": (Key("last_year", integer, descending=True), Key("customer_id", integer)),
}


@dataclass(frozen=True, slots=True)
class GoldSummary:
    """The viewer's customers with an order; ``stay`` are gold and were among the last twelve months' top. Cents."""

    year_start: datetime.date
    year_end: datetime.date
    customers: int
    gold: int
    stay: int
    expected: int
    expected_of_gold: int


@dataclass(frozen=True, slots=True)
class ListScore:
    """How one list did; shares are None when there was nobody or nothing. ``captured`` is cents."""

    name: str
    chosen: int
    hits: int
    precision: float | None
    captured: int
    captured_share: float | None


@dataclass(frozen=True, slots=True)
class GoldScore:
    """How the last fiscal year was foretold: the model's list, last year's and hindsight, or the ``problem``."""

    year_start: datetime.date
    year_end: datetime.date
    problem: str
    customers: int
    total: int
    lists: list[ListScore]


@dataclass(frozen=True, slots=True)
class GoldCustomer:
    """One customer's expected spend in cents. The rank is the company's, None for who does not see it."""

    customer: Who
    expected_spend: int
    gold_rank: int | None
    is_gold: bool
    last_year: int
    was_top: bool
    reason: str


@kept_sums
def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> GoldSummary:  # noqa: A002
    """Add up the viewer's customers."""
    year = run.policy.parsed().gold.next_year(run.as_of)
    found = visible_rows(GoldRow, NAME, run, user, filter).aggregate(
        customers=Count("customer_id"),
        gold=Count("customer_id", filter=Q(is_gold=True)),
        stay=Count("customer_id", filter=Q(is_gold=True, was_top=True)),
        expected=Total("expected_spend"),
        expected_of_gold=Total("expected_spend", filter=Q(is_gold=True)),
    )
    return GoldSummary(year.start, year.end, **{name: value or 0 for name, value in found.items()})


def score(run: AnalysisRun, user: User) -> GoldScore | None:
    """How the last fiscal year was foretold, for whoever sees the company; None without a year to judge."""
    found = (summary_of(NAME, run, user) or {}).get("score")
    if not found:
        return None
    start, end = (datetime.date.fromisoformat(day) for day in found["year"])
    lists = [_list(name, found[name]) for name in ("model", "naive", "hindsight") if name in found]
    problem = explanations.fit_problem(found["problem"])
    return GoldScore(start, end, problem, found.get("customers", 0), found.get("total", 0), lists)


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    gold: bool | None = True,
    order: str = "expected",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[GoldCustomer]:
    """The viewer's gold customers, the others or (None) all; ``order`` is a key of :data:`ORDERS`.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(GoldRow, NAME, run, user, filter)
    if gold is not None:
        rows = rows.filter(is_gold=gold)
    page = page_of(rows.values(*NAMED, *FIGURES), ORDERS[order], after=after, before=before, size=size)
    company = sees_company(user)
    found = [
        GoldCustomer(
            customer=who(row),
            reason=gold_sentence(row, run.currency),
            **{name: row[name] for name in FIGURES if name != "gold_rank"},
            gold_rank=row["gold_rank"] if company else None,
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def _list(name: str, figures: dict[str, Any]) -> ListScore:
    return ListScore(name=name, **figures)
