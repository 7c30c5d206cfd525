"""What the catalogue of the records knows of the columns: the labels of their values, and how sensitive they are."""

from __future__ import annotations

from crm.sensitivity import Sensitivity
from customers.imports.columns.base import Column
from customers.imports.layouts import LAYOUTS
from customers.imports.matching import ColumnMapping
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


def sensitive_fields(mapping: ColumnMapping) -> tuple[str, ...]:
    """Return the fields that are fed, by a column or a constant, and that the law calls sensitive.

    Storing them needs a permission, a purpose and each person's consent; without these they are left out.
    """
    layout = LAYOUTS[mapping.kind]
    fed = mapping.sources.keys() | mapping.constants.keys()
    return tuple(
        column.field
        for column in layout.columns
        if column.field in fed and sensitivity_of_column(column) is Sensitivity.SENSITIVE
    )
