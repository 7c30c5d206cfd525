"""Texts and codes."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.utils.translation import gettext as _

from crm.files import FORMULA_STARTS as FORMULA_STARTS
from customers.imports.problems import CellError, shown
from customers.imports.tables import NumericCell

INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060"
# What people write into cells of numbers, dates and numbers to call, when they have nothing to write.
NOTHING = frozenset(
    {"-", "--", "—", "――", "/", "\\n", "n/a", "#n/a", "na", "nil", "null", "none", "无", "暂无", "空", "未知"}
)
CODE_LENGTH = 40
# Spreadsheets keep 15 digits of a number, then write zeros.
EXCEL_DIGITS = 15

_DAMAGED_CODE = re.compile(r"\d(?:\.\d+)?[eE]\+\d{1,3}", re.ASCII)


def bare(cell: str) -> str:
    """Strip white space and invisible marks at both ends.

    Raises:
        CellError: the cell has a NUL or half a surrogate pair, which no database can store.
    """
    text = cell.strip()
    if text.isascii():
        if "\0" in text:
            raise CellError(_("The cell has a NUL character in it. Remove it, or export the file again."))
        return text
    text = text.strip(INVISIBLE).strip()
    if "\0" in text:
        raise CellError(_("The cell has a NUL character in it. Remove it, or export the file again."))
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CellError(
            _("The cell has a broken character in it. Write it anew, or export the file again.")
        ) from error
    return text


def meaningful(cell: str) -> str | None:
    """Like :func:`bare`, but None for a blank, a dash, “n/a”, “无” and the like."""
    text = bare(cell)
    return None if not text or text.lower() in NOTHING else text


def text_cleaner(limit: int) -> Callable[[str], str | None]:
    """A cleaner of texts of at most ``limit`` characters; a longer one is refused, never cut."""

    def clean(cell: str) -> str | None:
        text = bare(cell)
        if not text:
            return None
        if text[0] == "'" and text.lstrip("'").startswith(FORMULA_STARTS):
            text = text[1:]  # our own exports put it there, to keep spreadsheets from calculating
        if len(text) > limit:
            message = _("The text has %(length)d characters; at most %(limit)d are possible here.")
            raise CellError(message % {"length": len(text), "limit": limit})
        return text

    return clean


def code_cleaner(limit: int = CODE_LENGTH) -> Callable[[str], str | None]:
    """A cleaner of codes and numbers that name something: text, but refused if a spreadsheet has damaged it."""
    clean_text = text_cleaner(limit)

    def clean(cell: str) -> str | None:
        if isinstance(cell, NumericCell) and sum(map(str.isdigit, cell)) > EXCEL_DIGITS:
            raise CellError(damaged_number())
        code = clean_text(cell)
        if code is not None and "+" in code and _DAMAGED_CODE.fullmatch(code):
            message = _(
                "“%(value)s” was a longer number before a spreadsheet shortened it. Export that column as text."
            )
            raise CellError(message % {"value": shown(code)})
        return code

    return clean


def damaged_number() -> str:
    """Why a long number in a numeric cell is refused; without the value, which may identify a person."""
    return _(
        "The spreadsheet keeps this as a number, and of numbers only the first 15 digits: the rest is lost. "
        "Format the column as text in the original and enter it again."
    )


def tags(cell: str) -> tuple[str, ...] | None:
    """Several words in one cell, separated by commas, semicolons or 、; each once, in order.

    What begins with a star is a group that an address book keeps for itself (``* myContacts``) and no tag.
    """
    text = bare(cell)
    for separator in (":::", "，", ";", "；", "、", "|", "\n"):
        text = text.replace(separator, ",")
    named = (word.strip() for word in text.split(","))
    words = tuple(dict.fromkeys(word for word in named if word and not word.startswith("* ")))
    if any(len(word) > CODE_LENGTH for word in words):
        message = _("A tag has more than %(limit)d characters. Separate tags by commas.")
        raise CellError(message % {"limit": CODE_LENGTH})
    return words or None
