"""From order lines to totals per customer over a half-open window.

Money is summed as int64 cents and never passes through a float. Lines of products that are not merchandise (postage,
bank charges, adjustments) count in money, never in products and categories.

Source: definition of this product.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from analysis.measures.frames import require_columns, sold_for_money

LINE_COLUMNS = (
    "customer_id",
    "order_id",
    "ordered_on",
    "revenue_cents",
    "cost_cents",
    "quantity",
    "original_ordered_on",
    "is_merchandise",
    "product_id",
    "category_id",
)


class ReturnAttribution(StrEnum):
    """When a return counts: on its own date, or on the date of the order that it reverses."""

    RETURN_DATE = "return_date"
    ORIGINAL_ORDER = "original_order"


def month_of(day: datetime.date, later: int = 0) -> datetime.date:
    """The first day of the month that lies ``later`` months after the one of ``day``, before it if negative; none
    before the first year."""
    year, place = divmod(day.year * 12 + day.month - 1 + later, 12)
    return datetime.date(max(year, 1), place + 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """The days from ``start`` up to but not including ``end``, in the company's time zone.

    Raises
    ------
    ValueError
        When the window holds no day.
    """

    start: datetime.date
    end: datetime.date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a window must end after it starts, not {self.start} to {self.end}")

    @classmethod
    def trailing(cls, as_of: datetime.date, days: int) -> Window:
        """The last ``days`` days, ``as_of`` included."""
        end = as_of + datetime.timedelta(days=1)
        return cls(end - datetime.timedelta(days=days), end)

    @classmethod
    def trailing_year(cls, as_of: datetime.date) -> Window:
        """The year that ends with ``as_of``; one that would start on 29 February starts on 1 March."""
        end = as_of + datetime.timedelta(days=1)
        leap_day_lost = (end.month, end.day) == (2, 29)
        start = datetime.date(end.year - 1, 3, 1) if leap_day_lost else end.replace(year=end.year - 1)
        return cls(start, end)

    @classmethod
    def calendar_year(cls, year: int) -> Window:
        """1 January to 31 December."""
        return cls(datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1))

    @property
    def days(self) -> int:
        """Number of days in the window."""
        return (self.end - self.start).days


@dataclass(frozen=True, slots=True)
class CompanyTotals:
    """Sums over all lines of a window, those without a customer included; money in cents.

    ``customers`` have a line in the window; ``customers_positive_net`` have net revenue above zero.
    """

    lines: int
    net_revenue: int
    gross_revenue: int
    gross_margin: int
    identified_net_revenue: int
    customers: int
    customers_positive_net: int


def customer_totals(
    lines: pd.DataFrame,
    window: Window,
    population: pd.Index | None = None,
    attribution: ReturnAttribution = ReturnAttribution.RETURN_DATE,
) -> pd.DataFrame:
    """Total each customer's lines in the window.

    Parameters
    ----------
    lines
        One row per order line: ``customer_id`` Int64 (NA: unidentified, in no customer's total), ``order_id`` int64,
        ``ordered_on`` datetime64 (company-local date), ``revenue_cents`` and ``cost_cents`` int64 (both negative on
        returns), ``quantity`` (negative: a return), ``original_ordered_on`` datetime64 (of a return, NaT when
        unknown), ``is_merchandise`` bool, ``product_id`` and ``category_id`` Int64.
    population
        The customers to report, int64; those without lines get zeros, others are left out. By default the customers
        with a line in the window.
    attribution
        When returns count. One whose original order is unknown counts on its own date.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, all int64. Cents: ``net_revenue`` (returns subtracted), ``gross_revenue`` (returns
        left out), ``gross_margin`` (net revenue less net cost). Counts of what was sold for money: ``orders``,
        ``order_days``, and of merchandise alone ``products`` and ``categories``.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(lines, LINE_COLUMNS, "lines")
    inside = _in_window(lines, window, attribution)
    identified = inside[inside["customer_id"].notna()].astype({"customer_id": "int64"})
    totals = _money(identified).groupby("customer_id").sum()
    sold = identified[sold_for_money(identified)]
    merchandise = sold[sold["is_merchandise"]]
    counts = {
        "orders": _distinct_per_customer(sold, "order_id"),
        "order_days": _distinct_per_customer(sold, "ordered_on"),
        "products": _distinct_per_customer(merchandise, "product_id"),
        "categories": _distinct_per_customer(merchandise, "category_id"),
    }
    totals = totals.assign(
        **{name: count.reindex(totals.index, fill_value=0) for name, count in counts.items()}
    )
    if population is not None:
        totals = totals.reindex(population, fill_value=0)
    return totals.rename_axis("customer_id").astype("int64")


def company_totals(
    lines: pd.DataFrame, window: Window, attribution: ReturnAttribution = ReturnAttribution.RETURN_DATE
) -> CompanyTotals:
    """Total all lines in the window, whoever bought; ``lines`` as for :func:`customer_totals`."""
    require_columns(lines, LINE_COLUMNS, "lines")
    inside = _in_window(lines, window, attribution)
    money = _money(inside)
    per_customer = money.groupby("customer_id")["net_revenue"].sum()
    return CompanyTotals(
        lines=len(inside),
        net_revenue=int(money["net_revenue"].sum()),
        gross_revenue=int(money["gross_revenue"].sum()),
        gross_margin=int(money["gross_margin"].sum()),
        identified_net_revenue=int(per_customer.sum()),
        customers=len(per_customer),
        customers_positive_net=int((per_customer > 0).sum()),
    )


def _in_window(lines: pd.DataFrame, window: Window, attribution: ReturnAttribution) -> pd.DataFrame:
    counts_on = lines["ordered_on"]
    if attribution is ReturnAttribution.ORIGINAL_ORDER:
        reverses_known_order = (lines["quantity"] < 0) & lines["original_ordered_on"].notna()
        counts_on = counts_on.mask(reverses_known_order, lines["original_ordered_on"])
    return lines[(counts_on >= pd.Timestamp(window.start)) & (counts_on < pd.Timestamp(window.end))]


def _money(lines: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": lines["customer_id"],
            "net_revenue": lines["revenue_cents"],
            "gross_revenue": lines["revenue_cents"].where(lines["quantity"] >= 0, 0),
            "gross_margin": lines["revenue_cents"] - lines["cost_cents"],
        }
    )


def _distinct_per_customer(lines: pd.DataFrame, column: str) -> pd.Series:
    pairs = lines[["customer_id", column]].dropna().drop_duplicates()
    return pairs.groupby("customer_id").size()
