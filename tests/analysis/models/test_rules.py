"""Policy documents: read, checked, written back the same."""

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.measures.tiers import Thresholds
from analysis.measures.windows import Window
from analysis.models.reading import PolicyError
from analysis.models.rules import PolicyRules, read_rules

DAY = datetime.date
cents = st.integers(2, 10**15)
shares = st.decimals(0, 1, places=4)


@settings(max_examples=60)
@given(
    a=cents,
    below=st.integers(1, 10**6),
    hysteresis=st.decimals(0, "0.9999", places=4),
    vip=shares,
    days=st.integers(1, 36_500),
)
def test_rules_that_are_written_are_read_back(
    a: int, below: int, hysteresis: Decimal, vip: Decimal, days: int
) -> None:
    document = {
        "thresholds": {"a": str(Decimal(a) / 100), "b": str(Decimal(max(1, a - below)) / 100)},
        "hysteresis": str(hysteresis),
        "marks": {"vip_share": str(vip)},
        "window": {"days": days},
    }
    rules = read_rules(document)
    assert rules.thresholds == Thresholds(a, max(1, a - below))
    assert read_rules(rules.document()) == rules


@pytest.mark.parametrize(
    ("window", "as_of", "expected"),
    [
        (None, DAY(2024, 12, 31), (DAY(2024, 1, 1), DAY(2025, 1, 1))),
        (None, DAY(2011, 12, 9), (DAY(2010, 12, 1), DAY(2011, 12, 10))),
        ({"months": 1}, DAY(2025, 3, 1), (DAY(2025, 2, 1), DAY(2025, 3, 2))),
        ({"days": 30}, DAY(2025, 3, 1), (DAY(2025, 1, 31), DAY(2025, 3, 2))),
        ("year", DAY(2025, 3, 1), (DAY(2024, 3, 2), DAY(2025, 3, 2))),
        ("all", DAY(2025, 3, 1), (DAY(2020, 5, 5), DAY(2025, 3, 2))),
        ({"start": "2024-01-01", "end": "2025-01-01"}, DAY(2025, 3, 1), (DAY(2024, 1, 1), DAY(2025, 1, 1))),
        ({"start": "2024-01-01", "end": "2026-01-01"}, DAY(2025, 3, 1), (DAY(2024, 1, 1), DAY(2025, 3, 2))),
    ],
)
def test_a_window_follows_from_the_day(window: Any, as_of: DAY, expected: tuple[DAY, DAY]) -> None:
    rules = read_rules({} if window is None else {"window": window})
    assert rules.window.window(as_of, DAY(2020, 5, 5)) == Window(*expected)


@pytest.mark.parametrize(
    ("document", "key"),
    [
        ({"metric": "luck"}, "metric"),
        ({"window": "lately"}, "window"),
        ({"window": {"days": 3, "months": 2}}, "window"),
        ({"window": {"start": "2025-01-01"}}, "window"),
        ({"window": {"start": "2025-01-01", "end": "2024-01-01"}}, "window.end"),
        ({"window": {"days": 0}}, "window.days"),
        ({"thresholds": {"a": "1e400"}}, "thresholds.a"),
        ({"thresholds": {"a": 0.001}}, "thresholds.a"),
        ({"thresholds": {"a": True}}, "thresholds.a"),
        ({"thresholds": {"a": "NaN"}}, "thresholds.a"),
        ({"thresholds": 5}, "thresholds"),
        ({"region_thresholds": {"CN-E": {"a": 1, "b": 2}}}, "region_thresholds.CN-E.a"),
        ({"pareto": {"a": 0.95, "b": 0.8}}, "pareto.a"),
        ({"hysteresis": 1}, "hysteresis"),
        ({"churn": {"flag_at": 0}}, "churn.flag_at"),
        ({"churn": {"reasons": {"late_percent": 101}}}, "churn.reasons.late_percent"),
        ({"churn": {"count_free_orders": "yes"}}, "churn.count_free_orders"),
        ({"marks": {"vip": 1}}, "marks.vip"),
    ],
)
def test_what_is_wrong_is_named_by_its_key(document: dict[str, Any], key: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_rules(document)
    assert [re.split("[:：]", problem)[0] for problem in error.value.problems] == [key]


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as error:
        read_rules({"metric": 1, "scheme": 2, "other": 3})
    assert len(error.value.problems) == 3


def test_the_seed_policy_asks_for_five_and_one_million() -> None:
    assert PolicyRules().document()["thresholds"] == {"a": 5_000_000, "b": 1_000_000}
