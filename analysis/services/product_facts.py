"""Keeping what each customer bought of each product current, for the further measures that ask for it.

An unlogged table beside the customers' facts, refreshed by whoever reads it first: the core run does not wait for it.
It only passes on whose lines have changed, since it takes them off the list itself.
"""

from __future__ import annotations

import datetime

from psycopg import sql

from analysis.datasets.source import Source
from analysis.models import ProductFactsState
from analysis.services import facts
from analysis.services.connections import second_connection
from customers.selectors.facts import EVERYBODY, Connection, FactsSpec, moved_customers_query
from customers.selectors.product_facts import product_facts_query

CURRENT = sql.Identifier("analysis_customerproduct")
ASIDE = sql.Identifier("pg_temp", "analysis_customerproduct_aside")
CHANGED = sql.Identifier("pg_temp", "changed_for_products")


def bring_up_to_date(spec: FactsSpec) -> None:
    """Make the current facts true for ``spec``, unless they are those of a later day."""
    with second_connection() as work, facts.alone(work), work.transaction():
        state = _state(work)
        if state is not None and state.as_of > spec.as_of:
            return
        comparable = state is not None and spec.returns_count_on == state.spec().returns_count_on
        changed = _list_changed(work, state.spec(), spec) if state and comparable else None
        if changed is None or changed > facts.most_refreshed(work):
            rebuild(work, spec)
        elif changed:
            _refresh(work, spec)
        work.execute("DELETE FROM analysis_productfactschange")
        _remember(work, spec)


def table_for(source: Source) -> sql.Identifier:
    """The table that is true for the source's run: the current one, or one of its own beside it."""
    state = _state(source.connection)
    if state is not None and _means_the_same(state.spec(), source.spec):
        return CURRENT
    mine = source.customers() if source.shard else EVERYBODY
    source.connection.execute(
        sql.SQL("CREATE TEMP TABLE {} ON COMMIT DROP AS {}").format(
            ASIDE, product_facts_query(source.connection, source.spec, mine)
        )
    )
    source.connection.execute(sql.SQL("ANALYZE {}").format(ASIDE))
    return ASIDE


def rebuild(connection: Connection, spec: FactsSpec) -> None:
    """Add up everybody's products from all lines of the window, within the caller's transaction."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(CURRENT))
    connection.execute(
        sql.SQL("CREATE UNLOGGED TABLE {} AS {}").format(CURRENT, product_facts_query(connection, spec))
    )
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (customer_id, product_id)").format(CURRENT))
    connection.execute(sql.SQL("ANALYZE {}").format(CURRENT))


def _refresh(connection: Connection, spec: FactsSpec) -> None:
    listed = sql.SQL("customer_id IN (SELECT customer_id FROM {})").format(CHANGED)
    connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(CURRENT, listed))
    connection.execute(
        sql.SQL("INSERT INTO {} {}").format(CURRENT, product_facts_query(connection, spec, listed))
    )


def _list_changed(connection: Connection, old: FactsSpec, new: FactsSpec) -> int:
    """List the customers whose lines have changed since, or who are at the window's edges; return how many."""
    connection.execute(
        sql.SQL("""
            CREATE TEMP TABLE {} ON COMMIT DROP AS
            SELECT customer_id FROM analysis_productfactschange
            UNION SELECT customer_id FROM customers_changedcustomer
            UNION SELECT customer_id FROM ({}) AS moved WHERE customer_id IS NOT NULL
        """).format(CHANGED, moved_customers_query(_edges(old), _edges(new)))
    )
    connection.execute(sql.SQL("ANALYZE {}").format(CHANGED))
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(CHANGED)).fetchone()
    return int(row[0]) if row else 0


def _state(connection: Connection) -> ProductFactsState | None:
    """What the current facts are true for; None when they were never added up, or a crash has emptied them."""
    columns = [field.attname for field in ProductFactsState._meta.concrete_fields]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    row = connection.execute(sql.SQL("SELECT {} FROM analysis_productfactsstate").format(names)).fetchone()
    if row is None or not _is_there(connection):
        return None
    state = ProductFactsState(**dict(zip(columns, row, strict=True)))
    filled = connection.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(CURRENT)).fetchone()
    return state if filled and filled[0] == state.has_rows else None


def _is_there(connection: Connection) -> bool:
    row = connection.execute("SELECT to_regclass('analysis_customerproduct')").fetchone()
    return row is not None and row[0] is not None


def _edges(spec: FactsSpec) -> tuple[datetime.date, ...]:
    """The days where these facts can change: the window's, and the last known one for what came back after it."""
    return (spec.start, spec.end, spec.as_of + datetime.timedelta(days=1))


def _means_the_same(one: FactsSpec, other: FactsSpec) -> bool:
    return _edges(one) == _edges(other) and one.returns_count_on == other.returns_count_on


def _remember(connection: Connection, spec: FactsSpec) -> None:
    connection.execute("DELETE FROM analysis_productfactsstate")
    connection.execute(
        sql.SQL("""
            INSERT INTO analysis_productfactsstate
                (id, as_of, start, "end", returns_count_on, has_rows, refreshed_at)
            SELECT %s, %s, %s, %s, %s, EXISTS (SELECT FROM {}), now()
        """).format(CURRENT),
        [ProductFactsState.ONLY, spec.as_of, spec.start, spec.end, spec.returns_count_on.value],
    )
