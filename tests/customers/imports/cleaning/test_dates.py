"""Dates and moments in every common order."""

from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cleaning.dates import AmbiguousDateError, date_cleaner, find_date_order, moment_cleaner
from customers.imports.context import ColumnContext, DateOrder
from customers.imports.problems import CellError
from customers.imports.tables import NumericCell

ZONE = ZoneInfo("Asia/Shanghai")
moment, day = moment_cleaner(ColumnContext(ZONE)), date_cleaner(ColumnContext(ZONE))
day_first = date_cleaner(ColumnContext(ZONE, date_order=DateOrder.DAY_FIRST))
year_first = date_cleaner(ColumnContext(ZONE, date_order=DateOrder.YEAR_FIRST))
month_first = date_cleaner(ColumnContext(ZONE, date_order=DateOrder.MONTH_FIRST))

FIRST, LAST = datetime(1900, 1, 1), datetime(2199, 1, 1)  # noqa: DTZ001 - zones are drawn apart


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "20240305",
        "2024年3月5日",
        "2024 年 03 月 05 日",
        "24年3月5号",
        "5 Mar 2024",
        "05-MAR-24",
        "March 5, 2024",
        "Mar. 5th, 2024",
        "2024-03-05 00:00:00",
        "2024-03-05T00:00",
        " 2024/3/5 0:00 ",
    ],
)
def test_one_day_in_many_spellings(cell: str) -> None:
    assert moment(cell) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2010-12-01 08:26:00", (8, 26, 0)),
        ("2010-12-01T08:26:30.123", (8, 26, 30)),
        ("2010/12/1 8:26", (8, 26, 0)),
        ("2010年12月1日 8时26分", (8, 26, 0)),
        ("2010年12月1日 下午8点26分05秒", (20, 26, 5)),
        ("2010-12-01 12:05 AM", (0, 5, 0)),
        ("Dec 1, 2010 1:05:09 pm", (13, 5, 9)),
        ("20101201082600", (8, 26, 0)),
    ],
)
def test_a_time_of_day_without_a_zone_is_the_companys(cell: str, clock: tuple[int, int, int]) -> None:
    assert moment(cell) == datetime(2010, 12, 1, *clock, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("cell", "there"),
    [
        ("2024-12-31T15:30:00Z", datetime(2024, 12, 31, 23, 30, tzinfo=ZONE)),
        ("2024-12-31T16:00:00+00:00", datetime(2025, 1, 1, tzinfo=ZONE)),
        ("2024-12-31 09:00 -0800", datetime(2025, 1, 1, 1, tzinfo=ZONE)),
        ("2010-10-14T12:00:00.000Z-0300", datetime(2010, 10, 14, 23, tzinfo=ZONE)),
    ],
)
def test_a_stated_zone_is_converted(cell: str, there: datetime) -> None:
    assert moment(cell) == there
    assert day(cell) == there.date()


@given(st.datetimes(FIRST, LAST), st.integers(-14 * 60, 14 * 60))
def test_every_iso_moment_survives(at: datetime, minutes: int) -> None:
    stated = at.replace(microsecond=0, second=1, tzinfo=timezone(timedelta(minutes=minutes)))
    assert moment(stated.isoformat()) == stated


@pytest.mark.parametrize(
    "cell",
    [
        "2024-02-30",
        "2024-13-01",
        "0000-00-00",
        "2024-3/5",
        "1234-05-06 x",
        "2024",
        "3/2024",
        "yesterday",
        "2024-03-05 25:00",
        "99999999",
        "1700-01-01",
        "9999-12-31",
        "2024-03-05-06",
        "32/12/2024",
        "5 Foo 2024",
        "２０２４-03-05\0",
        "1e5",
    ],
)
def test_what_is_no_date_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        moment(cell)


@given(st.text(alphabet="0123456789-/.年月日 :TZ+apm", max_size=24))
def test_any_text_gives_a_date_or_a_reason(cell: str) -> None:
    with suppress(CellError):
        assert isinstance(moment(cell), date | None)


def test_the_column_decides_between_day_and_month() -> None:
    assert (day_first("03/04/2024"), month_first("03/04/2024")) == (date(2024, 4, 3), date(2024, 3, 4))
    assert month_first("12/1/10 8:26") == date(2010, 12, 1)
    with pytest.raises(AmbiguousDateError):
        day("03/04/2024")


def test_a_date_that_betrays_its_order_needs_no_decision() -> None:
    assert (day("13/04/2024"), day("04/13/2024"), day("5/5/2024")) == (
        date(2024, 4, 13),
        date(2024, 4, 13),
        date(2024, 5, 5),
    )


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["03/04/2024", "", "13/04/2024"], (DateOrder.DAY_FIRST, None)),
        (["03/04/2024", "03/14/2024"], (DateOrder.MONTH_FIRST, None)),
        (["2024-01-01", "03/04/2024", "5/5/2024"], (None, "03/04/2024")),
        (["2024-01-01", "n/a"], (None, None)),
        (["24-03-05", "25-11-28"], (None, "24-03-05")),
        (["24-03-05", "99-12-31"], (DateOrder.YEAR_FIRST, None)),
        (["05/12/24", "31/12/99"], (DateOrder.DAY_FIRST, None)),
        (["05/12/24", "13/12/2024"], (DateOrder.DAY_FIRST, None)),
    ],
)
def test_the_order_is_found_from_the_first_telling_date(
    cells: list[str], found: tuple[DateOrder | None, str | None]
) -> None:
    assert find_date_order(cells) == found


def test_a_year_of_two_digits_stands_first_or_last_as_the_column_says() -> None:
    assert (day_first("24-03-05"), year_first("24-03-05")) == (date(2005, 3, 24), date(2024, 3, 5))
    assert (day("99-12-31"), day("31.12.99"), year_first("5/5/2024")) == (
        date(1999, 12, 31),
        date(1999, 12, 31),
        date(2024, 5, 5),
    )
    for cell in ("24-03-05", "25.12.24"):
        with pytest.raises(AmbiguousDateError):
            day(cell)
    with pytest.raises(AmbiguousDateError):
        year_first("03/04/2024")


def test_day_numbers_are_dates_in_spreadsheets_only() -> None:
    assert moment(NumericCell("40513")) == date(2010, 12, 1)
    assert moment(NumericCell("40513.351388888885")) == datetime(2010, 12, 1, 8, 26, tzinfo=ZONE)
    assert moment(NumericCell("20240305")) == date(2024, 3, 5)
    with pytest.raises(CellError):
        moment("40513")


def test_day_numbers_of_1904_workbooks_count_from_there() -> None:
    old = moment_cleaner(ColumnContext(ZONE, epoch_1904=True))
    assert old(NumericCell("39051")) == date(2010, 12, 1)


@pytest.mark.parametrize(
    "text",
    [
        "２０２４年３月５日",
        "二〇二四年三月五日",
        "2024年3月5日 星期二",
        "2024-03-05（周二）",
        "Tue, 5 Mar 2024",
        "5th March 2024",
    ],
)
def test_what_does_not_tell_a_date_does_not_matter(text: str) -> None:
    assert day(text) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("二〇二四年十二月三十一日", date(2024, 12, 31)),
        ("一九九九年十月二十日", date(1999, 10, 20)),
        ("二〇二四年二月十日", date(2024, 2, 10)),
    ],
)
def test_chinese_numerals_are_numbers(text: str, meant: date) -> None:
    assert day(text) == meant


@given(st.text(st.sampled_from("〇零一二三四五六七八九十年月日号 周星期１２"), max_size=14))
def test_numerals_in_no_order_are_dates_or_refused(text: str) -> None:
    with suppress(CellError):
        assert day(text) is None or "年" in text
