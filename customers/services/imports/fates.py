"""Writing down what became of each row, in the transaction that did it."""

from __future__ import annotations

from django.db.backends.utils import CursorWrapper

from customers.services.imports.results import Counts

SOURCE = "CREATE UNLOGGED TABLE source (line_no integer NOT NULL, cells text[] NOT NULL)"
"""The rows as they were read, for whoever looks through a check."""

_SET_ASIDE = """
UPDATE judged j SET outcome = 'skipped' FROM aside a WHERE a.line_no = j.line_no AND j.outcome = 'rejected'
"""

_RECORD = """
INSERT INTO customers_importrow (batch_id, line_no, outcome, subject_id, changes, reason)
SELECT %s, line_no, outcome, CASE WHEN outcome NOT IN ('rejected', 'skipped') THEN subject_id END, changes, reason
FROM judged ORDER BY line_no
"""


def finish_judging(cursor: CursorWrapper) -> None:
    """Skip, and do not reject, the judged rows that hold no record."""
    cursor.execute(_SET_ASIDE)


def record(cursor: CursorWrapper, batch_id: int) -> None:
    """Make the verdicts in ``judged`` the fates of their rows."""
    cursor.execute(_RECORD, [batch_id])


def tally(cursor: CursorWrapper) -> Counts:
    """Count the verdicts in ``judged``."""
    cursor.execute("SELECT outcome, count(*) FROM judged GROUP BY outcome")
    return Counts(**dict(cursor.fetchall()))


def first_rejections(cursor: CursorWrapper, limit: int) -> tuple[tuple[int, str], ...]:
    """Return line and reason of the first ``limit`` rejected rows in ``judged``."""
    cursor.execute(
        "SELECT line_no, reason FROM judged WHERE outcome = 'rejected' ORDER BY line_no LIMIT %s", [limit]
    )
    return tuple(cursor.fetchall())
