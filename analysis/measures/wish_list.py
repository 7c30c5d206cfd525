"""The wish list (最想建立关系): how far we have come this year with those we most want to build a relation with.

Each customer on the year's list has one status, the first that holds:

- *won*: has placed an order in the year;
- *in talks*: there was a contact within the policy's days before the day of analysis;
- *gone quiet*: there was a contact in the year, but none within those days;
- *untouched*: no contact in the year.

Plan: the list is meant to be won by the end of the year, evenly; so the share that should be won by now is the days of
the year gone ÷ the days of the year. A list is *behind* when fewer are won than that share of the list, rounded down.

Source: definition of this product.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

STATUS_DTYPE = pd.CategoricalDtype(["won", "in_talks", "gone_quiet", "untouched"])
ENTRY_COLUMNS = ("owner_id", "has_next_step", "orders", "net_revenue", "contacts", "last_contact_on")


@dataclass(frozen=True, slots=True)
class WishPolicy:
    """Days without a contact after which talks count as gone quiet.

    Raises
    ------
    ValueError
        Unless the days are above zero.
    """

    quiet_days: int = 60

    def __post_init__(self) -> None:
        if self.quiet_days < 1:
            raise ValueError(f"quiet_days must be above zero, not {self.quiet_days}")


def wish_status(entries: pd.DataFrame, policy: WishPolicy, as_of: datetime.date) -> pd.DataFrame:
    """Say how far each customer on the list has come.

    Parameters
    ----------
    entries
        Indexed by customer id, one row per entry of the year in which ``as_of`` lies: ``owner_id`` Int64,
        ``has_next_step`` bool; of that year up to ``as_of``: int64 ``orders``, ``net_revenue`` cents, ``contacts``, and
        ``last_contact_on`` datetime64 (NaT without).

    Returns
    -------
    DataFrame
        ``entries`` with ``status`` category, ``days_since_contact`` Int64 and bool ``needs_step`` (not won, and
        nobody wrote down what to do next).

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(entries, ENTRY_COLUMNS, "the wish list")
    days = (pd.Timestamp(as_of) - entries["last_contact_on"]).dt.days.astype("Int64")
    recent = (days <= policy.quiet_days).fillna(False).to_numpy(dtype=bool)
    won = (entries["orders"] > 0).to_numpy()
    code = np.select([won, recent, (entries["contacts"] > 0).to_numpy()], [0, 1, 2], default=3)
    return entries.assign(
        status=pd.Categorical.from_codes(code, dtype=STATUS_DTYPE),
        days_since_contact=days,
        needs_step=~won & ~entries["has_next_step"].to_numpy(dtype=bool),
    )


def wish_progress(statuses: pd.DataFrame, by: str, as_of: datetime.date) -> pd.DataFrame:
    """Count each owner's list by status, beside what the plan asks by now.

    Parameters
    ----------
    statuses
        As :func:`wish_status` returns it.
    by
        The column to group by, ``owner_id`` as a rule; NA is a group of its own.

    Returns
    -------
    DataFrame
        Indexed by group, ascending. int64 ``listed``, one column per status, ``needs_step``, ``net_revenue`` cents,
        ``due`` (to be won by now); float64 ``won_share``; bool ``is_behind``.
    """
    groups = statuses.groupby(by, dropna=False)
    counts = pd.DataFrame(
        {
            status: (statuses["status"] == status).astype("int64").groupby(statuses[by], dropna=False).sum()
            for status in STATUS_DTYPE.categories
        }
    )
    sums = groups[["needs_step", "net_revenue"]].sum().astype("int64")
    listed = groups.size().astype("int64")
    gone, days = as_of.timetuple().tm_yday, 366 if calendar.isleap(as_of.year) else 365
    due = listed * gone // days
    return counts.assign(
        listed=listed,
        needs_step=sums["needs_step"],
        net_revenue=sums["net_revenue"],
        due=due,
        won_share=ratio(counts["won"], listed),
        is_behind=counts["won"] < due,
    ).sort_index(na_position="last")
