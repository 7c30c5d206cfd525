"""Numbers as people write them; everything doubtful is refused."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.imports.cleaning.numbers import (
    currency,
    decimal_cleaner,
    exchange_rate,
    header_scale,
    money_cleaner,
    rate_cleaner,
    whole_number,
)
from customers.imports.context import ColumnContext
from customers.imports.problems import CellError

CONTEXT = ColumnContext(ZoneInfo("Asia/Shanghai"))
money, number, rate = money_cleaner(CONTEXT), decimal_cleaner(CONTEXT), rate_cleaner(CONTEXT)


@pytest.mark.parametrize(
    ("cell", "amount", "named"),
    [
        ("1234.50", "1234.50", None),
        ("¥1,234.50", "1234.50", "CNY"),
        ("￥１，２３４．５０", "1234.50", "CNY"),
        ("（1,200）", "-1200", None),
        ("($1,200.00)", "-1200.00", "USD"),
        ("-¥5", "-5", "CNY"),
        ("¥-5", "-5", "CNY"),
        ("1200-", "-1200", None),
        ("−7.5", "-7.5", None),
        ("12万", "120000", None),
        ("1.5亿元", "150000000", "CNY"),
        ("3,000 元", "3000", "CNY"),
        ("100 USD", "100", "USD"),
        ("HK$ 8", "8", "HKD"),
        (" .5 ", "0.5", None),
        ("+5.", "5", None),
        ("0012", "12", None),
    ],
)
def test_money_is_read(cell: str, amount: str, named: str | None) -> None:
    assert money(cell) == (Decimal(amount), named)


@pytest.mark.parametrize(
    "cell",
    [
        "1_000",
        "1e5",
        "NaN",
        "inf",
        "-Infinity",
        "1.234,50",
        "1,23",
        "12,34,567",
        "--5",
        "(-5)",
        "-5-",
        "$5€",
        "一百",
        "٣",
        "0x10",
        "1.2.3",
        "abc",
        "5 kg",
        "¥",
        ".",
        "9" * 14,
        "1" * 400,
        "1." + "0" * 16,
        "9999999999亿",
        "\ud800",
        "1\0",
    ],
)
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(CellError):
        money(cell)


@pytest.mark.parametrize("cell", ["", "  ", "\u3000", "-", "—", "N/A", "null", "无"])
@pytest.mark.parametrize("clean", [money, number, rate, whole_number, currency, exchange_rate])
def test_nothing_is_nothing(clean: Callable[[str], object], cell: str) -> None:
    assert clean(cell) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_every_amount_survives_being_written_with_separators(amount: Decimal) -> None:
    cleaned = money(f"¥{amount:,.2f}" if amount >= 0 else f"（{-amount:,.2f}）")
    assert cleaned is not None
    assert cleaned.amount == amount


@given(st.text(max_size=20))
def test_any_text_gives_a_number_or_a_reason(cell: str) -> None:
    with suppress(CellError):
        cleaned = money(cell)
        assert cleaned is None or cleaned.amount.is_finite()


def test_a_header_in_ten_thousands_multiplies() -> None:
    in_ten_thousands = money_cleaner(ColumnContext(ZoneInfo("UTC"), scale=Decimal(10_000), currency="CNY"))
    assert in_ten_thousands("1.5") == (Decimal(15_000), "CNY")


@pytest.mark.parametrize(
    ("unit", "scale", "named"),
    [
        ("万元", 10_000, "CNY"),
        ("千", 1000, None),
        ("usd", 1, "USD"),
        ("￥", 1, "CNY"),
        ("含税", 1, None),
        ("", 1, None),
    ],
)
def test_the_unit_of_a_header_is_understood(unit: str, scale: int, named: str | None) -> None:
    assert header_scale(unit) == (Decimal(scale), named)


def test_a_quantity_is_no_money() -> None:
    assert number("1,200") == 1200
    with pytest.raises(CellError, match="plain number"):
        number("¥5")


@pytest.mark.parametrize(
    ("cell", "share"),
    [
        ("20%", "0.2"),
        ("0.2", "0.2"),
        ("8折", "0.2"),
        ("85折", "0.15"),
        ("9.5折", "0.05"),
        ("２０％", "0.2"),
        ("0", "0"),
    ],
)
def test_discounts_are_shares_of_the_price(cell: str, share: str) -> None:
    assert rate(cell) == Decimal(share)


@pytest.mark.parametrize("cell", ["20", "-0.1", "120%", "half"])
def test_doubtful_discounts_are_refused(cell: str) -> None:
    with pytest.raises(CellError):
        rate(cell)


@pytest.mark.parametrize(
    ("cell", "code"), [("RMB", "CNY"), ("人民币", "CNY"), ("usd", "USD"), ("€", "EUR"), ("chf", "CHF")]
)
def test_currencies_are_codes(cell: str, code: str) -> None:
    assert currency(cell) == code


@pytest.mark.parametrize("cell", ["dollars", "12", "U", "円円円円"])
def test_unknown_currencies_are_refused(cell: str) -> None:
    with pytest.raises(CellError, match="three-letter code"):
        currency(cell)


def test_line_numbers_are_whole_and_rates_positive() -> None:
    assert whole_number("3.0") == 3
    assert exchange_rate("7.1") == Decimal("7.1")
    with pytest.raises(CellError, match="whole number"):
        whole_number("3.5")
    with pytest.raises(CellError, match="more than zero"):
        exchange_rate("0")
