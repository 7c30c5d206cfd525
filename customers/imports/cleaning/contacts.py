"""Phone numbers and e-mail addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

from customers.imports.cleaning.text import bare, damaged_number, meaningful, text_cleaner
from customers.imports.problems import CellError, shown
from customers.imports.tables import NumericCell

EMAIL_LENGTH = 254
_primary_text = text_cleaner(EMAIL_LENGTH)
CHINA = 86
# How countries are called in files, where phone numbers stand beside them without their code.
COUNTRIES = {
    "中国": "CN", "china": "CN", "cn": "CN", "prc": "CN", "中国大陆": "CN",
    "香港": "HK", "中国香港": "HK", "hong kong": "HK", "hk": "HK",
    "澳门": "MO", "中国澳门": "MO", "macao": "MO", "macau": "MO", "mo": "MO",
    "台湾": "TW", "中国台湾": "TW", "taiwan": "TW", "tw": "TW",
    "美国": "US", "united states": "US", "united states of america": "US", "usa": "US", "us": "US",
    "英国": "GB", "united kingdom": "GB", "great britain": "GB", "uk": "GB", "gb": "GB",
    "日本": "JP", "japan": "JP", "jp": "JP", "韩国": "KR", "south korea": "KR", "kr": "KR",
    "新加坡": "SG", "singapore": "SG", "sg": "SG", "马来西亚": "MY", "malaysia": "MY", "my": "MY",
    "泰国": "TH", "thailand": "TH", "th": "TH", "越南": "VN", "vietnam": "VN", "vn": "VN",
    "印度": "IN", "india": "IN", "in": "IN", "俄罗斯": "RU", "russia": "RU", "ru": "RU",
    "德国": "DE", "germany": "DE", "de": "DE", "法国": "FR", "france": "FR", "fr": "FR",
    "意大利": "IT", "italy": "IT", "it": "IT", "西班牙": "ES", "spain": "ES", "es": "ES",
    "荷兰": "NL", "netherlands": "NL", "nl": "NL", "比利时": "BE", "belgium": "BE", "be": "BE",
    "瑞士": "CH", "switzerland": "CH", "ch": "CH", "瑞典": "SE", "sweden": "SE", "se": "SE",
    "爱尔兰": "IE", "ireland": "IE", "eire": "IE", "ie": "IE", "波兰": "PL", "poland": "PL", "pl": "PL",
    "加拿大": "CA", "canada": "CA", "ca": "CA", "墨西哥": "MX", "mexico": "MX", "mx": "MX",
    "巴西": "BR", "brazil": "BR", "br": "BR", "澳大利亚": "AU", "australia": "AU", "au": "AU",
    "新西兰": "NZ", "new zealand": "NZ", "nz": "NZ", "南非": "ZA", "south africa": "ZA", "za": "ZA",
    "阿联酋": "AE", "united arab emirates": "AE", "uae": "AE", "ae": "AE",
}  # fmt: skip

_SEPARATORS = re.compile(r":::|[;；、|\n]|,(?=\s*[+\d(])|，|/(?=\s*[+\d(])")
# 179xx are prefixes of carriers, which are dialled before a number.
_CHINESE_MOBILE = re.compile(r"1(?:[3-689]\d|7[0-8])\d{8}", re.ASCII)
# What programs make of a number to call when they take it for an amount: too short to be called, or none the worse.
_DAMAGED = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_FLOAT = re.compile(r"\+?\d{7,15}\.0", re.ASCII)
_EXTENSION = re.compile(r"\s*(?:转分机|转|分机)\s*")
_DASHED_EXTENSION = re.compile(r"^(\(?0[1-9]\d{1,2}\)?[- ]?\d{7,8})-(\d{1,6})$", re.ASCII)
_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
_NAMED_EMAIL = re.compile(r"[^<>]*<([^<>]+)>")


def phone_region(country: str | None, default: str) -> str:
    """The ISO country by which to read phone numbers: that of ``country`` if we know its name."""
    if country is None:
        return default
    return COUNTRIES.get(country.strip().lower(), default)


def phone_texts(cell: str) -> tuple[str, ...] | None:
    """The phone numbers in a cell as written, one or several; they are read when their country is known.

    Raises:
        CellError: a spreadsheet has damaged the number (``1.38E+10``).
    """
    text = meaningful(cell)
    if text is None:
        return None
    if _DAMAGED.fullmatch(text):
        raise CellError(damaged_number())
    if _FLOAT.fullmatch(text):
        return (text.partition(".")[0],)
    return tuple(
        part.strip() for part in _SEPARATORS.split(unicodedata.normalize("NFKC", text)) if part.strip()
    )


def primary(cell: str) -> str | None:
    """The contact point that is used first, as phone numbers and mail addresses are kept."""
    found = _primary_text(cell)
    return found.replace(" ext. ", ";ext=") if found else None


def phone_number(text: str, region: str) -> str:
    """Normalise a phone number to E.164, with ``;ext=`` and the extension if it has one.

    Args:
        text: as written, ``010-6552 9988 转 801`` included.
        region: ISO country of numbers without a country code.

    Raises:
        CellError: no such number is possible; says what to write.
    """
    if region == "CN" and _CHINESE_MOBILE.fullmatch(text):
        return f"+86{text}"  # most numbers of most files, and what the library would make of them
    return _phone_number(text, region)


@lru_cache(maxsize=65536)
def _phone_number(text: str, region: str) -> str:
    spoken = _EXTENSION.sub(" ext. ", unicodedata.normalize("NFKC", text))
    if region == "CN":
        spoken = _DASHED_EXTENSION.sub(r"\1 ext. \2", spoken)
    try:
        number = phonenumbers.parse(spoken, region)
    except phonenumbers.NumberParseException as error:
        raise CellError(_not_a_phone(text)) from error
    if not _is_plausible(number):
        raise CellError(_not_a_phone(text))
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{e164};ext={number.extension}" if number.extension else e164


def _is_plausible(number: phonenumbers.PhoneNumber) -> bool:
    """Whether there can be such a number: of the right length abroad, known (or like a mobile) in China.

    Chinese numbers of the right length include those without their area code, which nobody elsewhere can call.
    """
    if number.country_code != CHINA:
        reason = phonenumbers.is_possible_number_with_reason(number)
        return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)
    return phonenumbers.is_valid_number(number) or 10**10 <= (number.national_number or 0) < 2 * 10**10


@lru_cache(maxsize=65536)
def is_mobile(e164: str) -> bool:
    """Whether a normalised number belongs to a mobile phone and to nothing else."""
    number = phonenumbers.parse(e164.partition(";")[0])
    return phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE


def _not_a_phone(text: str) -> str:
    message = _("“%(value)s” is not a phone number. Write it with its area code, or as +86 138 0013 8000.")
    return message % {"value": shown(text)}


def emails(cell: str) -> tuple[str, ...] | None:
    """The e-mail addresses in a cell, one or several, with the domain in lower case.

    Raises:
        CellError: one of them is no address.
    """
    text = meaningful(cell if cell.isascii() else unicodedata.normalize("NFKC", bare(cell)))
    if text is None:
        return None
    text = text.removeprefix("mailto:")
    return tuple(
        _email(part.strip()) for part in re.split(r":::|[;,、|\n]|\s+(?=[^<\s]+@)", text) if part.strip()
    )


def _email(text: str) -> str:
    named = _NAMED_EMAIL.fullmatch(text)
    address = named[1].strip() if named else text
    if len(address) > EMAIL_LENGTH or not _EMAIL.fullmatch(address) or ".." in address:
        message = _("“%(value)s” is not an e-mail address.")
        raise CellError(message % {"value": shown(text)})
    local, _at, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def wechat_cleaner(limit: int) -> Callable[[str], tuple[str, ...] | None]:
    """A cleaner of WeChat names, one or several in a cell, parted by semicolons or lines."""

    def clean(cell: str) -> tuple[str, ...] | None:
        text = meaningful(cell)
        if text is None:
            return None
        names = tuple(name.strip() for name in re.split(r"[;；\n]", text) if name.strip())
        for name in names:
            if len(name) > limit or (isinstance(cell, NumericCell) and "." in name):
                message = _("“%(value)s” is not a WeChat name.")
                raise CellError(message % {"value": shown(name)})
        return names

    return clean
