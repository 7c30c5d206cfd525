from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.resources import (
    CUSTOMER_COLUMNS,
    ResourcePolicy,
    customer_resources,
    resources_by_tier,
)
from analysis.measures.tiers import TIER_DTYPE
from tests.analysis.measures.present import present

POLICY = ResourcePolicy()
COST = st.integers(0, 10**6)
CENTS = st.integers(-(10**6), 10**9)
ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 4), COST, COST, COST, CENTS, CENTS, st.integers(0, 2)),
    max_size=30,
)
Rows = list[tuple[Any, ...]]

BY_SQL = """
with each as (select *, visit_cost + discount_cost + support_cost as cost from frame)
select tier, count(*) as customers, sum(visits) as visits, sum(cost) as cost, sum(gross_margin) as gross_margin,
       count(*) filter (where cost > 0 and cost > gross_margin) as dear,
       count(*) filter (where not (cost > 0 and cost > gross_margin) and tier = 'A' and visits = 0) as neglected
from each group by 1 order by 1
"""


def customers(rows: Rows) -> pd.DataFrame:
    index = pd.RangeIndex(len(rows), name="customer_id")
    frame = pd.DataFrame(rows, columns=list(CUSTOMER_COLUMNS), index=index)
    return frame.astype({**dict.fromkeys(CUSTOMER_COLUMNS[1:], "int64"), "tier": TIER_DTYPE})


def tiers(rows: Rows) -> pd.DataFrame:
    return resources_by_tier(customer_resources(customers(rows), POLICY), POLICY)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_effort_and_return_agree_with_sql(rows: Rows) -> None:
    frame = customers(rows).astype({"tier": "object"})  # noqa: F841 read by the query
    expected = present(duckdb.query(BY_SQL)).df().set_index("tier").reindex(["A", "B", "C"], fill_value=0)
    each, found = customer_resources(customers(rows), POLICY), tiers(rows)
    assert found["service_cost"].tolist() == expected["cost"].tolist()
    for name in ("customers", "visits", "gross_margin"):
        assert found[name].tolist() == expected[name].tolist()
    assert (each["mismatch"] == "costs_more").sum() == expected["dear"].sum()
    assert (each["mismatch"] == "neglected").sum() == expected["neglected"].sum()


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_shares_of_the_cost_sum_to_one(rows: Rows) -> None:
    found = tiers(rows)
    assert found["service_cost"].sum() == 0 or found["cost_share"].sum() == pytest.approx(1)


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_rows_changes_nothing(rows: Rows, random: Random) -> None:
    pd.testing.assert_frame_equal(tiers(random.sample(rows, len(rows))), tiers(rows))


@settings(max_examples=15, deadline=None)
@given(ROWS, st.integers(2, 100))
def test_another_currency_changes_no_balance(rows: Rows, rate: int) -> None:
    dearer = [(tier, n, *(money * rate for money in some), k) for tier, n, *some, k in rows]
    assert tiers(dearer)["balance"].tolist() == tiers(rows)["balance"].tolist()


def test_the_worked_example() -> None:
    rows = [
        ("A", 4, 1_000, 500, 0, 90_000, 30_000, 9),
        ("A", 0, 0, 0, 0, 50_000, 20_000, 3),
        ("B", 2, 500, 0, 0, 20_000, 5_000, 2),
        ("C", 9, 4_000, 1_000, 1_000, 8_000, 2_000, 1),
        ("C", 3, 0, 0, 0, 0, 0, 0),
    ]
    each = customer_resources(customers(rows), POLICY)
    assert each["mismatch"].tolist() == ["", "neglected", "", "costs_more", "courted_in_vain"]
    found = tiers(rows)
    assert found["balance"].tolist() == ["underserved", "balanced", "overserved"]
    np.testing.assert_allclose(found["cost_share"], [0.1875, 0.0625, 0.75])
    np.testing.assert_allclose(found["intensity"], [0.21375, 0.7125, 21.375])


def test_cost_without_any_margin_is_overserved() -> None:
    found = tiers([("A", 1, 10, 0, 0, 100, 50, 1), ("C", 1, 10, 0, 0, 0, 0, 0)])
    assert found["balance"].tolist() == ["underserved", "balanced", "overserved"]
    assert found["return_on_cost"].tolist()[2] == 0


def test_without_any_cost_nothing_is_judged() -> None:
    assert tiers([("A", 0, 0, 0, 0, 100, 50, 1)])["balance"].tolist() == ["", "", ""]


@pytest.mark.parametrize("wrong", [{"limit": Decimal(1)}, {"vain_visits": 0}])
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be above"):
        ResourcePolicy(**wrong)
