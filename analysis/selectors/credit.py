"""The credit page: how the viewer's customers pay, what they owe, and whether their recorded grade fits."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from analysis.models import AnalysisRun, CreditRow
from analysis.selectors.kept import kept_sums
from analysis.selectors.listing import NAMED, Who, who
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.score_words import credit_sentences
from analysis.selectors.slices import OVERDUE_DAYS, Total, between
from analysis.selectors.snapshots import Filter
from crm.models import User
from crm.paging import PAGE_SIZE, Key, integer
from customers.models import Grade

NAME = "credit"
FIGURES = (
    "payments_settled",
    "payments_late",
    "late_share",
    "days_to_pay",
    "days_late",
    "unpaid",
    "overdue",
    "overdue_days",
    "credit_limit",
    "limit_used",
    "is_over_limit",
    "spend",
    "purchasing_power",
    "recorded_grade",
    "grades_differ",
)
ORDERS: dict[str, tuple[Key, ...]] = {
    name: (Key(name, integer, descending=True), Key("customer_id", integer))
    for name in ("overdue", "unpaid", "spend", "payments_late")
}


@dataclass(frozen=True, slots=True)
class CreditSummary:
    """The viewer's customers added up; money is cents, ``late_share`` None without a settled payment."""

    customers: int
    payments_settled: int
    payments_late: int
    late_share: float | None
    unpaid: int
    overdue: int
    customers_overdue: int
    over_limit: int
    grades_differ: int


@dataclass(frozen=True, slots=True)
class CreditOfCustomer:
    """How one customer pays and what it owes; money is cents, None is unknown, grades are "" when unknown."""

    customer: Who
    payments_settled: int
    payments_late: int
    late_share: float | None
    days_to_pay: float | None
    days_late: float | None
    unpaid: int
    overdue: int
    overdue_days: int | None
    credit_limit: int | None
    limit_used: float | None
    is_over_limit: bool
    spend: int
    purchasing_power: str
    purchasing_power_label: str
    recorded_grade: str
    recorded_grade_label: str
    grades_differ: bool | None
    reasons: tuple[str, ...]


@kept_sums
def summary(run: AnalysisRun, user: User, filter: Filter | None = None) -> CreditSummary:  # noqa: A002
    """Add up the viewer's customers."""
    found = visible_rows(CreditRow, NAME, run, user, filter).aggregate(
        people=Count("customer_id"),
        settled=Total("payments_settled"),
        late=Total("payments_late"),
        open=Total("unpaid"),
        past_due=Total("overdue"),
        people_overdue=Count("customer_id", filter=Q(overdue__gt=0)),
        over_limit=Count("customer_id", filter=Q(is_over_limit=True)),
        differ=Count("customer_id", filter=Q(grades_differ=True)),
    )
    settled, late = found["settled"] or 0, found["late"] or 0
    return CreditSummary(
        customers=found["people"],
        payments_settled=settled,
        payments_late=late,
        late_share=late / settled if settled else None,
        unpaid=found["open"] or 0,
        overdue=found["past_due"] or 0,
        customers_overdue=found["people_overdue"],
        over_limit=found["over_limit"],
        grades_differ=found["differ"],
    )


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    overdue: bool = False,
    over_limit: bool = False,
    grades_differ: bool = False,
    band: int | None = None,
    order: str = "overdue",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[CreditOfCustomer]:
    """The viewer's customers; ``order`` is a key of :data:`ORDERS`, the flags leave those of whom they are true,
    ``band`` those who are overdue for so long (a place of OVERDUE_DAYS).

    Raises CursorError for a cursor that this list did not make.
    """
    rows = visible_rows(CreditRow, NAME, run, user, filter)
    for wanted, condition in (
        (overdue, Q(overdue__gt=0)),
        (over_limit, Q(is_over_limit=True)),
        (grades_differ, Q(grades_differ=True)),
    ):
        rows = rows.filter(condition) if wanted else rows
    if band is not None:
        rows = rows.filter(between("overdue_days", *OVERDUE_DAYS[band]), overdue__gt=0)
    page = page_of(rows.values(*NAMED, *FIGURES), ORDERS[order], after=after, before=before, size=size)
    labels = {code: str(label) for code, label in Grade.choices}
    found = [
        CreditOfCustomer(
            customer=who(row),
            purchasing_power_label=labels.get(row["purchasing_power"], ""),
            recorded_grade_label=labels.get(row["recorded_grade"], ""),
            reasons=credit_sentences(row, run.currency),
            **{name: row[name] for name in FIGURES},
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)
