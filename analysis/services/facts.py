"""Keeping each customer's facts current: refreshed for the changed, rebuilt when that is cheaper or needed.

The current facts stand in one unlogged table. After a crash PostgreSQL empties it, which is noticed, and it is built
again. Runs about another day or with other choices add up facts of their own, beside the current ones, by the same SQL.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from psycopg import sql

from analysis.models import FactsSource, FactsState
from analysis.services import months
from customers.selectors.facts import (
    EVERYBODY,
    Connection,
    FactsSpec,
    facts_query,
    moved_customers_query,
)

CURRENT = sql.Identifier("analysis_customerfacts")
FRESH = sql.Identifier("analysis_customerfacts_fresh")
ASIDE = sql.Identifier("pg_temp", "analysis_customerfacts_aside")
CHANGED = sql.Identifier("pg_temp", "changed_customers")

# One run at a time refreshes the facts; the lock is the session's, so a killed worker gives it up.
LOCK = 0x6661637473
# Refreshing reads a customer's lines one by one; beyond this share of all customers reading everything is quicker.
REBUILD_SHARE = 0.25
REBUILD_LEAST = 1_000
# Below so many customers one process adds them all up faster than several can be started.
CUSTOMERS_PER_SHARD = 12_000
MOST_SHARDS = 16


@dataclass(frozen=True, slots=True)
class PreparedFacts:
    """A table of facts that are true for what was asked, in the transaction that prepared them."""

    table: sql.Identifier
    source: FactsSource


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Wait until no other run refreshes facts, and keep others waiting meanwhile.

    To be entered before the transaction: its snapshot must see what the run before left.
    """
    connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def prepare(connection: Connection, spec: FactsSpec, *, keep: bool) -> PreparedFacts:
    """Make facts true for ``spec``, within the caller's transaction.

    With ``keep`` the current facts may move on to ``spec``; otherwise they are used when they fit and left alone.
    """
    noted = _note_changes(connection)
    state = _usable_state(connection, spec)
    limit = most_refreshed(connection)
    _keep_months(connection, noted, limit)
    if not _may_use_current(connection, state, spec, keep=keep):
        _add_up(connection, ASIDE, spec, kind=sql.SQL("TEMP TABLE"))
        return PreparedFacts(ASIDE, FactsSource.ASIDE)
    _pass_on_to_products(connection, noted, limit)
    changed = _add_moved(connection, state.spec(), spec) if state else 0
    if state is None or changed > limit:
        source = FactsSource.REBUILT
        _rebuild(connection, spec)
    elif changed:
        source = FactsSource.REFRESHED
        _refresh(connection, spec)
    else:
        source = FactsSource.CURRENT
    if state is None or changed or state.spec() != spec:
        _remember(connection, spec)
    return PreparedFacts(CURRENT, source)


def settle(connection: Connection, spec: FactsSpec, *, keep: bool) -> FactsSource | None:
    """Bring the current facts to ``spec`` in a transaction of its own: several connections can read them then.

    None when the current facts are not to serve ``spec`` (see :func:`prepare`).
    """
    with connection.transaction():
        if not _may_use_current(connection, _usable_state(connection, spec), spec, keep=keep):
            return None
        source = prepare(connection, spec, keep=keep).source
    forget_changes(connection)
    return source


def look(connection: Connection, spec: FactsSpec) -> PreparedFacts:
    """Make facts true for ``spec`` without writing anything that outlasts the caller's transaction.

    The current ones as they are where nothing has changed, with the changed customers added up anew where some have.
    """
    _note_changes(connection)
    state = _usable_state(connection, spec)
    changed = _add_moved(connection, state.spec(), spec) if state else None
    if changed is None or changed > most_refreshed(connection):
        _add_up(connection, ASIDE, spec, kind=sql.SQL("TEMP TABLE"))
        return PreparedFacts(ASIDE, FactsSource.ASIDE)
    if not changed:
        return PreparedFacts(CURRENT, FactsSource.CURRENT)
    listed = sql.SQL("customer_id IN (SELECT customer_id FROM {})").format(CHANGED)
    connection.execute(
        sql.SQL("CREATE TEMP TABLE {} AS SELECT * FROM {} WHERE NOT {} UNION ALL ({})").format(
            ASIDE, CURRENT, listed, facts_query(connection, spec, [listed])
        )
    )
    return PreparedFacts(ASIDE, FactsSource.ASIDE)


def forget_changes(connection: Connection) -> None:
    """Take the changes that are in the facts by now off the list; one changed again meanwhile stays on it.

    To be called after the transaction of :func:`prepare` has been committed.
    """
    connection.execute(
        sql.SQL("""
            DELETE FROM customers_changedcustomer WHERE customer_id = ANY (ARRAY (
                SELECT noted.customer_id FROM customers_changedcustomer AS noted
                JOIN {changed} AS changed USING (customer_id, changed_at)
                ORDER BY noted.customer_id FOR UPDATE OF noted SKIP LOCKED
            ))
        """).format(changed=CHANGED)
    )


def _note_changes(connection: Connection) -> int:
    """List the changed customers as this snapshot sees them; return how many they are."""
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(CHANGED))
    noted = connection.execute(
        "CREATE TEMP TABLE changed_customers AS SELECT customer_id, changed_at FROM customers_changedcustomer"
    )
    # To be found by, whatever the planner thinks that the list of changes holds: that one is mostly empty.
    connection.execute(sql.SQL("CREATE INDEX ON {} (customer_id)").format(CHANGED))
    return noted.rowcount


def _may_use_current(
    connection: Connection, state: FactsState | None, spec: FactsSpec, *, keep: bool
) -> bool:
    """Whether the current facts are, or may become, those of ``spec``; they never go back in time."""
    if state is not None and state.spec() == spec:
        return True
    return keep and not _older_than_current(connection, spec)


def most_refreshed(connection: Connection) -> float:
    """How many changed customers are refreshed rather than everybody added up again."""
    row = connection.execute(
        "SELECT reltuples FROM pg_class WHERE oid = 'customers_customer'::regclass"
    ).fetchone()
    return max(REBUILD_LEAST, REBUILD_SHARE * (row[0] if row else 0))


def _usable_state(connection: Connection, spec: FactsSpec) -> FactsState | None:
    """The state of the current facts, if they are there and mean the same as ``spec`` but for the days."""
    columns = [field.attname for field in FactsState._meta.concrete_fields]
    query = sql.SQL("SELECT {} FROM analysis_factsstate").format(
        sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    row = connection.execute(query).fetchone()
    if row is None or not _are_there(connection):
        return None
    state = FactsState(**dict(zip(columns, row, strict=True)))
    return state if spec.differs_by_days_only(state.spec()) else None


def _keep_months(connection: Connection, noted: int, limit: float) -> None:
    """Bring the months up to date too; windows do not matter to them, so moving on alone changes none."""
    if noted > limit or not months.are_there(connection):
        months.rebuild(connection)
    elif noted:
        connection.execute(sql.SQL("ANALYZE {}").format(CHANGED))
        months.refresh(connection, CHANGED)


def _pass_on_to_products(connection: Connection, noted: int, limit: float) -> None:
    """Keep whose lines changed for the product facts (``product_facts``); of too many, only that they are too many."""
    if noted > limit:
        connection.execute("DELETE FROM analysis_productfactsstate")
    elif noted:
        connection.execute(
            sql.SQL("""
                INSERT INTO analysis_productfactschange (customer_id) SELECT customer_id FROM {}
                WHERE EXISTS (SELECT FROM analysis_productfactsstate) ON CONFLICT DO NOTHING
            """).format(CHANGED)
        )


def _older_than_current(connection: Connection, spec: FactsSpec) -> bool:
    row = connection.execute("SELECT as_of FROM analysis_factsstate").fetchone()
    return row is not None and row[0] > spec.as_of and _are_there(connection)


def _are_there(connection: Connection) -> bool:
    table = connection.execute("SELECT to_regclass('analysis_customerfacts')").fetchone()
    if table is None or table[0] is None:
        return False
    row = connection.execute(
        sql.SQL(
            "SELECT EXISTS (SELECT FROM {}) OR NOT EXISTS (SELECT FROM analysis_factsstate WHERE customers > 0)"
        ).format(CURRENT)
    ).fetchone()
    return bool(row and row[0])


def _add_moved(connection: Connection, old: FactsSpec, new: FactsSpec) -> int:
    """Add the customers at the windows' edges to the changed ones; return how many there are in all."""
    connection.execute(
        sql.SQL("""
            INSERT INTO {changed} (customer_id)
            SELECT DISTINCT customer_id FROM ({moved}) AS moved
            WHERE customer_id IS NOT NULL AND customer_id NOT IN (SELECT customer_id FROM {changed})
        """).format(changed=CHANGED, moved=moved_customers_query(old.edges, new.edges))
    )
    connection.execute(sql.SQL("ANALYZE {}").format(CHANGED))
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(CHANGED)).fetchone()
    return int(row[0]) if row else 0


def _refresh(connection: Connection, spec: FactsSpec) -> None:
    listed = sql.SQL("customer_id IN (SELECT customer_id FROM {})").format(CHANGED)
    connection.execute(sql.SQL("DELETE FROM {} WHERE {}").format(CURRENT, listed))
    connection.execute(sql.SQL("INSERT INTO {} {}").format(CURRENT, facts_query(connection, spec, [listed])))


def _rebuild(connection: Connection, spec: FactsSpec) -> None:
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(FRESH))
    _add_up(connection, FRESH, spec, kind=sql.SQL("UNLOGGED TABLE"))
    connection.execute(
        sql.SQL(
            "ALTER TABLE {} ADD CONSTRAINT analysis_customerfacts_fresh_pkey PRIMARY KEY (customer_id)"
        ).format(FRESH)
    )
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(CURRENT))
    connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(FRESH, CURRENT))
    connection.execute(
        sql.SQL(
            "ALTER TABLE {} RENAME CONSTRAINT analysis_customerfacts_fresh_pkey TO analysis_customerfacts_pkey"
        ).format(CURRENT)
    )
    connection.execute(sql.SQL("ANALYZE {} (customer_id)").format(CURRENT))  # all that plans ask of it


def _add_up(connection: Connection, table: sql.Identifier, spec: FactsSpec, kind: sql.SQL) -> None:
    """Fill a new table with everybody's facts, several ranges of customers at a time.

    Each range is a branch of its own, so that PostgreSQL gives whole branches to its parallel workers: what the facts
    need (medians, distinct orders) cannot be added up in parts. Passing single lines between processes is made dear,
    lest it be done within a branch.
    """
    connection.execute("SET LOCAL parallel_tuple_cost = 0.1")
    connection.execute(
        "SELECT set_config('max_parallel_workers_per_gather', current_setting('max_parallel_workers'), true)"
    )
    query = facts_query(connection, spec, _ranges(connection))
    connection.execute(sql.SQL("CREATE {} {} AS {}").format(kind, table, query))


def _ranges(connection: Connection) -> list[sql.Composable]:
    row = connection.execute("SELECT min(id), max(id), count(*) FROM customers_customer").fetchone()
    least, most, count = row if row and row[2] else (0, 0, 0)
    shards = min(MOST_SHARDS, count // CUSTOMERS_PER_SHARD)
    if shards < 2:
        return [EVERYBODY]
    bounds = [least + (most + 1 - least) * place // shards for place in range(shards + 1)]
    return [
        sql.SQL("customer_id >= {} AND customer_id < {}").format(sql.Literal(low), sql.Literal(high))
        for low, high in pairwise(bounds)
    ]


def _remember(connection: Connection, spec: FactsSpec) -> None:
    connection.execute(
        sql.SQL("""
            INSERT INTO analysis_factsstate
                (id, as_of, start, "end", cut, returns_count_on, count_free_orders, customers, refreshed_at)
            SELECT %s, %s, %s, %s, %s, %s, %s, count(*), now() FROM {facts}
            ON CONFLICT (id) DO UPDATE SET as_of = excluded.as_of, start = excluded.start, "end" = excluded."end",
                cut = excluded.cut, returns_count_on = excluded.returns_count_on,
                count_free_orders = excluded.count_free_orders, customers = excluded.customers,
                refreshed_at = excluded.refreshed_at
        """).format(facts=CURRENT),
        [
            FactsState.ONLY,
            spec.as_of,
            spec.start,
            spec.end,
            spec.cut,
            spec.returns_count_on.value,
            spec.count_free_orders,
        ],
    )
