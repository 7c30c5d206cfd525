"""What could have been known on a past day of what goes with what, and what customers bought afterwards."""

from __future__ import annotations

import datetime

import pandas as pd
from psycopg import sql

from analysis.datasets.products import PAIR, count_baskets
from analysis.measures.baskets import BasketPolicy, product_pairs
from analysis.measures.cross_sell import Known
from crm.copying import read_columns
from customers.selectors import sales_facts
from customers.selectors.facts import Connection

# Whoever refuses automated scoring, or is deleted, is in no basket.
_SCORED = sql.SQL(
    "customer_id IN (SELECT id FROM customers_customer WHERE deleted_at IS NULL AND NOT scoring_refused)"
)


def read_known(
    connection: Connection,
    day: datetime.date,
    customers: pd.Index,
    judged: pd.Index,
    policy: BasketPolicy,
) -> Known:
    """What was known on a day of all ``customers``, who ascend, and what the ``judged`` among them owned."""
    counts = count_baskets(connection, day, customers)
    popularity = sql.SQL(
        "SELECT product_id, count(*) AS customers FROM ({}) AS owned GROUP BY product_id"
    ).format(sales_facts.owned_query(connection, day, _SCORED))
    popular = read_columns(connection, popularity, {"product_id": "int8", "customers": "int8"})
    return Known(
        pairs=product_pairs(counts, policy),
        owned=_owned(connection, sales_facts.owned_query(connection, day, _among(judged))),
        popularity=pd.DataFrame(popular).set_index("product_id")["customers"],
    )


def read_later(
    connection: Connection, day: datetime.date, after: datetime.date, judged: pd.Index
) -> pd.DataFrame:
    """What the ``judged`` bought after one day and by another, as ``judge_offers`` takes it."""
    return _owned(connection, sales_facts.owned_query(connection, day, _among(judged), after))


def _owned(connection: Connection, query: sql.Composable) -> pd.DataFrame:
    found = pd.DataFrame(read_columns(connection, query, PAIR))
    return found.sort_values(["customer_id", "product_id"], ignore_index=True)


def _among(customers: pd.Index) -> sql.Composed:
    return sql.SQL("customer_id = ANY ({}::bigint[])").format(customers.tolist())
