"""What a further measure reads from: one snapshot of the database, and the run that it belongs to."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from psycopg import sql

from analysis.measures.windows import Window
from analysis.models import AnalysisRun
from analysis.models.rules import PolicyRules
from crm.copying import Kind, read_columns
from customers.selectors.facts import Connection, FactsSpec, ReturnsCountOn


@dataclass(frozen=True, slots=True)
class Shard:
    """One range of customers, ``[low, high)`` by id; the ``number``-th of ``count``, from 0."""

    number: int
    count: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Source:
    """An open REPEATABLE READ snapshot, the run whose rows are read in it, and that run's choices.

    ``products`` is the table of what each customer bought of each product (customers.selectors.product_facts), for
    measures that declare that they read it.
    """

    connection: Connection
    run: AnalysisRun
    rules: PolicyRules
    window: Window
    shard: Shard | None = None
    products: sql.Identifier | None = None

    @property
    def as_of(self) -> datetime.date:
        """The last day whose facts count."""
        return self.run.as_of

    @property
    def previous(self) -> AnalysisRun | None:
        """The run that this one is compared with."""
        return self.run.previous

    @property
    def spec(self) -> FactsSpec:
        """The days and choices of the run's facts."""
        return facts_spec(self.rules, self.window, self.as_of)

    def customers(self, column: str = "customer_id") -> sql.Composable:
        """The condition on a column that leaves the customers of this shard; true without shards."""
        if self.shard is None:
            return sql.SQL("true")
        name = sql.Identifier(*column.split("."))
        return sql.SQL("({name} >= {low} AND {name} < {high})").format(
            name=name, low=sql.Literal(self.shard.low), high=sql.Literal(self.shard.high)
        )

    def population(self) -> sql.Composed:
        """Select ``customer_id`` of the customers whom the run is about, within this shard."""
        return sql.SQL("SELECT customer_id FROM analysis_customersnapshot WHERE run_id = {} AND {}").format(
            sql.Literal(self.run.pk), self.customers()
        )


def customer_products(source: Source) -> sql.Identifier:
    """The table of what each customer bought of each product over the run's window.

    Raises
    ------
    ValueError
        When the measure has not declared that it reads it.
    """
    if source.products is None:
        raise ValueError("a measure that reads customers' products declares reads_products=True")
    return source.products


def facts_spec(rules: PolicyRules, window: Window, as_of: datetime.date) -> FactsSpec:
    """The facts that a policy asks for over a window as of a day."""
    return FactsSpec(
        as_of=as_of,
        start=window.start,
        end=window.end,
        cut=as_of - datetime.timedelta(days=rules.churn.horizon_days),
        returns_count_on=ReturnsCountOn(rules.returns.value),
        count_free_orders=rules.count_free_orders,
    )


def read_frame(source: Source, query: sql.Composable, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """Run a query within the snapshot and return its columns, of the kinds stated (crm.copying)."""
    return pd.DataFrame(read_columns(source.connection, query, kinds), copy=False)


def read_population(source: Source, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """Read columns of the run's customers, indexed by ``customer_id``, ascending.

    ``kinds`` are columns of CustomerSnapshot. Whoever is not in it (deleted, refusing automated scoring) is in no
    measure.
    """
    query = sql.SQL("SELECT * FROM analysis_customersnapshot WHERE run_id = {} AND {}").format(
        sql.Literal(source.run.pk), source.customers()
    )
    columns = read_columns(source.connection, query, {"customer_id": "int8", **kinds})
    order = np.argsort(columns["customer_id"], kind="stable")
    index = pd.Index(columns.pop("customer_id")[order], name="customer_id")
    return pd.DataFrame({name: values[order] for name, values in columns.items()}, index=index, copy=False)
