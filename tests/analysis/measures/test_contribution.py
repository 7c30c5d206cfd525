from random import Random

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.measures.contribution import Metric, contribution
from tests.analysis.measures.present import present

VALUES = st.lists(st.integers(-20, 60) | st.integers(-(10**12), 10**13), min_size=1, max_size=40)

BY_SQL = """
select v.id,
       1 + (select count(*) from values_ w where w.v > v.v) as rank,
       v.v / (select sum(v) from values_) as share,
       (select coalesce(sum(w.v), 0) from values_ w where w.v > v.v and w.v > 0)
           / (select sum(v) from values_ where v > 0) as before
from values_ v order by v.id
"""


def totals(values: list[int]) -> pd.DataFrame:
    index = pd.RangeIndex(1, len(values) + 1, name="customer_id")
    return pd.DataFrame({"net_revenue": np.array(values, dtype=np.int64)}, index=index)


@settings(max_examples=40, deadline=None)
@given(VALUES)
def test_rank_and_shares_agree_with_their_definition_in_sql(values: list[int]) -> None:
    assume(sum(values) > 0)
    result = contribution(totals(values))
    values_ = pd.DataFrame({"id": range(len(values)), "v": values})  # noqa: F841 read by the query
    expected = present(duckdb.query(BY_SQL)).df()
    assert result["rank"].tolist() == expected["rank"].tolist()
    np.testing.assert_allclose(result["share"], expected["share"], rtol=1e-12)
    positive = np.array(values) > 0
    np.testing.assert_allclose(
        result["cumulative_share_before"][positive], expected["before"][positive], rtol=1e-12
    )
    assert result["cumulative_share_before"][~positive].isna().all()


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
