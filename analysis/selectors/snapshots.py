"""A run's customers as one viewer may see them, narrowed down by filters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.lookups import Exact

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.selectors.marks import bears
from analysis.selectors.slices import MOVES, NEAR, RISK_TENTH
from crm.models import User
from crm.once import once
from crm.policy import Scope, can, scope_of
from customers.models import Customer, Region
from customers.models.scope import any_of, own_and_shared


@dataclass(frozen=True, slots=True)
class Filter:
    """Which customers of a run. An empty set or None means any.

    ``region`` takes in everything below it, as the region stood in the run; ``team`` and ``owner`` are today's.
    ``reason`` is the code of a churn reason, ``risk`` the tenth in which the probability lies, from 0; ``tier_before``
    the tier in the run before.
    """

    tiers: frozenset[str] = frozenset()
    region: int | None = None
    team: int | None = None
    owner: int | None = None
    marks: frozenset[str] = frozenset()
    flagged: bool | None = None
    reason: str = ""
    risk: int | None = None
    moved: str = ""
    tier_before: str = ""
    near: bool = False
    positive: bool | None = None
    search: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is narrowed down."""
        return self == Filter()


def sees_company(user: User) -> bool:
    """Whether the viewer may see every customer and the company's totals."""
    return can(user, "company.view") and scope_of(user, "customer.view") is Scope.ALL


def visible(run: AnalysisRun, user: User, filter: Filter | None = None) -> QuerySet[CustomerSnapshot]:  # noqa: A002
    """The run's rows of customers whom the viewer may see scored today; see :func:`shown_to`."""
    rows = CustomerSnapshot.objects.filter(run=run)
    if not can(user, "analysis.view"):
        return rows.none()
    return rows.filter(shown_to(user)).filter(condition(filter or Filter()))


def shown_to(user: User) -> Q:
    """Rows of customers whom the viewer may see, but those who refuse to be scored: a refusal holds at once.

    For who sees everybody, the few who are left out are read by the indexes that hold them alone: joined to their
    customers, the rows of a run take ten times as long.
    """
    scope = scope_of(user, "customer.view")
    if scope is Scope.ALL:
        return ~Q(customer__in=_gone())
    if scope is Scope.OWN:
        return any_of("customer", own_and_shared(user)) & ~Q(customer__in=_gone())
    return Q(customer__in=Customer.objects.visible_to(user).filter(scoring_refused=False))


def left_out_since(run: AnalysisRun) -> QuerySet[CustomerSnapshot]:
    """The run's rows of customers who have been deleted, or have refused to be scored, since: they are in its own
    sums, and in nobody's list."""
    return CustomerSnapshot.objects.filter(run=run, customer__in=_gone())


def _gone() -> QuerySet[Customer, Any]:
    """The ids of customers who are deleted or refuse to be scored: two queries, for each has an index of its own."""
    deleted = Customer.objects.filter(deleted_at__isnull=False).order_by().values("pk")
    return deleted.union(Customer.objects.filter(scoring_refused=True).order_by().values("pk"), all=True)


def anybody_left(run: AnalysisRun) -> bool:
    """Whether :func:`left_out_since` has anybody, told without reading the run's rows while it has nobody."""

    def read() -> bool:
        if run.left_out_digest and digest_of_left_out() == run.left_out_digest:
            return False
        # Counted: to find the first of none, the planner would walk through the run.
        return bool(left_out_since(run).count())

    return once(("anybody left", run.pk), read)


def digest_of_left_out() -> str:
    """What stands for all who are deleted or refuse to be scored: read once a request."""
    return once("left out", read_left_out)


def read_left_out(before: AnalysisRun | None = None) -> str:
    """What stands for all who are deleted or refuse to be scored; with ``before``, for those whom that run knew so.

    Read from two indexes that hold those customers alone. As long as it stays what it was for the run, nobody came
    to them: whoever did is in the run's rows, and so was no part of it.
    """
    known = "" if before is None else _NOT_IN_RUN
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OUT.format(known=known), [before.pk] if before else [])
        count, total = cursor.fetchone() or (0, 0)
    return f"{count}:{total}"


_LEFT_OUT = """
    SELECT count(*), coalesce(sum(hashint8extended(id, 0)), 0) FROM (
        SELECT id FROM customers_customer WHERE deleted_at IS NOT NULL
        UNION ALL SELECT id FROM customers_customer WHERE scoring_refused
    ) AS gone {known}
"""
_NOT_IN_RUN = """
    WHERE NOT EXISTS (
        SELECT FROM analysis_customersnapshot AS row WHERE row.run_id = %s AND row.customer_id = gone.id
    )
"""


def values_of(rows: QuerySet[CustomerSnapshot]) -> npt.NDArray[np.int64]:
    """The values of many rows, in no order: as one array, which is far quicker than row by row."""
    found = rows.order_by().aggregate(found=ArrayAgg("value"))["found"]
    return np.array(found or [], dtype=np.int64)


def condition(wanted: Filter) -> Q:
    """The filter as a condition on snapshots."""
    parts: tuple[tuple[Any, Callable[[], Q]], ...] = (
        (wanted.tiers, lambda: Q(tier__in=wanted.tiers)),
        (wanted.region is not None, lambda: Q(region__in=regions_below(wanted.region or 0))),
        (wanted.team is not None, lambda: Q(customer__team=wanted.team)),
        (wanted.owner is not None, lambda: Q(customer__owner=wanted.owner)),
        (wanted.marks, lambda: bears(wanted.marks)),
        (wanted.flagged is not None, lambda: Q(churn_flag=wanted.flagged)),
        (wanted.reason, lambda: Q(churn_reasons__contains=wanted.reason)),
        (wanted.risk is not None, lambda: Q(Exact(RISK_TENTH, wanted.risk))),
        (wanted.tier_before, lambda: Q(tier_before=wanted.tier_before)),
        (wanted.near, lambda: NEAR),
        (
            wanted.positive is not None,
            lambda: Q(net_revenue__gt=0) if wanted.positive else Q(net_revenue__lte=0),
        ),
        (wanted.moved, lambda: MOVES.get(wanted.moved, Q())),
        (wanted.search.strip(), lambda: _named(wanted.search)),
    )
    found = Q()
    for asked, part in parts:
        if asked:
            found &= part()
    return found


def regions_below(region: int) -> QuerySet[Region]:
    """A region and everything below it."""
    path = Region.objects.filter(pk=region).values_list("path", flat=True).first()
    return Region.objects.filter(path__startswith=path) if path else Region.objects.none()


def _named(text: str) -> Q:
    """Customers whose code begins with a text, or whose name, in either language or by pinyin, contains it."""
    words = text.strip()
    found = Q(code__istartswith=words) | Q(name__icontains=words) | Q(english_name__icontains=words)
    letters = words.replace(" ", "").lower()
    if letters.isascii():
        found |= Q(pinyin__contains=letters) | Q(initials__startswith=letters)
    return any_of("customer", Customer.objects.filter(found).order_by().values("pk"))
