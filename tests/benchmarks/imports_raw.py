"""The limit: COPY of clean, typed rows into the same indexed tables, checked by their constraints; nothing else."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import psycopg
from psycopg import sql

from tests.benchmarks.measuring import tell

TABLES = ("customers_customer", "customers_contactpoint")
_EMPTIED = (
    *TABLES,
    "customers_customerevent",
    "customers_contactpointevent",
    "customers_customeractivity",
    "customers_importrow",
    "customers_importbatch",
)


def empty() -> None:
    """Take out what an import left."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_EMPTIED)} CASCADE")


def take_out(url: str, folder: Path) -> None:
    """Take the rows that an import left out to files."""
    with psycopg.connect(url, autocommit=True) as connection:
        for table in TABLES:
            _take_out(connection, table, _columns(connection, table), folder / f"{table}.copy")


def main(url: str, folder: str) -> None:
    """Empty the tables, and COPY the files that an import left into them."""
    with psycopg.connect(url, autocommit=True) as connection:
        columns = {table: _columns(connection, table) for table in TABLES}
        for table in TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        connection.execute(f"TRUNCATE {', '.join(_EMPTIED)} CASCADE")
        begun = time.monotonic()
        for table in TABLES:
            _bring_in(connection, table, columns[table], Path(folder) / f"{table}.copy")
        seconds = time.monotonic() - begun
        for table in TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
    tell(seconds)


def _columns(connection: psycopg.Connection[tuple[str]], table: str) -> sql.Composable:
    names = connection.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in names)


def _take_out(
    connection: psycopg.Connection[tuple[str]], table: str, columns: sql.Composable, path: Path
) -> None:
    copy = sql.SQL("COPY (SELECT {} FROM {} ORDER BY id) TO STDOUT").format(columns, sql.Identifier(table))
    with path.open("wb") as file, connection.cursor() as cursor, cursor.copy(copy) as blocks:
        for block in blocks:
            file.write(block)


def _bring_in(
    connection: psycopg.Connection[tuple[str]], table: str, columns: sql.Composable, path: Path
) -> None:
    copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(copy) as target:
        while block := file.read(1 << 20):
            target.write(block)


if __name__ == "__main__":
    main(*sys.argv[1:])
