from decimal import Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.costs import margin_sums
from analysis.measures.mix_advice import MixPolicy, mix_advice
from analysis.measures.product_margins import product_margins
from tests.analysis.measures.agreeing import assert_agrees, by_sql
from tests.analysis.measures.sales import LINES, Lines, sales_lines

NEEDED = ["customer_id", "product_id", "net_revenue", "costed_revenue", "gross_margin"]


def products_of(sales: pd.DataFrame) -> pd.DataFrame:
    sums = sales.groupby("product_id").sum().assign(customers=1, quantity=1)
    return product_margins(sums)


def pairs(drawn: Lines) -> pd.DataFrame:
    return margin_sums(sales_lines(drawn), ["customer_id", "product_id"]).reset_index()[NEEDED]


def sale(customer: int, product: int, revenue: int, margin: int) -> dict[str, int]:
    return {
        "customer_id": customer,
        "product_id": product,
        "net_revenue": revenue,
        "costed_revenue": revenue,
        "gross_margin": margin,
    }


def by_hand(sales: list[dict[str, int]], one: dict[str, int]) -> tuple[str, int] | None:
    """The advice on one row by exact fractions, from the definition; every cost is known."""
    everything = sum(row["net_revenue"] for row in sales)
    mine = sum(row["net_revenue"] for row in sales if row["customer_id"] == one["customer_id"])
    same = [row for row in sales if row["product_id"] == one["product_id"]]
    rate = Fraction(one["gross_margin"], one["net_revenue"])
    usual = Fraction(sum(row["gross_margin"] for row in same), sum(row["net_revenue"] for row in same))
    gap = Fraction(sum(row["net_revenue"] for row in same), everything) - Fraction(one["net_revenue"], mine)
    if rate < 0 and usual < 0:
        return "stop", -one["gross_margin"]
    if rate < Fraction(1, 10):
        cost = one["net_revenue"] - one["gross_margin"]
        return "reprice", round_half_up(cost / (1 - max(usual, Fraction(1, 10))) - one["net_revenue"])
    if rate >= Fraction(3, 10) and gap > 0:
        return "push", round_half_up(gap * mine * rate)
    return None


def round_half_up(value: Fraction) -> int:
    return int((value + Fraction(1, 2)).__floor__())


MIX_BY_SQL = """
with pair as (
        select customer_id, product_id, sum(revenue_cents)::double as net, sum(revenue_cents - cost_cents) as margin
        from lines group by 1, 2
    ),
    judged as (
        select *, if(net > 0, margin / net, null) as r, net / sum(net) over (partition by customer_id) as s,
            sum(net) over (partition by customer_id) as mine,
            sum(net) over (partition by product_id) / sum(net) over () as u,
            sum(margin) over (partition by product_id) / sum(net) over (partition by product_id) as usual from pair
    ), advised as (
        select *, case when r < 0 and usual < 0 then 'stop' when r < 0.1 then 'reprice'
                when r >= 0.3 and s < u then 'push' end as advice,
            floor(0.5 + case advice when 'stop' then -margin
                when 'reprice' then (net - margin) / (1 - greatest(usual, 0.1)) - net
                else (u - s) * mine * r end) as gain
        from judged
    )
select customer_id, product_id, net as net_revenue, net as costed_revenue, margin as gross_margin, r as margin_rate,
    s as revenue_share, usual as usual_rate, u as usual_share, advice, gain,
    row_number() over (partition by customer_id order by gain desc, product_id) as place
from advised where advice is not null and gain > 0 qualify place <= 5 order by customer_id, place
"""


SALES = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 10**6), st.integers(-150, 95)),
    min_size=1,
    max_size=12,
    unique_by=lambda drawn: drawn[:2],
)


@settings(max_examples=30, deadline=None)
@given(SALES)
def test_advice_and_gain_agree_with_exact_fractions(drawn: list[tuple[int, int, int, int]]) -> None:
    rows = [sale(customer, product, cents, cents * rate // 100) for customer, product, cents, rate in drawn]
    sales = pd.DataFrame(rows)
    advised = mix_advice(sales, products_of(sales))[["customer_id", "product_id", "advice", "gain"]]
    found = {(customer, product): told for customer, product, *told in advised.to_numpy().tolist()}
    for row in rows:
        expected, gain = by_hand(rows, row) or ("", 0)
        advice, told = found.get((row["customer_id"], row["product_id"]), ("", 0))
        assert abs(told - max(gain, 0)) <= 1  # floats may round a gain of half a cent either way
        assert advice == expected or gain <= 1


def test_every_advice_agrees_with_sql_on_superstore(superstore: pd.DataFrame) -> None:
    """Its sub-categories stand for the products."""
    lines = superstore.assign(product_id=superstore["category_id"])
    sales = margin_sums(lines, ["customer_id", "product_id"]).reset_index()[NEEDED]
    found = mix_advice(sales, product_margins(margin_sums(lines, ["product_id"]).assign(customers=1)))
    assert_agrees(found, by_sql(MIX_BY_SQL, lines=lines), cents=1)
    assert set(found["advice"]) == {"push", "reprice", "stop"}


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_a_customer_gets_so_much_advice_and_the_greatest_gains_first(drawn: Lines) -> None:
    sales = pairs(drawn)
    found = mix_advice(sales, products_of(sales), MixPolicy(per_customer=2))
    assert (found.groupby("customer_id").size() <= 2).all()
    assert (found.groupby("customer_id")["gain"].diff().dropna() <= 0).all()
    assert (found["gain"] > 0).all()


@settings(max_examples=30, deadline=None)
@given(LINES)
def test_other_customers_rows_change_no_advice_once_the_products_are_known(drawn: Lines) -> None:
    sales = pairs(drawn)
    products = products_of(sales)
    whole = mix_advice(sales, products)
    parts = [mix_advice(part, products) for _customer, part in sales.groupby("customer_id")]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, check_dtype=False)


@settings(max_examples=30, deadline=None)
@given(LINES, st.integers(0, 2**32 - 1))
def test_the_order_of_rows_changes_no_advice(drawn: Lines, seed: int) -> None:
    sales = pairs(drawn)
    products = products_of(sales)
    shuffled = sales.sample(frac=1, random_state=seed).reset_index(drop=True)
    found = mix_advice(shuffled, products.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(found, mix_advice(sales, products))


@settings(max_examples=30, deadline=None)
@given(LINES, st.sampled_from([2, 7, 100]))
def test_another_currency_changes_no_advice_and_scales_the_gain(drawn: Lines, rate: int) -> None:
    sales = pairs(drawn)
    money = ["net_revenue", "costed_revenue", "gross_margin"]
    dearer = sales.assign(**{column: sales[column] * rate for column in money})
    most = MixPolicy(per_customer=1000)  # a gain that was rounded to nothing may appear, none may vanish
    here, there = (
        mix_advice(rows, products_of(rows), most).set_index(["customer_id", "product_id"])
        for rows in (sales, dearer)
    )
    assert (there["advice"].astype(object).reindex(here.index) == here["advice"].astype(object)).all()
    assert ((there["gain"].reindex(here.index) - here["gain"] * rate).abs() <= rate / 2 + 1).all()


def test_the_worked_example() -> None:
    sales = pd.DataFrame(
        [
            sale(1, 1, 1_000_00, -50_00),  # tables: lose here and everywhere
            sale(1, 2, 1_000_00, 50_00),  # copiers at 5 %, others pay 25 %
            sale(1, 3, 100_00, 40_00),  # paper at 40 %, a small part of this customer's money
            sale(2, 1, 3_000_00, -300_00),
            sale(2, 2, 3_000_00, 950_00),
            sale(2, 3, 3_900_00, 1_560_00),
        ]
    )
    found = mix_advice(sales, products_of(sales)).query("customer_id == 1")
    assert found["advice"].tolist() == ["reprice", "push", "stop"]
    assert found["gain"].tolist() == [266_67, 240_00, 50_00]


def test_without_known_costs_there_is_no_advice() -> None:
    sales = pd.DataFrame([sale(1, 1, 1000, 0) | {"costed_revenue": 0}, sale(2, 1, 1000, -10)])
    found = mix_advice(sales, products_of(sales))
    assert found["customer_id"].tolist() == [2]


@pytest.mark.parametrize(
    "wrong", [{"thin_margin": Decimal("0.5")}, {"good_margin": Decimal(1)}, {"per_customer": 0}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        MixPolicy(**wrong)
