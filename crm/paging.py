"""Keyset pages: a page is found by the last row before it, so page 1,000 costs what page 1 costs.

A cursor is the sort values of one row, sent in the address. It is no secret (the viewer saw the row) and no
right: whoever changes it only moves their own window over the rows that they may see.
"""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 50
COUNT_CAP = 10_000
BIGGEST_INTEGER = 2**63 - 1

R = TypeVar("R")
M = TypeVar("M", bound=Model)


class CursorError(ValueError):
    """The cursor in the address was not made by this list under this order."""


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key: a column that is never NULL, its direction, and how its value is read from a cursor."""

    column: str
    read: Callable[[Any], Any]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """The rows of one page and the cursors of its neighbours, None at the ends."""

    rows: list[R]
    before: str | None
    after: str | None


def integer(value: Any) -> int:
    """Read a whole number that a column can hold."""
    if type(value) is not int or abs(value) > BIGGEST_INTEGER:
        raise CursorError(value)
    return value


def text(value: Any) -> str:
    """Read text that a column can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or "\0" in value or not value.isprintable():
        raise CursorError(value)
    return value


def day(value: Any) -> date:
    """Read an ISO date."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise CursorError(value) from error


def moment(value: Any) -> datetime:
    """Read an ISO time with its offset."""
    try:
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            raise CursorError(value)
        # PostgreSQL knows fewer offsets than Python.
        return read.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise CursorError(value) from error


def keyset_page(
    rows: QuerySet[M, R], keys: Sequence[Key], *, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[R]:
    """Return the page after (or before) a cursor, the first one without any.

    ``rows`` must yield dicts (``.values(...)``) or objects that hold every key column; the keys together must
    be unique. Raises CursorError for a cursor that does not fit.
    """
    backwards = bool(before) and not after
    start = read_cursor(after or before, keys)
    if start is not None:
        rows = rows.filter(_beyond(keys, start, backwards=backwards))
    order = [f"{'-' if key.descending != backwards else ''}{key.column}" for key in keys]
    found: list[R] = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    page = found[:size][::-1] if backwards else found[:size]
    has_previous = more if backwards else start is not None
    has_next = start is not None if backwards else more
    return Page(
        rows=page,
        before=write_cursor(page[0], keys) if page and has_previous else None,
        after=write_cursor(page[-1], keys) if page and has_next else None,
    )


def capped_count(rows: QuerySet[Any, Any], cap: int = COUNT_CAP) -> int:
    """Count rows up to ``cap`` + 1: an exact count of a million rows is not worth its wait."""
    return rows.order_by().values("pk")[: cap + 1].count()


def _beyond(keys: Sequence[Key], start: Sequence[Any], *, backwards: bool) -> Q:
    """Return the condition "sorts after ``start``", led by the first key so that its index is a range scan."""
    condition = Q()
    for key, value in reversed(list(zip(keys, start, strict=True))):
        lookup = "lt" if key.descending != backwards else "gt"
        strictly = Q(**{f"{key.column}__{lookup}": value})
        condition = strictly | Q(**{key.column: value}) & condition if condition else strictly
    first = keys[0]
    lookup = "lte" if first.descending != backwards else "gte"
    return Q(**{f"{first.column}__{lookup}": start[0]}) & condition


def write_cursor(row: Any, keys: Sequence[Key]) -> str:
    """Return the cursor that stands for a row: a dict, or an object that holds every key column."""
    values = [row[key.column] if isinstance(row, dict) else getattr(row, key.column) for key in keys]
    payload = json.dumps(values, ensure_ascii=False, separators=(",", ":"), default=_iso)
    return base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")


def _iso(value: date | datetime) -> str:
    return value.isoformat()


def read_cursor(cursor: str, keys: Sequence[Key]) -> list[Any] | None:
    """Return the sort values in a cursor, None when it is empty; raises CursorError when it does not fit."""
    if not cursor:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise CursorError(cursor) from error
    if not isinstance(values, list) or len(values) != len(keys):
        raise CursorError(cursor)
    return [key.read(value) for key, value in zip(keys, values, strict=True)]
