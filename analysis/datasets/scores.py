"""Frames about how customers buy and pay over the years, as the scores take them: the run's population alone."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pandas as pd
from psycopg import sql

from analysis.datasets.purchases import read_days, sample
from analysis.datasets.source import Source, read_frame, read_population
from analysis.measures.demand import DemandModel, DemandParameters
from analysis.measures.windows import Window
from analysis.models.rules import PolicyRules
from crm.copying import Kind, read_columns
from customers.selectors import purchase_facts, sales_facts
from customers.selectors.facts import Connection

PURCHASES: dict[str, Kind] = {
    "first_order_on": "date",
    "last_order_on": "date",
    "order_days": "int8",
    "repeat_revenue": "int8",
}
GRADES = ("low", "medium", "high")
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Buyers:
    """The population for RFM: ``last_order_on``, ``orders`` and ``value`` in the window, and the day."""

    customers: pd.DataFrame
    rules: PolicyRules
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Purchases:
    """The population's order days as of a day, with sums of periods, and what the run's model of demand is.

    ``customers`` has the columns of :data:`PURCHASES` and, for each period that was asked for, cents
    ``<name>_revenue``, ``<name>_costed`` and ``<name>_margin``. ``demand`` is None when the run published no fit.
    """

    customers: pd.DataFrame
    rules: PolicyRules
    as_of: datetime.date
    demand: DemandParameters | None


@dataclass(frozen=True, slots=True)
class Years:
    """Purchases as of the run's day and, as ``judge_year`` takes them, on the eve of the last fiscal year that is over.

    ``eve`` is None when nobody had ordered by then.
    """

    now: Purchases
    eve: pd.DataFrame | None
    year: Window


@dataclass(frozen=True, slots=True)
class Ties:
    """The population for loyalty, what they bought by category, and what is known to be bought elsewhere."""

    customers: pd.DataFrame
    own: pd.DataFrame
    elsewhere: pd.DataFrame
    categories_offered: int
    window: Window
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Months:
    """Months with an order, and which customers have ordered again."""

    months: pd.DataFrame
    is_repeat: pd.Series
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Payments:
    """The population with branch, limit and grade, its payments and what is known to be bought elsewhere."""

    customers: pd.DataFrame
    payments: pd.DataFrame
    elsewhere: pd.DataFrame
    window: Window
    as_of: datetime.date


@dataclass(frozen=True, slots=True)
class Past:
    """A sample's order days for the backtest, and the day."""

    days: pd.DataFrame
    rules: PolicyRules
    as_of: datetime.date


def read_buyers(source: Source) -> Buyers:
    """What RFM takes; the value is by the policy's metric."""
    kinds: dict[str, Kind] = {"last_order_on": "date", "orders": "int8", "value": "int8"}
    return Buyers(read_population(source, kinds), source.rules, source.as_of)


def read_lifetimes(source: Source) -> Purchases:
    """What lifetime values take: order days, and the sums of the year that ends with the day as ``year``."""
    return _purchases(source, source.as_of, {"year": Window.trailing_year(source.as_of)})


def read_years(source: Source) -> Years:
    """What the gold customers take: now, and as of the eve of the last fiscal year that is over."""
    year = source.rules.gold.last_year(source.as_of)
    now = _purchases(source, source.as_of, {"year": Window.trailing_year(source.as_of)})
    if not (now.customers["first_order_on"] < pd.Timestamp(year.start)).any():
        return Years(now, None, year)
    created_on = read_created_on(source.connection).reindex(now.customers.index)
    eve = read_eve(source.connection, source.rules, created_on, year, _customers(source))
    return Years(now, eve, year)


def read_ties(source: Source) -> Ties:
    """What loyalty takes."""
    customers = read_population(
        source, {"first_order_on": "date", "lifetime_order_days": "int8", "categories": "int8"}
    ).rename(columns={"lifetime_order_days": "order_days"})
    query = sql.SQL("""
        SELECT customer_id, category_id, sum_cents(net_revenue) AS net_revenue
        FROM ({sales}) AS sales LEFT JOIN ({merchandise}) AS product USING (product_id) GROUP BY 1, 2
    """).format(
        sales=sales_facts.customer_products_query(source.connection, source.spec, _wallet_holders(source)),
        merchandise=sales_facts.merchandise_query(),
    )
    own = read_frame(source, query, {"customer_id": "int8", "category_id": "int8?", "net_revenue": "int8"})
    offered = sql.SQL("SELECT count(DISTINCT category_id) AS offered FROM ({}) AS product").format(
        sales_facts.merchandise_query()
    )
    count = int(read_frame(source, offered, {"offered": "int8"})["offered"].iloc[0])
    return Ties(customers, own, read_elsewhere(source), count, source.window, source.as_of)


def read_months(source: Source) -> Months:
    """What cohorts take."""
    customers = read_population(source, {"lifetime_order_days": "int8"})
    query = purchase_facts.ordered_months_query(
        source.connection,
        source.as_of,
        free_counts=source.rules.count_free_orders,
        customers=_customers(source),
    )
    months = read_frame(source, query, {"customer_id": "int8", "month": "date"})
    return Months(months, customers["lifetime_order_days"] > 1, source.as_of)


def read_payments(source: Source) -> Payments:
    """What retention lists and credit take."""
    kinds: dict[str, Kind] = {
        "first_order_on": "date",
        "orders": "int8",
        "net_revenue": "int8",
        "net_revenue_before": "int8",
    }
    accounts = read_frame(
        source,
        purchase_facts.accounts_query(),
        {"customer_id": "int8", "branch_id": "int8?", "recorded_grade": GRADES, "credit_limit": "int8?"},
    ).set_index("customer_id")
    payments = read_frame(
        source,
        purchase_facts.payments_query(source.as_of, _customers(source)),
        {
            "customer_id": "int8",
            "ordered_on": "date",
            "due_on": "date",
            "paid_on": "date",
            "amount_cents": "int8",
        },
    )
    customers = read_population(source, kinds).join(accounts)
    return Payments(customers, payments, read_elsewhere(source), source.window, source.as_of)


def read_past(source: Source) -> Past:
    """What the backtest takes."""
    customers = read_population(source, {"lifetime_order_days": "int8"})
    chosen = sample(customers[customers["lifetime_order_days"] > 0]).index
    return Past(read_days(source.connection, source.spec, chosen), source.rules, source.as_of)


def read_elsewhere(source: Source) -> pd.DataFrame:
    """What the population is known to have bought elsewhere, as loyalty takes it."""
    kinds: dict[str, Kind] = {
        "customer_id": "int8",
        "category_id": "int8?",
        "period_start": "date",
        "period_end": "date",
        "amount": "int8",
    }
    query = sql.SQL("SELECT * FROM ({}) AS shares WHERE {}").format(
        sales_facts.wallet_query(source.as_of), _customers(source)
    )
    return read_frame(source, query, kinds)


def read_purchases(
    connection: Connection,
    rules: PolicyRules,
    customers: pd.Index,
    day: datetime.date,
    periods: dict[str, Window],
    condition: sql.Composable,
) -> pd.DataFrame:
    """Order days as of a day and sums of periods, see :class:`Purchases`, of ``customers``, zeros for who has none.

    ``condition`` on ``customer_id`` spares the reading of others.
    """
    query = purchase_facts.purchases_query(
        connection,
        day,
        free_counts=rules.count_free_orders,
        periods={name: (window.start, window.end) for name, window in periods.items()},
        customers=condition,
    )
    sums: dict[str, Kind] = {
        f"{name}_{what}": "int8" for name in periods for what in ("revenue", "costed", "margin")
    }
    columns = read_columns(connection, query, {"customer_id": "int8", **PURCHASES, **sums})
    found = pd.DataFrame(columns).set_index("customer_id").reindex(customers)
    counts = ["order_days", "repeat_revenue", *sums]
    return found.assign(**{name: found[name].fillna(0).astype("int64") for name in counts})


def _purchases(source: Source, day: datetime.date, periods: dict[str, Window]) -> Purchases:
    everybody = read_population(source, {}).index
    found = read_purchases(source.connection, source.rules, everybody, day, periods, _customers(source))
    return Purchases(found, source.rules, day, _demand(source))


def read_eve(
    connection: Connection,
    rules: PolicyRules,
    created_on: pd.Series,
    year: Window,
    condition: sql.Composable,
) -> pd.DataFrame:
    """The population on the eve of a year, with what it bought in the year before (``before_…``) and in it
    (``actual_…``): everybody who was on record or had ordered by then. ``created_on`` is by ``customer_id``."""
    eve = year.start - ONE_DAY
    periods = {"before": Window.trailing_year(eve), "actual": year}
    found = read_purchases(connection, rules, created_on.index, eve, periods, condition)
    return found[(found["order_days"] > 0) | (created_on < pd.Timestamp(year.start))]


def read_created_on(connection: Connection) -> pd.Series:
    """Since when each customer who may be scored has been on record: days by ``customer_id``, ascending."""
    kinds: dict[str, Kind] = {"customer_id": "int8", "created_on": "date"}
    found = read_columns(connection, purchase_facts.scored_customers_query(), kinds)
    return pd.DataFrame(found).set_index("customer_id")["created_on"]


def _demand(source: Source) -> DemandParameters | None:
    """The run's own fit of the model of demand."""
    churn = source.run.churn
    if churn.get("problem") or not churn.get("parameters"):
        return None
    return DemandParameters(DemandModel(churn["model"]), **churn["parameters"])


def _customers(source: Source) -> sql.Composed:
    """The condition that leaves the population of this shard."""
    return sql.SQL("{} AND customer_id IN ({})").format(source.customers(), source.population())


def _wallet_holders(source: Source) -> sql.Composed:
    """The condition that leaves those of the population of whom purchases elsewhere are known."""
    return sql.SQL("{} AND customer_id IN (SELECT customer_id FROM ({}) AS shares)").format(
        _customers(source), sales_facts.wallet_query(source.as_of)
    )
