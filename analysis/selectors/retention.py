"""The retention lists: whom each branch keeps, and the viewer's customers by orders, amount or payment cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from analysis.models import AnalysisRun, RetentionRow, RetentionStatus
from analysis.selectors.listing import NAMED, Who, names_of, who
from analysis.selectors.results import RowsPage, page_of, visible_rows
from analysis.selectors.score_words import retention_sentence
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter
from crm.models import Team, User
from crm.paging import PAGE_SIZE, Key, integer
from crm.policy import Scope, scope_of

NAME = "retention"
FIGURES = (
    "branch_id",
    "retention_status",
    "net_revenue",
    "net_revenue_before",
    "orders_a_month",
    "amount_a_month",
    "payment_cycle",
    "orders_rank",
    "amount_rank",
    "payment_rank",
)
RANKS = ("orders_rank", "amount_rank", "payment_rank")
ORDERS: dict[str, tuple[Key, ...]] = {
    "revenue_before": (Key("net_revenue_before", integer, descending=True), Key("customer_id", integer)),
    "orders": (Key("orders_rank", integer), Key("customer_id", integer)),
    "amount": (Key("amount_rank", integer), Key("customer_id", integer)),
    "payment_cycle": (Key("payment_rank", integer), Key("customer_id", integer)),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """What one branch kept of the viewer's customers; shares are None where nobody bought before. Cents."""

    branch_id: int | None
    label: str
    kept: int
    lost: int
    new: int
    regained: int
    customer_retention: float | None
    revenue_kept: int
    revenue_before: int
    revenue_retention: float | None


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """One customer in its branch's list. Money is cents. Ranks are the branch's, None for who does not see it whole."""

    customer: Who
    branch_id: int | None
    branch: str
    retention_status: str
    status_label: str
    net_revenue: int
    net_revenue_before: int
    orders_a_month: float | None
    amount_a_month: int | None
    payment_cycle: float | None
    orders_rank: int | None
    amount_rank: int | None
    payment_rank: int | None
    reason: str


def branches(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[Branch]:  # noqa: A002
    """The viewer's branches, the one with most revenue before first."""
    rows = visible_rows(RetentionRow, NAME, run, user, filter).order_by().values("branch_id")
    found = list(
        rows.annotate(
            n_kept=_count(RetentionStatus.KEPT),
            n_lost=_count(RetentionStatus.LOST),
            n_new=_count(RetentionStatus.NEW),
            n_regained=_count(RetentionStatus.REGAINED),
            now=Total("net_revenue", filter=Q(retention_status=RetentionStatus.KEPT)),
            then=Total("net_revenue_before", filter=Q(retention_status__in=("kept", "lost"))),
        )
    )
    labels = names_of(Team, [row["branch_id"] for row in found])
    listed = [
        Branch(
            branch_id=row["branch_id"],
            label=labels.get(row["branch_id"], ""),
            kept=row["n_kept"],
            lost=row["n_lost"],
            new=row["n_new"],
            regained=row["n_regained"],
            customer_retention=_share(row["n_kept"], row["n_kept"] + row["n_lost"]),
            revenue_kept=row["now"] or 0,
            revenue_before=row["then"] or 0,
            revenue_retention=_share(row["now"] or 0, row["then"] or 0),
        )
        for row in found
    ]
    return sorted(listed, key=lambda branch: (-branch.revenue_before, branch.label))


def customers(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    branch: int | None = None,
    status: str = "",
    order: str = "revenue_before",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
) -> RowsPage[ListedCustomer]:
    """The viewer's customers; ``order`` is a key of :data:`ORDERS`, ``status`` a code of RetentionStatus.

    Ordered by orders, amount or payment cycle only those are listed who have any. Raises CursorError for a cursor that
    this list did not make.
    """
    rows = visible_rows(RetentionRow, NAME, run, user, filter)
    if branch is not None:
        rows = rows.filter(branch_id=branch or None)
    if status:
        rows = rows.filter(retention_status=status)
    page = page_of(
        _with_key(rows, order).values(*NAMED, *FIGURES), ORDERS[order], after=after, before=before, size=size
    )
    labels = names_of(Team, [row["branch_id"] for row in page.rows])
    found = [
        ListedCustomer(
            customer=who(row),
            branch=labels.get(row["branch_id"], ""),
            status_label=str(RetentionStatus(row["retention_status"]).label),
            reason=retention_sentence(row, run.currency),
            **{name: row[name] for name in FIGURES if name not in RANKS},
            **_ranks(user, row),
        )
        for row in page.rows
    ]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def _count(status: RetentionStatus) -> Count:
    return Count("customer_id", filter=Q(retention_status=status))


def _with_key(rows: QuerySet[RetentionRow], order: str) -> QuerySet[RetentionRow]:
    """The rows that have a value for the first key of an order."""
    return rows.filter(**{f"{ORDERS[order][0].column}__isnull": False})


def _ranks(user: User, row: Mapping[str, Any]) -> dict[str, Any]:
    sees = _sees_branch(user, row["branch_id"])
    return {name: row[name] if sees else None for name in RANKS}


def _sees_branch(user: User, branch: int | None) -> bool:
    """Whether the viewer sees every customer of a branch, and so may know a rank within it."""
    scope = scope_of(user, "customer.view")
    return scope is Scope.ALL or (scope is Scope.TEAM and branch is not None and branch == user.team_id)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None
