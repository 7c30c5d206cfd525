"""When a day of the year comes round again, by the Gregorian or by the lunar calendar (公历、农历)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache

from borax.calendars.lunardate import InvalidLunarDateError, LCalendars, LunarDate

from customers.models import Calendar

ONE_DAY = timedelta(days=1)
FEBRUARY, LEAP_DAY = 2, 29
LONG_LUNAR_MONTH = 30
# What is older stands in no table of the lunar calendar, and is kept by the Gregorian one.
FIRST_LUNAR_YEAR = 1901
# Nearly everything that is looked for by its date began in this year or later.
FIRST_LISTED_YEAR = 1900


def next_occurrence(
    month: int, day: int, *, calendar: str, on_or_after: date, is_leap_month: bool = False
) -> date:
    """Return the first Gregorian day from ``on_or_after`` on which a day of the year is kept.

    A day that a year has not got is kept on the last day of its month: 29 February on the 28th, the lunar 30th of
    a short month on the 29th; a leap month that a year has not got, in the ordinary month of its number. Raises
    ValueError for a day that no year has, and for one beyond the lunar calendar's tables (1900 to 2100).
    """
    if calendar == Calendar.LUNAR:
        year = LunarDate.from_solar(on_or_after).year
        found = _lunar(year, month, day, is_leap_month)
        return found if found >= on_or_after else _lunar(year + 1, month, day, is_leap_month)
    found = gregorian_day(on_or_after.year, month, day)
    return found if found >= on_or_after else gregorian_day(on_or_after.year + 1, month, day)


def next_birthday(born: date, is_lunar: bool, on_or_after: date) -> date:
    """Return the first day from ``on_or_after`` on which the day of a date is kept, by the lunar calendar or not."""
    if is_lunar and born.year >= FIRST_LUNAR_YEAR:
        month, day, is_leap = lunar_of(born)
        return next_occurrence(
            month, day, calendar=Calendar.LUNAR, is_leap_month=is_leap, on_or_after=on_or_after
        )
    return next_occurrence(born.month, born.day, calendar=Calendar.GREGORIAN, on_or_after=on_or_after)


def gregorian_day(year: int, month: int, day: int) -> date:
    """Return a day of a year; 29 February is kept on the 28th in a year without one."""
    if (month, day) == (FEBRUARY, LEAP_DAY) and not _has_leap_day(year):
        day -= 1
    return date(year, month, day)


def gregorian_days(days: Iterable[date]) -> set[tuple[int, int]]:
    """Return (month, day) of whatever is kept on one of these days by the Gregorian calendar."""
    kept = set()
    for each in days:
        kept.add((each.month, each.day))
        if (each.month, each.day) == (FEBRUARY, LEAP_DAY - 1) and not _has_leap_day(each.year):
            kept.add((FEBRUARY, LEAP_DAY))
    return kept


@lru_cache(maxsize=8)
def gregorian_births(days: tuple[date, ...]) -> tuple[date, ...]:
    """Return every date from 1900 to the year of the last of these days that is kept on one of them.

    To look a date up in a list takes PostgreSQL a tenth of what it takes to tell its month and its day.
    """
    born = []
    for year in range(FIRST_LISTED_YEAR, max(days).year + 1):
        for month, day in sorted(gregorian_days(days)):
            with suppress(ValueError):  # 29 February, of a year without one
                born.append(date(year, month, day))
    return tuple(born)


def lunar_days(days: Iterable[date]) -> set[tuple[int, int]]:
    """Return (month, day) of whatever may be kept on one of these days by the lunar calendar.

    Which of two months of the same number is meant, ``next_occurrence`` tells.
    """
    kept = set()
    for each in days:
        lunar = LunarDate.from_solar(each)
        kept.add((lunar.month, lunar.day))
        if lunar.day == LONG_LUNAR_MONTH - 1 and LunarDate.from_solar(each + ONE_DAY).day == 1:
            kept.add((lunar.month, LONG_LUNAR_MONTH))
    return kept


@lru_cache(maxsize=8)
def lunar_births(days: tuple[date, ...]) -> tuple[date, ...]:
    """Return every date since 1901 whose lunar day may be kept on one of these days: whoever was born on it.

    Which of two months of the same number is meant, ``next_birthday`` tells.
    """
    born = []
    for year in range(FIRST_LUNAR_YEAR - 1, max(days).year + 1):
        for month, day in sorted(lunar_days(days)):
            for leap in (0, 1) if LCalendars.leap_month(year) == month else (0,):
                with suppress(InvalidLunarDateError):
                    born.append(LunarDate(year, month, day, leap).to_solar_date())
    return tuple(each for each in born if each.year >= FIRST_LUNAR_YEAR)


def lunar_of(day: date) -> tuple[int, int, bool]:
    """Return month, day and whether the month is a leap one, by the lunar calendar, of a Gregorian day."""
    lunar = LunarDate.from_solar(day)
    return lunar.month, lunar.day, bool(lunar.leap)


def _lunar(year: int, month: int, day: int, is_leap_month: bool) -> date:
    leap = int(is_leap_month and LCalendars.leap_month(year) == month)
    try:
        solar: date = LunarDate(year, month, day, leap).to_solar_date()
    except InvalidLunarDateError:
        if day != LONG_LUNAR_MONTH:
            raise
        solar = LunarDate(year, month, day - 1, leap).to_solar_date()
    return solar


def _has_leap_day(year: int) -> bool:
    return (date(year, FEBRUARY + 1, 1) - ONE_DAY).day == LEAP_DAY
