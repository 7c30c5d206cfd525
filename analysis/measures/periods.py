"""Sales month by month and year by year: what each customer brought, its share of the period and its rank in it.

For a calendar month or year and a customer with sales v in it:

- rank = 1 + number of customers whose sales in the period are strictly greater;
- share = v ÷ net sales of all customers in the period, not defined where those are not above zero;
- change = (v − sales of the period before) ÷ the latter (环比), and against the same period a year before alike (同比),
  not defined where there were none.

Only customers with a line in the period or in one that it is compared with are ranked. The period in which the day of
analysis lies is incomplete until its last day: its changes compare a part with a whole, and say so.

Source: rank and share as in :mod:`analysis.measures.contribution`; periods and changes: definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from analysis.measures.contribution import contribution
from analysis.measures.frames import require_columns
from analysis.measures.ratios import change

SALES_COLUMNS = ("net_revenue", "gross_margin", "orders", "net_revenue_before", "net_revenue_year_ago")


class PeriodKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar month or year, by its first day.

    Raises
    ------
    ValueError
        When a period of that kind does not begin on that day.
    """

    kind: PeriodKind
    start: datetime.date

    def __post_init__(self) -> None:
        if self.start.day != 1 or (self.kind is PeriodKind.YEAR and self.start.month != 1):
            raise ValueError(f"a {self.kind} does not begin on {self.start}")

    @classmethod
    def containing(cls, kind: PeriodKind, day: datetime.date) -> Period:
        """The month or year in which a day lies."""
        return cls(kind, day.replace(day=1, month=1 if kind is PeriodKind.YEAR else day.month))

    @property
    def end(self) -> datetime.date:
        """The first day after the period."""
        year, month = self.start.year, self.start.month
        if self.kind is PeriodKind.YEAR or month == 12:
            return datetime.date(year + 1, 1, 1)
        return datetime.date(year, month + 1, 1)

    @property
    def before(self) -> Period:
        """The period just before."""
        return Period.containing(self.kind, self.start - datetime.timedelta(days=1))

    @property
    def year_ago(self) -> Period:
        """The same month of the year before; of a year, the year before."""
        return Period(self.kind, self.start.replace(year=self.start.year - 1))

    def is_complete(self, as_of: datetime.date) -> bool:
        """Whether all of its days are known."""
        return self.end <= as_of + datetime.timedelta(days=1)


def current_periods(as_of: datetime.date) -> tuple[Period, ...]:
    """The periods that a sales report is about: this month and the one before, this year and the one before."""
    month, year = (Period.containing(kind, as_of) for kind in (PeriodKind.MONTH, PeriodKind.YEAR))
    return month, month.before, year, year.before


def period_sales(sales: pd.DataFrame) -> pd.DataFrame:
    """Rank the customers of one period by their sales.

    Parameters
    ----------
    sales
        Indexed by customer id, one row per customer: int64 cents ``net_revenue``, ``gross_margin`` and int64 ``orders``
        in the period; int64 cents ``net_revenue_before`` in the period before and ``net_revenue_year_ago``.

    Returns
    -------
    DataFrame
        The columns of ``sales`` for customers with anything in any of the three periods, and ``rank`` int64; float64
        ``share``, ``change``, ``change_year``, NaN where not defined. The order of rows is kept.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(sales, SALES_COLUMNS, "sales")
    columns = sales[list(SALES_COLUMNS)]
    known = columns[(columns != 0).any(axis=1)]
    ranked = contribution(known)
    return known.assign(
        rank=ranked["rank"],
        share=ranked["share"],
        change=change(known["net_revenue"], known["net_revenue_before"]),
        change_year=change(known["net_revenue"], known["net_revenue_year_ago"]),
    )
