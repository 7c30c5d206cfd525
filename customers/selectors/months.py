"""Months, each named by its first day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date


def month_of(day: date, later: int = 0) -> date:
    """Return the first day of the month that lies ``later`` months after the one of ``day``, before it if negative."""
    year, place = divmod(day.year * 12 + day.month - 1 + later, 12)
    return date(year, place + 1, 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """Yield the first day of each month from that of ``first`` to that of ``last``."""
    month = month_of(first)
    while month <= last:
        yield month
        month = month_of(month, 1)
