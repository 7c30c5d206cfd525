"""Rows of one file that turn out to mean the same known customer: the first counts, the later ones repeat it."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from customers.services.imports.statements import template

# Where all rows have codes, and those count, two keys are two customers: nothing needs to be remembered.
_MET = "CREATE UNLOGGED TABLE met (subject_id bigint PRIMARY KEY, line_no integer NOT NULL)"

_WITHOUT_CODE = "SELECT EXISTS (SELECT FROM staged WHERE code IS NULL AND reason = '')"

_TAKE_UP = """
INSERT INTO met SELECT subject_id, min(line_no) FROM customers_importrow
WHERE batch_id = %s AND outcome IN ('created', 'updated', 'unchanged') GROUP BY subject_id
"""

_SKIP = """
UPDATE judged j SET outcome = 'skipped', reason = format(%(repeats)s, f.first_line),
    changes = jsonb_build_object('duplicate_of', jsonb_build_object('line', f.first_line))
FROM (
    SELECT k.line_no, coalesce(m.line_no, min(k.line_no) OVER (PARTITION BY k.subject_id)) AS first_line
    FROM judged k LEFT JOIN met m ON m.subject_id = k.subject_id WHERE k.outcome IN ('updated', 'unchanged')
) f
WHERE f.line_no = j.line_no AND f.first_line <> j.line_no
"""

_REMEMBER = """
INSERT INTO met SELECT subject_id, line_no FROM judged WHERE outcome IN ('created', 'updated', 'unchanged')
"""


def has_rows_without_code(cursor: CursorWrapper) -> bool:
    """Whether a good row has no customer code: else nothing but codes has to be compared."""
    cursor.execute(_WITHOUT_CODE)
    return bool(cursor.fetchone()[0])


def watch_for_doubles(cursor: CursorWrapper, *, by_code: bool) -> None:
    """Make the staging table ``met`` where two keys may find one customer."""
    if not by_code or has_rows_without_code(cursor):
        cursor.execute(_MET)


def take_up_met(cursor: CursorWrapper, batch_id: int) -> None:
    """Remember the customers that earlier attempts at an import have met."""
    if _is_watched(cursor):
        cursor.execute(_TAKE_UP, [batch_id])


def skip_doubles(cursor: CursorWrapper) -> None:
    """Skip the judged rows whose customer an earlier row, of this chunk or of one before, has met already."""
    if _is_watched(cursor):
        cursor.execute(_SKIP, {"repeats": template(_("Repeats line %(line)s."), "line")})
        cursor.execute(_REMEMBER)


def _is_watched(cursor: CursorWrapper) -> bool:
    cursor.execute("SELECT to_regclass('met')")
    return bool(cursor.fetchone() != (None,))
