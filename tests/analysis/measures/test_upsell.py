import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.occasions import purchase_occasions
from analysis.measures.upsell import UpsellPolicy, upsell
from tests.analysis.measures.agreeing import assert_agrees, by_sql

AS_OF = datetime.date(2024, 12, 31)
CUSTOMERS = st.lists(
    st.tuples(
        st.integers(0, 120),  # days since the last order
        st.integers(1, 60).map(float) | st.just(12.5),  # median interval
        st.integers(1, 6),  # order days
        st.integers(-500, 100_000),  # net revenue
        st.integers(0, 6),  # orders
        st.integers(0, 12),  # payments settled
        st.integers(0, 2),  # late
        st.integers(0, 5_000),  # open
        st.sampled_from([0, 0, 0, 100]),  # overdue
        st.integers(0, 50_000) | st.none(),  # credit limit
    ),
    min_size=1,
    max_size=20,
)
NAMES = (
    "ago",
    "median_interval_days",
    "order_days",
    "net_revenue",
    "orders",
    "payments_settled",
    "payments_late",
)

BY_SQL = """
select customer_id, due as due_on, date_diff('day', date '{day}', due) as days_until_due, typical as typical_order,
    payments_late / nullif(payments_settled, 0) as late_share, credit_limit_cents - open_cents as room
from (
    select *, last_order_on::date + floor(median_interval_days + 0.5)::int as due,
        floor(median_interval_days + 0.5) as days, floor(net_revenue / nullif(orders, 0) + 0.5) as typical
    from customers
)
where order_days >= 3 and orders > 0 and typical > 0 and due <= date '{day}' + 14
    and date_diff('day', due, date '{day}') <= days * 0.5
    and payments_settled >= {payments} and payments_late <= 0.1 * payments_settled and overdue_cents <= 0
    and (credit_limit_cents is null or credit_limit_cents - open_cents >= typical)
order by due, customer_id
"""


def frame(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    names = [*NAMES, "open_cents", "overdue_cents", "credit_limit_cents"]
    found = pd.DataFrame(rows, columns=names).astype({"credit_limit_cents": "Int64"})
    last = pd.Timestamp(AS_OF) - pd.to_timedelta(found.pop("ago"), unit="D")
    return found.assign(last_order_on=last).rename_axis("customer_id")


def customer(**changes: Any) -> pd.DataFrame:
    usual = {
        "last_order_on": pd.Timestamp("2024-12-11"),
        "median_interval_days": 30.0,
        "order_days": 5,
        "net_revenue": 10_000,
        "orders": 4,
        "payments_settled": 10,
        "payments_late": 1,
        "open_cents": 1_000,
        "overdue_cents": 0,
        "credit_limit_cents": 5_000,
    }
    found = pd.DataFrame([usual | changes]).rename_axis("customer_id")
    return found.astype({"credit_limit_cents": "Int64"})


@settings(max_examples=30, deadline=None)
@given(CUSTOMERS)
def test_who_is_due_with_good_credit_agrees_with_sql(rows: list[tuple[Any, ...]]) -> None:
    customers = frame(rows)
    query = BY_SQL.format(day=AS_OF, payments=1)
    assert_agrees(upsell(customers, AS_OF).reset_index(), by_sql(query, customers=customers.reset_index()))


def test_who_is_due_agrees_with_sql_on_online_retail(online_retail: pd.DataFrame) -> None:
    """As of the end of October 2011; it tells nothing of payments, so nobody need have any."""
    day = datetime.date(2011, 10, 31)
    known = online_retail[online_retail["ordered_on"] <= pd.Timestamp(day)]
    occasions = purchase_occasions(known).sort_values(["customer_id", "ordered_on"])
    gaps = occasions.groupby("customer_id")["ordered_on"].diff().dt.days
    bought = occasions.groupby("customer_id")
    sums = known.groupby("customer_id")
    customers = pd.DataFrame(
        {
            "last_order_on": bought["ordered_on"].max(),
            "median_interval_days": gaps.groupby(occasions["customer_id"]).median(),
            "order_days": bought.size(),
            "net_revenue": sums["revenue_cents"].sum(),
            "orders": known[known["quantity"] > 0].groupby("customer_id")["order_id"].nunique(),
            **dict.fromkeys(["payments_settled", "payments_late", "open_cents", "overdue_cents"], 0),
            "credit_limit_cents": pd.NA,
        }
    ).dropna(subset=["last_order_on"])
    customers = customers.astype({"net_revenue": "int64", "orders": "int64", "credit_limit_cents": "Int64"})
    found = upsell(customers, day, UpsellPolicy(least_payments=0))
    query = BY_SQL.format(day=day, payments=0)
    assert_agrees(found.reset_index(), by_sql(query, customers=customers.reset_index()))
    assert len(found) > 400


@settings(max_examples=15, deadline=None)
@given(CUSTOMERS, st.integers(2, 100))
def test_another_currency_scales_money_alone(rows: list[tuple[Any, ...]], rate: int) -> None:
    customers = frame([(*row[:9], None) for row in rows])  # a limit may or may not hold a rounded order
    money = ["net_revenue", "open_cents", "overdue_cents", "credit_limit_cents"]
    dearer = customers.assign(**{name: customers[name] * rate for name in money})
    here, there = (upsell(some, AS_OF) for some in (customers, dearer))
    there = there[there.index.isin(here.index)]  # a typical order that was rounded to nothing may appear
    assert (there["due_on"] == here["due_on"]).all()
    assert ((there["typical_order"] - here["typical_order"] * rate).abs() <= rate / 2 + 1).all()


@settings(max_examples=25, deadline=None)
@given(CUSTOMERS)
def test_the_order_of_rows_changes_nothing(rows: list[tuple[Any, ...]]) -> None:
    customers = frame(rows)
    pd.testing.assert_frame_equal(upsell(customers[::-1], AS_OF), upsell(customers, AS_OF))


def test_the_worked_example() -> None:
    # Every 30 days, last on 11 December, four orders for 100.00; 50.00 of credit, 10.00 open, one of ten late.
    row = upsell(customer(), AS_OF).loc[0]
    assert row["due_on"] == pd.Timestamp("2025-01-10")
    assert (row["days_until_due"], row["typical_order"], row["late_share"], row["room"]) == (
        10,
        2_500,
        0.1,
        4_000,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"last_order_on": pd.Timestamp("2024-12-16")},  # due in 15 days
        {"last_order_on": pd.Timestamp("2024-11-15")},  # 16 days past, more than half of 30
        {"order_days": 2},
        {"payments_late": 2},
        {"payments_settled": 0, "payments_late": 0},
        {"overdue_cents": 1},
        {"open_cents": 2_501},
        {"orders": 0},
        {"net_revenue": -1},
        {"last_order_on": pd.NaT},
    ],
)
def test_who_is_not_due_or_not_trusted_is_left_out(changes: dict[str, Any]) -> None:
    assert upsell(customer(**changes), AS_OF).empty


def test_without_a_limit_any_order_fits() -> None:
    row = upsell(customer(credit_limit_cents=None, open_cents=9_999), AS_OF).loc[0]
    assert row["room"] is pd.NA


def test_a_policy_may_trust_those_without_a_history() -> None:
    newcomer = customer(payments_settled=0, payments_late=0)
    assert len(upsell(newcomer, AS_OF, UpsellPolicy(least_payments=0))) == 1


@pytest.mark.parametrize(
    "wrong", [{"days_ahead": -1}, {"least_order_days": 1}, {"most_late_percent": 101}, {"percent_past": -1}]
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must|needs"):
        UpsellPolicy(**wrong)
