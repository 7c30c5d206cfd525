"""Writing what was found into tables: COPY, then the key and indexes, never row by row.

The core run's rows are written ahead, by two streams, into a table that becomes a partition when the run is published.
A further measure writes and attaches within one transaction: broken off, it leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pandas as pd
from psycopg import sql

from analysis.models import AnalysisRun, CustomerSnapshot
from analysis.registry import PUBLISHED, Table
from analysis.services.connections import second_connection
from crm.copying import Kind, column_type, write_frame
from customers.selectors.facts import Connection

# The key, and what ranked lists are read by: with all customers in one order, the few of a tier are never far.
SNAPSHOTS = Table(
    CustomerSnapshot,
    {"customer_id": "int8", **PUBLISHED},
    partitioned=True,
    indexes=(("rank", "customer_id"),),
    asked=(
        "customer_id",
        "region_id",
        "rank",
        "value",
        "tier",
        "tier_before",
        "marks",
        "potential",
        "churn_status",
        "churn_flag",
        "churn_probability",
        "first_order_on",
        "last_order_on",
    ),
)

# Halves of the rows, each copied by a connection of its own: PostgreSQL parses one stream in one process.
STREAMS = 2
ROWS_WORTH_A_STREAM = 20_000


def table_name(run: AnalysisRun, attempt: int) -> str:
    """The table of one attempt at a run: a stale attempt and its successor must not share one."""
    return f"{SNAPSHOTS.name}_{run.pk}_{attempt}"


def fill(connection: Connection, run: AnalysisRun, table: str, found: pd.DataFrame) -> None:
    """Create the table of a run and fill it; keys and statistics are still to come.

    Killed half-way it leaves a table that nobody can see.
    """
    connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(table)))
    create_partition(connection, SNAPSHOTS, table, run)
    rows = found.reset_index()
    kinds = _leave_to_defaults(connection, table, rows)
    streams = min(STREAMS, max(1, len(rows) // ROWS_WORTH_A_STREAM))
    parts = pairwise(len(rows) * place // streams for place in range(streams + 1))
    with ThreadPoolExecutor(STREAMS) as pool:
        list(pool.map(lambda part: _copy(table, rows.iloc[slice(*part)], kinds), parts))


def index(connection: Connection, table: str) -> None:
    """Give the filled table of a run its key and indexes, built side by side."""
    with ThreadPoolExecutor(STREAMS) as pool:
        list(pool.map(_index, _index_statements(SNAPSHOTS, table)))
    _add_key(connection, table)


def _leave_to_defaults(connection: Connection, table: str, rows: pd.DataFrame) -> dict[str, Kind]:
    """Make what all rows have in common their column's default; return the columns that remain to be written.

    A company with one scheme and no regional thresholds says so a million times otherwise.
    """
    remaining: dict[str, Kind] = {}
    for column, kind in SNAPSHOTS.kinds.items():
        if kind == "date" or not _have_in_common(rows[column]):
            remaining[column] = kind
            continue
        absent = "" if isinstance(kind, tuple) and "" in kind else None
        common = absent if pd.isna(rows[column].iloc[0]) else rows[column].iloc[:1].tolist()[0]
        _set_default(connection, table, column, common)
    return remaining


def _have_in_common(values: pd.Series) -> bool:
    """Whether all rows say the same; most columns differ early."""

    def same(part: pd.Series) -> bool:
        absent = part.isna()
        if absent.iloc[0]:
            return bool(absent.all())
        return not absent.any() and bool((part == part.iloc[0]).all())

    return len(values) > 0 and same(values.iloc[:100]) and same(values)


def _copy(table: str, rows: pd.DataFrame, kinds: Mapping[str, Kind]) -> None:
    with second_connection() as stream:
        write_frame(stream, sql.Identifier(table), rows, kinds)


def _index(statement: sql.Composed) -> None:
    with second_connection() as stream:
        stream.execute(statement)


def put(connection: Connection, table: Table, run: AnalysisRun, found: pd.DataFrame) -> int:
    """Store a further measure's rows within the caller's transaction; return how many there are."""
    remove_rows(connection, table, run)
    if table.partitioned:
        name = partition_name(table, run)
        create_partition(connection, table, name, run)
        copy_rows(connection, table, name, run, found)
        finish_partition(connection, table, name, run)
    else:
        copy_rows(connection, table, table.name, run, found)
    return len(found)


def partition_name(table: Table, run: AnalysisRun) -> str:
    """What a further measure's table of one run is called."""
    return f"{table.name}_{run.pk}"


def create_partition(connection: Connection, table: Table, name: str, run: AnalysisRun) -> None:
    """Create an empty table like the parent's partitions, without key or index yet, for rows of this run alone."""
    connection.execute(
        sql.SQL(
            "CREATE TABLE {} (LIKE {} INCLUDING DEFAULTS, CONSTRAINT of_one_run CHECK (run_id = {}))"
        ).format(sql.Identifier(name), sql.Identifier(table.name), run.pk)
    )
    _set_default(connection, name, "run_id", run.pk)


def _set_default(connection: Connection, table: str, column: str, value: Any) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT {}").format(
            sql.Identifier(table), sql.Identifier(column), sql.Literal(value)
        )
    )


def copy_rows(connection: Connection, table: Table, name: str, run: AnalysisRun, found: pd.DataFrame) -> None:
    """COPY rows of a run; columns of the index count as columns."""
    named = [level for level in found.index.names if level in table.kinds]
    rows = (found.reset_index(named) if named else found).assign(run_id=run.pk)
    write_frame(connection, sql.Identifier(name), rows, {"run_id": "int8", **table.kinds})


def finish_partition(connection: Connection, table: Table, name: str, run: AnalysisRun) -> None:
    """Key and index a filled table, and make it a partition that readers can find."""
    for statement in _index_statements(table, name):
        connection.execute(statement)
    _make_sound(connection, table, name)
    attach(connection, run, name, table)


def attach(connection: Connection, run: AnalysisRun, name: str, table: Table = SNAPSHOTS) -> None:
    """Make the table a partition that readers can find, within the caller's transaction."""
    connection.execute(
        sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES IN ({})").format(
            sql.Identifier(table.name), sql.Identifier(name), run.pk
        )
    )
    connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT of_one_run").format(sql.Identifier(name)))


def remove_rows(connection: Connection, table: Table, run: AnalysisRun) -> None:
    """Take a run's rows out of a table: the partition with its rows, or the rows alone."""
    if not table.partitioned:
        connection.execute(
            sql.SQL("DELETE FROM {} WHERE run_id = %s").format(sql.Identifier(table.name)), [run.pk]
        )
        return
    for name in tables_of(connection, table, run):
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))


def drop_leftovers(connection: Connection, run: AnalysisRun) -> None:
    """Drop what earlier attempts at this run left behind: tables that never became partitions."""
    for name in tables_of(connection, SNAPSHOTS, run, only_loose=True):
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(name)))


def tables_of(
    connection: Connection, table: Table, run: AnalysisRun, *, only_loose: bool = False
) -> list[str]:
    """The names of the tables that hold a run's rows of a partitioned table, partitions or not yet."""
    rows = connection.execute(
        """
        SELECT relname FROM pg_class
        WHERE relname ~ %s AND relkind = 'r' AND NOT (relispartition AND %s)
            AND relnamespace = current_schema()::regnamespace
        ORDER BY relname
        """,
        [f"^{table.name}_{run.pk}(_[0-9]+)?$", only_loose],
    ).fetchall()
    return [name for (name,) in rows]


def create_part(connection: Connection, name: str, kinds: Mapping[str, Kind]) -> None:
    """Create a table for what the shards of a measure hand on to its merging step."""
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
        for column, kind in [
            ("shard", "int4"),
            ("place", "int4"),
            *((column, column_type(kind)) for column, kind in kinds.items()),
        ]
    ]
    connection.execute(
        sql.SQL("CREATE TABLE {} ({})").format(sql.Identifier(name), sql.SQL(", ").join(columns))
    )


def _index_statements(table: Table, name: str) -> list[sql.Composed]:
    return [
        sql.SQL("CREATE {} {} ON {} ({})").format(
            sql.SQL("INDEX" if suffix else "UNIQUE INDEX"),
            sql.Identifier(f"{name}_{suffix or 'key'}"),
            sql.Identifier(name),
            sql.SQL(", ").join(map(sql.Identifier, columns)),
        )
        for suffix, columns in enumerate((table.key, *table.indexes))
    ]


def _make_sound(connection: Connection, table: Table, name: str) -> None:
    """Give a filled and indexed table its key, and statistics of what is asked of it."""
    _add_key(connection, name)
    take_statistics(connection, name, table)


def _add_key(connection: Connection, name: str) -> None:
    connection.execute(
        sql.SQL("ALTER TABLE {} ADD PRIMARY KEY USING INDEX {}").format(
            sql.Identifier(name), sql.Identifier(f"{name}_key")
        )
    )


def take_statistics(connection: Connection, name: str, table: Table = SNAPSHOTS) -> None:
    """Let the planner know a filled table, before anybody asks it."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.asked))
    connection.execute(
        sql.SQL("ANALYZE {} ({})").format(sql.Identifier(name), columns)
        if table.asked
        else sql.SQL("ANALYZE {}").format(sql.Identifier(name))
    )
