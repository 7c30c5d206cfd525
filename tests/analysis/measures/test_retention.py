import datetime
from random import Random

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.retention import NO_BRANCH, branch_retention, retention_lists
from analysis.measures.windows import Window
from tests.analysis.measures.present import present

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
BY_SQL = """
    SELECT coalesce(branch_id, -1) AS branch, count(*) FILTER (now > 0 AND before > 0) AS kept,
        count(*) FILTER (now <= 0 AND before > 0) AS lost,
        count(*) FILTER (now > 0 AND before > 0) / nullif(count(*) FILTER (before > 0), 0) AS customer_retention,
        coalesce(sum(now) FILTER (now > 0 AND before > 0), 0)
            / nullif(sum(before) FILTER (before > 0), 0) AS revenue_retention
    FROM (SELECT branch_id, net_revenue AS now, net_revenue_before AS before FROM frame) GROUP BY 1 ORDER BY 1
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
    scaled = scaled.assign(**{name: scaled[name] * 1000 for name in ("net_revenue", "net_revenue_before")})
    here, there = retention_lists(frame, YEAR), retention_lists(scaled, YEAR).sort_index()
    pd.testing.assert_frame_equal(
        there[["retention_status", "orders_rank", "payment_rank"]],
        here[["retention_status", "orders_rank", "payment_rank"]],
    )


@given(ROWS)
@settings(max_examples=15)
def test_customers_without_an_order_move_no_rank(rows: list[Row]) -> None:
    frame = customers(rows)
    idle = customers([(1, 0, 0, 0, 0, None)] * 3).set_axis([900, 901, 902])
    lists = retention_lists(pd.concat([frame, idle]), YEAR)
    assert lists.loc[[900, 901, 902], "orders_rank"].isna().all()
    ranks = ["orders_rank", "amount_rank", "payment_rank"]
    assert lists.loc[frame.index, ranks].equals(retention_lists(frame, YEAR)[ranks])


@given(ROWS)
@settings(max_examples=8)
def test_the_branches_agree_with_sql(rows: list[Row]) -> None:
    frame = customers(rows)
    found = branch_retention(frame, retention_lists(frame, YEAR)).reset_index()
    expected = present(duckdb.query(BY_SQL)).df()
    assert found["branch_id"].tolist() == expected["branch"].tolist()
    for name in ("kept", "lost", "customer_retention", "revenue_retention"):
        np.testing.assert_allclose(found[name], expected[name].astype("float64"))


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
