"""All addresses of a customer in one cell, a line each: how our exports write them, and how they are read again."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _

from customers.imports.cleaning.choices import Words, choice_cleaner
from customers.imports.cleaning.text import text_cleaner
from customers.imports.problems import CellError, shown
from customers.imports.rows import Place, PostalAddress

PLACES: Final[Words] = {
    "office": ("办公", "单位", "公司"),
    "home": ("家庭", "住宅"),
    "other": ("其他", "其它"),
}
LONGEST_CELL: Final = 131_072
_PARTS: Final = 7
_BAR = re.compile(r"(?<!\\)(?:\\\\)*\|")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)

_clean_cell = text_cleaner(LONGEST_CELL)
_clean_place = choice_cleaner(PLACES)


def address_line(place: str, street: str, region: dict[str, str], postcode: str, *, chinese: bool) -> str:
    """Write one address: place | street | district | city | province | country | postcode; ``region`` by level."""
    levels = [region.get(level, "") for level in ("district", "city", "province", "country")]
    parts = [PLACES[place][0] if chinese else place, street, *levels, postcode]
    return " | ".join(map(_escaped, parts))


def addresses(cell: str) -> tuple[PostalAddress, ...] | None:
    """Read the addresses of a cell.

    Raises:
        CellError: a line has other parts, or its place is none.
    """
    text = _clean_cell(cell)
    return tuple(map(_address, text.replace("\r\n", "\n").split("\n"))) if text else None


def _address(line: str) -> PostalAddress:
    parts = [_ESCAPED.sub(_unescaped, part).strip() for part in _split(line)]
    if len(parts) != _PARTS or not parts[0]:
        message = _(
            "“%(value)s” is no address. Write place | street | district | city | province | country | postcode, "
            "one address a line."
        )
        raise CellError(message % {"value": shown(line)})
    where, street, district, city, province, country, postcode = parts
    place = Place(None, country or None, province or None, city or None, district or None)
    return PostalAddress(_clean_place(where) or "office", street, postcode or None, place)


def _split(line: str) -> list[str]:
    """Part a line at the bars that no backslash protects."""
    pieces, begin = [], 0
    for bar in _BAR.finditer(line):
        pieces.append(line[begin : bar.end() - 1])
        begin = bar.end()
    return [*pieces, line[begin:]]


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n")


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]
