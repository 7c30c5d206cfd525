"""Customers at risk as work: who is still to keep, who was contacted, what came of it, and whether it helped."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from analysis.models import AnalysisRun, CustomerSnapshot, RunState
from analysis.selectors.churn import ORDERS
from analysis.selectors.kept import count_by, kept, of_records
from analysis.selectors.ranking import RankedCustomer, page_of
from analysis.selectors.results import RowsPage
from analysis.selectors.slices import Total
from analysis.selectors.snapshots import Filter, visible
from crm.models import User
from crm.paging import PAGE_SIZE
from customers.models import CaseState, ChurnCase
from customers.selectors.churn_cases import CaseRow, current, current_cases

# Who has not ordered for longer is lost, not late: to be won anew, not kept.
KEEP_DAYS = 270
AT_ONCE = 500
VIEWS = ("keep", "open", "contacted", "closed", "all")


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A customer at risk, and how far the work on it has come (None: nobody has begun)."""

    ranked: RankedCustomer
    case: CaseRow | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the viewer's customers at risk stand where; ``value`` in cents is that of those still to keep."""

    keep: int
    open: int
    contacted: int
    closed: int
    all: int
    won_back: int
    lost: int
    false_alarm: int
    value: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Those flagged by an earlier run that were worked, or were not: how many, how many ordered since; cents."""

    customers: int
    came_back: int
    value: int
    value_back: int

    @property
    def share(self) -> float | None:
        """The share that came back; None of nobody."""
        return self.came_back / self.customers if self.customers else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of those whom the run of ``flagged_on`` flagged, as of ``judged_on``."""

    flagged_on: datetime.date
    judged_on: datetime.date
    worked: Outcome
    left: Outcome


def work(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    view: str = "keep",
    order: str = "value",
    after: str = "",
    before: str = "",
    size: int = PAGE_SIZE,
    count: int | None = None,
) -> RowsPage[WorkRow]:
    """A page of the viewer's customers at risk; ``view`` is of :data:`VIEWS`, ``count`` how many there are where that
    is known.

    Raises CursorError for a cursor that this list did not make.
    """
    rows = rows_of(run, user, view, filter)
    page = page_of(run, user, rows, ORDERS[order], after=after, before=before, size=size, count=count)
    cases = current_cases(user, [row.customer_id for row in page.rows])
    found = [WorkRow(row, cases.get(row.customer_id)) for row in page.rows]
    return RowsPage(found, page.before, page.after, page.count, page.count_capped)


def all_work(
    run: AnalysisRun,
    user: User,
    filter: Filter | None = None,  # noqa: A002
    *,
    view: str,
    most: int,
) -> Iterator[WorkRow]:
    """All rows of a view, ``most`` at most, page after page."""
    after, given = "", 0
    while given < most:
        page = work(run, user, filter, view=view, after=after, size=min(AT_ONCE, most - given))
        yield from page.rows
        given += len(page.rows)
        if not page.after:
            return
        after = page.after


def rows_of(
    run: AnalysisRun,
    user: User,
    view: str,
    filter: Filter | None = None,  # noqa: A002
) -> QuerySet[CustomerSnapshot]:
    """All of the viewer's customers at risk in a view."""
    return _rows(run, user, filter).filter(_condition(view, run))


def open_by_owner(run: AnalysisRun, user: User) -> dict[int | None, int]:
    """How many of the view "open" each owner has.

    Those without any case are the flagged: counted as a whole, and kept until a customer is written. The few with a
    case are taken out of them, and put in as they stand.
    """
    late, by_owner = _late(run), "customer__owner"
    flagged = visible(run, user).filter(late, churn_flag=True)
    with_case = ChurnCase.objects.filter(current()).values("customer")
    found = Counter(of_records(run, user, "flagged and late", lambda: count_by(flagged, by_owner)))
    found.subtract(count_by(flagged.filter(customer__in=with_case), by_owner))
    found.update(count_by(rows_of(run, user, "open").filter(customer__in=with_case), by_owner))
    return dict(found)


def progress(run: AnalysisRun, user: User, filter: Filter | None = None) -> Progress:  # noqa: A002
    """Count the viewer's customers at risk by how far the work on them has come.

    Nobody has begun with most of them: they are counted as a whole, and the few with a case by how that stands.
    """
    late = _late(run)
    sums: dict[str, Aggregate] = {
        "n": Count("customer_id"),
        "late": Count("customer_id", filter=late),
        "worth": Total("value", filter=late),
    }
    wanted = filter or Filter()
    seen = visible(run, user, wanted)
    flagged = kept("at risk", run, user, wanted, lambda: dict(seen.filter(churn_flag=True).aggregate(**sums)))
    besides = seen.exclude(churn_flag=True).filter(customer__in=_unfinished()).aggregate(**sums)
    whole = {name: (flagged[name] or 0) + (besides[name] or 0) for name in sums}
    begun = _standing().exclude(state=CaseState.OPEN).values("customer")
    rows: QuerySet[Any, Any] = _rows(run, user, filter).filter(customer__in=begun).order_by()
    cases: dict[str, dict[str, int]] = {
        found.pop("case"): found for found in rows.values("case").annotate(**sums)
    }
    ended = {state: each for state, each in cases.items() if state != CaseState.CONTACTED}

    def count(state: CaseState) -> int:
        return cases[state]["n"] if state in cases else 0

    return Progress(
        keep=whole["late"] - sum(each["late"] for each in ended.values()),
        open=whole["late"] - sum(each["late"] for each in cases.values()),
        contacted=count(CaseState.CONTACTED),
        closed=sum(each["n"] for each in ended.values()),
        all=whole["n"],
        won_back=count(CaseState.WON_BACK),
        lost=count(CaseState.LOST),
        false_alarm=count(CaseState.FALSE_ALARM),
        value=whole["worth"] - sum(each["worth"] or 0 for each in ended.values()),
    )


def verdict(run: AnalysisRun, user: User, filter: Filter | None = None) -> Verdict | None:  # noqa: A002
    """Whether working customers at risk helped: of those an earlier run flagged, who has ordered since.

    The earlier run is the last one published a horizon before, or failing that the first there is; None without one.
    """
    earlier = _earlier(run)
    if earlier is None:
        return None
    worked = ChurnCase.objects.filter(
        customer=OuterRef("customer"),
        contacted_at__date__gt=earlier.as_of,
        contacted_at__date__lte=run.as_of,
    )
    now = CustomerSnapshot.objects.filter(run=run, customer=OuterRef("customer"))
    rows = visible(earlier, user, filter).filter(churn_flag=True)
    judged = rows.annotate(worked=Exists(worked), since=Subquery(now.values("last_order_on")[:1]))
    back = Q(since__gt=earlier.as_of)
    found = {
        row["worked"]: Outcome(row["n"], row["back"], row["worth"] or 0, row["worth_back"] or 0)
        for row in judged.order_by()
        .values("worked")
        .annotate(
            n=Count("*"),
            back=Count("customer_id", filter=back),
            worth=Total("value"),
            worth_back=Total("value", filter=back),
        )
    }
    nobody = Outcome(0, 0, 0, 0)
    return Verdict(earlier.as_of, run.as_of, found.get(True, nobody), found.get(False, nobody))


def _rows(run: AnalysisRun, user: User, wanted: Filter | None) -> QuerySet[CustomerSnapshot]:
    """Those at risk, each with the state of its case."""
    return _at_risk(run, user, wanted).annotate(case=_state())


def _at_risk(run: AnalysisRun, user: User, wanted: Filter | None) -> QuerySet[CustomerSnapshot]:
    """Those whom the run flags, and those somebody is at work with."""
    return visible(run, user, wanted).filter(Q(churn_flag=True) | Q(customer__in=_unfinished()))


def _unfinished() -> QuerySet[Any, Any]:
    return ChurnCase.objects.filter(closed_at=None).values("customer")


def _state() -> Case:
    """How the newest case that still holds stands: cases are few, and looked up among themselves, not row by row."""
    standing = _standing()
    return Case(
        *(
            When(customer__in=standing.filter(state=state).values("customer"), then=Value(state.value))
            for state in CaseState
            if state != CaseState.OPEN
        ),
        default=Value(CaseState.OPEN.value),
    )


def _standing() -> QuerySet[ChurnCase]:
    """The newest case of each customer that still holds."""
    newest = ChurnCase.objects.filter(current()).order_by("customer_id", "-id").distinct("customer_id")
    return ChurnCase.objects.filter(pk__in=newest.values("pk"))


def _late(run: AnalysisRun) -> Q:
    """Those who ordered lately enough to be kept."""
    return Q(last_order_on__gte=run.as_of - datetime.timedelta(days=KEEP_DAYS))


def _condition(view: str, run: AnalysisRun) -> Q:
    going = Q(case__in=[CaseState.OPEN, CaseState.CONTACTED])
    late = _late(run)
    return {
        "keep": going & late,
        "open": Q(case=CaseState.OPEN) & late,
        "contacted": Q(case=CaseState.CONTACTED),
        "closed": ~going,
        "all": Q(),
    }[view]


def _earlier(run: AnalysisRun) -> AnalysisRun | None:
    horizon = datetime.timedelta(days=run.horizon_days or 0)
    kept = CustomerSnapshot.objects.filter(run=OuterRef("pk"))
    runs = AnalysisRun.objects.filter(
        Exists(kept), state__in=[RunState.PUBLISHED, RunState.SUPERSEDED], as_of__lt=run.as_of
    )
    long_ago = runs.filter(as_of__lte=run.as_of - horizon).order_by("-as_of", "-id").first()
    return long_ago or runs.order_by("as_of", "-id").first()
