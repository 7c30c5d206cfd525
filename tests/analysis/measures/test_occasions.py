import datetime

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from analysis.measures.occasions import (
    customer_days,
    purchase_histories,
    purchase_occasions,
    purchase_records,
)


def lines(*rows: tuple[int | None, str, int, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_on", "quantity", "revenue_cents"])
    return frame.astype({"customer_id": "Int64", "ordered_on": "datetime64[us]"})


def test_all_orders_of_a_day_are_one_occasion() -> None:
    occasions = purchase_occasions(
        lines((1, "2024-05-02", 1, 100), (1, "2024-05-02", 2, 50), (1, "2024-05-01", 1, 7))
    )
    assert occasions["revenue_cents"].tolist() == [7, 150]


def test_returns_and_unidentified_lines_are_no_occasion() -> None:
    assert purchase_occasions(lines((1, "2024-05-02", -1, -100), (None, "2024-05-02", 1, 100))).empty


def test_goods_given_away_count_only_when_asked_for() -> None:
    given_away = lines((1, "2024-05-02", 1, 0))
    assert purchase_occasions(given_away).empty
    assert len(purchase_occasions(given_away, free_counts=True)) == 1


def test_a_history_ends_with_the_day_observed() -> None:
    days = ["2024-05-01", "2024-05-11", "2024-05-14", "2024-06-30"]
    occasions = purchase_occasions(lines(*[(1, day, 1, 100) for day in days], (2, "2024-07-01", 1, 100)))
    histories = purchase_histories(occasions, datetime.date(2024, 5, 14))
    assert histories.index.tolist() == [1]
    assert list(histories.loc[1]) == [pd.Timestamp("2024-05-01"), pd.Timestamp("2024-05-14"), 3, 6.5]


def test_one_occasion_has_no_interval() -> None:
    histories = purchase_histories(
        purchase_occasions(lines((1, "2024-05-01", 1, 100))), datetime.date(2024, 5, 1)
    )
    assert histories["median_interval_days"].isna().all()


def test_intervals_do_not_run_from_one_customer_to_the_next() -> None:
    occasions = purchase_occasions(
        lines((1, "2024-01-01", 1, 1), (2, "2024-05-01", 1, 1), (2, "2024-05-03", 1, 1))
    )
    histories = purchase_histories(occasions, datetime.date(2024, 6, 1))
    assert histories["median_interval_days"].tolist()[1:] == [2.0]
    assert histories["median_interval_days"].isna().tolist() == [True, False]


DAY_LINES = st.lists(
    st.tuples(
        st.sampled_from([1, 2, None]),
        st.sampled_from(["2024-05-01", "2024-05-02", "2024-06-01"]),
        st.sampled_from([-1, 1, 2]),
        st.integers(-500, 500),
    ),
    min_size=1,
)


@given(DAY_LINES, st.booleans())
def test_days_hold_every_identified_line_and_the_occasions(
    rows: list[tuple[int | None, str, int, int]], free_counts: bool
) -> None:
    frame = lines(*rows)
    days = customer_days(frame, free_counts=free_counts)
    identified = frame[frame["customer_id"].notna()]
    assert days["lines"].sum() == len(identified)
    assert days["net_revenue"].sum() == identified["revenue_cents"].sum()
    occasions = purchase_occasions(frame, free_counts=free_counts)
    bought = days.loc[days["bought"], ["customer_id", "ordered_on"]].to_numpy()
    assert bought.tolist() == occasions[["customer_id", "ordered_on"]].to_numpy().tolist()


def test_a_record_counts_lines_and_returns_up_to_its_day() -> None:
    days = customer_days(
        lines(
            (1, "2024-05-01", 1, 900),
            (1, "2024-05-01", 1, 50),
            (1, "2024-05-03", -1, -50),
            (1, "2024-06-01", 1, 7),
            (2, "2024-05-01", -1, -5),
        )
    )
    records = purchase_records(days, datetime.date(2024, 5, 31))
    assert records.index.tolist() == [1]  # who only gave something back has not bought
    row = records.loc[1]
    assert (row["order_days"], row["lifetime_lines"], row["lifetime_net_revenue"]) == (1, 3, 900)
