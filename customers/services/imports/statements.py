"""Pieces of set-based SQL that the kinds of imports share. Names in them are our own columns', never a file's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model

JUDGED = """
CREATE UNLOGGED TABLE judged (
    line_no integer NOT NULL, outcome text NOT NULL, subject_id bigint, changes jsonb,
    reason text NOT NULL DEFAULT ''
"""
"""The verdicts on the rows of one chunk, or, in a preview, of all: each kind adds its own columns."""


class Statement(NamedTuple):
    """SQL and the values of its placeholders."""

    text: str
    params: dict[str, Any]


def insert_into(model: type[Model], given: Mapping[str, str], source: str) -> Statement:
    """Return an INSERT … SELECT that fills every column of ``model``.

    Args:
        model: whose table.
        given: column → expression over ``source``.
        source: what follows FROM.

    Columns that are not given get their field's default; times that a field would set by itself are now.
    """
    columns = dict(given)
    params: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        column = field.column or ""
        if column in columns or field.primary_key or field.generated or field.has_db_default():
            continue
        if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
            columns[column] = "now()"
        else:
            columns[column] = f"%(default_{column})s"
            params[f"default_{column}"] = _default_of(field)
    names, values = ", ".join(columns), ", ".join(columns.values())
    text = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {values} FROM {source}"  # noqa: S608
    return Statement(text, params)


def default_of(model: type[Model], column: str) -> Any:
    """Return what ``column`` of a new record holds if nobody says anything, as the database takes it."""
    return _default_of(cast("Field[Any, Any]", model._meta.get_field(column)))


def _default_of(field: Field[Any, Any]) -> Any:
    return field.get_db_prep_save(field.get_default(), connection)


def differ(columns: Sequence[str], old: str, new: str) -> str:
    """Return the condition that a row ``new`` differs from ``old`` in one of ``columns``."""
    before = ", ".join(f"{old}.{column}" for column in columns)
    after = ", ".join(f"{new}.{column}" for column in columns)
    return f"ROW({before}) IS DISTINCT FROM ROW({after})"


def old_values(columns: Sequence[str], old: str, new: str) -> str:
    """Return a jsonb expression: the old values of those columns in which ``new`` differs; NULL if in none."""
    parts = " || ".join(
        f"CASE WHEN {old}.{column} IS DISTINCT FROM {new}.{column}"
        f" THEN jsonb_build_object('{column}', {old}.{column}) ELSE '{{}}' END"
        for column in columns
    )
    return f"CASE WHEN {differ(columns, old, new)} THEN {parts} END"


def same_moment(said: str, known: str) -> str:
    """Return the expression of a moment that files tell to the second: within the known one's second it is that."""
    return (
        f"CASE WHEN {known} >= {said} AND {known} < {said} + interval '1 second' THEN {known} ELSE {said} END"
    )


def assignments(columns: Sequence[str], new: str) -> str:
    """Return the SET list that takes ``columns`` from ``new``."""
    return ", ".join(f"{column} = {new}.{column}" for column in columns)


def chunk_range(cursor: CursorWrapper, first: int, last: int) -> dict[str, int | None]:
    """Return the parameters that name chunks ``first`` to ``last`` and the lines among which theirs are.

    A chunk's lines mostly lie together in the file; a scan of that part alone is what makes chunks cheap.
    """
    cursor.execute(
        "SELECT min(line_no), max(line_no) FROM grouped WHERE chunk BETWEEN %s AND %s", [first, last]
    )
    first_line, last_line = cursor.fetchone()
    return {"first": first, "last": last, "first_line": first_line, "last_line": last_line}


def check_references(cursor: CursorWrapper) -> None:
    """Have what this transaction has written so far refer to what there is, now and not when it is committed.

    The locks that are taken afterwards are then held for an instant only.
    """
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def template(message: str, *names: str) -> str:
    """Turn a translated message with ``%(name)s`` in it into one for PostgreSQL's ``format``, arguments in order."""
    return message % {name: f"%{place}$s" for place, name in enumerate(names, 1)}
