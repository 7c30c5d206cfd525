"""Template filters that write figures the way the reader's language does.

Money arrives as integer cents of the company currency, shares and probabilities as ratios (0.339 is 33.9%).
A value of None is written as a dash: "not known" is never shown as zero. Minus is the typographic sign, so that
columns of tabular figures line up.
"""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import pairwise

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

register = template.Library()

Number = int | float | Decimal

DASH = "–"
MINUS = "\N{MINUS SIGN}"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
# ISO 4217 codes that have a sign of their own; any other currency is written as its code.
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "KRW": "₩"}
# Where a figure becomes shorter: 万 and 亿 in Chinese, thousand, million and billion in English.
SHORTEN_FROM = 10**4
CHINESE_STEPS = ((Decimal(10**4), f"{NARROW_SPACE}万"), (Decimal(10**8), f"{NARROW_SPACE}亿"))
ENGLISH_STEPS = ((Decimal(10**3), "K"), (Decimal(10**6), "M"), (Decimal(10**9), "B"))
FIRST_CJK, LAST_CJK = "\u4e00", "\u9fff"
# Chinese names of people have at most so many characters; a longer name is a company's.
LONGEST_PERSON = 4


def in_chinese() -> bool:
    """Whether the active language is a Chinese one."""
    return (get_language() or "").startswith("zh")


def _rounded(value: Number, places: int) -> Decimal:
    """Round half away from zero, as money is rounded everywhere."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _grouped(value: Decimal, *, sign: bool = False) -> str:
    """Write a rounded number with commas and a typographic minus (and a plus, when asked for)."""
    lead = MINUS if value < 0 else "+" if sign and value > 0 else ""
    return f"{lead}{abs(value):,f}"


def _with_currency(figure: str, currency: str | None) -> str:
    """Put the currency before a figure, after its minus: −¥5.00, −CHF 5.00."""
    if not currency:
        return figure
    mark = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return f"{MINUS}{mark}{figure[1:]}" if figure.startswith(MINUS) else f"{mark}{figure}"


@register.filter
def number(value: Number | None, places: int = 0) -> str:
    """Write 1234567 as 1,234,567, with so many decimal places."""
    return DASH if value is None else _grouped(_rounded(value, places))


@register.filter
def money(cents: int | None, currency: str | None = None) -> str:
    """Write cents to the penny: 800000000 is 8,000,000.00, or with "CNY" ¥8,000,000.00."""
    return DASH if cents is None else _with_currency(_grouped(_rounded(Decimal(cents) / 100, 2)), currency)


@register.filter
def whole_money(cents: int | None, currency: str | None = None) -> str:
    """Write cents as whole units, for dense tables: 800000000 is 8,000,000."""
    return DASH if cents is None else _with_currency(_grouped(_rounded(Decimal(cents) / 100, 0)), currency)


@register.filter
def amount(value: Decimal | None, currency: str | None = None) -> str:
    """Write an amount of units, not cents, as money is written: to the cent only where there are cents."""
    if value is None:
        return DASH
    cents = int(_rounded(value * 100, 0))
    return money(cents, currency) if cents % 100 else whole_money(cents, currency)


@register.filter
def compact_money(cents: int | None, currency: str | None = None) -> str:
    """Write cents shortly, for headlines: 500000000 is 500 万 in Chinese and 5M in English."""
    return DASH if cents is None else _with_currency(_compact(Decimal(cents) / 100), currency)


@register.filter
def compact(value: Number | None) -> str:
    """Write a count shortly: 1041 stays 1,041, 1234567 is 123.5 万 in Chinese and 1.23M in English."""
    return DASH if value is None else _compact(Decimal(str(value)))


def _compact(value: Decimal) -> str:
    """Shorten from ten thousand upwards, to the step under which the figure stays below the next one."""
    if abs(value) < SHORTEN_FROM:
        return _grouped(_rounded(value, 0))
    steps = CHINESE_STEPS if in_chinese() else ENGLISH_STEPS
    for (step, suffix), (following, _suffix) in pairwise(steps):
        figure = _significant(value / step)
        if abs(figure) < following / step:
            return _grouped(figure) + suffix
    step, suffix = steps[-1]
    return _grouped(_significant(value / step)) + suffix


def _significant(value: Decimal) -> Decimal:
    """Round to two places below 10, one below 1,000, none above, and drop trailing zeros."""
    size = abs(value)
    return _rounded(value, 2 if size < 10 else 1 if size < 1000 else 0).normalize()


@register.filter
def percent(ratio: Number | None, places: int = 1) -> str:
    """Write a ratio as a percentage: 0.339271 is 33.9%."""
    return DASH if ratio is None else _grouped(_rounded(Decimal(str(ratio)) * 100, places)) + "%"


@register.filter
def signed_percent(ratio: Number | None, places: int = 1) -> str:
    """Write a relative change with its sign: -0.084 is −8.4%."""
    return DASH if ratio is None else _grouped(_rounded(Decimal(str(ratio)) * 100, places), sign=True) + "%"


@register.filter
def signed(value: Number | None, places: int = 0) -> str:
    """Write a change in a count with its sign: 5 is +5."""
    return DASH if value is None else _grouped(_rounded(value, places), sign=True)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day: 2026-11-16 in Chinese, 16 Nov 2026 in English."""
    if value is None:
        return DASH
    local = _local(value)
    return _day(local.date() if isinstance(local, datetime) else local, get_language() or "")


@lru_cache(maxsize=8192)
def _day(value: date, language: str) -> str:
    """Write a day in the active language, which is ``language``: long lists write the same days again and again."""
    return date_format(value, "Y-m-d" if language.startswith("zh") else "j M Y")


@register.filter
def moment(value: datetime | None) -> str:
    """Write a time of day in the company's time zone: 2026-11-16 02:14, or 16 Nov 2026, 02:14."""
    if value is None:
        return DASH
    local = _local(value)
    return f"{day(local)}{' ' if in_chinese() else ', '}{local:%H:%M}"


def _local(value: date | datetime) -> date | datetime:
    """Move an aware time into the active time zone; days and naive times stay as they are."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def duration(value: timedelta | Number | None) -> str:
    """Write how long something took (seconds or a timedelta): 0.02 s, 41 s, 2 min 5 s, 1 h 3 min."""
    if value is None:
        return DASH
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": _rounded(seconds, 1 if seconds >= 0.1 else 2)}
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": minutes}
    if minutes:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": rest}
    return _("%(seconds)s s") % {"seconds": rest}


@register.filter
def days(count: Number | None) -> str:
    """Write a number of days: 1 day, 44 days."""
    if count is None:
        return DASH
    whole = int(_rounded(count, 0))
    return ngettext("%(count)s day", "%(count)s days", whole) % {"count": _grouped(Decimal(whole))}


@register.filter
def initials(name: str | None) -> str:
    """Return one or two characters for a name: 陈国栋 is 国栋, 上海华新家电 is 上海, Li Wei is LW."""
    words = (name or "").split()
    if not words:
        return "?"
    if FIRST_CJK <= words[0][0] <= LAST_CJK:
        return words[0][-2:] if len(words[0]) <= LONGEST_PERSON else words[0][:2]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
