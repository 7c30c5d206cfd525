"""What speaks for a customer's leaving, beside the probability: named signals, each read from its own columns.

A reason whose columns are absent is not evaluated: NA, never "no". All comparisons are between whole numbers.

Source: definition of this product.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd


class ChurnReason(StrEnum):
    """A named reason. Pages translate the code."""

    OVERDUE = "overdue"
    FALLING_BREADTH = "falling_breadth"
    FALLING_AMOUNTS = "falling_amounts"
    LATE_PAYMENTS = "late_payments"
    OPEN_COMPLAINTS = "open_complaints"
    WALLET_MOVING = "wallet_moving"


@dataclass(frozen=True, slots=True)
class ReasonPolicy:
    """When a signal counts as a reason.

    Attributes
    ----------
    overdue_percent
        Days since the last order, in % of the customer's own median interval, beyond which it is overdue.
    least_order_days
        Order days from which on a median interval means anything.
    breadth_drop_percent, amounts_drop_percent
        Fall against the period before, in %, from which on breadth or amounts are falling.
    late_percent
        Share of settled payments that were late, in %, from which on payments are late.
    least_payments
        Settled payments from which on that share means anything.
    wallet_rise_percent
        Rise of what is bought elsewhere against the period before, in %, from which on the wallet is moving.

    Raises
    ------
    ValueError
        When a percentage or a count makes no sense.
    """

    overdue_percent: int = 200
    least_order_days: int = 3
    breadth_drop_percent: int = 30
    amounts_drop_percent: int = 30
    late_percent: int = 50
    least_payments: int = 2
    wallet_rise_percent: int = 30

    def __post_init__(self) -> None:
        if self.overdue_percent < 100:
            raise ValueError(f"overdue_percent must be at least 100, not {self.overdue_percent}")
        if self.least_order_days < 2 or self.least_payments < 1:
            raise ValueError("an interval needs two order days, and a share of payments one payment")
        for name in ("breadth_drop_percent", "amounts_drop_percent", "late_percent"):
            if not 0 < getattr(self, name) <= 100:
                raise ValueError(f"{name} must be above 0 and at most 100, not {getattr(self, name)}")
        if self.wallet_rise_percent < 1:
            raise ValueError(f"wallet_rise_percent must be at least 1, not {self.wallet_rise_percent}")


def churn_reasons(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.DataFrame:
    """Evaluate every reason for every customer.

    Parameters
    ----------
    customers
        Any of these columns; a reason is evaluated when all of its own are there. *overdue*: ``last_order_on``
        datetime64, ``order_days`` int64, ``median_interval_days`` float64. *falling_breadth*: ``breadth_recent``,
        ``breadth_previous``, distinct categories bought in a recent period and in the equal one before it.
        *falling_amounts*: ``revenue_recent``, ``revenue_previous``, cents. *late_payments*: ``payments_settled``,
        ``payments_late``, counts. *open_complaints*: ``open_complaints``, a count.
        *wallet_moving*: ``elsewhere_recent``, ``elsewhere_previous``, cents bought from others, and the revenue of
        *falling_amounts*. Counts and cents may be NA.

    Returns
    -------
    DataFrame
        Indexed like ``customers``: one nullable boolean column ``reason_<code>`` for each :class:`ChurnReason`; NA
        where it could not be evaluated.
    """
    columns = {}
    for reason, (needed, rule) in RULES.items():
        if set(needed) <= set(customers.columns):
            columns[f"reason_{reason}"] = rule(customers, policy, as_of)
        else:
            columns[f"reason_{reason}"] = pd.Series(pd.NA, index=customers.index, dtype="boolean")
    return pd.DataFrame(columns, index=customers.index)


def days_since(last_order_on: pd.Series, as_of: datetime.date) -> pd.Series:
    """Whole days from the last order to ``as_of``: Int64, NA without orders."""
    days: pd.Series = (pd.Timestamp(as_of) - last_order_on).dt.days
    return days.astype("Int64")


def named_reasons(reasons: pd.DataFrame, shown: pd.Series) -> pd.Series:
    """Join the codes of the reasons that hold: a category such as ``"overdue|late_payments"``, "" where not ``shown``.

    ``shown`` is a plain bool per customer. Codes come in the order of :class:`ChurnReason`.
    """
    bits = np.zeros(len(reasons), dtype=np.int64)
    for position, reason in enumerate(ChurnReason):
        holds = reasons[f"reason_{reason}"].fillna(False).to_numpy(dtype=bool)
        bits += (holds & shown.to_numpy(dtype=bool)).astype(np.int64) << position
    labels = [
        "|".join(reason for position, reason in enumerate(ChurnReason) if bit >> position & 1)
        for bit in range(2 ** len(ChurnReason))
    ]
    return pd.Series(pd.Categorical.from_codes(bits, dtype=pd.CategoricalDtype(labels)), index=reasons.index)


def _overdue(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.Series:
    interval = customers["median_interval_days"].astype("Float64")
    regular = customers["order_days"] >= policy.least_order_days
    late = days_since(customers["last_order_on"], as_of) * 100 > interval * policy.overdue_percent
    return late.where(regular).astype("boolean")


def _falling_breadth(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.Series:
    return _has_fallen(
        customers["breadth_recent"],
        customers["breadth_previous"],
        policy.breadth_drop_percent,
        least_before=2,
    )


def _falling_amounts(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.Series:
    return _has_fallen(
        customers["revenue_recent"],
        customers["revenue_previous"],
        policy.amounts_drop_percent,
        least_before=1,
    )


def _late_payments(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.Series:
    settled, late = customers["payments_settled"].astype("Int64"), customers["payments_late"].astype("Int64")
    return (late * 100 >= settled * policy.late_percent).where(settled >= policy.least_payments)


def _open_complaints(customers: pd.DataFrame, policy: ReasonPolicy, as_of: datetime.date) -> pd.Series:
    return customers["open_complaints"].astype("Int64") > 0


def _wallet_moving(customers: pd.DataFrame, policy: ReasonPolicy, _as_of: datetime.date) -> pd.Series:
    """More from others and no more from us: whoever buys more of everybody only grows. NA without both records."""
    recent, previous = (
        customers[name].astype("Int64") for name in ("elsewhere_recent", "elsewhere_previous")
    )
    rises = (recent > 0) & (recent * 100 >= previous * (100 + policy.wallet_rise_percent))
    return rises & (
        customers["revenue_recent"].astype("Int64") <= customers["revenue_previous"].astype("Int64")
    )


def _has_fallen(recent: pd.Series, previous: pd.Series, percent: int, *, least_before: int) -> pd.Series:
    recent, previous = recent.astype("Int64"), previous.astype("Int64")
    return (recent * 100 <= previous * (100 - percent)).where(previous >= least_before)


Rule = Callable[[pd.DataFrame, ReasonPolicy, datetime.date], pd.Series]

RULES: dict[ChurnReason, tuple[tuple[str, ...], Rule]] = {
    ChurnReason.OVERDUE: (("last_order_on", "order_days", "median_interval_days"), _overdue),
    ChurnReason.FALLING_BREADTH: (("breadth_recent", "breadth_previous"), _falling_breadth),
    ChurnReason.FALLING_AMOUNTS: (("revenue_recent", "revenue_previous"), _falling_amounts),
    ChurnReason.LATE_PAYMENTS: (("payments_settled", "payments_late"), _late_payments),
    ChurnReason.OPEN_COMPLAINTS: (("open_complaints",), _open_complaints),
    ChurnReason.WALLET_MOVING: (
        ("elsewhere_recent", "elsewhere_previous", "revenue_recent", "revenue_previous"),
        _wallet_moving,
    ),
}
"""Each reason's columns and rule."""
