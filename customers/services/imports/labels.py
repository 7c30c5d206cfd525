"""Small tables of names that files may add to: industries, product categories."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

TO_BE_CREATED = -1
"""Stands for the id of a label that ``write`` will create."""


def known_labels(table: str) -> str:
    """Return a subquery of every record of ``table`` under its name and its English name: (label, id)."""
    return f"""(
        SELECT label, min(id) AS id FROM (
            SELECT name AS label, id FROM {table}
            UNION ALL
            SELECT l.english_name, l.id FROM {table} l
            WHERE l.english_name NOT IN (SELECT '' UNION ALL SELECT name FROM {table})
        ) labelled GROUP BY label
    )"""  # noqa: S608 - names of our own tables


def add_labels(cursor: CursorWrapper, table: str, labels: str) -> list[int]:
    """Create the missing records of ``table`` that the subquery ``labels`` names in its one column, ``label``.

    In their order, so that two who add the same ones at once do not wait for each other. Returns the ids of those that
    are new.
    """
    cursor.execute(
        f"""
        INSERT INTO {table} (name, english_name)
        SELECT DISTINCT wanted.label, '' FROM {labels} wanted
        WHERE wanted.label IS NOT NULL AND wanted.label NOT IN (SELECT label FROM {known_labels(table)} known)
        ORDER BY wanted.label ON CONFLICT (name) DO NOTHING RETURNING id
        """  # noqa: S608 - names of our own tables
    )
    return [pk for (pk,) in cursor.fetchall()]


def note_made(cursor: CursorWrapper, what: str, ids: Sequence[int]) -> None:
    """Have the first written row of the chunk tell which labels it brought along: undoing has to know."""
    if ids:
        cursor.execute(
            "UPDATE judged SET changes = coalesce(changes, '{}') || jsonb_build_object('created',"
            " coalesce(changes -> 'created', '{}') || jsonb_build_object(%s::text, %s::jsonb))"
            " WHERE line_no = (SELECT min(line_no) FROM judged WHERE outcome IN ('created', 'updated'))",
            [what, json.dumps(ids)],
        )
