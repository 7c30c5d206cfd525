"""Writing what a run found into a table of its own: COPY, then the key and indexes, never row by row."""

from __future__ import annotations

import pandas as pd
from psycopg import sql

from analysis.models import AnalysisRun
from analysis.registry import PUBLISHED
from crm.copying import write_frame
from customers.selectors.facts import Connection

PARENT = sql.Identifier("analysis_customersnapshot")

# What ranked lists are read by; customer_id makes each order complete.
_INDEXES = (
    sql.SQL("CREATE INDEX ON {table} (rank, customer_id)"),
    sql.SQL("CREATE INDEX ON {table} (tier, rank, customer_id)"),
    sql.SQL("CREATE INDEX ON {table} (rank, customer_id) WHERE churn_flag"),
)


def table_name(run: AnalysisRun, attempt: int) -> str:
    """The table of one attempt at a run: a stale attempt and its successor must not share one."""
    return f"analysis_customersnapshot_{run.pk}_{attempt}"


def store(connection: Connection, run: AnalysisRun, table: str, found: pd.DataFrame) -> None:
    """Create the table of a run and fill it, in one transaction."""
    name = sql.Identifier(table)
    with connection.transaction():
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(name, PARENT))
        write_frame(
            connection,
            name,
            found.reset_index().assign(run_id=run.pk),
            {"run_id": "int8", "customer_id": "int8", **PUBLISHED},
        )
        connection.execute(
            sql.SQL(
                "ALTER TABLE {} ADD PRIMARY KEY (customer_id, run_id), ADD CONSTRAINT of_one_run CHECK (run_id = {})"
            ).format(name, run.pk)
        )
        for index in _INDEXES:
            connection.execute(index.format(table=name))
        connection.execute(sql.SQL("ANALYZE {}").format(name))


def attach(connection: Connection, run: AnalysisRun, table: str) -> None:
    """Make the table a partition that readers can find, within the caller's transaction."""
    name = sql.Identifier(table)
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(PARENT, name, run.pk)
    )
    connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT of_one_run").format(name))


def drop_leftovers(connection: Connection, run: AnalysisRun) -> None:
    """Drop what earlier attempts at this run left behind: tables that never became partitions."""
    leftovers = connection.execute(
        """
        SELECT relname FROM pg_class
        WHERE relname LIKE %s AND relkind = 'r' AND NOT relispartition
            AND relnamespace = current_schema()::regnamespace
        """,
        [f"analysis\\_customersnapshot\\_{run.pk}\\_%"],
    ).fetchall()
    for (name,) in leftovers:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))
