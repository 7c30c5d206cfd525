import datetime
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures import credit as credit_measure
from analysis.measures.credit import credit, paying
from analysis.measures.windows import Window
from tests.analysis.measures.agreeing import assert_agrees, by_sql

CUSTOMER_MONEY = ("credit_limit", "net_revenue", "elsewhere")
AS_OF = datetime.date(2024, 12, 31)
YEAR = Window.calendar_year(2024)
DAY = st.one_of(st.none(), st.integers(-500, 60))
PAYMENTS = st.lists(
    st.tuples(st.integers(1, 4), DAY, DAY, DAY, st.integers(-100, 5_000)), min_size=1, max_size=30
)
Payment = tuple[int, int | None, int | None, int | None, int]
BY_SQL = """
    SELECT customer_id, count(*) FILTER (settled) AS payments_settled,
        count(*) FILTER (settled AND due_on IS NOT NULL) AS payments_dated,
        count(*) FILTER (settled AND paid_on > due_on) AS payments_late,
        count(*) FILTER (settled AND paid_on > due_on)
            / nullif(count(*) FILTER (settled AND due_on IS NOT NULL), 0) AS late_share,
        avg(datediff('day', ordered_on, paid_on)) FILTER (settled) AS days_to_pay,
        avg(greatest(datediff('day', due_on, paid_on), 0)) FILTER (settled AND due_on IS NOT NULL) AS days_late,
        coalesce(sum(amount_cents) FILTER (unpaid), 0) AS unpaid,
        coalesce(sum(amount_cents) FILTER (unpaid AND due_on < DATE '2024-12-31'), 0) AS overdue,
        max(datediff('day', due_on, DATE '2024-12-31')) FILTER (unpaid AND due_on < DATE '2024-12-31') AS overdue_days
    FROM (
        SELECT *, coalesce(paid_on BETWEEN DATE '2024-01-01' AND DATE '2024-12-31', false) AS settled,
            paid_on IS NULL OR paid_on > DATE '2024-12-31' AS unpaid
        FROM frame
    ) GROUP BY customer_id ORDER BY customer_id
"""


CREDIT_BY_SQL = """
    WITH spent AS (SELECT *, greatest(net_revenue, 0) + coalesce(elsewhere, 0) AS spend FROM customers),
    graded AS (
        SELECT customer_id, ['low', 'medium', 'high'][1 + 3 * (rank() OVER (ORDER BY spend) - 1) // count(*) OVER ()]
            AS purchasing_power FROM spent WHERE spend > 0
    )
    SELECT coalesce(payments_settled, 0) AS payments_settled, coalesce(payments_dated, 0) AS payments_dated,
        coalesce(payments_late, 0) AS payments_late, coalesce(unpaid, 0) AS unpaid, coalesce(overdue, 0) AS overdue,
        days_to_pay, days_late, late_share, overdue_days,
        if(credit_limit > 0, coalesce(unpaid, 0) / credit_limit, NULL) AS limit_used,
        coalesce(coalesce(unpaid, 0) > credit_limit, false) AS is_over_limit, spend, purchasing_power, recorded_grade,
        purchasing_power <> recorded_grade AS grades_differ
    FROM spent LEFT JOIN graded USING (customer_id) LEFT JOIN paid USING (customer_id) ORDER BY customer_id
"""
CUSTOMERS = st.lists(
    st.tuples(
        st.none() | st.integers(0, 5_000),
        st.integers(-100, 5_000),
        st.none() | st.integers(0, 500),
        st.sampled_from(["low", "medium", "high", None]),
    ),
    min_size=1,
    max_size=8,
)
Customer = tuple[int | None, int, int | None, str | None]


def payments(rows: list[Payment]) -> pd.DataFrame:
    """From customer, days from AS_OF to the order, the due day and the payment, and cents."""
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "due_on", "paid_on", "amount_cents"])
    for name in ("ordered_on", "due_on", "paid_on"):
        days = frame[name].astype("Float64")
        frame[name] = (pd.Timestamp(AS_OF) + pd.to_timedelta(days, unit="D")).astype("datetime64[s]")
    return frame


def customers(*rows: Customer) -> pd.DataFrame:
    """From credit limit, net revenue, cents elsewhere and recorded grade."""
    names = ["credit_limit", "net_revenue", "elsewhere", "recorded_grade"]
    frame = pd.DataFrame(rows, columns=names).astype({"credit_limit": "Int64", "elsewhere": "Int64"})
    return frame.set_axis(pd.RangeIndex(1, len(rows) + 1, name="customer_id"))


@given(PAYMENTS)
@settings(max_examples=8)
def test_the_sums_agree_with_sql(rows: list[Payment]) -> None:
    frame = payments(rows)
    assert_agrees(paying(frame, YEAR, AS_OF).reset_index(), by_sql(BY_SQL, frame=frame))


@given(PAYMENTS, CUSTOMERS)
@settings(max_examples=15)
def test_what_customers_owe_and_can_afford_agrees_with_sql(
    rows: list[Payment], people: list[Customer]
) -> None:
    frame = customers(*people)
    known = frame.reset_index().astype({"recorded_grade": "str"})
    expected = by_sql(CREDIT_BY_SQL, customers=known, paid=by_sql(BY_SQL, frame=payments(rows)))
    assert_agrees(credit(frame, paying(payments(rows), YEAR, AS_OF)), expected)


@given(PAYMENTS, CUSTOMERS, st.integers(2, 100))
@settings(max_examples=10)
def test_another_currency_scales_money_alone(rows: list[Payment], people: list[Customer], rate: int) -> None:
    def told(times: int) -> pd.DataFrame:
        paid = paying(payments([(*row[:4], row[4] * times) for row in rows]), YEAR, AS_OF)
        frame = customers(*people)
        return credit(frame.assign(**{name: frame[name] * times for name in CUSTOMER_MONEY}), paid)

    here, there = told(1), told(rate)
    for name in ("unpaid", "overdue", "spend"):
        assert (there[name] == here[name] * rate).all()
    pd.testing.assert_frame_equal(
        there.drop(columns=["unpaid", "overdue", "spend"]), here.drop(columns=["unpaid", "overdue", "spend"])
    )


def test_of_many_payments_some_customers_at_a_time_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    days = (None, -400, -90, -30, 20)
    frame = payments(
        [(1 + i * 5 % 13, days[i % 5], days[i * 2 % 5], days[i * 3 % 5], 100 * i) for i in range(60)]
    )
    whole = paying(frame, YEAR, AS_OF)
    monkeypatch.setattr(credit_measure, "PAYMENTS_AT_ONCE", 7)
    pd.testing.assert_frame_equal(paying(frame, YEAR, AS_OF), whole)


@given(PAYMENTS, st.randoms())
@settings(max_examples=15)
def test_the_order_of_payments_changes_nothing(rows: list[Payment], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(
        paying(payments(shuffled), YEAR, AS_OF), paying(payments(rows), YEAR, AS_OF)
    )


@given(PAYMENTS)
@settings(max_examples=15)
def test_what_is_overdue_is_a_part_of_what_is_unpaid(rows: list[Payment]) -> None:
    found = paying(payments([(*row[:4], abs(row[4])) for row in rows]), YEAR, AS_OF)
    assert (found["overdue"] <= found["unpaid"]).all()
    assert found["late_share"].dropna().between(0, 1).all()
    assert (found["overdue_days"].notna() == (found["overdue_days"] > 0).fillna(False)).all()


def test_worked_example() -> None:
    paid = paying(
        payments(
            [
                (1, -100, -70, -80, 4_000),  # ten days early
                (1, -100, -70, -50, 6_000),  # twenty days late
                (1, -60, -30, None, 9_000),  # thirty days overdue
                (1, -20, 10, 5, 1_000),  # paid after the day of the analysis: still due
                (2, -10, 20, None, 500),
            ]
        ),
        YEAR,
        AS_OF,
    )
    frame = customers((8_000, 900, 100, "low"), (None, 50, None, "low"), (0, 0, None, None))
    found = credit(frame, paid)
    first = found.loc[1]
    assert (first["days_to_pay"], first["late_share"], first["days_late"]) == (35.0, 0.5, 10.0)
    assert (first["unpaid"], first["overdue"], first["overdue_days"]) == (10_000, 9_000, 30)
    assert (first["limit_used"], first["is_over_limit"]) == (1.25, True)
    assert found["purchasing_power"].tolist() == ["medium", "low", np.nan]
    assert found["grades_differ"].tolist() == [True, False, pd.NA]
    assert found["unpaid"].tolist() == [10_000, 500, 0]


def test_a_limit_of_nothing_is_overdrawn_by_any_debt() -> None:
    paid = paying(payments([(1, -10, 20, None, 1)]), YEAR, AS_OF)
    found = credit(customers((0, 1, None, None)), paid)
    assert found["is_over_limit"].tolist() == [True]
    assert found["limit_used"].isna().all()


def test_customers_without_spend_move_nobody_s_purchasing_power() -> None:
    paid = paying(payments([(1, None, None, None, 1)]), YEAR, AS_OF)
    frame = customers(*[(None, cents, None, None) for cents in (10, 20, 30)])
    power = credit(frame, paid)["purchasing_power"]
    idle = customers((None, 0, None, None), (None, -5, None, None)).set_axis([8, 9])
    assert credit(pd.concat([frame, idle]), paid)["purchasing_power"].tolist()[:3] == power.tolist()
    assert power.tolist() == ["low", "medium", "high"]


def test_a_frame_without_its_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="credit_limit"):
        credit(customers().drop(columns="credit_limit"), paying(payments([]), YEAR, AS_OF))
