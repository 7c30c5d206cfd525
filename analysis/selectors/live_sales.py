"""What some of a run's customers bought, added up from their lines: for viewers who see a part of the company.

The company's own rows are stored; a part of them cannot be told from these, and is added up by the same SQL that the
run read.
"""

from __future__ import annotations

from typing import Any, LiteralString, cast

import pandas as pd
from django.db import connection
from django.db.models import QuerySet
from psycopg import sql

from analysis.models import AnalysisRun
from crm.copying import Kind, read_columns
from customers.selectors import sales_facts
from customers.selectors.facts import FactsSpec, ReturnsCountOn

SUMS: dict[str, Kind] = {"net_revenue": "int8", "costed_revenue": "int8", "gross_margin": "int8"}


def as_query(rows: QuerySet[Any, Any]) -> sql.SQL:
    """A queryset as a query that others can be built around."""
    operations: Any = connection.ops
    text = operations.compose_sql(*rows.order_by().query.sql_with_params())
    return sql.SQL(cast(LiteralString, text))


def spec_of(run: AnalysisRun) -> FactsSpec:
    """The days and choices that a run's facts are about.

    Raises
    ------
    ValueError
        When the run has not been done.
    """
    if run.window_start is None or run.window_end is None:
        raise ValueError(f"run {run} has not been done")
    returns = ReturnsCountOn(run.policy.parsed().returns.value)
    return FactsSpec(run.as_of, run.window_start, run.window_end, cut=run.as_of, returns_count_on=returns)


def read(query: sql.Composable, kinds: dict[str, Kind]) -> pd.DataFrame:
    """Run a query on this request's connection and return its columns, of the kinds stated (crm.copying)."""
    connection.ensure_connection()
    return pd.DataFrame(read_columns(connection.connection, query, kinds), copy=False)


def sales_query(run: AnalysisRun, customers: sql.Composable, products: sql.Composable) -> sql.Composed:
    """Select merchandise by customer and product: ``customers`` is a query of ids, ``products`` a condition on
    ``product_id``."""
    connection.ensure_connection()
    some = sql.SQL("customer_id IN ({}) AND {}").format(customers, products)
    sales = sales_facts.customer_products_query(connection.connection, spec_of(run), some)
    return sql.SQL("SELECT sales.*, category_id FROM ({}) AS sales JOIN ({}) AS p USING (product_id)").format(
        sales, sales_facts.merchandise_query()
    )
