"""Credit and purchasing power: how customers pay, what they owe, and what they can afford beside what was recorded.

As of a day; a payment made later is not known yet, so it is still due.

- **days to pay** = mean days from the order to its payment; **late share** = settled payments paid after their due
  day ÷ settled payments with a due day; **days late** = mean days beyond the due day, early and punctual ones counting
  0. All over payments settled in the window.
- **exposure** = what is unpaid; **overdue** = the part whose due day is past, with the days that the oldest is overdue;
  **limit used** = exposure ÷ credit limit; over the limit beyond 1.
- **spend** = net revenue in the window + what is known to be bought elsewhere; **purchasing power** = its tercile among
  customers with spend above zero (high, medium, low; ties share the lower). It stands beside the grade that somebody
  recorded: where the two differ, one of them should be looked at.

Source: days to pay and overdue as in receivables management (days sales outstanding by invoice, not by balance).
"""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.quintiles import TERCILES, score_by_rank
from analysis.measures.ratios import ratio
from analysis.measures.windows import Window

GRADES = ("low", "medium", "high")
GRADE_DTYPE = pd.CategoricalDtype(list(GRADES), ordered=True)
PAYMENT_COLUMNS = ("customer_id", "ordered_on", "due_on", "paid_on", "amount_cents")
PAYMENTS_AT_ONCE = 1_000_000
"""What is told of each payment takes several times its place: of more than so many, some customers' at a time."""
COUNTS = ("payments_settled", "payments_dated", "payments_late", "unpaid", "overdue")


def paying(payments: pd.DataFrame, window: Window, as_of: datetime.date) -> pd.DataFrame:
    """Add up each customer's payments.

    Parameters
    ----------
    payments
        One row per payment due or made that is known by ``as_of``: ``customer_id`` int64; ``ordered_on``, ``due_on``,
        ``paid_on`` datetime64 (NaT when there is no order, no due day, or it is unpaid), ``amount_cents`` int64.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, for customers with a payment: int64 ``payments_settled`` (in the window),
        ``payments_dated`` (those with a due day), ``payments_late``; float64 ``days_to_pay``, ``late_share``,
        ``days_late``, NaN without a payment to judge by; int64 cents ``unpaid`` and ``overdue``; ``overdue_days``
        Int64, of the oldest, NA when nothing is overdue.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(payments, PAYMENT_COLUMNS, "payments")
    parts = max(1, math.ceil(len(payments) / PAYMENTS_AT_ONCE))
    part = payments["customer_id"].to_numpy(dtype=np.int64) % parts
    return pd.concat(
        [_added_up(payments[part == number], window, as_of) for number in range(parts)]
    ).sort_index()


def _added_up(payments: pd.DataFrame, window: Window, as_of: datetime.date) -> pd.DataFrame:
    today, paid, due = pd.Timestamp(as_of), payments["paid_on"], payments["due_on"]
    settled = (paid >= pd.Timestamp(window.start)) & (paid < pd.Timestamp(window.end)) & (paid <= today)
    open_ = paid.isna() | (paid > today)
    overdue = open_ & (due < today)
    dated = settled & due.notna()
    amount = payments["amount_cents"]
    sums = pd.DataFrame(
        {
            "customer_id": payments["customer_id"],
            "payments_settled": settled.astype("int64"),
            "payments_dated": dated.astype("int64"),
            "payments_late": (settled & (paid > due)).astype("int64"),
            "unpaid": amount.where(open_, 0),
            "overdue": amount.where(overdue, 0),
            "days_to_pay": (paid - payments["ordered_on"]).dt.days.where(settled),
            "days_late": (paid - due).dt.days.clip(lower=0).where(dated),
            "overdue_days": (today - due).dt.days.where(overdue),
        }
    )
    by_customer = sums.groupby("customer_id")
    found = by_customer[list(COUNTS)].sum().join(by_customer[["days_to_pay", "days_late"]].mean())
    return found.assign(
        late_share=ratio(found["payments_late"], found["payments_dated"]),
        overdue_days=by_customer["overdue_days"].max().astype("Int64"),
    )


def credit(customers: pd.DataFrame, paid: pd.DataFrame) -> pd.DataFrame:
    """Put what customers owe beside their limit, and what they can afford beside the recorded grade.

    Parameters
    ----------
    customers
        ``credit_limit`` Int64 cents (NA: none agreed), ``net_revenue`` int64 cents in the window, ``elsewhere`` Int64
        cents known to be bought elsewhere (NA: unknown), ``recorded_grade`` str or category low|medium|high or NA.
    paid
        As :func:`paying` returns it; customers missing from it have neither paid nor owe.

    Returns
    -------
    DataFrame
        Indexed like ``customers``, the columns of ``paid`` (counts and cents 0 without a payment), ``limit_used``
        float64 (NaN without a limit), ``is_over_limit`` bool, ``spend`` int64 cents, ``purchasing_power`` and
        ``recorded_grade`` category (NA without spend, without a record), ``grades_differ`` boolean (NA unless both are
        known).

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(
        customers, ("credit_limit", "net_revenue", "elsewhere", "recorded_grade"), "customers for credit"
    )
    found = paid.reindex(customers.index)
    found = found.assign(**{name: found[name].fillna(0).astype("int64") for name in COUNTS})
    limit = customers["credit_limit"].astype("Int64")
    spend = customers["net_revenue"].clip(lower=0) + customers["elsewhere"].fillna(0).astype("int64")
    recorded = customers["recorded_grade"].astype("str").astype(GRADE_DTYPE)
    power = _grade(spend)
    known = power.notna() & recorded.notna()
    differ = (power.cat.codes != recorded.cat.codes).astype("boolean")
    return found.assign(
        limit_used=ratio(found["unpaid"], limit.fillna(0).astype("int64")),
        is_over_limit=(found["unpaid"] > limit).fillna(False).astype(bool),
        spend=spend,
        purchasing_power=power,
        recorded_grade=recorded,
        grades_differ=differ.where(known),
    )


def _grade(spend: pd.Series) -> pd.Series:
    spending = spend[spend > 0]
    codes = (score_by_rank(spending, TERCILES) - 1).astype(np.int8)
    grades = pd.Series(pd.Categorical.from_codes(codes, dtype=GRADE_DTYPE), index=spending.index)
    return grades.reindex(spend.index)
