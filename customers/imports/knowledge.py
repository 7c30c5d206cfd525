"""What the catalogue of the records knows of the columns: the labels of their values, and how sensitive they are."""

from __future__ import annotations

from collections.abc import Collection

from crm.sensitivity import Sensitivity
from customers.imports.columns.base import Column
from customers.imports.evidence import looks_like_identity_numbers
from customers.imports.headers import header_name
from customers.imports.layouts import LAYOUTS
from customers.imports.matching import ColumnMapping
from customers.imports.tables import Table
from customers.selectors.catalogue import FIELDS


def sensitivity_of_column(column: Column) -> Sensitivity:
    """Return the class that the catalogue gives a column's field; what it does not have is open."""
    return FIELDS[column.catalogue_key].sensitivity if column.catalogue_key else Sensitivity.OPEN


def choices_of_column(column: Column) -> tuple[tuple[str, str], ...]:
    """Return the values that a field may have, with their labels in the active language; () for free ones."""
    if column.words is None:
        return ()
    if column.catalogue_key:
        return tuple(FIELDS[column.catalogue_key].choices)
    return tuple((value, meaning[0]) for value, meaning in column.words.items())


def sensitive_places(table: Table, mapping: ColumnMapping | None = None) -> list[int]:
    """Return the places, from 0, of the columns whose cells nobody reads but in the file itself.

    They feed a sensitive field, are called like one though they are left out, or hold identity numbers.
    """
    called = {
        key
        for layout in LAYOUTS.values()
        for column in layout.columns
        if sensitivity_of_column(column) is Sensitivity.SENSITIVE
        for key in (*column.keys, *column.weak_keys)
    }
    fed = (
        {mapping.sources[name].index for name in sensitive_fields(mapping) if name in mapping.sources}
        if mapping
        else ()
    )
    return [
        place
        for place, header in enumerate(table.headers)
        if place in fed or header_name(header).key in called or looks_like_identity_numbers(table, place)
    ]


def without(cells: list[str], places: Collection[int], mask: str = "") -> list[str]:
    """Return a row with ``mask`` for what stands at some places."""
    if not places:
        return cells
    return [mask if place in places and cell else cell for place, cell in enumerate(cells)]


def sensitive_fields(mapping: ColumnMapping) -> tuple[str, ...]:
    """Return the fields that are fed, by a column or a constant, and that the law calls sensitive.

    Storing them needs a permission, a purpose and each person's consent; without these they are left out.
    """
    fed = mapping.sources.keys() | mapping.constants.keys()
    return tuple(
        column.field
        for column in mapping.layout.columns
        if column.field in fed and sensitivity_of_column(column) is Sensitivity.SENSITIVE
    )
