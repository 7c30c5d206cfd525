"""Headers: the row that has them, and what two spellings of one name have in common."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import gettext as _

from customers.imports.problems import NoHeader, shown
from customers.imports.tables import Record, is_blank

HEADER_WITHIN = 30
# Our own exports put one of these before columns that are worked out from other records: no import takes them.
CALCULATED = ("Calculated: ", "计算值：")

_BRACKETS = re.compile(r"[(\[【〔「]([^)\]】〕」]*)[)\]】〕」]")
_CURRENCY_WORD = re.compile(r"[^0-9a-z]+(usd|cny|rmb|eur|gbp|jpy|hkd|twd|sgd|aud|cad|krw)$")


class HeaderName(NamedTuple):
    """A header taken apart: ``key`` is letters, digits and characters only, in lower case; ``unit`` what stood in
    brackets or, for a currency, at its end (``amount_usd``)."""

    key: str
    unit: str


@lru_cache(maxsize=4096)
def header_name(header: str) -> HeaderName:
    """Normalise a header: full-width forms, case, blanks, punctuation and units don't matter.

    ``InvoiceNo``, ``invoice_no`` and ``Invoice No.`` have one key; ``金额（万元）`` is 金额 with the unit 万元.
    """
    text = unicodedata.normalize("NFKC", header).casefold().strip()
    units = _BRACKETS.findall(text)
    bare = _BRACKETS.sub(" ", text).strip()
    text = bare if units and _key(bare) else text
    text = text.removesuffix("__c")
    currency = _CURRENCY_WORD.search(text)
    if currency:
        return HeaderName(_key(text[: currency.start()]), currency[1])
    return HeaderName(_key(text), units[0].strip() if units else "")


def _key(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def is_calculated(header: str) -> bool:
    """Whether a column of one of our own exports was worked out here, so that no record holds it."""
    return header.strip().startswith(CALCULATED)


def told_apart(headers: Sequence[str]) -> tuple[str, ...]:
    """Name the columns so that each can be spoken of: a second ``city`` is ``city (2)``. Blank ones stay blank.

    What no text can hold is shown as the sign for that, as the database could not keep such a name.
    """
    named: dict[str, None] = {}
    result = []
    for header in map(_storable, headers):
        name, number = header, 1
        while name and name in named:
            number += 1
            name = f"{header} ({number})"
        named[name] = None
        result.append(name)
    return tuple(result)


def _storable(header: str) -> str:
    return header.replace("\0", "\ufffd").encode("utf-8", "replace").decode().strip()


def numbered(count: int) -> list[str]:
    """Names for the columns of a table that has none."""
    return [_("Column %(number)d") % {"number": number} for number in range(1, count + 1)]


def find_header(records: Sequence[Record], is_known: Callable[[str], bool]) -> Record:
    """Return the row that names the columns, among the first 30 that are not blank.

    It is the first of which at least half the cells, and two if it has two, are known headers; failing that, the
    first that is at least half as wide as the rows usually are and holds only words.

    Args:
        records: the first rows of the table.
        is_known: whether a header's key is in the dictionary of any kind.

    Raises:
        NoHeader: no row is like that; says what the first one holds.
    """
    rows = [record for record in records if not is_blank(record[1])]
    for record in rows[:HEADER_WITHIN]:
        filled = [cell for cell in record[1] if cell.strip()]
        known = sum(is_calculated(cell) or is_known(header_name(cell).key) for cell in filled)
        if known >= min(2, len(filled)) and known * 2 >= len(filled):
            return record
    widths = sorted(_filled(record) for record in rows)
    usual = widths[len(widths) // 2]
    for record in rows[:HEADER_WITHIN]:
        if _filled(record) * 2 >= usual and not any(map(_looks_like_a_value, record[1])):
            return record
    line, cells = rows[0]
    message = _(
        "No row with column names was found. Line %(line)d holds: %(cells)s. Put a row with a name for "
        "each column above the data, or say which line has them."
    )
    raise NoHeader(message % {"line": line, "cells": ", ".join(shown(c) for c in cells[:6])}, line=line)


def _filled(record: Record) -> int:
    return sum(1 for cell in record[1] if cell.strip())


def _looks_like_a_value(cell: str) -> bool:
    """A number, date, time, phone number or e-mail address: nothing that names a column."""
    text = unicodedata.normalize("NFKC", cell).strip()
    return "@" in text or (any(map(str.isdigit, text)) and not any(map(str.isalpha, text)))
