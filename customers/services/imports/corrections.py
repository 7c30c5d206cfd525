"""Cells that somebody put right after the check: laid over the file whenever it is read."""

from __future__ import annotations

from collections.abc import Generator

from customers.imports.tables import Record, Table
from customers.models import ImportBatch

Corrections = dict[int, dict[int, str]]
"""Line → column, counted from 0 → text."""


def corrections_of(batch: ImportBatch) -> Corrections:
    """Return the corrected cells of a batch."""
    found: Corrections = {}
    for line, column, text in batch.corrections.values_list("line_no", "column_no", "text"):
        found.setdefault(line, {})[column] = text
    return found


def corrected(table: Table, corrections: Corrections) -> Table:
    """Return the table with the corrected cells in their places."""
    if not corrections:
        return table

    def records() -> Generator[Record, None, None]:
        for line, cells in table:
            yield line, with_corrections(cells, corrections[line]) if line in corrections else cells

    return Table(table.source, table.headers, table.header_line, table.sample, records, table.top)


def with_corrections(cells: list[str], texts: dict[int, str]) -> list[str]:
    """Return a row with some of its cells replaced; a short row is filled up."""
    if not texts:
        return cells
    width = max(len(cells), *(column + 1 for column in texts))
    row = cells + [""] * (width - len(cells))
    for column, text in texts.items():
        row[column] = text
    return row


def one_row(table: Table, line: int, cells: list[str], batch: ImportBatch) -> Table:
    """Return a table of the same layout with one row, its corrected cells in their places."""
    row = with_corrections(cells, corrections_of(batch).get(line, {}))

    def records() -> Generator[Record, None, None]:
        yield line, row

    return Table(table.source, table.headers, table.header_line, ((line, row),), records, table.top)
