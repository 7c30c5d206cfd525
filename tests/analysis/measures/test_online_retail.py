"""Online Retail (Chen, Sain & Guo 2012): figures that any engine must get from its order lines, to the penny."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.measures.backtest import BacktestResult, backtest
from analysis.measures.contribution import contribution
from analysis.measures.demand import DemandModel
from analysis.measures.demand_fit import FitProblem, fit_demand_or_nbd
from analysis.measures.occasions import customer_days, purchase_histories, purchase_occasions
from analysis.measures.tiers import TierPolicy, assign_tiers
from analysis.measures.windows import Window, company_totals, customer_totals
from tests.analysis.measures.present import present
from tests.analysis.measures.published import customers_with_a_positive_float_sum

ALL = Window(datetime.date(2010, 12, 1), datetime.date(2011, 12, 10))
LAST_DAY = datetime.date(2011, 12, 9)


@pytest.fixture(scope="module")
def occasions(online_retail: pd.DataFrame) -> pd.DataFrame:
    return purchase_occasions(online_retail)


def test_company_totals(online_retail: pd.DataFrame) -> None:
    totals = company_totals(online_retail, ALL)
    assert totals.lines == 541_909
    assert totals.net_revenue == 9_747_747_93
    assert totals.identified_net_revenue == 8_300_065_81
    assert totals.customers_positive_net == 4_317


def test_what_customers_bought_for_money(online_retail: pd.DataFrame) -> None:
    totals = customer_totals(online_retail, ALL)
    assert totals["gross_revenue"].sum() == 8_911_407_90
    assert totals["orders"].sum() == 18_532
    assert (totals["orders"] > 0).sum() == 4_338


def pareto_tiers(totals: pd.DataFrame) -> dict[str, int]:
    columns = dict.fromkeys(["region_id", "previous_tier", "potential"])
    customers = pd.DataFrame(columns, index=totals.index).assign(potential_expires_on=None)
    tiers = assign_tiers(contribution(totals), customers, TierPolicy(), {}, LAST_DAY)
    return {tier: int((tiers["tier_pareto"] == tier).sum()) for tier in "ABC"}


def top_shares(totals: pd.DataFrame) -> list[float]:
    """What the top 1, 5, 10 and 20 % of the customers hold, their number rounded up."""
    ranked = contribution(totals).sort_values("rank")
    return [
        round(ranked["share"].head(-(-len(ranked) * percent // 100)).sum(), 4) for percent in (1, 5, 10, 20)
    ]


def test_tiers_and_top_shares_of_customers_with_a_positive_net(online_retail: pd.DataFrame) -> None:
    totals = customer_totals(online_retail, ALL)
    positive = totals[totals["net_revenue"] > 0]
    assert pareto_tiers(positive) == {"A": 1178, "B": 1456, "C": 1683}
    assert top_shares(positive) == [0.2988, 0.4831, 0.5970, 0.7346]


def test_the_figures_usually_quoted_count_five_customers_whose_net_is_zero(
    online_retail: pd.DataFrame, data_dir: Path
) -> None:
    quoted = customers_with_a_positive_float_sum(data_dir / "online_retail_2010_2011.csv.gz")
    totals = customer_totals(online_retail, ALL, quoted)
    assert len(quoted) == 4_322
    assert (totals["net_revenue"] == 0).sum() == 5  # floats leave them 10⁻¹⁴ above it
    assert pareto_tiers(totals) == {"A": 1178, "B": 1456, "C": 1688}
    assert top_shares(totals) == [0.2988, 0.4838, 0.5974, 0.7349]


@pytest.fixture(scope="module")
def backtested(online_retail: pd.DataFrame) -> dict[str, BacktestResult]:
    return backtest(customer_days(online_retail), LAST_DAY, 90)


def test_the_backtest_of_90_days(backtested: dict[str, BacktestResult]) -> None:
    result = backtested["mbg_nbd"]
    scores = present(result.scores)
    assert result.trained_to == datetime.date(2011, 9, 10)
    assert (round(scores.auc, 4), round(scores.brier, 4)) == (0.7331, 0.2180)
    assert scores.beats_base_rate


def test_auto_knows_better_than_the_model_of_demand_alone(backtested: dict[str, BacktestResult]) -> None:
    scores = present(backtested["auto"].scores)
    assert backtested["auto"].may_be_default
    assert (round(scores.auc, 4), round(scores.brier, 4)) == (0.7411, 0.2106)


def test_nobody_is_seen_to_leave_in_a_single_year(occasions: pd.DataFrame) -> None:
    fit = fit_demand_or_nbd(purchase_histories(occasions, LAST_DAY), LAST_DAY)
    assert present(fit.instead_of).problem is FitProblem.NO_DROPOUT
    assert fit.model is DemandModel.NBD
    assert fit.published
