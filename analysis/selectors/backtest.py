"""The backtest of a run over several windows: no money and no names, the same for every viewer."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from analysis.models import AnalysisRun
from analysis.selectors.churn import MethodScores, method_scores, model_in_use
from analysis.selectors.results import result_of
from crm.models import User
from crm.policy import can

NAME = "backtest"


@dataclass(frozen=True, slots=True)
class BacktestWindow:
    """Every method's figures over one horizon, from the day after ``trained_to`` to ``as_of``."""

    trained_to: datetime.date
    as_of: datetime.date
    methods: list[MethodScores]


def windows(run: AnalysisRun, user: User) -> list[BacktestWindow]:
    """The windows that the run has judged, the latest first; none until it is done."""
    result = result_of(NAME, run)
    if result is None or not result.is_done or not can(user, "analysis.view"):
        return []
    in_use = model_in_use(run)
    return [
        BacktestWindow(
            datetime.date.fromisoformat(window["trained_to"]),
            datetime.date.fromisoformat(window["as_of"]),
            [method_scores(name, scores, name == in_use) for name, scores in window["methods"].items()],
        )
        for window in result.summary["windows"]
    ]
