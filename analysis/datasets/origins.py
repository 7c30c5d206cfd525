"""Frames about who customers are, what they sold for in a period, and where they came from.

Each is joined to the run's population: whoever is not in it is in no measure.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from psycopg import sql

from analysis.datasets.source import Source, read_frame, read_population
from analysis.measures.informants import InformantPolicy
from analysis.measures.periods import SALES_COLUMNS, Period, current_periods
from analysis.measures.windows import Window
from crm.copying import Kind
from customers.models import BusinessModel, OwnershipType
from customers.selectors import facts, record_facts

OWNERSHIP_TYPES = tuple(OwnershipType.values)
BUSINESS_MODELS = tuple(BusinessModel.values)
MONEY: dict[str, Kind] = {"net_revenue": "int8", "gross_margin": "int8", "net_revenue_before": "int8"}

_ATTRIBUTES: dict[str, Kind] = {
    "customer_id": "int8",
    "ownership_type": OWNERSHIP_TYPES,
    "business_model": BUSINESS_MODELS,
    "industry_id": "int8?",
    "channel_id": "int8?",
    "campaign_id": "int8?",
    "created_on": "date",
    "headcount": "int8?",
    "turnover": "int8?",
}
_CAMPAIGNS: dict[str, Kind] = {
    "campaign_id": "int8",
    "channel_id": "int8?",
    "cost": "int8",
    "started_on": "date",
}
_REFERRALS: dict[str, Kind] = {
    "informant_id": "int8",
    "customer_id": "int8?",
    "referred_on": "date",
    "reward": "int8",
}


@dataclass(frozen=True, slots=True)
class Sales:
    """Sales by customer: ``net_revenue_0`` … are of the first period; ``known`` tells who is in the population."""

    customers: pd.DataFrame
    known: npt.NDArray[np.bool_]
    periods: tuple[Period, ...]

    def of(self, period: Period) -> pd.DataFrame:
        """The population's sales in one period, as ``period_sales`` takes them."""
        columns = [f"{name}_{self.periods.index(period)}" for name in SALES_COLUMNS]
        return self.customers.loc[self.known, columns].set_axis(list(SALES_COLUMNS), axis=1)


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the population came from and what it has brought (:func:`read_lifetime`), and what campaigns cost."""

    customers: pd.DataFrame
    campaigns: pd.DataFrame
    window: Window
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Referrals:
    """Who told of whom, and what those have brought (:func:`read_lifetime`)."""

    informants: pd.Index
    referrals: pd.DataFrame
    customers: pd.DataFrame
    policy: InformantPolicy
    as_of: datetime.date


def read_composition(source: Source) -> pd.DataFrame:
    """The population's money and region beside what each customer is."""
    return _read_attributes(source, {"region_id": "int8?", **MONEY, "orders": "int8"})


def read_current_sales(source: Source) -> Sales:
    """Read the population's sales in each period that a sales report is about."""
    periods = current_periods(source.as_of)
    columns = [
        _sum_of(name, which, f"{name}{suffix}_{number}")
        for number, period in enumerate(periods)
        for suffix, which, names in (
            ("", period, ("net_revenue", "gross_margin", "orders")),
            ("_before", period.before, ("net_revenue",)),
            ("_year_ago", period.year_ago, ("net_revenue",)),
        )
        for name in names
    ]
    first = min(period.year_ago.start for period in periods)
    query = sql.SQL(
        "SELECT customer_id, {} FROM ({}) AS months WHERE month >= {} GROUP BY customer_id"
    ).format(sql.SQL(", ").join(columns), _known_months(source), sql.Literal(first))
    kinds: dict[str, Kind] = {
        f"{name}_{number}": "int8" for number in range(len(periods)) for name in SALES_COLUMNS
    }
    found = _by_customer(read_frame(source, query, {"customer_id": "int8", **kinds}))
    return Sales(found, found.index.isin(read_population(source, {}).index), periods)


def read_origins(source: Source) -> Origins:
    """Read where the population came from and what came of it."""
    attributes = _read_attributes(source, {})
    customers = read_lifetime(source).join(attributes[["channel_id", "campaign_id", "created_on"]])
    known_since = customers[["created_on", "first_order_on"]].min(axis=1)
    campaigns = read_frame(source, record_facts.campaigns_query(), _CAMPAIGNS).set_index("campaign_id")
    return Origins(customers.assign(known_since=known_since), campaigns, source.window, source.as_of)


def read_referrals(source: Source) -> Referrals:
    """Read what informants told, of the population."""
    referrals = read_frame(source, record_facts.referrals_query(source.as_of), _REFERRALS)
    informants = read_frame(source, record_facts.informants_query(), {"informant_id": "int8"})
    customers = read_lifetime(source)
    known = referrals[referrals["customer_id"].isin(customers.index)].reset_index(drop=True)
    policy = source.rules.records.informants
    return Referrals(pd.Index(informants["informant_id"]), known, customers, policy, source.as_of)


def read_lifetime(source: Source) -> pd.DataFrame:
    """What the population has brought by the run's day: int64 cents ``net_revenue_ever`` and ``gross_margin_ever``,
    beside ``first_order_on``, ``last_order_on`` and ``lifetime_order_days`` of the run."""
    query = sql.SQL("""
        SELECT customer_id, sum_cents(net_revenue) AS net_revenue_ever,
            sum_cents(gross_margin) AS gross_margin_ever
        FROM ({}) AS months GROUP BY customer_id
    """).format(_known_months(source))
    names = ("net_revenue_ever", "gross_margin_ever")
    sums = _by_customer(read_frame(source, query, {"customer_id": "int8", **dict.fromkeys(names, "int8")}))
    kinds: dict[str, Kind] = {
        "first_order_on": "date",
        "last_order_on": "date",
        "lifetime_order_days": "int8",
    }
    found = read_population(source, kinds)
    return found.join(sums.reindex(found.index, fill_value=0))


def _read_attributes(source: Source, kinds: dict[str, Kind]) -> pd.DataFrame:
    """The population's columns ``kinds`` beside what each customer is (:func:`record_facts.attributes_query`)."""
    attributes = _by_customer(read_frame(source, record_facts.attributes_query(), _ATTRIBUTES))
    return read_population(source, kinds).join(attributes)


def _sum_of(name: str, period: Period, column: str) -> sql.Composed:
    return sql.SQL("sum_cents({}) FILTER (WHERE month >= {} AND month < {}) AS {}").format(
        sql.Identifier(name), sql.Literal(period.start), sql.Literal(period.end), sql.Identifier(column)
    )


def _known_months(source: Source) -> sql.Composed:
    """Every customer's months as known on the run's day: of a past day, the month that it lies in ends with it."""
    months = sql.SQL(
        "SELECT customer_id, month, net_revenue, gross_margin, orders FROM analysis_customermonth"
    )
    first = sql.Literal(source.as_of.replace(day=1))
    last = facts.last_order_on(source.connection)
    if last is None or last <= source.as_of:
        return sql.SQL("{} WHERE month <= {}").format(months, first)
    return sql.SQL("""
        {} WHERE month < {first} UNION ALL
        SELECT customer_id, {first}, net_revenue, gross_margin, orders FROM ({}) AS month_to_date
    """).format(months, record_facts.month_to_date_query(source.as_of), first=first)


def _by_customer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_index("customer_id")
