"""Dates and moments as people and machines write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from django.utils.translation import gettext as _

from customers.imports.cleaning.text import meaningful
from customers.imports.context import ColumnContext, DateOrder
from customers.imports.problems import CellError, shown
from customers.imports.tables import NumericCell

FIRST_YEAR, LAST_YEAR = 1800, 2200
# Two-digit years below this are 20xx.
CENTURY_TURN = 69
EPOCH_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 - a day number has no zone; days 1-60 are off by Excel's leap bug
EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001 - likewise
FIRST_SERIAL, LAST_SERIAL = 61, 2_958_465  # 1900-03-01 to 9999-12-31

MONTH_NAMES = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
MONTHS = {name: number for number, name in enumerate(MONTH_NAMES, start=1)}
MONTHS |= {name[:3]: number for name, number in MONTHS.items()} | {"sept": 9}

_CHINESE_DIGITS = dict(zip("〇零一二三四五六七八九", "00123456789", strict=True))
_CHINESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+")
# The first and the last thing of a date may be the day of the week, which says nothing more.
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[.,]\s*"
    r"|\s*\(?(?:星期|周|礼拜)[一二三四五六日天\d]\)?",
    re.ASCII | re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_CHINESE = re.compile(
    r"(\d{4}|\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号]?(?!\d)(.*)", re.ASCII | re.DOTALL
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.DOTALL)
_DAY_NAMED_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?[ ,-]+(\d{4}|\d{2})(?!\d)(.*)", re.ASCII | re.I | re.DOTALL
)
_NAMED_MONTH_DAY = re.compile(
    r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})(?!\d)(.*)", re.ASCII | re.I | re.DOTALL
)
_TIME = re.compile(
    r"(?:T|\s|,)*(?P<before>上午|下午|晚上|[ap]m\b)?\s*"
    r"(?P<hour>\d{1,2})[:时点]\s*(?P<minute>\d{1,2})(?:[:分]\s*(?P<second>\d{1,2})(?:[.,]\d{1,9})?)?[分秒]?"
    r"\s*(?P<after>[ap]m)?\s*(?P<zone>z|utc|gmt)?(?P<offset>[-+]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)


class AmbiguousDateError(CellError):
    """A date that can be read day first or month first; its column has to decide."""


def moment_cleaner(context: ColumnContext) -> Callable[[str], date | datetime | None]:
    """A cleaner of dates with or without a time of day.

    It gives a ``date`` if there is no time (or midnight sharp without a zone, which is how programs write a mere
    date), else an aware ``datetime`` in the company's zone.
    """

    def clean(cell: str) -> date | datetime | None:
        text = meaningful(cell)
        if text is None:
            return None
        if isinstance(cell, NumericCell):
            moment = _day_number(text, context.epoch_1904)
        else:
            moment = _parse(_plain(text), context.date_order)
        if not FIRST_YEAR <= moment.year <= LAST_YEAR:
            message = _("“%(value)s” has a year before %(first)d or after %(last)d.")
            raise CellError(message % {"value": shown(text), "first": FIRST_YEAR, "last": LAST_YEAR})
        return _in_zone(moment, context.time_zone)

    return clean


def date_cleaner(context: ColumnContext) -> Callable[[str], date | None]:
    """A cleaner of dates; of a moment, its day in the company's time zone."""
    clean_moment = moment_cleaner(context)

    def clean(cell: str) -> date | None:
        moment = clean_moment(cell)
        return moment.date() if isinstance(moment, datetime) else moment

    return clean


def _in_zone(moment: datetime, zone: tzinfo) -> date | datetime:
    if moment.tzinfo is not None:
        return moment.astimezone(zone)
    return moment.replace(tzinfo=zone) if moment.time() != time.min else moment.date()


def _plain(text: str) -> str:
    """A date without what does not tell it: full-width forms, Chinese numerals, the day of the week."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        if "年" in text and not _CHINESE_DIGITS.keys().isdisjoint(text):
            text = _CHINESE_NUMBER.sub(lambda match: _number_of(match[0]), text)
    return _WEEKDAY.sub("", text).strip()


def _number_of(numeral: str) -> str:
    """Write ``二〇二四``, ``十二`` or ``三十一`` in digits."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return "".join(_CHINESE_DIGITS[character] for character in numeral)
    digits = (_CHINESE_DIGITS.get(tens or "一", "?"), _CHINESE_DIGITS.get(ones or "〇", "?"))
    return "".join(digits)


def _parse(text: str, order: DateOrder | None) -> datetime:
    """Read ``text``; the result is naive unless it states a zone."""
    if text[4:5] == text[7:8] == "-" and len(text) in (10, 19) and text.isascii():
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the patterns below have the better message
    for pattern, read in _READINGS:
        match = pattern.fullmatch(text)
        if match is not None:
            return read(match, order, text)
    raise CellError(_not_a_date(text))


def _year_first(match: re.Match[str], _order: DateOrder | None, text: str) -> datetime:
    return _at(match[1], match[3], match[4], match[5], text)


def _chinese(match: re.Match[str], _order: DateOrder | None, text: str) -> datetime:
    return _at(match[1], match[2], match[3], match[4], text)


def _compact(match: re.Match[str], _order: DateOrder | None, text: str) -> datetime:
    clock = f" {match[4]}:{match[5]}:{match[6] or '00'}" if match[4] else ""
    return _at(match[1], match[2], match[3], clock, text)


def _year_last(match: re.Match[str], order: DateOrder | None, text: str) -> datetime:
    """Read three numbers, of which the year stands last or, of two digits, also first: the column tells."""
    readings = _readings(match)
    if order is not None and (order is not DateOrder.YEAR_FIRST or len(match[4]) == 2):
        if order not in readings:
            raise CellError(_not_a_date(text))
        chosen = {readings[order]}
    else:
        chosen = set(readings.values())
    if not chosen:
        raise CellError(_not_a_date(text))
    if len(chosen) > 1:
        raise AmbiguousDateError(_ambiguous(text, readings))
    midnight = datetime.combine(chosen.pop(), time.min)
    return _with_clock(midnight, match[5], text) if match[5].strip() else midnight


def _ambiguous(text: str, readings: Collection[DateOrder]) -> str:
    if DateOrder.YEAR_FIRST in readings:
        message = _("“%(value)s” can be read with its year first or last.")
    else:
        message = _("“%(value)s” can be read day first or month first.")
    return message % {"value": shown(text)}


def _readings(match: re.Match[str]) -> dict[DateOrder, date]:
    """The orders in which three numbers are a date, each with that date."""
    first, second, third = match[1], match[3], match[4]
    orders = {DateOrder.DAY_FIRST: (third, second, first), DateOrder.MONTH_FIRST: (third, first, second)}
    if len(third) == 2 == len(first):
        orders[DateOrder.YEAR_FIRST] = (first, second, third)
    found = {}
    for order, (year, month, day) in orders.items():
        try:
            found[order] = date(_full_year(year), int(month), int(day))
        except ValueError:
            continue  # not in this order
    return found


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) > 2:
        return number
    return number + (2000 if number < CENTURY_TURN else 1900)


def _day_named_month(match: re.Match[str], _order: DateOrder | None, text: str) -> datetime:
    return _at(match[3], str(MONTHS.get(match[2].lower(), 0)), match[1], match[4], text)


def _named_month_day(match: re.Match[str], _order: DateOrder | None, text: str) -> datetime:
    return _at(match[3], str(MONTHS.get(match[1].lower(), 0)), match[2], match[4], text)


_READINGS = (
    (_YEAR_FIRST, _year_first),
    (_CHINESE, _chinese),
    (_COMPACT, _compact),
    (_YEAR_LAST, _year_last),
    (_DAY_NAMED_MONTH, _day_named_month),
    (_NAMED_MONTH_DAY, _named_month_day),
)


def _at(year: str, month: str, day: str, clock: str, text: str) -> datetime:
    try:
        midnight = datetime(_full_year(year), int(month), int(day))  # noqa: DTZ001 - the zone follows from the text or the column
    except ValueError as error:
        raise CellError(_not_a_date(text)) from error
    return _with_clock(midnight, clock, text) if clock.strip() else midnight


def _with_clock(midnight: datetime, clock: str, text: str) -> datetime:
    match = _TIME.fullmatch(clock.rstrip())
    if match is None:
        raise CellError(_not_a_date(text))
    hour = int(match["hour"])
    half = (match["before"] or match["after"] or "").lower()
    if half in ("pm", "下午", "晚上") and hour < 12:
        hour += 12
    elif half in ("am", "上午") and hour == 12:
        hour = 0
    try:
        return midnight.replace(
            hour=hour, minute=int(match["minute"]), second=int(match["second"] or 0), tzinfo=_zone(match)
        )
    except ValueError as error:
        raise CellError(_not_a_date(text)) from error


def _zone(match: re.Match[str]) -> tzinfo | None:
    """The stated zone; after a Z, an offset wins: some exporters write the letter as punctuation."""
    offset = match["offset"]
    if offset is None:
        return UTC if match["zone"] else None
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _day_number(text: str, epoch_1904: bool) -> datetime:
    """A spreadsheet's day number, or a date typed as the number 20240305."""
    if len(text) == 8 and text.isdigit():
        return _at(text[:4], text[4:6], text[6:], "", text)
    days = float(text)
    if not FIRST_SERIAL <= days <= LAST_SERIAL:
        raise CellError(_not_a_date(text))
    moment = (EPOCH_1904 if epoch_1904 else EPOCH_1900) + timedelta(days=days, microseconds=500_000)
    return moment.replace(microsecond=0)


def _not_a_date(text: str) -> str:
    message = _("“%(value)s” is not a date. Write it as year-month-day, such as 2024-03-05.")
    return message % {"value": shown(text)}


def is_ambiguous(cell: str) -> bool:
    """Whether a cell is a date whose numbers can be ordered in several ways, giving several days."""
    return len(set(_readings_of(cell).values())) > 1


def _readings_of(cell: str) -> dict[DateOrder, date]:
    """The orders in which a cell of three numbers is a date; none for everything else."""
    try:
        text = meaningful(cell)
    except CellError:
        return {}
    match = _YEAR_LAST.fullmatch(_plain(text)) if text else None
    if match is None:
        return {}
    readings = _readings(match)
    return {order: day for order, day in readings.items() if FIRST_YEAR <= day.year <= LAST_YEAR}


def find_date_order(cells: Iterable[str]) -> tuple[DateOrder | None, str | None]:
    """Decide once for a column how dates such as 03/04/2024 are ordered.

    Returns:
        The one order that the first telling dates leave, and None; or None and an example of a date that remains
        ambiguous; or (None, None) if there is no such date.
    """
    left, example = set(DateOrder), None
    for cell in cells:
        readings = _readings_of(cell)
        if readings:
            left = left & readings.keys() or left
            if len(left) == 1:
                return left.pop(), None
        if len(set(readings.values())) > 1:
            example = example or cell.strip()
    return None, example
