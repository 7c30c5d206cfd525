from typing import Any

import pandas as pd
import pytest

from analysis.measures.churn_reasons import ChurnReason, ReasonPolicy, churn_reasons, named_reasons
from tests.analysis.measures.simulated import AS_OF

POLICY = ReasonPolicy()


def reason(name: str, **columns: Any) -> list[object]:
    frame = pd.DataFrame(columns)
    return churn_reasons(frame, POLICY, AS_OF)[f"reason_{name}"].tolist()


def test_overdue_is_beyond_twice_the_customer_s_own_interval() -> None:
    days = pd.to_datetime(["2024-12-10", "2024-12-11", "2024-12-10"])  # 21, 20 and 21 days ago
    found = reason(
        "overdue", last_order_on=days, order_days=[3, 3, 2], median_interval_days=[10.0, 10.0, 10.0]
    )
    assert found == [True, False, pd.NA]


def test_breadth_falls_by_three_tenths_from_at_least_two() -> None:
    assert reason("falling_breadth", breadth_recent=[7, 8, 0], breadth_previous=[10, 10, 1]) == [
        True,
        False,
        pd.NA,
    ]


def test_amounts_fall_by_three_tenths_from_something() -> None:
    found = reason("falling_amounts", revenue_recent=[700, 701, 0, -5], revenue_previous=[1000, 1000, 0, 10])
    assert found == [True, False, pd.NA, True]


def test_payments_are_late_when_half_of_at_least_two_were() -> None:
    assert reason("late_payments", payments_settled=[4, 5, 1], payments_late=[2, 2, 1]) == [
        True,
        False,
        pd.NA,
    ]


def test_an_open_complaint_is_a_reason() -> None:
    assert reason("open_complaints", open_complaints=[0, 1]) == [False, True]


def test_the_wallet_moves_when_others_sell_three_tenths_more_and_we_no_more() -> None:
    found = reason(
        "wallet_moving",
        elsewhere_recent=pd.array([130, 129, 130, 1, 0, 130], dtype="Int64"),
        elsewhere_previous=pd.array([100, 100, 100, 0, 0, pd.NA], dtype="Int64"),
        revenue_recent=[500, 500, 501, 0, 0, 0],
        revenue_previous=500,
    )
    assert found == [True, False, False, True, False, pd.NA]


def test_what_is_not_known_is_not_evaluated() -> None:
    unknown = pd.array([pd.NA, 1], dtype="Int64")
    assert reason("open_complaints", open_complaints=unknown) == [pd.NA, True]
    nothing = churn_reasons(pd.DataFrame(index=[1, 2]), POLICY, AS_OF)
    assert nothing.columns.tolist() == [f"reason_{code}" for code in ChurnReason]
    assert nothing.isna().all(axis=None)


def test_names_are_joined_in_the_order_of_the_reasons() -> None:
    reasons = churn_reasons(
        pd.DataFrame({"open_complaints": [1, 1], "revenue_recent": 0, "revenue_previous": 9}), POLICY, AS_OF
    )
    assert named_reasons(reasons, pd.Series([True, False])).tolist() == [
        "falling_amounts|open_complaints",
        "",
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"overdue_percent": 99}, {"least_order_days": 1}, {"late_percent": 0}, {"wallet_rise_percent": 0}],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"must be|needs"):
        ReasonPolicy(**wrong)
