"""Where the rows of a file wait while the database makes up its mind about them.

Each attempt at an import has a schema of its own with unlogged tables. History triggers see nothing of it, a killed
attempt leaves nothing that a later one could mistake for its own, and dropping the schema cleans up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

ASIDE = "CREATE UNLOGGED TABLE aside (line_no integer PRIMARY KEY)"
"""The lines that hold no record, such as totals: every staging has it."""
PIECES = "CREATE SEQUENCE piece MINVALUE 0"
"""Numbers the pieces of a file, so that of several readers each takes the next one: every staging has it."""

# Sorting and hashing a million narrow rows in memory; per operation, for the length of one transaction.
_WORK_MEM = "64MB"


class Staging:
    """The staging tables of one attempt at one import."""

    def __init__(self, schema: str) -> None:
        self.schema = schema

    @classmethod
    def create(cls, batch_id: int, attempt: int, tables: Iterable[str]) -> Staging:
        """Make the schema with ``tables`` (CREATE statements), and drop what earlier attempts left."""
        drop_all(batch_id)
        return cls(f"import_{batch_id}_{attempt}")._made(tables)

    @classmethod
    def of_check(cls, batch_id: int) -> Staging:
        """Return where the verdicts of a check wait, if it stands: attempt 0."""
        return cls(f"import_{batch_id}_0")

    @classmethod
    def beside(cls, batch_id: int, tables: Iterable[str]) -> Staging:
        """Make a schema beside the others of an import, for a moment."""
        return cls(f"import_{batch_id}_0_beside")._made(tables)

    def _made(self, tables: Iterable[str]) -> Staging:
        with connection.cursor() as cursor:
            _execute(cursor, "CREATE SCHEMA {}", self.schema)
        with self.open() as cursor:
            for statement in (*tables, ASIDE, PIECES):
                cursor.execute(statement)
        return self

    def exists(self) -> bool:
        """Whether the tables are there and still hold rows (a crash of the server empties unlogged tables)."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [f"{self.schema}.staged"])
            if cursor.fetchone() == (None,):
                return False
        with self.open() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM staged)")
            return bool(cursor.fetchone()[0])

    @contextmanager
    def open(self) -> Iterator[CursorWrapper]:
        """Within one transaction, give a cursor that finds the staging tables by their plain names."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('search_path', %s || ', ' || reset_val, true), "
                "set_config('work_mem', %s, true), set_config('jit', 'off', true) "
                "FROM pg_settings WHERE name = 'search_path'",
                [self.schema, _WORK_MEM],
            )
            yield cursor

    def set_apart(self, tables: Iterable[str]) -> None:
        """Give this connection tables of its own by these names, which come before the common ones while it lasts."""
        with connection.cursor() as cursor:
            for table in tables:
                _execute(
                    cursor, "CREATE TEMPORARY TABLE {} (LIKE {}.{} INCLUDING ALL)", table, self.schema, table
                )

    def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Append ``rows`` to a staging table, by COPY."""
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(self.schema, table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)

    def drop(self) -> None:
        """Drop the schema with all that is in it."""
        with connection.cursor() as cursor:
            _execute(cursor, "DROP SCHEMA IF EXISTS {} CASCADE", self.schema)

    def begin_again(self, tables: Iterable[str]) -> None:
        """Drop the tables and make new ones, by another name: rows on their way to the old ones do not arrive."""
        self.drop()
        self.schema += "_again"
        self._made(tables)


@contextmanager
def unhurried() -> Iterator[CursorWrapper]:
    """Within the caller's transaction, give a cursor with room for sorting and hashing a chunk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true), set_config('jit', 'off', true)", [_WORK_MEM])
        yield cursor


def drop_all(batch_id: int) -> None:
    """Drop the staging tables of every attempt at an import."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname ~ %s", [f"^import_{batch_id}_[0-9]+(_again)?$"]
        )
        for (schema,) in cursor.fetchall():
            Staging(schema).drop()


def _execute(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)).as_string(cursor.connection))
