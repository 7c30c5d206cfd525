import datetime
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.contribution import contribution
from analysis.measures.marks import MarkPolicy, assign_marks
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
BY_SQL = """
with ranked as (
    select *, rank() over (order by value desc) as rank, rank() over (order by value) as rank_from_bottom,
        count(*) over () as n, date '2011-12-09' - first_on::date < 90 as is_young
    from bought
), placed as (
    select *, rank <= ceil(0.01 * n) and value > 0 as vip from ranked
), marked as (
    select *, not vip and rank_from_bottom <= floor(0.2 * n) as low from placed
)
select customer_id, rank_from_bottom, vip as mark_vip, low and not is_young as mark_drag,
    low and is_young as mark_young,
    case when vip then 'vip' when low and is_young then 'young' when low then 'drag' else '' end as marks
from marked order by customer_id
"""
POLICY = MarkPolicy()


def marks(
    values: Sequence[int], policy: MarkPolicy = POLICY, created_on: Sequence[str | None] | None = None
) -> pd.DataFrame:
    index = pd.RangeIndex(len(values), name="customer_id")
    ranked = contribution(pd.DataFrame({"net_revenue": np.array(values, dtype=np.int64)}, index=index))
    return assign_marks(ranked, pd.Series(created_on, index=index, dtype="datetime64[us]"), policy, AS_OF)


def test_one_percent_rounds_up_for_vip_and_twenty_percent_down_for_drag() -> None:
    result = marks(range(1, 102))
    assert result["mark_vip"].sum() == 2
    assert result["mark_drag"].sum() == 20


def test_ties_at_the_edge_are_all_marked() -> None:
    assert marks([9, 8, 7, 6, 5, 4, 3, 2, 1, 1])["mark_drag"].sum() == 2
    assert marks([9, 8, 7, 6, 1, 1, 1, 1, 1, 1])["mark_drag"].sum() == 6
    assert marks([9, 9, 1])["mark_vip"].sum() == 2


def test_ninety_days_end_youth() -> None:
    result = marks([0, 0, 5, 6, 7], created_on=["2024-10-03", "2024-10-02", None, None, None])
    assert result["marks"].tolist() == ["young", "drag", "", "", "vip"]


def test_a_top_mark_beats_drag() -> None:
    assert marks([5], replace(POLICY, drag_share=Decimal(1)))["marks"].tolist() == ["vip"]


def test_nobody_is_vip_without_revenue() -> None:
    assert not marks([0, 0, 0])["mark_vip"].any()


def test_nobody_is_drag_among_four() -> None:
    assert not marks([0, 1, 2, 3])["mark_drag"].any()


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.randoms())
def test_the_order_of_rows_changes_no_mark(values: list[int], random: Random) -> None:
    index = list(range(len(values)))
    random.shuffle(index)
    shuffled = marks([values[position] for position in index])["marks"]
    assert [shuffled[index.index(position)] for position in range(len(values))] == marks(values)[
        "marks"
    ].tolist()


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.integers(2, 100))
def test_another_currency_changes_no_mark(values: list[int], rate: int) -> None:
    assert marks([value * rate for value in values]).equals(marks(values))


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=60), st.data())
def test_marks_agree_with_a_loop_over_the_customers(values: list[int], data: st.DataObject) -> None:
    days = [data.draw(st.sampled_from([0, 89, 90, 400])) for _value in values]
    created = [str(AS_OF - datetime.timedelta(days=age)) for age in days]
    found = marks(values, created_on=created)["marks"]
    top, bottom = -(-len(values) // 100), len(values) // 5
    for value, age, mark in zip(values, days, found, strict=True):
        rank = 1 + sum(other > value for other in values)
        from_bottom = 1 + sum(other < value for other in values)
        low = "young" if age < 90 else "drag"
        expected = "vip" if rank <= top and value > 0 else low if from_bottom <= bottom else ""
        assert mark == expected


def test_marks_agree_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    """Known since their first line."""
    by_customer = (
        online_retail.dropna(subset=["customer_id"]).astype({"customer_id": "int64"}).groupby("customer_id")
    )
    sums = by_customer["revenue_cents"].sum()
    first_on = by_customer["ordered_on"].min()
    ranked = contribution(sums.to_frame("net_revenue"))
    found = assign_marks(ranked, first_on, POLICY, datetime.date(2011, 12, 9))
    bought = pd.DataFrame({"value": sums, "first_on": first_on}).reset_index()
    assert_agrees(found.reset_index(), by_sql(BY_SQL, bought=bought))
    assert (found["marks"].value_counts()[["vip", "drag", "young"]] > 40).all()


@given(st.lists(st.integers(-50, 50), min_size=5, max_size=60))
def test_a_fifth_or_more_are_at_the_bottom(values: list[int]) -> None:
    result = marks(values)
    assert (result["mark_drag"] | result["mark_vip"]).sum() >= len(values) // 5


@pytest.mark.parametrize(
    "wrong", [{"vip_share": Decimal("1.5")}, {"drag_share": Decimal(-1)}, {"young_days": -1}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        MarkPolicy(**wrong)
