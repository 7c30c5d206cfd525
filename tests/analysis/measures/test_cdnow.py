"""CDNOW: the figures of Fader, Hardie & Lee (2005) and of the MBG/NBD on the same data.

Weeks, calibration to 1997-09-30 (that day included), holdout of 39 weeks; CDs given away are purchases there.
"""

import datetime
from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from analysis.measures.backtest import backtest
from analysis.measures.churn_auto import AutoProblem
from analysis.measures.demand import DemandModel
from analysis.measures.demand_fit import DemandFit, fit_demand, score_demand
from analysis.measures.occasions import customer_days, purchase_histories, purchase_occasions
from analysis.measures.spend import SpendParameters, fit_spend, repeat_spend, spend_log_likelihood
from tests.analysis.measures.present import present

CALIBRATED_TO = datetime.date(1997, 9, 30)
HOLDOUT_DAYS = 39 * 7


@pytest.fixture(scope="module")
def sample(cdnow_sample: pd.DataFrame) -> pd.DataFrame:
    return purchase_occasions(cdnow_sample, free_counts=True)


@pytest.fixture(scope="module")
def master(cdnow_master: pd.DataFrame) -> pd.DataFrame:
    return purchase_occasions(cdnow_master, free_counts=True)


def fitted(occasions: pd.DataFrame, model: DemandModel) -> DemandFit:
    return fit_demand(purchase_histories(occasions, CALIBRATED_TO), CALIBRATED_TO, model)


@pytest.mark.parametrize(
    ("model", "published", "log_likelihood"),
    [
        (DemandModel.BG_NBD, [0.2426, 4.4135, 0.7929, 2.4258], -9582.43),
        (DemandModel.MBG_NBD, [0.5248, 6.1830, 0.8914, 1.6140], -9582.13),
    ],
)
def test_the_sample_gives_the_published_parameters(
    sample: pd.DataFrame, model: DemandModel, published: list[float], log_likelihood: float
) -> None:
    fit = fitted(sample, model)
    assert (fit.customers, fit.repeat_buyers) == (2357, 946)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.01)
    np.testing.assert_allclose(list(present(fit.parameters).as_dict().values()), published, atol=1.5e-4)


@pytest.mark.parametrize(
    ("model", "published"),
    [
        (DemandModel.BG_NBD, [0.25162, 4.78894, 0.72343, 2.16109]),
        (DemandModel.MBG_NBD, [0.63714, 7.31029, 0.80747, 1.22839]),
    ],
)
def test_the_master_gives_the_published_parameters(
    master: pd.DataFrame, model: DemandModel, published: list[float]
) -> None:
    fit = fitted(master, model)
    assert fit.customers == 23570
    np.testing.assert_allclose(list(present(fit.parameters).as_dict().values()), published, atol=1e-5)


def test_expected_repeats_in_the_holdout_by_repeats_in_calibration(sample: pd.DataFrame) -> None:
    histories = purchase_histories(sample, CALIBRATED_TO)
    parameters = present(fitted(sample, DemandModel.MBG_NBD).parameters)
    scores = score_demand(histories, parameters, CALIBRATED_TO, HOLDOUT_DAYS)
    later = sample[sample["ordered_on"] > pd.Timestamp(CALIBRATED_TO)].groupby("customer_id").size()
    table = pd.DataFrame({"actual": later, "expected": scores["expected_orders"]}).fillna(0)
    by_repeats = table.groupby((histories["order_days"] - 1).clip(upper=7)).mean()
    actual = [0.2367, 0.6970, 1.3925, 1.5600, 2.5323, 2.9474, 3.8621, 6.3594]
    expected = [0.1852, 0.5514, 1.0490, 1.4929, 2.1043, 2.5636, 3.3608, 5.8485]
    np.testing.assert_allclose(by_repeats["actual"], actual, atol=5.1e-5)
    np.testing.assert_allclose(by_repeats["expected"], expected, atol=5.1e-5)


def test_the_backtest_of_39_weeks(cdnow_master: pd.DataFrame) -> None:
    days = customer_days(cdnow_master, free_counts=True)
    results = backtest(days, CALIBRATED_TO + datetime.timedelta(days=HOLDOUT_DAYS), HOLDOUT_DAYS)
    mbg = results["mbg_nbd"]
    scores = present(mbg.scores)
    assert mbg.trained_to == CALIBRATED_TO
    assert (round(scores.auc, 4), round(scores.brier, 4)) == (0.7547, 0.1661)
    assert mbg.may_be_default
    auto = results["auto"]
    assert auto.problem is AutoProblem.FEW_CUSTOMERS  # nobody was a customer one horizon before that
    assert present(auto.scores).auc == scores.auc


def test_the_sample_gives_the_published_spend(sample: pd.DataFrame) -> None:
    repeats = repeat_spend(sample, CALIBRATED_TO)
    x, m = repeats["repeats"], repeats["mean_value"] / 100
    fit, published = fit_spend(x, m), SpendParameters(6.2488, 3.7446, 15.4478)
    assert len(repeats) == 946
    assert (
        fit.log_likelihood >= spend_log_likelihood(published, x, m).sum()
    )  # the surface is flat along p · v
    np.testing.assert_allclose(astuple(present(fit.parameters)), astuple(published), rtol=5e-4)
