"""What the values of a column are, whatever its header says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from customers.imports.cleaning import contacts, identifiers
from customers.imports.cleaning.dates import AmbiguousDateError
from customers.imports.cleaning.text import NOTHING
from customers.imports.problems import CellError
from customers.imports.tables import Table

SURE = 0.9
ENOUGH = 2
"""Values that a column must have before they alone decide what it is."""
NO_VALUE = "»§«"
"""A text that only a column of free text takes."""

_NUMBER_TO_CALL = re.compile(r"(?:(?:\+|00)?86[- ]?)?1[3-9]\d{9}", re.ASCII)


def values_of(table: Table, index: int) -> list[str]:
    """The values of a column in the first rows: those that say something, as they are written."""
    cells = (cells[index] for _line, cells in table.sample if index < len(cells))
    return [cell for cell in cells if cell.strip() and cell.strip().lower() not in NOTHING]


def share(values: Iterable[str], takes: Callable[[str], object]) -> float:
    """The share of values that a cleaner takes, 0 to 1; 0 if there are none.

    A date whose order is not known is a date.
    """
    taken = total = 0
    for value in values:
        total += 1
        try:
            takes(value)
        except AmbiguousDateError:
            taken += 1
        except CellError:
            continue
        else:
            taken += 1
    return taken / total if total else 0.0


def surely_holds(table: Table, index: int) -> str | None:
    """The field of customers that the values of a column leave no doubt about, None if they do.

    Only what is written in a form of its own counts: mail addresses, Chinese mobile numbers, credit codes. A column
    of identity numbers is never taken by its values alone: storing those asks for a decision.
    """
    values = values_of(table, index)
    if len(values) < ENOUGH:
        return None
    return next((name for name, takes in _FORMS if share(values, takes) >= SURE), None)


def looks_like_identity_numbers(table: Table, index: int) -> bool:
    """Whether a column holds identity numbers, whose check characters fit."""
    values = values_of(table, index)
    return bool(values) and share(values, identifiers.identity_number) >= SURE


def _mail(cell: str) -> None:
    if contacts.emails(cell) is None:
        raise CellError


def _mobile(cell: str) -> None:
    if not _NUMBER_TO_CALL.fullmatch(cell.strip().replace(" ", "").replace("-", "")):
        raise CellError


_FORMS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("email", _mail),
    ("mobile", _mobile),
    ("unified_social_credit_code", identifiers.unified_social_credit_code),
)
