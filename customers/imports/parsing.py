"""From cells to typed rows: every row of a table becomes one row or one rejection with all its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from customers.imports.asides import TOTALS, is_total
from customers.imports.cleaning.dates import AmbiguousDateError, find_date_order
from customers.imports.cleaning.numbers import header_scale
from customers.imports.columns.base import Cleaner, Column, FieldError, Layout, Setting, Values
from customers.imports.context import ColumnContext, DateOrder, ReadingContext
from customers.imports.matching import ColumnMapping
from customers.imports.problems import AmbiguousDates, CellError, CellProblem, MappingProblem, shown
from customers.imports.rows import AnyRow
from customers.imports.tables import Record, Table

# Values remembered per column. Dates, codes and prices recur; a column where nothing does costs this much memory.
REMEMBERED = 1 << 14


class RowResult(NamedTuple):
    """What became of one row: ``row`` if it is good, else ``problems``; ``cells`` are as they were read.

    A row that is no record, such as one of totals, has neither: ``aside`` says what it is.
    """

    line: int
    row: AnyRow | None
    problems: tuple[CellProblem, ...]
    cells: list[str]
    aside: str = ""


def parse_rows(
    table: Table, mapping: ColumnMapping, context: ReadingContext, *, only: Iterable[Record] | None = None
) -> Iterator[RowResult]:
    """Clean all rows of ``table``, in order, each into exactly one result.

    Args:
        table: the file, which may be read more than once.
        mapping: complete (``require_complete``).
        context: what the file cannot say about itself.
        only: those of its rows that are wanted; what the file says as a whole is asked of all of them nevertheless.

    Raises:
        AmbiguousDates: a date column can be read day first or month first and nothing in it decides.
        MappingProblem: a constant of the mapping is not a value of its field.
        FileProblem: what iterating the table raises.
    """
    parser = _Parser(table, mapping, context)
    for line, cells in table if only is None else only:
        yield parser.result(line, cells)


def _translated(clean: Cleaner, meanings: Mapping[str, str]) -> Cleaner:
    """A cleaner that first reads another text where somebody said so."""

    def read(cell: str) -> Any:
        said = meanings.get(cell.strip())
        return clean(cell if said is None else said)

    return read


@dataclass(slots=True)
class _Feed:
    """One field with its column of the file and its cleaner."""

    column: Column
    index: int
    header: str
    date_order: DateOrder | None
    clean: Cleaner


class _Parser:
    """The cleaners of one file, and what they make of a row."""

    def __init__(self, table: Table, mapping: ColumnMapping, context: ReadingContext) -> None:
        self.table = table
        self.mapping = mapping
        self.context = context
        self.layout: Layout = mapping.layout
        self.headers = list(table.headers)
        self.width = len(self.headers)
        self.constants = self._constants()
        self.feeds = {
            column.field: self._feed(column, mapping.date_orders.get(column.field))
            for column in self.layout.columns
            if column.field in mapping.sources
        }
        fed = frozenset({*self.feeds, *self.constants})
        self.setting = Setting(phone_region=context.phone_region, profile=mapping.profile, fed=fed)
        self.required = [c.field for c in self.layout.columns if c.required and c.field in fed]
        self.plan = self._plan()
        self.is_decided = False

    def result(self, line: int, cells: list[str]) -> RowResult:
        """Clean one row."""
        padded = cells
        if not TOTALS.isdisjoint(cells) or cells == self.headers:
            aside = self._aside(cells)
            if aside:
                return RowResult(line, None, (), cells, aside)
        if len(cells) != self.width:
            if any(cells[self.width :]):
                return RowResult(line, None, (self._too_long(cells),), cells)
            padded = cells + [""] * (self.width - len(cells))
        return self._cleaned(line, cells, padded)

    def _cleaned(self, line: int, cells: list[str], padded: list[str]) -> RowResult:
        try:
            values = self.constants.copy()
            for field, index, clean in self.plan:
                values[field] = clean(padded[index])
            for field in self.required:
                if values[field] is None:
                    return self._rejected(line, cells, padded)
            return RowResult(line, self.layout.compose(values, self.setting), (), cells)
        except AmbiguousDateError:
            if self.is_decided:
                return self._rejected(line, cells, padded)
            self._decide_date_orders()
            return self._cleaned(line, cells, padded)
        except CellError:
            return self._rejected(line, cells, padded)
        except FieldError as error:
            return RowResult(line, None, (self._problem(error.field, str(error)),), cells)

    def _aside(self, cells: list[str]) -> str:
        """What a row is that may be no record; "" for one that is."""
        if cells == self.headers:
            return _("The row repeats the column names.")
        says = {field: cells[feed.index] for field, feed in self.feeds.items() if feed.index < len(cells)}
        if is_total(cells, says, self.layout.kind):
            return _("The row holds totals.")
        return ""

    def _plan(self) -> list[tuple[str, int, Cleaner]]:
        return [(field, feed.index, feed.clean) for field, feed in self.feeds.items()]

    def _feed(self, column: Column, date_order: DateOrder | None) -> _Feed:
        source = self.mapping.sources[column.field]
        scale, currency = header_scale(source.unit)
        context = ColumnContext(
            time_zone=self.context.time_zone,
            date_order=date_order,
            scale=scale,
            currency=currency,
            epoch_1904=self.table.source.epoch_1904,
        )
        clean = column.cleaner(context)
        meanings = self.mapping.meanings.get(column.field)
        if meanings:
            clean = _translated(clean, meanings)
        # In a workbook a number and a text that look alike are not equal: remember them apart.
        remember = lru_cache(maxsize=REMEMBERED, typed=self.table.source.is_spreadsheet)
        return _Feed(column, source.index, source.header, date_order, remember(clean))

    def _constants(self) -> Values:
        values: Values = {}
        for field, text in self.mapping.constants.items():
            context = ColumnContext(self.context.time_zone, self.mapping.date_orders.get(field))
            try:
                values[field] = self.layout.column(field).cleaner(context)(text)
            except CellError as error:
                message = _("The constant of “%(field)s” in the mapping cannot be used: %(reason)s")
                raise MappingProblem(message % {"field": field, "reason": error}) from error
        return values

    def _decide_date_orders(self) -> None:
        """Look through the whole file how its dates are ordered, for all columns that it was not said of.

        What is ambiguous even then, such as a text that somebody said to read as 03/04/2024, rejects its row.
        """
        self.is_decided = True
        for field, feed in self.feeds.items():
            if feed.column.is_date and feed.date_order is None:
                index = feed.index
                cells = (cells[index] for _line, cells in self.table if index < len(cells))
                order, example = find_date_order(cells)
                if example is not None:
                    raise AmbiguousDates(
                        self._ambiguous(feed, example), field=field, header=feed.header, example=example
                    )
                if order is not None:
                    self.feeds[field] = self._feed(feed.column, order)
        self.plan = self._plan()

    def _ambiguous(self, feed: _Feed, example: str) -> str:
        message = _(
            "The dates in column “%(header)s”, such as %(example)s, can be read in several orders: day first, "
            "month first or, with a year of two digits, year first. "
            'Say which in a mapping: {"%(field)s": {"header": "%(header)s", "date_order": "day first"}}.'
        )
        return message % {"header": shown(feed.header), "example": shown(example), "field": feed.column.field}

    def _rejected(self, line: int, cells: list[str], padded: list[str]) -> RowResult:
        """Clean the row again, to collect all that is wrong with it and not the first thing only."""
        problems: list[CellProblem] = []
        for field, feed in self.feeds.items():
            try:
                value = feed.clean(padded[feed.index])
            except CellError as error:
                if isinstance(error, AmbiguousDateError) and not self.is_decided:
                    self._decide_date_orders()
                    return self._rejected(line, cells, padded)
                problems.append(CellProblem(field, feed.header, str(error)))
            else:
                if value is None and feed.column.required:
                    problems.append(CellProblem(field, feed.header, _("The cell is empty, but needed.")))
        return RowResult(line, None, tuple(problems), cells)

    def _problem(self, field: str, message: str) -> CellProblem:
        feed = self.feeds.get(field)
        return CellProblem(field, feed.header if feed else "", message)

    def _too_long(self, cells: list[str]) -> CellProblem:
        message = _(
            "The row has %(cells)d cells, the header %(headers)d. "
            "A separator inside a text must stand in quotation marks."
        )
        return CellProblem("", "", message % {"cells": len(cells), "headers": self.width})
