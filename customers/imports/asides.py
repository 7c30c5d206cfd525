"""Rows that are no records although they stand among them: totals below a table, or between its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from customers.imports.cleaning.numbers import parse_amount
from customers.imports.kinds import Kind
from customers.imports.problems import CellError

_WORDS = (
    "合计",
    "总计",
    "小计",
    "汇总",
    "累计",
    "本页合计",
    "本页小计",
    "total",
    "totals",
    "grand total",
    "subtotal",
)
_SPACED = tuple(" ".join(word) for word in _WORDS if not word.isascii())
TOTALS = frozenset(
    f"{written}{mark}"
    for word in (*_WORDS, *_SPACED)
    for written in (word, word.capitalize(), word.title(), word.upper())
    for mark in ("", ":", "：")
)
"""The words that stand for a total, as people write them."""

# Fields by which a record is known. A row that fills one of them besides the word is a record called so.
_NAMES = {
    Kind.CUSTOMERS: frozenset({"name", "surname", "given_name"}),
    Kind.PRODUCTS: frozenset({"name"}),
}


def is_total(cells: Sequence[str], says: Mapping[str, str], kind: Kind) -> bool:
    """Whether a row in which a word of ``TOTALS`` stands holds totals.

    All else that it says must be numbers; and where records are known by a name, which may be any word, it says nothing
    else of them at all.

    Args:
        cells: the whole row.
        says: field → the text that feeds it.
        kind: what the rows of the file are.
    """
    if not all(not cell or cell in TOTALS or _is_number(cell) for cell in map(str.strip, cells)):
        return False
    names = _NAMES.get(kind)
    return names is None or not any(text.strip() for field, text in says.items() if field not in names)


def _is_number(cell: str) -> bool:
    try:
        parse_amount(cell.rstrip("%"))
    except CellError:
        return False
    return True
