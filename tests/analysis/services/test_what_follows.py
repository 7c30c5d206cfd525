"""What a draft comes to besides tiers: its marks by customer, its visits by the care plan, and what the run finds."""

from typing import Any

import pandas as pd
import pytest
from django.utils import translation

from analysis.measures.marks import MARKS_DTYPE
from analysis.models.rules import PolicyRules, read_rules
from analysis.services.what_follows import mark_moves, visits_a_year, what_follows

TIERS = {"A": 6, "B": 18, "C": 500}


def marks(**found: str) -> pd.Series:
    return pd.Series({int(key[1:]): mark for key, mark in found.items()}, dtype=MARKS_DTYPE)


def test_who_would_gain_and_who_would_lose_a_mark_are_told_apart() -> None:
    moves = mark_moves(
        marks(c1="vip", c2="vip", c3="", c5="drag"), marks(c1="", c2="vip", c3="drag", c4="vip")
    )
    found = {each.mark: (each.before, each.after, each.gained, each.lost) for each in moves}
    assert found == {"vip": (2, 2, 1, 1), "drag": (1, 1, 1, 1), "young": (0, 0, 0, 0)}


def test_visits_are_the_days_of_a_year_by_the_rhythm_of_each_tier() -> None:
    assert visits_a_year(PolicyRules(), TIERS) == 6 * 365 // 30 + 18 * 365 // 90
    assert visits_a_year(read_rules({"care": {"A": {"days": 0}, "B": {"days": 0}}}), TIERS) == 0


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        ({}, []),
        ({"marks": {"vip_share": "0.5"}}, []),
        (
            {"care": {"A": {"days": 15}}},
            ["about 219 visits a year to these customers, in place of 146", "care plan"],
        ),
        ({"care": {"B": {"discount": "0.01"}}}, ["care plan changes no tier"]),
        ({"gold": {"share": "0.1"}}, ["10% of the customers are to be gold, in place of 5%"]),
        ({"attention": {"many": 9}}, ["The other rules change lists and scores"]),
        ({"gold": {"fiscal_year_month": 4}}, ["The other rules change lists and scores"]),
    ],
)
def test_rules_that_move_nobody_between_tiers_say_what_they_come_to(
    draft: dict[str, Any], words: list[str]
) -> None:
    with translation.override("en"):
        told = what_follows(PolicyRules(), read_rules(draft), TIERS, TIERS)
    assert len(told) == len(words)
    assert all(part in sentence for part, sentence in zip(words, told, strict=True))
