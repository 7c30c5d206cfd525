"""What a file cannot say about itself: the zone of its times, the country of its phone numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from enum import StrEnum


class DateOrder(StrEnum):
    """How the numbers of a date such as 03/04/2024 or 24-03-05 are ordered."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    YEAR_FIRST = "year first"


@dataclass(frozen=True, slots=True)
class ReadingContext:
    """How to read what is written without its zone or country.

    Attributes:
        time_zone: the company's zone; times without one are in it, and days are days of it.
        phone_region: ISO 3166 country of phone numbers written without a country code.
    """

    time_zone: tzinfo
    phone_region: str = "CN"


@dataclass(frozen=True, slots=True)
class ColumnContext:
    """The reading context of one column of one file.

    Attributes:
        time_zone: see :class:`ReadingContext`.
        date_order: decided once for the column; None where no date of it is ambiguous.
        scale: what its numbers are multiplied by, from the header's unit (万元 → 10,000).
        currency: ISO 4217 code that the header states (amount_usd → USD), or None.
        epoch_1904: whether day numbers count from 1904-01-01 (old Macintosh workbooks).
    """

    time_zone: tzinfo
    date_order: DateOrder | None = None
    scale: Decimal = Decimal(1)
    currency: str | None = None
    epoch_1904: bool = False
