"""Customers' order days, from which every past day can be told: of all of them or of a sample that stands for them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from psycopg import sql

from analysis.measures.churn import ChurnModel
from analysis.models.rules import PolicyRules
from crm.copying import Kind, read_columns
from customers.selectors.facts import EVERYBODY, Connection, FactsSpec, days_query

SAMPLE_MOST = 25_000
"""A model fitted to more customers changes no digit that anybody reads, and its cost would grow with the company."""

KINDS: dict[str, Kind] = {
    "customer_id": "int8",
    "ordered_on": "date",
    "lines": "int4",
    "net_revenue": "int8",
    "bought": "bool",
}


def sample(customers: pd.DataFrame) -> pd.DataFrame:
    """Every k-th row in the order given, at most :data:`SAMPLE_MOST`, to stand for all."""
    step = max(1, math.ceil(len(customers) / SAMPLE_MOST))
    return customers.iloc[step // 2 :: step]


def read_past(
    connection: Connection, spec: FactsSpec, rules: PolicyRules, customers: pd.DataFrame
) -> pd.DataFrame | None:
    """Read a sample's days for a policy whose model of churn learns from the past; None for any other.

    ``customers`` is the population's frame; whoever has an order day may be in the sample.
    """
    if rules.churn.model is not ChurnModel.AUTO:
        return None
    return read_days(connection, spec, sample(customers[customers["lifetime_order_days"] > 0]).index)


def read_days(connection: Connection, spec: FactsSpec, customers: pd.Index | None = None) -> pd.DataFrame:
    """Read the days with a line of all customers or of some, as :func:`analysis.measures.occasions.customer_days`."""
    condition: sql.Composable = EVERYBODY
    if customers is not None:
        condition = sql.SQL("customer_id = ANY ({}::bigint[])").format(customers.tolist())
    columns = read_columns(connection, days_query(connection, spec, condition), KINDS)
    order = np.lexsort((columns["ordered_on"], columns["customer_id"]))
    return pd.DataFrame({name: values[order] for name, values in columns.items()})
