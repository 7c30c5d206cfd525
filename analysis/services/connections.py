"""A second connection for a run's long snapshot.

The job's progress and its lease are written beside the run, on the first connection: inside the snapshot nobody would
see them, and PostgreSQL would refuse to update a row that has changed since the snapshot was taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import IsolationLevel, sql

from customers.selectors.facts import Connection

# A run reads everything once: processes that share the work pay from the first row on.
WHERE_PARALLEL_PLANS_PAY = (
    "parallel_setup_cost",
    "parallel_tuple_cost",
    "min_parallel_table_scan_size",
    "min_parallel_index_scan_size",
)


@contextmanager
def second_connection() -> Iterator[Connection]:
    """Open another connection to the database, in autocommit; transactions on it are REPEATABLE READ."""
    wrapper = connection.copy()
    wrapper.ensure_connection()
    try:
        raw: Connection = wrapper.connection
        raw.isolation_level = IsolationLevel.REPEATABLE_READ
        for setting in WHERE_PARALLEL_PLANS_PAY:
            raw.execute(f"SET {setting} = 0")
        # Nobody sees what is written here before something on the first connection says that it is there, and that
        # commit waits for the disk: for all that was written before it, too.
        raw.execute("SET synchronous_commit = off")
        yield raw
    finally:
        wrapper.close()


@contextmanager
def beside(connection: Connection) -> Iterator[Connection]:
    """Open another connection that sees what the transaction of ``connection`` saw when it began.

    It sees none of that transaction's own writes, so they must have been none.
    """
    row = connection.execute("SELECT pg_export_snapshot()").fetchone()
    with second_connection() as other, other.transaction():
        if row:
            other.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(row[0]))
        yield other
