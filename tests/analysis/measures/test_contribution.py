from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.measures.contribution import Metric, contribution
from tests.analysis.measures.agreeing import assert_agrees, by_sql

VALUES = st.lists(st.integers(-20, 60) | st.integers(-(10**12), 10**13), min_size=1, max_size=40)

BY_SQL = """
select v.id as customer_id, v.v as value,
       1 + (select count(*) from values_ w where w.v > v.v) as rank,
       v.v / (select sum(v) from values_) as share,
       (select coalesce(sum(w.v), 0) from values_ w where w.v > v.v and w.v > 0) as positive_before,
       if(v.v > 0, (select coalesce(sum(w.v), 0) from values_ w where w.v > v.v and w.v > 0)
           / (select sum(v) from values_ where v > 0), null) as cumulative_share_before
from values_ v order by v.id
"""
RETAIL_BY_SQL = """
with net as (select customer_id, sum(revenue_cents) as value from lines where customer_id is not null group by 1)
select customer_id, value, rank() over (order by value desc) as rank, value / sum(value) over () as share,
    coalesce(sum(greatest(value, 0)) over (order by value desc groups between unbounded preceding and 1 preceding), 0)
        as positive_before,
    if(value > 0, positive_before / sum(greatest(value, 0)) over (), null) as cumulative_share_before
from net order by customer_id
"""


def totals(values: list[int]) -> pd.DataFrame:
    index = pd.RangeIndex(1, len(values) + 1, name="customer_id")
    return pd.DataFrame({"net_revenue": np.array(values, dtype=np.int64)}, index=index)


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_rank_and_shares_agree_with_their_definition_in_sql(values: list[int]) -> None:
    assume(sum(values) > 0)
    expected = by_sql(BY_SQL, values_=pd.DataFrame({"id": range(1, len(values) + 1), "v": values}))
    assert_agrees(contribution(totals(values)).reset_index(), expected)


def test_rank_and_shares_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    sums = online_retail.groupby("customer_id")["revenue_cents"].sum().sort_index()
    found = contribution(sums.to_frame("net_revenue")).reset_index()
    assert_agrees(found, by_sql(RETAIL_BY_SQL, lines=online_retail[["customer_id", "revenue_cents"]]))
    assert len(found) == 4_372


@given(VALUES)
def test_shares_sum_to_one(values: list[int]) -> None:
    assume(sum(values) > 0)
    assert contribution(totals(values))["share"].sum() == pytest.approx(1, abs=1e-9 * max(map(abs, values)))


@given(VALUES, st.randoms())
def test_the_order_of_rows_changes_nothing(values: list[int], random: Random) -> None:
    before = totals(values)
    shuffled = before.sample(frac=1, random_state=random.randrange(2**32))
    pd.testing.assert_frame_equal(contribution(shuffled).sort_index(), contribution(before))


@given(VALUES, st.integers(2, 1000))
def test_another_currency_scales_values_alone(values: list[int], rate: int) -> None:
    before, after = contribution(totals(values)), contribution(totals([value * rate for value in values]))
    assert (after["value"] == before["value"] * rate).all()
    assert (after["rank"] == before["rank"]).all()
    np.testing.assert_allclose(after["share"], before["share"], rtol=1e-12)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_a_customer_without_orders_moves_nobody(values: list[int]) -> None:
    before, after = contribution(totals(values)), contribution(totals([*values, 0]))
    pd.testing.assert_frame_equal(after.iloc[:-1], before)


@given(VALUES)
def test_a_greater_value_never_ranks_lower(values: list[int]) -> None:
    result = contribution(totals(values)).sort_values("value", ascending=False)
    assert result["rank"].is_monotonic_increasing
    assert result["positive_before"].is_monotonic_increasing


def test_nothing_sold_leaves_shares_undefined() -> None:
    result = contribution(totals([0, 0]))
    assert result["share"].isna().all()
    assert result["rank"].tolist() == [1, 1]


def test_a_negative_total_has_no_shares() -> None:
    assert contribution(totals([5, -10]))["share"].isna().all()


def test_nobody_makes_an_empty_frame() -> None:
    assert contribution(totals([])).empty


def test_another_metric_ranks_by_its_own_column() -> None:
    frame = totals([5, 3]).assign(gross_margin=[1, 2])
    assert contribution(frame, Metric.GROSS_MARGIN)["rank"].tolist() == [2, 1]


def test_money_as_floats_is_refused() -> None:
    with pytest.raises(ValueError, match="whole cents"):
        contribution(totals([5]).astype("float64"))
