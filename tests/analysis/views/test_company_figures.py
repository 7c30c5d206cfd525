"""What tells of the whole company is for those who see it."""

from datetime import date

from analysis.charts.churn import calibration_chart, calibration_table
from analysis.models import AnalysisRun, Policy, RunState
from analysis.selectors.churn import CalibrationBin, Evaluation, MethodScores
from tests.cast import Cast, sign_in


def evaluation() -> Evaluation:
    """Return a backtest with one decile of 101 customers."""
    figures = dict.fromkeys(
        ("customers", "churners", "base_rate", "auc", "brier", "base_rate_brier", "precision_riskiest_tenth")
    )
    bins = [CalibrationBin(decile=1, customers=101, mean_probability=0.25, churn_rate=0.5)]
    method = MethodScores(
        name="nbd",
        label="NBD",
        is_default=True,
        beats_base_rate=True,
        problem="",
        calibration=bins,
        **figures,
    )
    return Evaluation(None, 90, [method], [], None, 0)


def test_how_many_customers_were_judged_is_for_who_sees_the_company() -> None:
    for company in (True, False):
        chart = calibration_chart(evaluation(), company=company)
        columns, rows = calibration_table(evaluation(), company=company)
        assert chart["series"][0]["points"] == [[0.25, 0.5, 101] if company else [0.25, 0.5]]
        assert len(columns) == len(rows[0]) == (4 if company else 3)


def test_what_a_run_broke_on_is_for_who_sees_the_company(cast: Cast) -> None:
    run = AnalysisRun.objects.create(
        as_of=date(2024, 12, 31),
        policy=Policy.objects.create(version=1, rules={}, digest=""),
        state=RunState.FAILED,
        error="net revenue 8300065 is not 1",
    )
    shown = {
        user.username: "8300065" in sign_in(user).get(f"/analysis/runs/{run.pk}/").content.decode()
        for user in (cast.alice, cast.dora, cast.ada, cast.otto)
    }
    assert shown == {"alice": False, "dora": False, "ada": True, "otto": True}
