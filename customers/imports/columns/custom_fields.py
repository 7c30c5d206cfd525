"""The columns of fields that administrators added, known by their labels in both languages and by their keys.

A cell gives what is kept: a number exactly, as text, and a day in ISO form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.imports.cleaning.choices import yes_no
from customers.imports.cleaning.dates import date_cleaner
from customers.imports.cleaning.numbers import decimal_cleaner
from customers.imports.cleaning.text import bare, text_cleaner
from customers.imports.columns.base import Cleaner, Column, Layout, always
from customers.imports.context import ColumnContext
from customers.imports.problems import CellError, shown
from customers.imports.rows import CUSTOM
from customers.models import CustomField, CustomKind

LONGEST = 500
_NUMBERS_BELOW = Decimal(10) ** 14
_FINEST = Decimal("0.0001")


def with_custom(layout: Layout, fields: Iterable[CustomField]) -> Layout:
    """Return a layout that has a column for each of these fields too."""
    return replace(layout, columns=(*layout.columns, *map(_column, fields)))


def _column(field: CustomField) -> Column:
    labels = (each.replace("|", " ") for each in (field.label, field.english_label) if each)
    return Column(
        f"{CUSTOM}{field.key}",
        str(field),
        "|".join(labels),
        _cleaner(field),
        is_date=field.kind == CustomKind.DATE,
        group=gettext_lazy("Custom fields"),
        words={each: (each,) for each in field.choices} if field.kind == CustomKind.CHOICE else None,
    )


def _cleaner(field: CustomField) -> Callable[[ColumnContext], Cleaner]:
    if field.kind == CustomKind.DATE:
        return _day_cleaner
    cleaners: dict[str, Cleaner] = {
        CustomKind.NUMBER: _number,
        CustomKind.YES_NO: yes_no,
        CustomKind.TEXT: text_cleaner(LONGEST),
    }
    return always(_one_of(field.choices) if field.kind == CustomKind.CHOICE else cleaners[field.kind])


def _day_cleaner(context: ColumnContext) -> Cleaner:
    clean = date_cleaner(context)

    def read(cell: str) -> str | None:
        day: date | None = clean(cell)
        return None if day is None else day.isoformat()

    return read


# A unit in the label is part of what the field means: nothing is converted.
_decimal = decimal_cleaner(ColumnContext(UTC))


def _number(cell: str) -> str | None:
    found = _decimal(cell)
    if found is None:
        return None
    if abs(found) >= _NUMBERS_BELOW or found != found.quantize(_FINEST):
        message = _("“%(value)s” is no number of at most 14 digits and 4 decimals.")
        raise CellError(message % {"value": shown(cell)})
    return str(found)


def _one_of(choices: list[str]) -> Callable[[str], Any]:
    """A cleaner that takes one of an administrator's choices, as it is or in another case."""
    known = {each.casefold(): each for each in reversed(choices)} | {each: each for each in choices}

    def read(cell: str) -> str | None:
        text = bare(cell)
        if not text:
            return None
        found = known.get(text) or known.get(text.casefold())
        if found is None:
            message = _("“%(value)s” is none of the values possible here: %(values)s.")
            raise CellError(message % {"value": shown(text), "values": ", ".join(choices)})
        return found

    return read
