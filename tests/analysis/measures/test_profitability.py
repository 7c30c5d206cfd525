from decimal import Decimal
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.costs import margin_sums
from analysis.measures.profitability import ProfitPolicy, profitability
from tests.analysis.measures.agreeing import assert_agrees, by_sql
from tests.analysis.measures.sales import LINES, Lines, sales_lines

PROFIT_BY_SQL = """
with sums as (
    select customer_id, sum(revenue_cents) as net, sum(if(cost_known, revenue_cents, 0)) as costed,
        sum(if(cost_known, revenue_cents - cost_cents, 0)) as margin
    from lines group by 1
)
select net as net_revenue, net - costed as uncosted_revenue, costed - margin as cost_of_goods, margin as gross_margin,
    service as service_cost, margin - service as profit,
    if(costed > 0, (margin - service) / costed, null) as profit_rate,
    case when net = costed then 1 when net > 0 then greatest(0, least(1, costed / net)) else 0 end as cost_coverage,
    case when cost_coverage < 0.8 then 'unknown' when profit > 0 then 'earns' when profit < 0 then 'loses'
        else 'even' end as standing,
    if(standing = 'unknown', null, rank() over (partition by standing = 'unknown' order by profit desc)) as rank
from sums join services using (customer_id) order by customer_id
"""


def customers(drawn: Lines, service_cost: int = 500) -> pd.DataFrame:
    return margin_sums(sales_lines(drawn), ["customer_id"]).assign(service_cost=service_cost)


def one(**given_: int) -> pd.Series:
    usual = {"net_revenue": 1000, "costed_revenue": 1000, "gross_margin": 300, "service_cost": 100}
    return profitability(pd.DataFrame([usual | given_])).iloc[0]


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_profit_agrees_with_sql(drawn: Lines) -> None:
    services = customers(drawn).reset_index()[["customer_id"]].assign(service=500)
    expected = by_sql(PROFIT_BY_SQL, lines=sales_lines(drawn), services=services)
    assert_agrees(profitability(customers(drawn)), expected)


def test_profit_agrees_with_sql_on_superstore(superstore: pd.DataFrame) -> None:
    """What was given away in discounts stands for the cost of service."""
    discounts = superstore.groupby("customer_id")["discount_cents"].sum().rename("service")
    found = profitability(margin_sums(superstore, ["customer_id"]).assign(service_cost=discounts))
    assert_agrees(found, by_sql(PROFIT_BY_SQL, lines=superstore, services=discounts.reset_index()))
    assert len(found) == 793


@settings(max_examples=25, deadline=None)
@given(LINES)
def test_profit_cost_and_uncosted_revenue_add_up_to_revenue(drawn: Lines) -> None:
    found = profitability(customers(drawn))
    parts = found["profit"] + found["service_cost"] + found["cost_of_goods"] + found["uncosted_revenue"]
    assert (parts == found["net_revenue"]).all()


@settings(max_examples=25, deadline=None)
@given(LINES, st.randoms())
def test_the_order_of_lines_changes_nothing(drawn: Lines, random: Random) -> None:
    before = profitability(customers(drawn))
    random.shuffle(drawn)
    pd.testing.assert_frame_equal(profitability(customers(drawn)), before)


@settings(max_examples=25, deadline=None)
@given(LINES, st.integers(2, 9))
def test_another_currency_scales_money_and_nothing_else(drawn: Lines, rate: int) -> None:
    before, after = profitability(customers(drawn)), profitability(customers(drawn) * rate)
    assert (after["profit"] == before["profit"] * rate).all()
    assert after["rank"].equals(before["rank"])
    assert after["standing"].equals(before["standing"])


@settings(max_examples=25, deadline=None)
@given(LINES)
def test_a_customer_without_orders_moves_nobody_who_earns(drawn: Lines) -> None:
    before = customers(drawn)
    nobody = pd.DataFrame(0, index=pd.Index([99], name="customer_id"), columns=before.columns)
    found = profitability(pd.concat([before, nobody]))
    earning = found.index[found["standing"] == "earns"]
    assert found.loc[earning, "rank"].equals(profitability(before).loc[earning, "rank"])


def test_the_worked_example() -> None:
    # 9,000 and a return of 1,000 at 60 % cost; visits of 700.
    lines = pd.DataFrame(
        {
            "customer_id": [1, 1],
            "quantity": [9, -1],
            "revenue_cents": [9_000_00, -1_000_00],
            "cost_cents": [5_400_00, -600_00],
            "cost_known": True,
        }
    )
    sums = margin_sums(lines, ["customer_id"]).assign(service_cost=700_00)
    row = profitability(sums).loc[1]
    assert (row["net_revenue"], row["cost_of_goods"], row["profit"]) == (8_000_00, 4_800_00, 2_500_00)
    assert row["profit_rate"] == pytest.approx(0.3125)


def test_revenue_of_unknown_cost_is_no_profit() -> None:
    row = one(costed_revenue=900, gross_margin=200)
    assert (row["profit"], row["uncosted_revenue"], row["cost_coverage"]) == (100, 100, 0.9)
    assert row["standing"] == "earns"


def test_who_has_mostly_unknown_costs_is_not_judged() -> None:
    row = one(costed_revenue=700, gross_margin=200)
    assert row["standing"] == "unknown"
    assert row["rank"] is pd.NA


def test_service_can_eat_the_margin() -> None:
    assert one(service_cost=301)["standing"] == "loses"
    assert one(service_cost=300)["standing"] == "even"


def test_a_coverage_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        ProfitPolicy(Decimal("1.5"))
