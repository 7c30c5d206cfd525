"""Days that come round again, by both calendars."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers.selectors.calendar import gregorian_births, gregorian_days, lunar_days, next_occurrence


@pytest.mark.parametrize(
    ("month", "day", "leap", "calendar", "since", "expected"),
    [
        (5, 3, False, "gregorian", date(2026, 5, 3), date(2026, 5, 3)),
        (5, 2, False, "gregorian", date(2026, 5, 3), date(2027, 5, 2)),
        (2, 29, False, "gregorian", date(2026, 1, 1), date(2026, 2, 28)),
        (2, 29, False, "gregorian", date(2027, 3, 1), date(2028, 2, 29)),
        # The Spring Festivals of 2026 and 2027, and the Mid-Autumn Festival of 2026.
        (1, 1, False, "lunar", date(2026, 2, 17), date(2026, 2, 17)),
        (1, 1, False, "lunar", date(2026, 2, 18), date(2027, 2, 6)),
        (8, 15, False, "lunar", date(2026, 1, 1), date(2026, 9, 25)),
        # 2025 had a second sixth month, 2026 has none; the twelfth month of 2025 had 29 days.
        (6, 1, True, "lunar", date(2025, 6, 1), date(2025, 7, 25)),
        (6, 1, True, "lunar", date(2026, 6, 1), date(2026, 7, 14)),
        (12, 30, False, "lunar", date(2026, 1, 1), date(2026, 2, 16)),
    ],
)
def test_a_day_is_kept_when_people_keep_it(
    month: int, day: int, leap: bool, calendar: str, since: date, expected: date
) -> None:
    found = next_occurrence(month, day, calendar=calendar, is_leap_month=leap, on_or_after=since)
    assert found == expected


@pytest.mark.parametrize(("month", "day", "calendar"), [(4, 31, "gregorian"), (13, 1, "lunar")])
def test_a_day_that_no_year_has_is_refused(month: int, day: int, calendar: str) -> None:
    with pytest.raises(ValueError, match=r"day|month"):
        next_occurrence(month, day, calendar=calendar, on_or_after=date(2026, 1, 1))


@settings(max_examples=50)
@given(
    since=st.dates(date(1990, 1, 1), date(2060, 1, 1)),
    month=st.integers(1, 12),
    day=st.integers(1, 30),
    leap=st.booleans(),
)
def test_a_lunar_day_comes_within_thirteen_months_and_is_found_by_its_numbers(
    since: date, month: int, day: int, leap: bool
) -> None:
    found = next_occurrence(month, day, calendar="lunar", is_leap_month=leap, on_or_after=since)
    assert timedelta(0) <= found - since < timedelta(days=390)
    assert (month, day) in lunar_days([found])


@settings(max_examples=50)
@given(born=st.dates(date(1920, 1, 1), date(2020, 1, 1)), since=st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_a_birthday_comes_within_a_year_and_is_found_by_its_numbers(born: date, since: date) -> None:
    found = next_occurrence(born.month, born.day, calendar="gregorian", on_or_after=since)
    assert timedelta(0) <= found - since <= timedelta(days=366)
    assert (born.month, born.day) in gregorian_days([found])
    assert born in gregorian_births((found,))


@settings(max_examples=50)
@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)), st.dates(date(2026, 1, 1), date(2028, 12, 30)))
def test_the_listed_births_of_two_days_are_those_of_their_numbers(born: date, day: date) -> None:
    days = (day, day + timedelta(days=1))
    assert (born in gregorian_births(days)) == ((born.month, born.day) in gregorian_days(days))
