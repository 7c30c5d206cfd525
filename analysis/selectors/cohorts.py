"""The cohort page: of the viewer's customers who began in one month, how many order in each month after."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pandas as pd
from django.db.models import Count, F, Min, Q, QuerySet, Sum

from analysis.measures.cohorts import MOST_AGE, retention
from analysis.models import AnalysisRun, CohortRow
from analysis.selectors.kept import kept
from analysis.selectors.results import visible_rows
from analysis.selectors.snapshots import Filter
from crm.models import User

NAME = "cohorts"


@dataclass(frozen=True, slots=True)
class CohortMonth:
    """One month in a cohort's life: how many of it ordered. The last month is incomplete as a rule."""

    age: int
    active: int
    retention: float
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers whose first order lies in one month, and how many of them have ordered on another day since."""

    month: datetime.date
    customers: int
    repeaters: int
    repeat_rate: float
    months: list[CohortMonth]


def cohorts(run: AnalysisRun, user: User, filter: Filter | None = None) -> list[Cohort]:  # noqa: A002
    """The viewer's cohorts, the oldest first."""
    wanted = filter or Filter()
    return kept(NAME, run, user, wanted, lambda: _cohorts(run, user, wanted))


def _cohorts(run: AnalysisRun, user: User, wanted: Filter) -> list[Cohort]:
    rows = visible_rows(CohortRow, NAME, run, user, wanted).order_by()
    oldest = rows.aggregate(found=Min("cohort"))["found"]
    if oldest is None:
        return []
    ages = range(min(MOST_AGE, _months_between(oldest, run.as_of)) + 1)
    counts = rows.values("cohort").annotate(
        people=Count("customer_id"),
        again=Count("customer_id", filter=Q(is_repeat=True)),
        **{f"age_{age}": Sum(F("months").bitrightshift(age).bitand(1)) for age in ages},
    )
    names = ["cohort", "people", "again", *(f"age_{age}" for age in ages)]
    frame = pd.DataFrame(list(counts.order_by("cohort").values_list(*names)))
    frame.columns = pd.Index(["cohort", "customers", "repeaters", *ages], dtype="object")
    frame["cohort"] = pd.to_datetime(frame["cohort"])
    table = retention(frame.set_index("cohort").astype("int64"), run.as_of)
    return [_cohort(part) for _month, part in table.groupby("cohort")]


def members(
    run: AnalysisRun,
    user: User,
    cohort: datetime.date,
    age: int | None = None,
    filter: Filter | None = None,  # noqa: A002
) -> QuerySet[CohortRow]:
    """The viewer's customers of a cohort; with an ``age``, those who ordered in the month so many after their first."""
    rows = visible_rows(CohortRow, NAME, run, user, filter).filter(cohort=cohort)
    if age is None:
        return rows
    if not 0 <= age <= MOST_AGE:
        return rows.none()
    return rows.alias(active=F("months").bitrightshift(age).bitand(1)).filter(active=1)


def _cohort(rows: pd.DataFrame) -> Cohort:
    first = rows.iloc[0]
    months = [
        CohortMonth(int(age), int(active), float(share), bool(complete))
        for age, active, share, complete in zip(
            rows["age"], rows["active"], rows["retention"], rows["is_complete"], strict=True
        )
    ]
    return Cohort(
        first["cohort"].date(),
        int(first["customers"]),
        int(first["repeaters"]),
        float(first["repeat_rate"]),
        months,
    )


def _months_between(first: datetime.date, last: datetime.date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month
