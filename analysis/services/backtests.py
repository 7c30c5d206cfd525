"""Judging churn, gold and offers by one's own orders, on any day, without a run: nothing is written."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.datasets.offers import read_known, read_later
from analysis.datasets.purchases import read_days, sample
from analysis.datasets.scores import read_created_on, read_eve
from analysis.datasets.source import facts_spec
from analysis.measures.backtest import BacktestResult, backtests
from analysis.measures.cross_sell import RecommendationScores, judge_offers
from analysis.measures.demand_fit import FitProblem
from analysis.measures.gold import GoldScore, judge_year
from analysis.measures.spend import SpendProblem
from analysis.measures.windows import Window
from analysis.models.rules import PolicyRules
from analysis.services import policies
from analysis.services.connections import second_connection
from crm.copying import read_columns
from customers.selectors import purchase_facts
from customers.selectors.facts import EVERYBODY, Connection, last_order_on


class NothingToJudgeError(Exception):
    """There is no order by the day from which one could have foretold the horizon."""

    def __init__(self, as_of: datetime.date | None, horizon_days: int) -> None:
        super().__init__(as_of, horizon_days)
        self.as_of = as_of
        self.horizon_days = horizon_days


@dataclass(frozen=True, slots=True)
class Judgement:
    """How every method did.

    Attributes
    ----------
    customers
        Customers with an order by ``as_of``, ``sampled`` of whom the methods were judged on.
    windows
        Every method's outcome by the last day of the horizon, the latest first.
    gold
        The score of the gold customers of ``gold_year``, why there is none, or None when nobody had ordered before it.
    offers
        How the recommendations made one horizon before ``as_of`` fared beside popularity.
    """

    as_of: datetime.date
    horizon_days: int
    model: str
    customers: int
    sampled: int
    windows: dict[datetime.date, dict[str, BacktestResult]]
    gold_year: Window
    gold: GoldScore | FitProblem | SpendProblem | None
    offers: RecommendationScores

    def as_dict(self) -> dict[str, Any]:
        """The judgement as JSON; money in cents, docs/operations/backtest.md describes every key."""
        windows = [
            {
                "as_of": day.isoformat(),
                "trained_to": next(iter(results.values())).trained_to.isoformat(),
                "methods": {name: result.as_dict() for name, result in results.items()},
            }
            for day, results in self.windows.items()
        ]
        return {
            "as_of": self.as_of.isoformat(),
            "horizon_days": self.horizon_days,
            "model": self.model,
            "customers": self.customers,
            "sampled": self.sampled,
            "windows": windows,
            "gold": self._gold(),
            "offers": self.offers.as_dict(),
        }

    def _gold(self) -> dict[str, Any] | None:
        if self.gold is None:
            return None
        year = {"start": self.gold_year.start.isoformat(), "end": self.gold_year.end.isoformat()}
        if isinstance(self.gold, GoldScore):
            return {"year": year, "problem": None, **self.gold.as_dict()}
        return {"year": year, "problem": self.gold.value}


def judge(
    *, as_of: datetime.date | None = None, horizon_days: int | None = None, windows: int = 3
) -> Judgement:
    """Train every method on what was known before each horizon and judge it by what came, under the current policy.

    Parameters
    ----------
    as_of
        The last day that counts; that of the newest order when left out.
    horizon_days
        The policy's when left out.
    windows
        How many horizons to go back, at most.

    Raises
    ------
    NothingToJudgeError
        When nobody had ordered one horizon before ``as_of``.
    """
    rules = policies.current().parsed()
    horizon = horizon_days or rules.churn.horizon_days
    with second_connection() as connection, connection.transaction():
        day = as_of or last_order_on(connection)
        if day is None:
            raise NothingToJudgeError(None, horizon)
        created_on = read_created_on(connection)
        buyers = _buyers(connection, created_on.index, day)
        chosen = sample(pd.DataFrame(index=buyers)).index
        spec = facts_spec(rules, Window.trailing(day, horizon), day)
        days = read_days(connection, spec, chosen)
        year = rules.gold.last_year(day)
        eve = read_eve(connection, rules, created_on, year, EVERYBODY)
        trained_to = day - datetime.timedelta(days=horizon)
        baskets = rules.products.cross_sell.baskets
        known = read_known(connection, trained_to, created_on.index, chosen, baskets)
        later = read_later(connection, day, trained_to, chosen)
    found = backtests(days, day, horizon, windows)
    if not found:
        raise NothingToJudgeError(day, horizon)
    return Judgement(
        as_of=day,
        horizon_days=horizon,
        model=rules.churn.model.value,
        customers=len(buyers),
        sampled=len(chosen),
        windows=found,
        gold_year=year,
        gold=_gold(eve, rules, year),
        offers=judge_offers(known, later, trained_to),
    )


def _buyers(connection: Connection, customers: pd.Index, day: datetime.date) -> pd.Index:
    """Who of the customers has an order by a day."""
    ordered = read_columns(connection, purchase_facts.buyers_query(day), {"customer_id": "int8"})
    return customers[customers.isin(ordered["customer_id"])]


def _gold(
    eve: pd.DataFrame, rules: PolicyRules, year: Window
) -> GoldScore | FitProblem | SpendProblem | None:
    if not (eve["order_days"] > 0).any():
        return None
    return judge_year(eve, sample(eve), rules.gold, year)
