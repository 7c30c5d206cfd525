"""What follows from a draft policy besides tiers and flags: marks, visits by the care plan, later measures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from django.utils.translation import gettext as _

from analysis.models.reading import plain
from analysis.models.rules import PolicyRules
from analysis.models.snapshots import Mark
from analysis.selectors.policy_words import written
from crm.templatetags.format import number

DAYS_A_YEAR = 365
# What decides tiers, flags and marks, or has a sentence of its own; the other rules are read by later measures.
TOLD_OTHERWISE = frozenset(
    {
        "metric", "returns", "window", "scheme", "thresholds", "region_thresholds", "pareto", "hysteresis", "marks",
        "churn", "potential", "care",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MarkMoves:
    """How many customers bear a mark as published and by a draft, and how many of them would gain or lose it."""

    mark: str
    label: str
    before: int
    after: int
    gained: int
    lost: int


def mark_moves(marks: pd.Series, before: pd.Series) -> list[MarkMoves]:
    """Compare the marks of two runs, by customer; who is in one of them alone bears none in the other."""
    index = marks.index.union(before.index)
    now, then = (side.astype(object).reindex(index, fill_value="") for side in (marks, before))
    return [
        MarkMoves(
            mark.value,
            str(mark.label),
            int((then == mark.value).sum()),
            int((now == mark.value).sum()),
            int(((now == mark.value) & (then != mark.value)).sum()),
            int(((then == mark.value) & (now != mark.value)).sum()),
        )
        for mark in Mark
    ]


def what_follows(
    then: PolicyRules, rules: PolicyRules, tiers_before: Mapping[str, int], tiers: Mapping[str, int]
) -> list[str]:
    """Say, in the active language, what rules that move nobody between tiers come to; ``then`` are those published."""
    told = []
    visits, visits_before = visits_a_year(rules, tiers), visits_a_year(then, tiers_before)
    if visits != visits_before:
        figures = {"visits": number(visits), "before": number(visits_before)}
        told.append(
            _(
                "The care plan asks for about %(visits)s visits a year to these customers, in place of %(before)s."
            )
            % figures
        )
    if rules.care != then.care:
        told.append(_("The care plan changes no tier. It holds from the run that follows on."))
    if rules.gold.share != then.gold.share:
        shares = {
            "share": written("gold.share", plain(rules.gold.share)),
            "before": written("gold.share", plain(then.gold.share)),
        }
        told.append(
            _(
                "%(share)s of the customers are to be gold, in place of %(before)s. Who they are is found by the run"
                " that follows; no tier changes by it."
            )
            % shares
        )
    if _later(rules) != _later(then):
        told.append(
            _(
                "The other rules change lists and scores, which the run that follows works out; they change no tier."
            )
        )
    return told


def visits_a_year(rules: PolicyRules, tiers: Mapping[str, int]) -> int:
    """How many visits the rhythm of the care plan comes to, for so many customers of each tier."""
    terms = rules.care.tiers
    visits = (count * DAYS_A_YEAR / terms[tier].days for tier, count in tiers.items() if terms[tier].days)
    return round(sum(visits))


def _later(rules: PolicyRules) -> dict[str, object]:
    """The rules that measures after the core run read, but for the share of gold."""
    found = {name: value for name, value in rules.document().items() if name not in TOLD_OTHERWISE}
    return {**found, "gold": found["gold"]["fiscal_year_month"]}
