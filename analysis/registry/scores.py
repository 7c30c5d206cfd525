"""The measures of the family "scores": RFM, lifetime value, gold, loyalty, cohorts, retention, credit, the backtest."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from analysis.datasets import scores
from analysis.datasets.purchases import sample
from analysis.datasets.scores import Buyers, Months, Past, Payments, Purchases, Ties, Years
from analysis.measures.backtest import backtests
from analysis.measures.clv import fit_repeat_spend, lifetime_value
from analysis.measures.cohorts import cohort_counts, months_ordered, retention
from analysis.measures.credit import GRADES, credit, paying
from analysis.measures.demand import DemandParameters
from analysis.measures.gold import GoldScore, choose_gold, expected_in_year, judge_year
from analysis.measures.loyalty import bought_elsewhere, loyalty, repeat_rate, share_of_wallet
from analysis.measures.retention import NO_BRANCH, STATUS_DTYPE, branch_retention, retention_lists
from analysis.measures.rfm import SEGMENTS, rfm_cuts, score_rfm
from analysis.measures.spend import SpendParameters, SpendProblem
from analysis.models import CohortRow, CreditRow, GoldRow, LifetimeValue, LoyaltyRow, RetentionRow, RfmRow
from analysis.registry.declaring import Measure, Outcome, Table
from crm.copying import Kind

BACKTEST_WINDOWS = 3

NOBODY_ORDERED = gettext_noop("Nobody has ordered in the window.")
NO_DEMAND_MODEL = gettext_noop(
    "The run has no sound model of demand, so nothing tells how many orders will come."
)
NO_PAST = gettext_noop("There are no orders from more than one horizon ago to judge by.")
SPEND_PROBLEMS = {
    SpendProblem.TOO_FEW_CUSTOMERS: gettext_noop(
        "Too few customers have ordered again to tell what an order is worth."
    ),
    SpendProblem.INFINITE_MEAN: gettext_noop(
        "What customers spend differs so widely that there is no expected value."
    ),
    SpendProblem.PARAMETERS_AT_BOUNDS: gettext_noop(
        "The model of spend does not fit these orders: its parameters ran off."
    ),
    SpendProblem.NOT_CONVERGED: gettext_noop(
        "The search for the parameters of the model of spend did not come to rest."
    ),
}


def _rfm(buyers: Buyers) -> Outcome:
    found = score_rfm(buyers.customers, buyers.rules.rfm, buyers.as_of)
    scored = found.dropna(subset=["monetary"])
    if scored.empty:
        return Outcome(problem=NOBODY_ORDERED)
    sizes = scored["segment"].value_counts()
    summary = {
        "high_from": buyers.rules.rfm.high_from,
        "cuts": rfm_cuts(buyers.customers, found),
        "segments": {name: int(sizes.get(name, 0)) for name in SEGMENTS},
    }
    return Outcome(rows={RfmRow: scored.join(buyers.customers[["orders", "value"]])}, summary=summary)


def _clv(purchases: Purchases) -> Outcome:
    models = _models(purchases)
    if isinstance(models, str):
        return Outcome(problem=models)
    demand, spend = models
    customers, share = purchases.customers, _margin_share(purchases.customers)
    uncosted = customers["year_revenue"] - customers["year_costed"]
    margin = customers["year_margin"] + uncosted * (1.0 if share is None else share)
    found = lifetime_value(
        customers.assign(margin_last_year=margin),
        demand,
        spend,
        1.0 if share is None else share,
        purchases.rules.clv,
        purchases.as_of,
    ).dropna(subset=["clv"])
    rows = found.assign(**{name: _cents(found[name]) for name in ("expected_value", "clv", "naive")})
    summary = {
        "years": purchases.rules.clv.years,
        "discount_rate": float(purchases.rules.clv.discount_rate),
        "margin_share": share,
        "spend": asdict(spend),
        "customers": len(rows),
        "clv": int(rows["clv"].sum()),
        "naive": int(rows["naive"].sum()),
    }
    return Outcome(rows={LifetimeValue: rows}, summary=summary)


def _gold(years: Years) -> Outcome:
    now, policy = years.now, years.now.rules.gold
    models = _models(now)
    if isinstance(models, str):
        return Outcome(problem=models)
    year = policy.next_year(now.as_of)
    chosen = choose_gold(expected_in_year(now.customers, *models, year, now.as_of), policy)
    last_year = now.customers["year_revenue"]
    rows = chosen.assign(
        expected_spend=_cents(chosen["expected_spend"]),
        last_year=last_year,
        was_top=choose_gold(last_year, policy)["is_gold"],
    )[now.customers["order_days"] > 0]
    summary = {
        "year": [year.start.isoformat(), year.end.isoformat()],
        "customers": len(chosen),
        "gold": int(chosen["is_gold"].sum()),
        "expected": int(rows["expected_spend"].sum()),
        "expected_of_gold": int(rows.loc[rows["is_gold"], "expected_spend"].sum()),
        "score": _score_of_last_year(years),
    }
    return Outcome(rows={GoldRow: rows}, summary=summary)


def _score_of_last_year(years: Years) -> dict[str, Any] | None:
    """How gold would have done over the last fiscal year; None when nobody had ordered before it."""
    if years.eve is None:
        return None
    found = judge_year(years.eve, sample(years.eve), years.now.rules.gold, years.year)
    about = {"year": [years.year.start.isoformat(), years.year.end.isoformat()]}
    if not isinstance(found, GoldScore):
        return {**about, "problem": found.value}
    return {**about, "problem": None, **found.as_dict()}


def _loyalty(ties: Ties) -> Outcome:
    wallet = share_of_wallet(ties.own, bought_elsewhere(ties.elsewhere, ties.window))
    found = loyalty(ties.customers, wallet, ties.categories_offered, ties.as_of)
    rows = found[ties.customers["order_days"] > 0]
    rate = repeat_rate(ties.customers)
    summary = {
        "customers": len(rows),
        "repeaters": int(rows["is_repeat"].sum()),
        "repeat_rate": rate if np.isfinite(rate) else None,
        "categories_offered": ties.categories_offered,
        "with_wallet": int(rows["share_of_wallet"].notna().sum()),
    }
    return Outcome(rows={LoyaltyRow: rows}, summary=summary)


def _cohorts(months: Months) -> Outcome:
    rows = months_ordered(months.months).join(months.is_repeat.rename("is_repeat"), how="inner")
    if rows.empty:
        return Outcome(problem=NOBODY_ORDERED)
    table = retention(cohort_counts(rows), months.as_of)
    cells = table.assign(cohort=table["cohort"].dt.strftime("%Y-%m-%d"))
    names = ["cohort", "age", "customers", "active", "repeaters", "is_complete"]
    return Outcome(rows={CohortRow: rows}, summary={"cells": cells[names].to_dict("records")})


def _retention(payments: Payments) -> Outcome:
    paid = paying(payments.payments, payments.window, payments.as_of)
    customers = payments.customers.assign(days_to_pay=paid["days_to_pay"].reindex(payments.customers.index))
    found = retention_lists(customers, payments.window)
    branches = branch_retention(customers, found).reset_index()
    listed = branches.astype("object").where(branches.notna(), None).to_dict("records")
    kept = ["branch_id", "net_revenue", "net_revenue_before"]
    rows = found.join(customers[kept])[(found["retention_status"] != "idle") | (customers["orders"] > 0)]
    return Outcome(rows={RetentionRow: rows}, summary={"branches": listed, "no_branch": NO_BRANCH})


def _credit(payments: Payments) -> Outcome:
    elsewhere = bought_elsewhere(payments.elsewhere, payments.window)
    by_customer = elsewhere.groupby("customer_id")["elsewhere"].sum().astype("Int64")
    customers = payments.customers.join(by_customer)
    found = credit(customers, paying(payments.payments, payments.window, payments.as_of))
    rows = found.assign(credit_limit=customers["credit_limit"])
    summary = {
        "unpaid": int(rows["unpaid"].sum()),
        "overdue": int(rows["overdue"].sum()),
        "over_limit": int(rows["is_over_limit"].sum()),
        "grades_differ": int(rows["grades_differ"].fillna(False).sum()),
        "payments_settled": int(rows["payments_settled"].sum()),
        "payments_late": int(rows["payments_late"].sum()),
    }
    told = (rows["spend"] > 0) | rows["payments_settled"].gt(0) | rows["unpaid"].ne(0)
    return Outcome(rows={CreditRow: rows[told | rows["recorded_grade"].notna()]}, summary=summary)


def _backtest(past: Past) -> Outcome:
    horizon = past.rules.churn.horizon_days
    found = backtests(past.days, past.as_of, horizon, BACKTEST_WINDOWS)
    if not found:
        return Outcome(problem=NO_PAST)
    windows = [
        {
            "as_of": day.isoformat(),
            "trained_to": next(iter(results.values())).trained_to.isoformat(),
            "methods": {name: result.as_dict() for name, result in results.items()},
        }
        for day, results in found.items()
    ]
    return Outcome(summary={"horizon_days": horizon, "windows": windows})


def _models(purchases: Purchases) -> tuple[DemandParameters, SpendParameters] | str:
    """What foretells orders and what values them, or why one of them is missing."""
    spend = fit_repeat_spend(sample(purchases.customers))
    if purchases.demand is None:
        return NO_DEMAND_MODEL
    if spend.parameters is None or spend.problem:
        return SPEND_PROBLEMS[spend.problem or SpendProblem.TOO_FEW_CUSTOMERS]
    return purchases.demand, spend.parameters


def _margin_share(customers: pd.DataFrame) -> float | None:
    """The company's gross margin ÷ net revenue over the year, of lines whose cost is known; None without any."""
    costed = int(customers["year_costed"].sum())
    return int(customers["year_margin"].sum()) / costed if costed > 0 else None


def _cents(values: pd.Series) -> pd.Series:
    rounded: pd.Series = np.floor(values + 0.5)
    return rounded.astype("int64")


def _of(kind: str, *names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, kind)


SCORES: tuple[Measure[Any], ...] = (
    Measure(
        "rfm",
        _("RFM"),
        scores.read_buyers,
        _rfm,
        tables=(
            Table(
                RfmRow,
                {
                    **_of("int8", "customer_id", "value"),
                    **_of("int4", "recency_days", "orders"),
                    **_of("int2", "recency", "frequency", "monetary"),
                    "segment": SEGMENTS,
                },
                partitioned=True,
                indexes=(("value", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "clv",
        _("Lifetime value"),
        scores.read_lifetimes,
        _clv,
        tables=(
            Table(
                LifetimeValue,
                {
                    **_of("int8", "customer_id", "expected_value", "clv", "naive"),
                    "expected_orders": "float8",
                },
                partitioned=True,
                indexes=(("clv", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "gold",
        _("Gold customers"),
        scores.read_years,
        _gold,
        tables=(
            Table(
                GoldRow,
                {
                    **_of("int8", "customer_id", "expected_spend", "last_year"),
                    "gold_rank": "int4",
                    **_of("bool", "is_gold", "was_top"),
                },
                partitioned=True,
                indexes=(("gold_rank", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "loyalty",
        _("Loyalty"),
        scores.read_ties,
        _loyalty,
        tables=(
            Table(
                LoyaltyRow,
                {
                    **_of("int8", "customer_id", "elsewhere"),
                    "is_repeat": "bool",
                    "tenure_days": "int4",
                    **_of("float8", "orders_a_year", "breadth", "share_of_wallet"),
                },
                partitioned=True,
                indexes=(("tenure_days", "customer_id"),),
            ),
        ),
    ),
    Measure(
        "cohorts",
        _("Cohorts"),
        scores.read_months,
        _cohorts,
        tables=(
            Table(
                CohortRow,
                {**_of("int8", "customer_id", "months"), "cohort": "date", "is_repeat": "bool"},
                partitioned=True,
            ),
        ),
    ),
    Measure(
        "retention",
        _("Retention"),
        scores.read_payments,
        _retention,
        tables=(
            Table(
                RetentionRow,
                {
                    **_of("int8", "customer_id", "branch_id", "net_revenue", "net_revenue_before"),
                    "retention_status": tuple(STATUS_DTYPE.categories),
                    **_of("float8", "orders_a_month", "payment_cycle"),
                    "amount_a_month": "int8",
                    **_of("int4", "orders_rank", "amount_rank", "payment_rank"),
                },
                partitioned=True,
                indexes=(("branch_id", "amount_rank"),),
            ),
        ),
    ),
    Measure(
        "credit",
        _("Credit and purchasing power"),
        scores.read_payments,
        _credit,
        tables=(
            Table(
                CreditRow,
                {
                    **_of("int8", "customer_id", "unpaid", "overdue", "credit_limit", "spend"),
                    **_of("int4", "payments_settled", "payments_late", "overdue_days"),
                    **_of("float8", "late_share", "days_to_pay", "days_late", "limit_used"),
                    **_of("bool", "is_over_limit", "grades_differ"),
                    "purchasing_power": (*GRADES, ""),
                    "recorded_grade": (*GRADES, ""),
                },
                partitioned=True,
                indexes=(("overdue", "customer_id"),),
            ),
        ),
    ),
    Measure("backtest", _("Backtest of churn"), scores.read_past, _backtest),
)
