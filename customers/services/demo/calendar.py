"""How busy each day of a Chinese trading year is."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

# Chinese New Year's Day.
_SPRING_FESTIVALS = np.array(
    [
        "2010-02-14", "2011-02-03", "2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08",
        "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22",
        "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03",
        "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08", "2036-01-28", "2037-02-15",
        "2038-02-04", "2039-01-24", "2040-02-12",
    ],
    dtype="datetime64[D]",
)  # fmt: skip
FIRST_YEAR, LAST_YEAR = 2010, 2040

_MONDAY_TO_SUNDAY = np.array([1.15, 1.1, 1.05, 1.05, 1.0, 0.3, 0.15])
# From day (month, day) until before another, what the season multiplies trade by.
_SEASONS = (
    ((4, 3), (4, 6), 0.5),  # Qingming
    ((5, 1), (5, 6), 0.3),  # Labour Day
    ((6, 1), (6, 19), 1.5),  # the 618 sale and the stocking for it
    ((6, 19), (6, 30), 0.85),
    ((10, 1), (10, 8), 0.1),  # National Day
    ((10, 20), (11, 12), 1.7),  # Singles' Day
    ((11, 12), (11, 26), 0.8),
)
# The same around New Year's Day, in days from it.
_FESTIVAL_SEASONS = ((-35, -10, 1.25), (-10, -3, 0.6), (-3, 8, 0.03), (8, 16, 0.6))


def days_between(start: date, end: date) -> Days:
    """Return the days ``[start, end)``, dtype datetime64[D]."""
    return np.arange(np.datetime64(start, "D"), np.datetime64(end, "D"))


def day_weights(days: Days) -> NDArray[np.float64]:
    """Return how busy each day is, 1 being an ordinary Friday."""
    weekday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    weights = _MONDAY_TO_SUNDAY[weekday]
    for year in np.unique(days.astype("datetime64[Y]")):
        for (month, day), (end_month, end_day), factor in _SEASONS:
            start = np.datetime64(f"{year}-{month:02}-{day:02}")
            end = np.datetime64(f"{year}-{end_month:02}-{end_day:02}")
            weights[(days >= start) & (days < end)] *= factor
    for festival in _SPRING_FESTIVALS:
        for first, last, factor in _FESTIVAL_SEASONS:
            weights[(days >= festival + first) & (days < festival + last)] *= factor
    return weights


def in_sales_season(days: Days) -> NDArray[np.bool_]:
    """Whether each day belongs to the 618 or the Singles' Day sale."""
    of_year = (days - days.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
    in_season: NDArray[np.bool_] = ((of_year >= 151) & (of_year < 170)) | ((of_year >= 292) & (of_year < 316))
    return in_season
