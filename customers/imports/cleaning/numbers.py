"""Numbers: money, quantities, rates. Always Decimal, never through a float."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from customers.imports.cleaning.text import meaningful
from customers.imports.context import ColumnContext
from customers.imports.problems import CellError, shown

MAX_WHOLE_DIGITS = 13
MAX_DECIMALS = 15

CURRENCIES = {
    "¥": "CNY", "cny": "CNY", "rmb": "CNY", "cn¥": "CNY", "元": "CNY", "人民币": "CNY", "圆": "CNY", "元人民币": "CNY",
    "$": "USD", "us$": "USD", "usd": "USD", "美元": "USD", "美金": "USD",
    "€": "EUR", "eur": "EUR", "欧元": "EUR",
    "£": "GBP", "gbp": "GBP", "英镑": "GBP",
    "hk$": "HKD", "hkd": "HKD", "港币": "HKD", "港元": "HKD",
    "nt$": "TWD", "twd": "TWD", "新台币": "TWD",
    "jpy": "JPY", "日元": "JPY", "jp¥": "JPY",
}  # fmt: skip
MULTIPLES = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}

# Full-width forms to ASCII; blanks of every width are no part of a number.
_NARROW = {0xFF01 + i: 0x21 + i for i in range(94)} | {
    ord("￥"): "¥",
    ord("￡"): "£",
    ord("−"): "-",
    ord("–"): "-",
}
_NARROW |= dict.fromkeys(map(ord, " \u00a0\u2009\u202f\u3000"), "")

_SYMBOL = "|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True))
_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?P<sign>[-+])?(?P<before>{_SYMBOL})?(?P<inner>[-+])?"
    rf"(?P<whole>\d{{1,3}}(?:,\d{{3}})+|\d*)(?:\.(?P<decimals>\d*))?"
    rf"(?P<times>{_MULTIPLE})?(?P<after>{_SYMBOL})?(?P<trailing>-)?",
    re.ASCII | re.IGNORECASE,
)


# How Java programs write large numbers, exactly; what spreadsheets shorten has a sign (6.00E+07) and stays refused.
_JAVA = re.compile(r"-?\d\.\d{1,15}E\d{1,2}", re.ASCII)


class Money(NamedTuple):
    """An amount, and the currency if the cell or its header states one."""

    amount: Decimal
    currency: str | None


def decimal_cleaner(context: ColumnContext) -> Callable[[str], Decimal | None]:
    """A cleaner of plain numbers, such as quantities; a currency sign in one is refused."""

    def clean(cell: str) -> Decimal | None:
        text = meaningful(cell)
        if text is None:
            return None
        amount, currency = parse_amount(text)
        if currency is not None:
            message = _("“%(value)s” is an amount of money where a plain number belongs.")
            raise CellError(message % {"value": shown(text)})
        return amount * context.scale

    return clean


def money_cleaner(context: ColumnContext) -> Callable[[str], Money | None]:
    """A cleaner of money: ``¥1,234.50``, ``（1,200）`` and ``1200-`` (negative), ``12万``, ``１２．５元``."""

    def clean(cell: str) -> Money | None:
        text = meaningful(cell)
        if text is None:
            return None
        amount, currency = parse_amount(text)
        return Money(amount * context.scale, currency or context.currency)

    return clean


def parse_amount(text: str) -> tuple[Decimal, str | None]:
    """Read a number as people write it, with the currency that it names.

    Raises:
        CellError: it is not one: ``1_000``, ``1e5``, ``NaN``, ``1.234,50``, 20 digits …
    """
    if len(text) <= MAX_WHOLE_DIGITS and text.isascii() and text.replace(".", "", 1).isdigit():
        return Decimal(text), None  # nearly every number is this plain
    plain = text.translate(_NARROW)
    if _JAVA.fullmatch(plain):
        plain = format(Decimal(plain), "f")
    bracketed = plain.startswith("(") and plain.endswith(")")
    match = _NUMBER.fullmatch(plain[1:-1] if bracketed else plain)
    if match is None or not (match["whole"] or match["decimals"]):
        raise CellError(_not_a_number(text))
    signs = [bracketed, match["sign"] or "", match["inner"] or "", match["trailing"] or ""]
    if sum(map(bool, signs)) > 1:
        raise CellError(_not_a_number(text))
    whole, decimals = match["whole"].replace(",", ""), match["decimals"] or ""
    if len(whole.lstrip("0")) > MAX_WHOLE_DIGITS or len(decimals) > MAX_DECIMALS:
        message = _("“%(value)s” has more digits than an amount can have (%(whole)d before the point).")
        raise CellError(message % {"value": shown(text), "whole": MAX_WHOLE_DIGITS})
    amount = Decimal(f"{whole or 0}.{decimals}") * MULTIPLES.get(match["times"] or "", 1)
    if amount >= 10**MAX_WHOLE_DIGITS:
        message = _("“%(value)s” is larger than any amount can be.")
        raise CellError(message % {"value": shown(text)})
    return (-amount if bracketed or "-" in signs else amount), _currency(match, text)


def _currency(match: re.Match[str], text: str) -> str | None:
    named = {CURRENCIES[s.lower()] for s in (match["before"], match["after"]) if s and s != "元"}
    if len(named) > 1:
        raise CellError(_not_a_number(text))
    if named:
        return named.pop()
    return "CNY" if match["after"] == "元" else None


def _not_a_number(text: str) -> str:
    message = _("“%(value)s” is not a number. Write digits with a decimal point, such as 1234.50.")
    return message % {"value": shown(text)}


def rate_cleaner(_context: ColumnContext) -> Callable[[str], Decimal | None]:
    """A cleaner of discounts as a fraction of the price: ``20%``, ``0.2`` and ``8折`` are all a fifth off."""

    def clean(cell: str) -> Decimal | None:
        text = meaningful(cell)
        if text is None:
            return None
        plain = text.translate(_NARROW)
        if plain.endswith("折"):
            paid, _none = parse_amount(plain[:-1])
            rate = 1 - paid / (10 if paid <= 10 else 100)
        elif plain.endswith("%"):
            rate = parse_amount(plain[:-1])[0] / 100
        else:
            rate = parse_amount(plain)[0]
        if not 0 <= rate <= 1:
            message = _("“%(value)s” is not a discount. Write 20%% or 0.2 for a fifth off the price.")
            raise CellError(message % {"value": shown(text)})
        return rate

    return clean


def whole_number(cell: str) -> int | None:
    """A whole number of at most nine digits, such as a line's number within its order."""
    text = meaningful(cell)
    if text is None:
        return None
    amount, _currency_named = parse_amount(text)
    if amount != amount.to_integral_value() or abs(amount) >= 10**9:
        message = _("“%(value)s” is not a whole number.")
        raise CellError(message % {"value": shown(text)})
    return int(amount)


def exchange_rate(cell: str) -> Decimal | None:
    """A positive rate: company currency per unit of the order's."""
    text = meaningful(cell)
    if text is None:
        return None
    rate, _currency_named = parse_amount(text)
    if rate <= 0:
        message = _("“%(value)s” is not an exchange rate: it must be more than zero.")
        raise CellError(message % {"value": shown(text)})
    return rate


def currency(cell: str) -> str | None:
    """An ISO 4217 code: ``RMB``, ``￥``, ``人民币`` and ``元`` are CNY."""
    text = meaningful(cell)
    if text is None:
        return None
    plain = text.translate(_NARROW).lower()
    code = CURRENCIES.get(plain, plain.upper())
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        message = _("“%(value)s” is not a currency. Write its three-letter code, such as CNY.")
        raise CellError(message % {"value": shown(text)})
    return code


def header_scale(unit: str) -> tuple[Decimal, str | None]:
    """What a header's unit says of the numbers below: 万元 → (10000, "CNY"), usd → (1, "USD"), 含税 → (1, None)."""
    plain = unit.translate(_NARROW).lower()
    match = re.fullmatch(rf"(?P<times>{_MULTIPLE})?(?P<symbol>{_SYMBOL})?", plain)
    if match is None or not plain:
        return Decimal(1), None
    return Decimal(MULTIPLES.get(match["times"] or "", 1)), CURRENCIES.get(match["symbol"] or "")
