"""What only a person can say before a file is checked: how ambiguous dates are ordered, what unknown words mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from itertools import islice
from typing import Final

from customers.imports.cleaning.dates import date_cleaner, find_date_order, is_ambiguous
from customers.imports.columns.base import Column
from customers.imports.context import ColumnContext, DateOrder
from customers.imports.knowledge import choices_of_column
from customers.imports.matching import ColumnMapping, HeaderSource
from customers.imports.problems import CellError
from customers.imports.tables import Table

EXAMPLES: Final = 3
DISTINCT: Final = 200
"""The most different words of a column that are asked about."""
COUNTED: Final = 10_000
"""The most different words of a column that are counted: more are no choices but free text."""


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """A column whose dates can be read in several orders, with examples and what they would be in each.

    An order in which the examples are no dates has none.
    """

    field: str
    header: str
    examples: tuple[str, ...]
    as_day_first: tuple[date, ...]
    as_month_first: tuple[date, ...]
    as_year_first: tuple[date, ...] = ()

    @property
    def readings(self) -> dict[DateOrder, tuple[date, ...]]:
        """The orders that are possible."""
        found = zip(DateOrder, (self.as_day_first, self.as_month_first, self.as_year_first), strict=True)
        return {order: days for order, days in found if days}


@dataclass(frozen=True, slots=True)
class ChoiceValue:
    """A word of the file, how many rows have it, and the value of ours that it is read as; None if unknown."""

    text: str
    count: int
    meaning: str | None


@dataclass(frozen=True, slots=True)
class ChoiceQuestion:
    """A column of a field with values of ours: these with their labels, and the words of the file, unknown first."""

    field: str
    header: str
    choices: tuple[tuple[str, str], ...]
    values: tuple[ChoiceValue, ...]

    @property
    def unknown(self) -> tuple[ChoiceValue, ...]:
        """The words that nobody has given a meaning yet."""
        return tuple(value for value in self.values if value.meaning is None)


def date_questions(table: Table, mapping: ColumnMapping, rows: int | None = None) -> tuple[DateQuestion, ...]:
    """Return the columns whose order of day, month and year nothing in the file decides, and nobody has said.

    Args:
        table: the file, which is read.
        mapping: what feeds what.
        rows: how many rows to look at; None for all.

    Raises:
        FileProblem: what iterating the table raises.
    """
    asked = [
        (column, source)
        for column, source in _fed(mapping)
        if column.is_date and column.field not in mapping.date_orders
    ]
    found = []
    for column, source in asked:
        _order, example = find_date_order(_cells(table, source.index, rows))
        if example is not None:
            ambiguous = dict.fromkeys(
                cell.strip() for cell in _cells(table, source.index, rows) if is_ambiguous(cell)
            )
            found.append(_date_question(column.field, source.header, tuple(islice(ambiguous, EXAMPLES))))
    return tuple(found)


def _date_question(field: str, header: str, examples: tuple[str, ...]) -> DateQuestion:
    return DateQuestion(field, header, examples, *(_read(examples, order) for order in DateOrder))


def _read(examples: tuple[str, ...], order: DateOrder) -> tuple[date, ...]:
    """Read all examples in an order; none if one of them is no date then."""
    clean = date_cleaner(ColumnContext(UTC, order))
    try:
        return tuple(value for value in map(clean, examples) if value is not None)
    except CellError:
        return ()


def choice_questions(
    table: Table, mapping: ColumnMapping, rows: int | None = None
) -> tuple[ChoiceQuestion, ...]:
    """Return the columns that feed fields with values of ours, with the words in them and what each is read as.

    Words whose meaning ``mapping`` states have that. Unknown words come first, then by how many rows have them.

    Args:
        table: the file, which is read once.
        mapping: what feeds what.
        rows: how many rows to look at; None for all.

    Raises:
        FileProblem: what iterating the table raises.
    """
    asked = [(column, source) for column, source in _fed(mapping) if column.words is not None]
    counts: list[Counter[str]] = [Counter() for _ in asked]
    if asked:
        for _line, cells in islice(table, rows):
            for (_column, source), count in zip(asked, counts, strict=True):
                text = cells[source.index].strip() if source.index < len(cells) else ""
                if text and (text in count or len(count) < COUNTED):
                    count[text] += 1
    return tuple(
        ChoiceQuestion(
            column.field,
            source.header,
            choices_of_column(column),
            _values(column, count, mapping.meanings.get(column.field, {})),
        )
        for (column, source), count in zip(asked, counts, strict=True)
    )


def _values(column: Column, count: Counter[str], said: dict[str, str]) -> tuple[ChoiceValue, ...]:
    clean = column.cleaner(ColumnContext(UTC))
    found = []
    for text, number in count.items():
        try:
            meaning = clean(said.get(text, text))
        except CellError:
            meaning = None
        else:
            meaning = "" if meaning is None else meaning
        found.append(ChoiceValue(text, number, meaning))
    found.sort(key=lambda value: (value.meaning is not None, -value.count, value.text))
    return tuple(found[:DISTINCT])


def _fed(mapping: ColumnMapping) -> Iterator[tuple[Column, HeaderSource]]:
    """The fields that a column of the file feeds, with that column."""
    for column in mapping.layout.columns:
        source = mapping.sources.get(column.field)
        if source is not None:
            yield column, source


def _cells(table: Table, index: int, rows: int | None) -> Iterable[str]:
    return (cells[index] for _line, cells in islice(table, rows) if index < len(cells))
