import datetime
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.retention import NO_BRANCH, branch_retention, retention_lists
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql

YEAR = Window.calendar_year(2024)
MONTHS = 366 / (365.25 / 12)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([1, 2, None]),
        st.integers(0, 900),
        st.integers(0, 5),
        st.integers(-500, 5_000),
        st.integers(-500, 5_000),
        st.one_of(st.none(), st.integers(0, 90)),
    ),
    min_size=1,
    max_size=30,
)
RANKS = ["orders_rank", "amount_rank", "payment_rank"]
BY_SQL = """
    SELECT coalesce({branch}, -1) AS branch_id, count(*) AS customers,
        count(*) FILTER (now > 0 AND before > 0) AS kept, count(*) FILTER (now <= 0 AND before > 0) AS lost,
        count(*) FILTER (now > 0 AND before <= 0 AND first_order_on >= {start}) AS new,
        count(*) FILTER (now > 0 AND before <= 0 AND first_order_on < {start}) AS regained,
        count(*) FILTER (now > 0 AND before > 0) / nullif(count(*) FILTER (before > 0), 0) AS customer_retention,
        coalesce(sum(now) FILTER (now > 0 AND before > 0), 0)
            / nullif(sum(before) FILTER (before > 0), 0) AS revenue_retention
    FROM (SELECT *, net_revenue AS now, net_revenue_before AS before FROM frame) GROUP BY 1 ORDER BY 1
"""
LISTS_BY_SQL = """
    WITH measured AS (
        SELECT *, coalesce({branch}, -1) AS branch, net_revenue AS now, net_revenue_before AS before,
            greatest(datediff('day', greatest(first_order_on, {start}), {stop}) / 30.4375, 1) AS months,
            orders / months AS o, net_revenue / months AS a
        FROM frame
    ), ranked AS (
        SELECT customer_id, rank() OVER (PARTITION BY branch ORDER BY o DESC) AS orders_rank,
            rank() OVER (PARTITION BY branch ORDER BY a DESC) AS amount_rank,
            if(days_to_pay IS NULL, NULL, rank() OVER (PARTITION BY branch ORDER BY days_to_pay NULLS LAST))
                AS payment_rank
        FROM measured WHERE orders > 0
    )
    SELECT if(orders > 0, o, NULL) AS orders_a_month, if(orders > 0, floor(a + 0.5), NULL) AS amount_a_month,
        if(orders > 0, days_to_pay, NULL) AS payment_cycle, orders_rank, amount_rank, payment_rank,
        CASE WHEN now > 0 AND before > 0 THEN 'kept' WHEN before > 0 THEN 'lost' WHEN now <= 0 THEN 'idle'
            WHEN first_order_on >= {start} THEN 'new' ELSE 'regained' END AS retention_status
    FROM measured LEFT JOIN ranked USING (customer_id) ORDER BY customer_id
"""
Row = tuple[int | None, int, int, int, int, int | None]


def customers(rows: list[Row]) -> pd.DataFrame:
    """From branch, days from 2022-07-01 to the first order, orders, cents now and before, days to pay."""
    names = ["branch_id", "days", "orders", "net_revenue", "net_revenue_before", "days_to_pay"]
    frame = pd.DataFrame(rows, columns=names).astype({"branch_id": "Int64", "days_to_pay": "float64"})
    first = pd.Timestamp("2022-07-01") + pd.to_timedelta(frame["days"], unit="D")
    return frame.drop(columns="days").assign(first_order_on=first).rename_axis("customer_id")


@given(ROWS)
@settings(max_examples=20)
def test_every_customer_has_one_status_and_branches_add_up(rows: list[Row]) -> None:
    frame = customers(rows)
    lists = retention_lists(frame, YEAR)
    branches = branch_retention(frame, lists)
    assert lists["retention_status"].notna().all()
    assert branches["customers"].sum() == len(frame)
    assert branches[["kept", "lost", "new", "regained"]].sum().sum() <= len(frame)
    assert branches["customer_retention"].dropna().between(0, 1).all()


@given(ROWS, st.randoms())
@settings(max_examples=15)
def test_neither_the_order_of_rows_nor_the_currency_changes_a_rank(rows: list[Row], random: Random) -> None:
    frame = customers(rows)
    scaled = frame.sample(frac=1, random_state=random.randrange(1000))
    scaled = scaled.assign(**{name: scaled[name] * 1024 for name in ("net_revenue", "net_revenue_before")})
    here, there = retention_lists(frame, YEAR), retention_lists(scaled, YEAR).sort_index()
    pd.testing.assert_frame_equal(
        there[["retention_status", *RANKS]],
        here[["retention_status", *RANKS]],
    )


@given(ROWS)
@settings(max_examples=15)
def test_customers_without_an_order_move_no_rank(rows: list[Row]) -> None:
    frame = customers(rows)
    idle = customers([(1, 0, 0, 0, 0, None)] * 3).set_axis([900, 901, 902])
    lists = retention_lists(pd.concat([frame, idle]), YEAR)
    assert lists.loc[[900, 901, 902], "orders_rank"].isna().all()
    assert lists.loc[frame.index, RANKS].equals(retention_lists(frame, YEAR)[RANKS])


@given(ROWS)
@settings(max_examples=8)
def test_lists_and_branches_agree_with_sql(rows: list[Row]) -> None:
    assert_lists_and_branches_agree(customers(rows), YEAR)


def assert_lists_and_branches_agree(frame: pd.DataFrame, window: Window) -> pd.DataFrame:
    days = {"start": f"DATE '{window.start}'", "stop": f"DATE '{window.end}'", "branch": "branch_id::bigint"}
    lists, rows = retention_lists(frame, window), frame.reset_index()
    assert_agrees(lists, by_sql(LISTS_BY_SQL.format(**days), frame=rows))
    branches = branch_retention(frame, lists)
    assert_agrees(branches.reset_index(), by_sql(BY_SQL.format(**days), frame=rows))
    return branches


def test_the_half_years_of_online_retail_agree_with_sql(online_retail: pd.DataFrame) -> None:
    """A country stands for a branch; nobody knows when its customers paid."""
    lines = online_retail[online_retail["customer_id"].notna()].astype({"customer_id": "int64"})
    middle, sold = pd.Timestamp("2011-06-01"), lines["quantity"] > 0
    by_customer = lines.groupby("customer_id")
    cents = (
        lines.assign(late=lines["ordered_on"] >= middle)
        .groupby(["customer_id", "late"])["revenue_cents"]
        .sum()
    )
    halves = cents.unstack(fill_value=0)
    countries = by_customer["country"].first()
    frame = pd.DataFrame(
        {
            "branch_id": pd.Series(pd.factorize(countries)[0], index=countries.index).astype("Int64"),
            "first_order_on": lines[sold].groupby("customer_id")["ordered_on"].min(),
            "orders": lines[sold & (lines["ordered_on"] >= middle)]
            .groupby("customer_id")["order_id"]
            .nunique(),
            "net_revenue": halves[True],
            "net_revenue_before": halves[False],
            "days_to_pay": np.nan,
        }
    ).fillna({"orders": 0})
    half = Window(middle.date(), datetime.date(2011, 12, 10))
    branches = assert_lists_and_branches_agree(frame.astype({"orders": "int64"}), half)
    assert (len(branches), branches["customers"].sum()) == (37, 4_372)


def test_worked_example() -> None:
    frame = customers(
        [
            (1, 0, 12, 1_200_000, 900_000, 30),
            (1, 100, 4, 2_400_000, 100, None),
            (1, 100, 0, 0, 500_000, None),
            (1, 100, 24, 600_000, 0, 10),
            (None, 701, 2, 50_000, 0, 45),
        ]
    )
    lists = retention_lists(frame, YEAR)
    assert lists["retention_status"].tolist() == ["kept", "kept", "lost", "regained", "new"]
    assert lists["orders_rank"].tolist() == [2, 3, pd.NA, 1, 1]
    assert lists["amount_rank"].tolist() == [2, 1, pd.NA, 3, 1]
    assert lists["payment_rank"].tolist() == [2, pd.NA, pd.NA, 1, 1]
    assert lists["orders_a_month"][0] == pytest.approx(12 / MONTHS)
    assert lists["amount_a_month"][0] == round(1_200_000 / MONTHS)
    branch = branch_retention(frame, lists).loc[1]
    assert (branch["kept"], branch["lost"], branch["customer_retention"]) == (2, 1, pytest.approx(2 / 3))
    assert branch["revenue_retention"] == pytest.approx(3_600_000 / 1_400_100)
    assert NO_BRANCH in branch_retention(frame, lists).index


def test_a_new_customer_is_measured_over_the_months_since() -> None:
    frame = customers([(1, 731, 6, 600, 0, None)])  # first order on 2024-07-01: 184 days are left
    months = 184 / (365.25 / 12)
    assert retention_lists(frame, YEAR)["orders_a_month"].tolist() == [pytest.approx(6 / months)]
    late = customers([(1, 913, 1, 600, 0, None)])  # 2024-12-30
    assert retention_lists(late, YEAR)["orders_a_month"].tolist() == [1.0]
    assert frame["first_order_on"][0].date() == datetime.date(2024, 7, 1)
