"""Figures are written the way the reader's language does, and what is not known is never shown as zero."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from crm.templatetags import format as written

THIN = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("cents", "currency", "expected"),
    [
        (800_000_000, None, "8,000,000.00"),
        (800_000_000, "CNY", "¥8,000,000.00"),
        (-20_000_001, "GBP", "−£200,000.01"),
        (5, "CHF", "CHF\N{NO-BREAK SPACE}0.05"),
        (0, "CNY", "¥0.00"),
        (None, "CNY", "–"),
    ],
)
def test_money_is_written_to_the_cent(cents: int | None, currency: str | None, expected: str) -> None:
    assert written.money(cents, currency) == expected


@given(st.integers(min_value=-(10**17), max_value=10**17))
def test_money_loses_no_cent(cents: int) -> None:
    text = written.money(cents).replace(",", "").replace("−", "-")
    assert Decimal(text) * 100 == cents


def test_whole_money_rounds_half_away_from_zero() -> None:
    assert written.whole_money(1_50) == "2"
    assert written.whole_money(-2_50) == "−3"


@pytest.mark.parametrize(
    ("cents", "chinese", "english"),
    [
        (999_900, "¥9,999", "¥9,999"),
        (500_000_000, f"¥500{THIN}万", "¥5M"),
        (799_999_999, f"¥800{THIN}万", "¥8M"),
        (12_345_678_901, f"¥1.23{THIN}亿", "¥123.5M"),
        (9_999_999_999, f"¥1{THIN}亿", "¥100M"),
        (99_999_999, f"¥100{THIN}万", "¥1M"),
        (-500_000_000, f"−¥500{THIN}万", "−¥5M"),
        (10**15, f"¥100,000{THIN}亿", "¥10,000B"),
    ],
)
def test_headline_money_is_counted_in_wan_or_in_millions(cents: int, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert written.compact_money(cents, "CNY") == chinese
    with override("en"):
        assert written.compact_money(cents, "CNY") == english


@given(st.integers(min_value=10**4, max_value=10**12))
def test_a_shortened_figure_never_reaches_the_next_step(value: int) -> None:
    with override("en"):
        figure = written.compact(value)
    assert figure.endswith("B") or Decimal(figure[:-1]) < 1000


def test_shares_and_changes_carry_their_sign() -> None:
    assert written.percent(0.339271) == "33.9%"
    assert written.percent(Decimal("0.0005")) == "0.1%"
    assert written.percent(0.339271, 2) == "33.93%"
    assert written.signed_percent(-0.084) == "−8.4%"
    assert written.signed_percent(0.084) == "+8.4%"
    assert written.signed(0) == "0"
    assert written.signed(5) == "+5"


def test_a_rounded_nothing_has_no_sign() -> None:
    assert written.signed_percent(-0.0001) == "0.0%"
    assert written.whole_money(-1) == "0"


def test_days_and_moments_follow_the_language_and_the_time_zone() -> None:
    late = datetime(2026, 11, 15, 18, 14, tzinfo=UTC)
    with override("zh-hans"):
        assert written.moment(late) == "2026-11-16 02:14"
        assert written.day(date(2026, 3, 1)) == "2026-03-01"
    with override("en"):
        assert written.moment(late) == "16 Nov 2026, 02:14"
        assert written.day(late) == "16 Nov 2026"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.018, "0.02 s"),
        (0.25, "0.3 s"),
        (9.97, "10.0 s"),
        (41, "41 s"),
        (59.6, "1 min 0 s"),
        (timedelta(seconds=125), "2 min 5 s"),
        (3780, "1 h 3 min"),
        (None, "–"),
    ],
)
def test_durations_are_as_exact_as_they_are_short(value: float | timedelta | None, expected: str) -> None:
    with override("en"):
        assert written.duration(value) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("陈国栋", "国栋"),
        ("李强", "李强"),
        ("上海华新家电有限公司", "上海"),
        ("Li Wei", "LW"),
        ("anna maria berg", "AB"),
        ("Kezhi", "K"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials_are_what_people_would_call_each_other(name: str | None, expected: str) -> None:
    assert written.initials(name) == expected


@pytest.mark.parametrize("name", ["number", "money", "compact", "percent", "signed", "day", "moment", "days"])
def test_what_is_not_known_is_a_dash(name: str) -> None:
    assert getattr(written, name)(None) == "–"
