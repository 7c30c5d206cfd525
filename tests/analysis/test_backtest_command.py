"""`manage.py backtest`: what it prints and refuses."""

import datetime
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from analysis.measures.backtest import METHODS
from analysis.models import AnalysisRun
from tests.analysis.buyers import buyers

LAST = datetime.date(2025, 3, 31)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def english(default_language: None) -> None:
    translation.activate("en")


def backtest(*arguments: str) -> str:
    out = StringIO()
    call_command("backtest", *arguments, stdout=out)
    return out.getvalue()


def judged(*arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(backtest("--json", *arguments))
    return found


@pytest.fixture
def orders() -> None:
    buyers(120, datetime.date(2022, 6, 1), LAST)


@pytest.mark.usefixtures("orders")
def test_it_judges_every_method_over_several_windows_without_a_run() -> None:
    found = judged("--as-of", "2024-12-31", "--horizon", "60", "--windows", "2")
    assert [window["as_of"] for window in found["windows"]] == ["2024-12-31", "2024-11-01"]
    assert [window["trained_to"] for window in found["windows"]] == ["2024-11-01", "2024-09-02"]
    assert set(found["windows"][0]["methods"]) == set(METHODS)
    scores = found["windows"][0]["methods"]["mbg_nbd"]
    assert 0.5 < scores["auc"] <= 1
    assert sum(part["customers"] for part in scores["calibration"]) == scores["customers"] == 120
    assert not AnalysisRun.objects.exists()


@pytest.mark.usefixtures("orders")
def test_it_scores_last_years_gold_beside_the_naive_list() -> None:
    gold = judged()["gold"]
    assert gold["year"] == {"start": "2024-01-01", "end": "2025-01-01"}
    assert gold["problem"] is None
    assert gold["naive"]["chosen"] == gold["hindsight"]["chosen"] == 6


@pytest.mark.usefixtures("orders")
def test_people_are_told_the_same_figures() -> None:
    told, found = backtest("--windows", "1"), judged("--windows", "1")
    scores = found["windows"][0]["methods"]["mbg_nbd"]
    assert f"{scores['auc']:.4f}" in told
    assert f"{scores['brier']:.4f}" in told
    first = scores["calibration"][0]
    assert f"{first['mean_probability']:.3f} → {first['churn_rate']:.3f}" in told


@pytest.mark.usefixtures("orders")
def test_a_horizon_longer_than_history_is_refused_in_words() -> None:
    with pytest.raises(CommandError, match="--horizon"):
        backtest("--horizon", "3000")


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("wrong", [("--windows", "0"), ("--horizon", "0")])
def test_a_number_that_makes_no_sense_is_refused(wrong: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        backtest(*wrong)


def test_a_company_without_orders_is_told_to_import_some() -> None:
    with pytest.raises(CommandError, match="no orders yet"):
        backtest()


@pytest.mark.usefixtures("orders")
def test_it_judges_recommendations_beside_popularity() -> None:
    offers = judged("--as-of", "2024-12-31", "--horizon", "60")["offers"]
    assert (offers["trained_to"], offers["recommended"]) == ("2024-11-01", 10)
    assert set(offers) == {
        "trained_to",
        "recommended",
        "customers",
        "hit_rate",
        "popularity_hit_rate",
        "ratio",
    }
    assert "Recommendations made on" in backtest("--windows", "1")
