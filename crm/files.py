"""Writing rows into files: CSV and Excel workbooks, whose cells no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter

Value: TypeAlias = str | int | float | bool | Decimal | date | datetime | None

# What a spreadsheet takes for the beginning of a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
BOM = "\ufeff"
LONGEST_CELL = 32_767
WIDEST = 40


def neutral(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would calculate; importing takes exactly one away again.

    A text that begins with apostrophes and then like a formula gets one more, so that none of its own is lost.
    """
    return f"'{text}" if text.lstrip("'").startswith(FORMULA_STARTS) else text


def write_csv(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Value]], *, bom: bool) -> int:
    """Write a CSV file in UTF-8, with a byte order mark for Excel where asked for; return how many rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        if bom:
            file.write(BOM)
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([neutral(header) for header in headers])
        for row in rows:
            writer.writerow([_written(value) for value in row])
            count += 1
    return count


def write_workbook(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Value]], title: str) -> int:
    """Write an Excel workbook of one sheet, row by row in constant memory; return how many rows."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    book = xlsxwriter.Workbook(str(path), options)
    count = 0
    try:
        sheet = book.add_worksheet(_sheet_name(title))
        bold = book.add_format({"bold": True, "bottom": 1})
        # Excel's own sign that a cell is text, whatever it begins with: nobody sees it, and importing never meets it.
        text = book.add_format({"quote_prefix": True})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.set_column(column, column, min(WIDEST, max(12, 2 * len(header))))
            sheet.write_string(0, column, header, bold)
        for count, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                _write_cell(sheet, count, column, value, text, moment)
        sheet.autofilter(0, 0, count, len(headers) - 1)
    finally:
        book.close()
    return count


def _write_cell(sheet: Any, row: int, column: int, value: Value, text: Any, moment: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        risky = value.startswith(FORMULA_STARTS)
        # Of apostrophes before a formula importing takes one away, here as in a CSV file.
        whole = value if risky else neutral(value)
        sheet.write_string(row, column, whole[:LONGEST_CELL], text if risky else None)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, moment)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time.min))
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    else:
        sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value)


def _written(value: Value) -> str:
    """Write a value for machines: ISO days and times, a point in decimals, no grouping."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return neutral(str(value)) if isinstance(value, str) else str(value)


def _sheet_name(title: str) -> str:
    return "".join("_" if character in "[]:*?/\\'" else character for character in title)[:31] or "1"
