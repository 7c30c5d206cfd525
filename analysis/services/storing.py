"""Writing what a run found into a table of its own: COPY, then the key and indexes, never row by row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pandas as pd
from psycopg import sql

from analysis.models import AnalysisRun
from analysis.registry import PUBLISHED
from analysis.services.connections import second_connection
from crm.copying import write_frame
from customers.selectors.facts import Connection

PARENT = sql.Identifier("analysis_customersnapshot")

# The key, and what ranked lists are read by: with all customers in one order, the few of a tier are never far.
_INDEXES = (
    ("key", sql.SQL("CREATE UNIQUE INDEX {} ON {} (customer_id, run_id)")),
    ("rank", sql.SQL("CREATE INDEX {} ON {} (rank, customer_id)")),
)

# Halves of the rows, each copied by a connection of its own: PostgreSQL parses one stream in one process.
STREAMS = 2
ROWS_WORTH_A_STREAM = 20_000


def table_name(run: AnalysisRun, attempt: int) -> str:
    """The table of one attempt at a run: a stale attempt and its successor must not share one."""
    return f"analysis_customersnapshot_{run.pk}_{attempt}"


def store(connection: Connection, run: AnalysisRun, table: str, found: pd.DataFrame) -> None:
    """Create the table of a run, fill it and key it. Killed half-way it leaves a table that nobody can see."""
    name = sql.Identifier(table)
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
    connection.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS)").format(name, PARENT))
    rows = found.reset_index().assign(run_id=run.pk)
    streams = min(STREAMS, max(1, len(rows) // ROWS_WORTH_A_STREAM))
    parts = pairwise(len(rows) * place // streams for place in range(streams + 1))
    with ThreadPoolExecutor(STREAMS) as pool:
        list(pool.map(lambda part: _copy(name, rows.iloc[slice(*part)]), parts))
        list(pool.map(lambda index: _create_index(table, *index), _INDEXES))
    key = sql.Identifier(f"{table}_key")
    connection.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY USING INDEX {}").format(name, key))
    connection.execute(
        sql.SQL("ALTER TABLE {} ADD CONSTRAINT of_one_run CHECK (run_id = {})").format(name, run.pk)
    )
    connection.execute(sql.SQL("ANALYZE {}").format(name))


def _copy(table: sql.Identifier, rows: pd.DataFrame) -> None:
    with second_connection() as stream:
        write_frame(stream, table, rows, {"run_id": "int8", "customer_id": "int8", **PUBLISHED})


def _create_index(table: str, suffix: str, statement: sql.SQL) -> None:
    with second_connection() as stream:
        stream.execute(statement.format(sql.Identifier(f"{table}_{suffix}"), sql.Identifier(table)))


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
