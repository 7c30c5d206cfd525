import datetime
from decimal import Decimal
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.contribution import contribution
from analysis.measures.costs import margin_sums
from analysis.measures.resources import (
    CUSTOMER_COLUMNS,
    ResourcePolicy,
    customer_resources,
    resources_by_tier,
)
from analysis.measures.tiers import TIER_DTYPE, TierPolicy, assign_tiers
from tests.analysis.measures.agreeing import assert_agrees, by_sql

POLICY = ResourcePolicy()
COST = st.integers(0, 10**6)
CENTS = st.integers(-(10**6), 10**9)
ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 4), COST, COST, COST, CENTS, CENTS, st.integers(0, 2)),
    max_size=30,
)
Rows = list[tuple[Any, ...]]

EACH_BY_SQL = """
select * exclude (customer_id, orders), visit_cost + discount_cost + support_cost as service_cost,
    gross_margin - service_cost as profit,
    case when service_cost > 0 and profit < 0 then 'costs_more' when tier = 'A' and visits = 0 then 'neglected'
        when visits >= 3 and orders = 0 then 'courted_in_vain' else '' end as mismatch
from frame order by customer_id
"""
BY_SQL = """
with sums as (
    select tier, count(customer_id) as customers, coalesce(sum(visits), 0) as visits,
        coalesce(sum(visit_cost), 0) as visit_cost, coalesce(sum(discount_cost), 0) as discount_cost,
        coalesce(sum(support_cost), 0) as support_cost,
        coalesce(sum(visit_cost + discount_cost + support_cost), 0) as service_cost,
        coalesce(sum(net_revenue), 0) as net_revenue, coalesce(sum(gross_margin), 0) as gross_margin
    from (values ('A'), ('B'), ('C')) as tiers (tier) left join frame using (tier) group by 1
), shares as (
    select *, service_cost / nullif(sum(service_cost) over (), 0) as cost_share,
        gross_margin / nullif(sum(greatest(gross_margin, 0)) over (), 0) as margin_share
    from sums
)
select *, if(margin_share > 0, cost_share / margin_share, null) as intensity,
    gross_margin / nullif(service_cost, 0) as return_on_cost,
    case when cost_share is null or margin_share is null then ''
        when cost_share > 0 and margin_share <= 0 or intensity >= 1.5 then 'overserved'
        when intensity <= 1 / 1.5 then 'underserved' else 'balanced' end as balance
from shares order by tier
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
    assert_resources_agree(customers(rows))


def assert_resources_agree(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    each = customer_resources(frame, POLICY)
    found = resources_by_tier(each, POLICY)
    rows = frame.reset_index().astype({"tier": "str"})
    assert_agrees(each, by_sql(EACH_BY_SQL, frame=rows))
    assert_agrees(found.reset_index(), by_sql(BY_SQL, frame=rows))
    return each, found


def test_what_superstore_gave_away_agrees_with_sql(superstore: pd.DataFrame) -> None:
    """Its discounts are the one effort that it tells; the tiers are those of Pareto."""
    sums = margin_sums(superstore, ["customer_id"])
    by_customer = superstore.groupby("customer_id")
    unknown = ["region_id", "previous_tier", "potential", "potential_expires_on"]
    nothing = pd.DataFrame(dict.fromkeys(unknown), index=sums.index)
    ranked = contribution(sums)
    frame = pd.DataFrame(
        {
            "tier": assign_tiers(ranked, nothing, TierPolicy(), {}, datetime.date(2017, 12, 31))[
                "tier_pareto"
            ],
            **dict.fromkeys(["visits", "visit_cost", "support_cost"], 0),
            "discount_cost": by_customer["discount_cents"].sum(),
            "net_revenue": sums["net_revenue"],
            "gross_margin": sums["gross_margin"],
            "orders": by_customer["order_id"].nunique(),
        }
    )
    each, found = assert_resources_agree(frame[list(CUSTOMER_COLUMNS)])
    assert found["customers"].sum() == 793
    assert (each["mismatch"] == "costs_more").any()


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
