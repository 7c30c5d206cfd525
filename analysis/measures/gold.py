"""Gold customers: who is expected to bring the most in the next fiscal year, and a year later, whether they did.

Expected spend in a fiscal year [start, end) after ``as_of`` = (E[order days by end] − E[order days by start]) · E[M],
by the model of demand and the Gamma-Gamma model (:mod:`analysis.measures.clv`). **Gold** are the customers ranked
within the top ⌈5 % of N⌉ with something to expect; N is the whole population, and customers with equal expectations
share a rank.

The **score** of a list of chosen customers, once the year is over, with the same number chosen by either list:

- precision = share of those chosen who are among the year's real top ⌈5 % of N⌉;
- captured share = what those chosen brought ÷ what all customers brought, counting positive sums.

Beside the model's stand those of the naive list, last year's top 5 %, and of hindsight, the best that any list could
do. All are shown, whoever wins: models of this kind do not always beat the naive list (Wübben & Wangenheim 2008,
Instant customer base analysis: managerial heuristics often "get it right", Journal of Marketing 72(3)).

Source: the models are those of :mod:`analysis.measures.clv`; Wübben & Wangenheim (2008), as above, for the comparison
with the naive list; the share and its score: definition of this product.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures.clv import HISTORY_COLUMNS, fit_repeat_spend, value_per_order_day
from analysis.measures.demand import DemandParameters
from analysis.measures.demand_fit import FitProblem, fit_demand_or_nbd, score_demand
from analysis.measures.frames import aligned, require_columns
from analysis.measures.spend import SpendParameters, SpendProblem
from analysis.measures.windows import Window


@dataclass(frozen=True, slots=True)
class GoldPolicy:
    """Which share of the customers is gold, and the month in which a fiscal year starts (1 is January).

    Raises
    ------
    ValueError
        Unless the share lies above 0 and at most 1, and the month is one.
    """

    share: Decimal = Decimal("0.05")
    fiscal_year_month: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share must lie above 0 and at most 1, not {self.share}")
        if not 1 <= self.fiscal_year_month <= 12:
            raise ValueError(f"fiscal_year_month must lie between 1 and 12, not {self.fiscal_year_month}")

    def count(self, customers: int) -> int:
        """⌈share · customers⌉."""
        return math.ceil(self.share * customers)

    def next_year(self, as_of: datetime.date) -> Window:
        """The first fiscal year that starts after ``as_of``."""
        start = as_of.replace(month=self.fiscal_year_month, day=1)
        if start <= as_of:
            start = start.replace(year=start.year + 1)
        return Window(start, start.replace(year=start.year + 1))

    def last_year(self, as_of: datetime.date) -> Window:
        """The last fiscal year that was over by ``as_of``."""
        start = self.next_year(as_of).start
        back = 1 if start == as_of + datetime.timedelta(days=1) else 2
        return Window(start.replace(year=start.year - back), start.replace(year=start.year - back + 1))


@dataclass(frozen=True, slots=True)
class ListScore:
    """How a list of customers did: how many were chosen, how many of them are in the real top, and what they brought.

    ``captured`` is in cents; ``precision`` is NaN when nobody was chosen, ``captured_share`` when nobody brought
    anything.
    """

    chosen: int
    hits: int
    precision: float
    captured: int
    captured_share: float


@dataclass(frozen=True, slots=True)
class GoldScore:
    """The model's list, the naive list and hindsight, of ``customers`` who brought ``total`` cents."""

    customers: int
    total: int
    model: ListScore
    naive: ListScore
    hindsight: ListScore

    def as_dict(self) -> dict[str, Any]:
        """The score as JSON; a figure that does not exist is None."""
        lists = {
            name: {key: None if value != value else value for key, value in asdict(found).items()}
            for name, found in (("model", self.model), ("naive", self.naive), ("hindsight", self.hindsight))
        }
        return {"customers": self.customers, "total": self.total, **lists}


def expected_in_year(
    customers: pd.DataFrame,
    demand: DemandParameters,
    spend: SpendParameters,
    year: Window,
    as_of: datetime.date,
) -> pd.Series:
    """What each customer is expected to spend in a year to come: float64 cents, 0 without an order.

    Parameters
    ----------
    customers
        As for :func:`analysis.measures.clv.lifetime_value`, without last year's margin.
    year
        Starts after ``as_of``.

    Raises
    ------
    ValueError
        When a column is missing, an order lies after ``as_of``, or the year began by then.
    """
    require_columns(customers, HISTORY_COLUMNS, "customers for gold")
    if year.start <= as_of:
        raise ValueError(f"the year from {year.start} has begun by {as_of}")
    known = customers[customers["order_days"] > 0]
    days_until = ((edge - as_of).days - 1 for edge in (year.start, year.end))
    until_start, until_end = (
        score_demand(known, demand, as_of, days)["expected_orders"] if days else 0.0 for days in days_until
    )
    expected = (until_end - until_start) * value_per_order_day(known, spend)
    return pd.Series(expected, index=known.index).reindex(customers.index, fill_value=0.0)


def choose_gold(expected: pd.Series, policy: GoldPolicy) -> pd.DataFrame:
    """Rank customers by what they are expected to spend and choose the gold ones.

    Returns
    -------
    DataFrame
        Indexed like ``expected``: ``expected_spend`` float64, ``gold_rank`` int64 (1 + customers strictly greater),
        ``is_gold`` bool.
    """
    rank = expected.rank(method="min", ascending=False).astype("int64")
    gold = (rank <= policy.count(len(expected))) & (expected > 0)
    return pd.DataFrame({"expected_spend": expected, "gold_rank": rank, "is_gold": gold})


def score_gold(expected: pd.Series, last_year: pd.Series, actual: pd.Series, policy: GoldPolicy) -> GoldScore:
    """Compare a year's prediction and the naive list with what came.

    Parameters
    ----------
    expected
        What was expected of each customer of the population, before the year began.
    last_year, actual
        The same customers: cents of the year before, as known before the year began, and of the year itself.

    Raises
    ------
    ValueError
        When the three are not of the same customers.
    """
    last_year = aligned(last_year, expected.index, "last year's sums")
    actual = aligned(actual, expected.index, "the year's sums")
    top = _top(actual, policy)
    lists = (_top(expected, policy), _top(last_year, policy), top)
    model, naive, hindsight = (_score(chosen, top, actual) for chosen in lists)
    return GoldScore(len(expected), int(actual.clip(lower=0).sum()), model, naive, hindsight)


def judge_year(
    customers: pd.DataFrame, fitted_on: pd.DataFrame, policy: GoldPolicy, year: Window
) -> GoldScore | FitProblem | SpendProblem:
    """Predict a fiscal year that is over from what was known on its eve, and compare with what came.

    Parameters
    ----------
    customers
        The population of the eve: as for :func:`expected_in_year` as of that day, with int64 cents
        ``before_revenue``, of the year before, and ``actual_revenue``, of the year itself.
    fitted_on
        Rows of ``customers``, all or a sample, to which the models are fitted.

    Returns
    -------
    GoldScore, FitProblem or SpendProblem
        The score, or why no sound model could be fitted on the eve.
    """
    eve = year.start - datetime.timedelta(days=1)
    known = fitted_on[fitted_on["order_days"] > 0]
    demand = fit_demand_or_nbd(known, eve)
    if demand.parameters is None or demand.problem:
        return demand.problem or FitProblem.NO_CUSTOMERS
    spend = fit_repeat_spend(known)
    if spend.parameters is None or spend.problem:
        return spend.problem or SpendProblem.TOO_FEW_CUSTOMERS
    expected = expected_in_year(customers, demand.parameters, spend.parameters, year, eve)
    return score_gold(expected, customers["before_revenue"], customers["actual_revenue"], policy)


def _top(values: pd.Series, policy: GoldPolicy) -> np.ndarray:
    return choose_gold(values, policy)["is_gold"].to_numpy(dtype=bool)


def _score(chosen: np.ndarray, top: np.ndarray, actual: pd.Series) -> ListScore:
    positive = actual.clip(lower=0).to_numpy(dtype=np.int64)
    count, hits = int(chosen.sum()), int((chosen & top).sum())
    captured, total = int(positive[chosen].sum()), int(positive.sum())
    return ListScore(
        chosen=count,
        hits=hits,
        precision=hits / count if count else float("nan"),
        captured=captured,
        captured_share=captured / total if total else float("nan"),
    )
