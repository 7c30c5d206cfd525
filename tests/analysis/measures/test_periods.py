import datetime
from collections.abc import Sequence
from random import Random
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.periods import SALES_COLUMNS, Period, PeriodKind, current_periods, period_sales
from tests.analysis.measures.agreeing import assert_agrees, by_sql
from tests.analysis.measures.present import present

CENTS = st.integers(-(10**9), 10**11) | st.integers(-3, 3)
ROWS = st.lists(st.tuples(CENTS, CENTS, st.integers(0, 9), CENTS, CENTS), min_size=1, max_size=40)
MONEY = [name for name in SALES_COLUMNS if name != "orders"]
DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1))

BY_SQL = """
select id, rank() over (order by net_revenue desc) as rank,
       case when sum(net_revenue) over () > 0 then net_revenue / sum(net_revenue) over () end as share,
       case when net_revenue_before > 0 then (net_revenue - net_revenue_before) / net_revenue_before end as change,
       case when net_revenue_year_ago > 0 then (net_revenue - net_revenue_year_ago) / net_revenue_year_ago end
           as change_year
from frame
where (net_revenue, gross_margin, orders, net_revenue_before, net_revenue_year_ago) <> (0, 0, 0, 0, 0) order by id
"""

ONLINE_RETAIL_BY_SQL = """
with sums as (
    select customer_id, coalesce(
        sum(revenue_cents) filter (where date_trunc('month', ordered_on) = date '2011-11-01'), 0) as net
    from lines where ordered_on >= '2011-10-01' and ordered_on < '2011-12-01' group by 1
)
select customer_id, rank() over (order by net desc) as rank, net / sum(net) over () as share from sums
"""


def sales(rows: Sequence[tuple[int, ...]]) -> pd.DataFrame:
    index = pd.RangeIndex(len(rows), name="id")
    return pd.DataFrame(rows, columns=list(SALES_COLUMNS), index=index, dtype="int64")


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_ranks_and_changes_agree_with_sql(rows: Sequence[tuple[int, ...]]) -> None:
    expected = by_sql(BY_SQL, frame=sales(rows).reset_index())
    assert_agrees(period_sales(sales(rows)).reset_index(), expected, given=SALES_COLUMNS)


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_scales_money_alone(rows: Sequence[tuple[int, ...]], rate: int) -> None:
    dearer = sales(rows).assign(**{name: sales(rows)[name] * rate for name in MONEY})
    here, there = period_sales(sales(rows)), period_sales(dearer)
    pd.testing.assert_frame_equal(there[MONEY], here[MONEY] * rate)
    pd.testing.assert_frame_equal(there.drop(columns=MONEY), here.drop(columns=MONEY))


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: Sequence[tuple[int, ...]], random: Random) -> None:
    shuffled = sales(rows).sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(period_sales(shuffled).sort_index(), period_sales(sales(rows)))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_customer_who_never_bought_moves_nobody(values: list[int]) -> None:
    rows = [(value, 0, 1, 0, 0) for value in values]
    pd.testing.assert_frame_equal(period_sales(sales([*rows, (0, 0, 0, 0, 0)])), period_sales(sales(rows)))


@settings(max_examples=25, deadline=None)
@given(DAYS, st.sampled_from(PeriodKind))
def test_a_day_lies_in_its_period_and_periods_follow_each_other(day: datetime.date, kind: PeriodKind) -> None:
    period = Period.containing(kind, day)
    assert period.start <= day < period.end
    assert period.before.end == period.start
    assert period.year_ago.start.month == period.start.month
    assert period.year_ago.start.year == period.start.year - 1


def test_the_worked_example() -> None:
    found = period_sales(
        sales([(600, 200, 2, 400, 300), (300, 100, 1, 0, 600), (0, 0, 0, 50, 0), (300, 90, 1, 0, 0)])
    )
    assert found["rank"].tolist() == [1, 2, 4, 2]
    assert found["share"].tolist() == [0.5, 0.25, 0.0, 0.25]
    np.testing.assert_allclose(found["change"], [0.5, np.nan, -1.0, np.nan])
    np.testing.assert_allclose(found["change_year"], [1.0, -0.5, np.nan, np.nan])


def test_a_report_is_about_this_month_and_year_and_those_before() -> None:
    days = [period.start.isoformat() for period in current_periods(datetime.date(2025, 1, 31))]
    assert days == ["2025-01-01", "2024-12-01", "2025-01-01", "2024-01-01"]
    complete = [
        period.is_complete(datetime.date(2025, 1, 31))
        for period in current_periods(datetime.date(2025, 1, 31))
    ]
    assert complete == [True, True, False, True]


@pytest.mark.parametrize("wrong", [(PeriodKind.MONTH, "2025-01-02"), (PeriodKind.YEAR, "2025-02-01")])
def test_a_period_begins_on_its_first_day(wrong: Any) -> None:
    with pytest.raises(ValueError, match="does not begin"):
        Period(wrong[0], datetime.date.fromisoformat(wrong[1]))


def test_the_months_of_online_retail_agree_with_sql(online_retail: pd.DataFrame) -> None:
    lines = online_retail[online_retail["customer_id"].notna()].astype({"customer_id": "int64"})
    of_month = lines["ordered_on"].dt.strftime("%Y-%m")
    months = {
        name: lines[of_month == month].groupby("customer_id")["revenue_cents"].sum()
        for name, month in (("net_revenue", "2011-11"), ("net_revenue_before", "2011-10"))
    }
    frame = pd.DataFrame(months).fillna(0).astype("int64")
    found = period_sales(frame.assign(gross_margin=0, orders=1, net_revenue_year_ago=0))
    expected = present(duckdb.query(ONLINE_RETAIL_BY_SQL)).df()
    assert len(expected) > 1_600
    assert found.loc[expected["customer_id"], "rank"].tolist() == expected["rank"].tolist()
    np.testing.assert_allclose(found.loc[expected["customer_id"], "share"], expected["share"], rtol=1e-9)
