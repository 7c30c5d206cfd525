"""Cohorts: of the customers who first ordered in the same month, how many order in each month after.

- **cohort** = the month of the first order; **age** k of a month = months since then, 0 for the cohort's own;
- **retention** at age k = customers of the cohort with an order in that month ÷ customers of the cohort; 1 at age 0;
- **repeat-purchase rate** = customers with more than one order day ever ÷ customers of the cohort.

Each customer's months are kept as one whole number: bit k is set when they ordered at age k. So any group of customers
can be counted from its own rows, by ``count(*) FILTER (WHERE months >> k & 1 = 1)``, and a viewer sees their own
customers' cohorts. Ages beyond 62 (five years) have no bit. The last month of a cohort is incomplete unless ``as_of``
is a month's last day.

Source: retention by cohort as in Fader & Hardie (2007), How to project customer retention, Journal of Interactive
Marketing 21(1), counting orders, since nobody tells us that they left.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd

from analysis.measures.contribution import Integers
from analysis.measures.frames import require_columns
from analysis.measures.ratios import ratio

MOST_AGE = 62


def months_ordered(months: pd.DataFrame) -> pd.DataFrame:
    """Give each customer a cohort and the ages at which they ordered.

    Parameters
    ----------
    months
        One row per customer and month with an order, none after the day of observation: ``customer_id`` int64,
        ``month`` datetime64 (its first day). In any order.

    Returns
    -------
    DataFrame
        Indexed by ``customer_id``, ascending: ``cohort`` datetime64[s], the first of its month, and ``months`` int64,
        the ages up to :data:`MOST_AGE` as bits.
    """
    require_columns(months, ("customer_id", "month"), "months")
    number = month_number(months["month"])
    customer = months["customer_id"].to_numpy(dtype=np.int64)
    order = np.lexsort((number, customer))
    customer, number = customer[order], number[order]
    is_first = np.ones(len(customer), dtype=bool)
    is_first[1:] = customer[1:] != customer[:-1]
    starts = np.flatnonzero(is_first)
    first = np.repeat(number[starts], np.diff(np.append(starts, len(customer))))
    age = number - first
    bit = np.where(age <= MOST_AGE, np.int64(1) << np.minimum(age, MOST_AGE), 0)
    bits = np.bitwise_or.reduceat(bit, starts) if len(starts) else bit
    cohort = number[starts].astype("datetime64[M]").astype("datetime64[s]")
    index = pd.Index(customer[starts], name="customer_id")
    return pd.DataFrame({"cohort": cohort, "months": bits}, index=index)


def cohort_counts(customers: pd.DataFrame) -> pd.DataFrame:
    """Count each cohort's customers, those who have ordered again, and those who ordered at each age.

    Parameters
    ----------
    customers
        As :func:`months_ordered` returns them, with ``is_repeat`` bool.

    Returns
    -------
    DataFrame
        Indexed by ``cohort``, ascending: int64 ``customers``, ``repeaters`` and one column for each age, named by its
        number.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    require_columns(customers, ("cohort", "months", "is_repeat"), "customers of cohorts")
    cohorts = customers.groupby("cohort", sort=True)
    sizes = cohorts.agg(customers=("months", "size"), repeaters=("is_repeat", "sum"))
    months, place = customers["months"].to_numpy(dtype=np.int64), cohorts.ngroup().to_numpy()
    oldest = int(months.max(initial=0)).bit_length()
    ages = {age: np.bincount(place[months >> age & 1 == 1], minlength=len(sizes)) for age in range(oldest)}
    return sizes.join(pd.DataFrame(ages, index=sizes.index)).astype("int64")


def retention(counts: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """The share of each cohort that ordered at each age.

    Parameters
    ----------
    counts
        As :func:`cohort_counts` returns them; an age without a column is one at which nobody ordered.

    Returns
    -------
    DataFrame
        One row per cohort and age from 0 to that of ``as_of``'s month: ``cohort``, ``customers``, ``repeaters``,
        ``age``, ``active`` int64, ``is_complete`` bool, ``retention`` float64 and ``repeat_rate`` float64 (of the
        cohort, the same at every age).
    """
    require_columns(counts, ("customers", "repeaters"), "cohorts")
    today = int(month_number(pd.Series([pd.Timestamp(as_of)]))[0])
    oldest = np.minimum(today - month_number(counts.index.to_series()), MOST_AGE)
    place = np.repeat(np.arange(len(counts)), oldest + 1)
    age = np.arange(len(place)) - np.repeat(np.cumsum(oldest + 1) - (oldest + 1), oldest + 1)
    ages = counts.reindex(columns=range(MOST_AGE + 1), fill_value=0).to_numpy(dtype=np.int64)
    found = counts[["customers", "repeaters"]].iloc[place].reset_index()
    tomorrow = as_of + datetime.timedelta(days=1)
    month = month_number(found["cohort"]) + age
    found = found.assign(age=age, active=ages[place, age], is_complete=(month < today) | (tomorrow.day == 1))
    return found.assign(
        retention=ratio(found["active"], found["customers"]),
        repeat_rate=ratio(found["repeaters"], found["customers"]),
    )


def month_number(days: pd.Series) -> Integers:
    """Months since January 1970: int64."""
    return days.to_numpy().astype("datetime64[M]").astype(np.int64)
