"""Workbooks (XLSX, XLSB, XLS, ODS): their sheets, and rows whose cells are text as a person would type it.

Nothing of a workbook is parsed in this process: see ``customers.imports.workbooks``.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from customers.imports.problems import (
    FileProblem,
    SheetProblem,
    TooManyColumns,
    UnsafeWorkbook,
    UnsupportedFile,
    shown,
)
from customers.imports.tables import Container, NumericCell, Record
from customers.imports.workbooks.archive import OLE_MAGIC
from customers.imports.workbooks.isolation import ReaderLost, ReaderTooSlow, answers

ZIP_MAGIC = b"PK\x03\x04"
EXCEL_DIGITS = 15
NUMBER_DIGITS = 6
SHOWN_NAMES = 20


@dataclass(frozen=True, slots=True)
class Workbook:
    """What a workbook is, the names of all its worksheets, and the one to read, by its number from 1."""

    container: Container
    sheets: tuple[str, ...]
    chosen: int
    epoch_1904: bool

    @property
    def sheet(self) -> str:
        """The name of the sheet to read."""
        return self.sheets[self.chosen - 1]


def is_archive(head: bytes) -> bool:
    """Whether a file begins as workbooks do (and ZIP archives and old Office documents)."""
    return head.startswith((ZIP_MAGIC, OLE_MAGIC))


def choose_sheet(workbook: BinaryIO, wanted: str | None) -> Workbook:
    """Tell what a workbook is and which of its sheets to read.

    Args:
        workbook: a file that the operating system knows.
        wanted: a sheet's name, or its number from 1; None takes the first one that has rows.

    Raises:
        UnsupportedFile: an archive that is no workbook.
        UnsafeWorkbook: it holds what no spreadsheet program writes, or unpacks to too much.
        SheetProblem: no such sheet, no sheet with rows, or the workbook is damaged or protected.
    """
    with closing(_answers(workbook, "describe")) as said:
        description = _object(next(said, b""))
        names = tuple(description["sheets"])
        number = _number_of(wanted, names) if wanted is not None else _first_filled(names, said)
    return Workbook(description["kind"], names, number, description["epoch_1904"])


def _number_of(wanted: str, names: tuple[str, ...]) -> int:
    if wanted in names:
        return names.index(wanted) + 1
    if wanted.isdecimal() and len(wanted) < NUMBER_DIGITS and 1 <= int(wanted) <= len(names):
        return int(wanted)
    listed = [shown(name) for name in names[:SHOWN_NAMES]] + ["…"] * (len(names) > SHOWN_NAMES)
    message = _("There is no sheet “%(wanted)s”. The workbook has: %(names)s.")
    raise SheetProblem(message % {"wanted": shown(wanted), "names": ", ".join(listed)})


def _first_filled(names: tuple[str, ...], said: Iterator[bytes]) -> int:
    """The first sheet with rows. That of an only sheet shows when it is read, so it isn't parsed for that alone."""
    number = 1 if len(names) == 1 else _object(next(said, b"")).get("filled")
    if number is None:
        raise SheetProblem(_("The workbook has no sheet with rows in it."))
    return int(number)


def sheet_records(workbook: BinaryIO, number: int) -> Generator[Record, None, None]:
    """Yield every row of a worksheet, blank ones too, with its 1-based number and its cells as text.

    Whole numbers lose their ``.0``, others are written with the 15 digits that a spreadsheet keeps and never with
    an exponent (both as :class:`NumericCell`); dates and times are ISO. This is the one place where a workbook's
    cells enter the program. Close it, or read it to its end, to be rid of the process behind it.

    Args:
        workbook: a file that the operating system knows.
        number: the worksheet's, from 1.

    Raises:
        TooManyColumns: the sheet is too wide.
        SheetProblem: it is damaged, has no rows, or reading it needs too much memory or time.
    """
    line = 0
    with closing(_answers(workbook, "rows", str(number))) as said:
        for line, answer in enumerate(said, start=1):
            yield line, _cells(answer)
    if not line:
        raise SheetProblem(_("The sheet has no rows in it. Choose another one, if the workbook has any."))


def _answers(workbook: BinaryIO, *request: str) -> Generator[bytes, None, None]:
    """What the reading process says; its refusals, and its end before time, raised as problems of the file."""
    try:
        for answer in answers(workbook, *request):
            if answer.startswith(b'{"refused"'):
                raise _refused(**_object(answer))
            yield answer
    except ReaderTooSlow as error:
        message = _(
            "Reading the workbook takes too long: it is damaged or far too large. Open it in a spreadsheet program and "
            "save it again, or export the sheet as CSV."
        )
        raise SheetProblem(message) from error
    except ReaderLost as error:
        message = _(
            "The workbook cannot be read: it is damaged, or needs too much memory. Open it in a spreadsheet program, "
            "delete what stands far outside the table and save it again, or export the sheet as CSV."
        )
        raise SheetProblem(message) from error


def _object(answer: bytes) -> dict[str, Any]:
    content = _decoded(_PLAIN, answer)
    if not isinstance(content, dict):
        raise SheetProblem(_damaged())
    return content


def _cells(answer: bytes) -> list[str]:
    """A row as texts. All else that JSON can hold is nothing that a cell can."""
    row = _decoded(_NUMBERS_WRITTEN, answer)
    if not isinstance(row, list):
        raise SheetProblem(_damaged())
    kinds = {*map(type, row)}
    if bool in kinds:
        row = [_TRUTH[cell] if isinstance(cell, bool) else cell for cell in row]
        kinds.discard(bool)
    if not kinds <= _CELL_TYPES:
        raise SheetProblem(_damaged())
    return row


def _decoded(decoder: json.JSONDecoder, answer: bytes) -> Any:
    try:
        return decoder.decode(answer.decode())
    except (ValueError, RecursionError) as error:
        raise SheetProblem(_damaged()) from error


def _decimal(text: str) -> str:
    value = float(text)
    if value.is_integer() and abs(value) < 10**EXCEL_DIGITS:
        return NumericCell(int(value))
    return NumericCell(format(Decimal(format(value, f".{EXCEL_DIGITS}g")), "f"))


_PLAIN = json.JSONDecoder()
_NUMBERS_WRITTEN = json.JSONDecoder(parse_int=NumericCell, parse_float=_decimal, parse_constant=NumericCell)
_CELL_TYPES = {str, NumericCell}
_TRUTH = {True: "TRUE", False: "FALSE"}


def _refused(refused: str, **facts: Any) -> FileProblem:
    """The problem by which the reading process refused a workbook."""
    match refused:
        case "no_workbook":
            return UnsupportedFile(
                _("This is a ZIP archive, not a table. Unpack it and import the file inside.")
            )
        case "password":
            return SheetProblem(
                _("The workbook is protected by a password. Save a copy without one and import that.")
            )
        case "columns":
            message = _(
                "The sheet has cells out to column %(count)d; %(limit)d is the most that can be imported. "
                "Delete what stands to the right of the table."
            )
            return TooManyColumns(message % facts)
        case "cell":
            message = _(
                "Row %(line)d has a cell of more than %(limit)d characters. Shorten it or leave it out."
            )
            return SheetProblem(message % facts, line=facts["line"])
        case "row":
            message = _("Row %(line)d has more than %(limit)d characters. Import fewer columns.")
            return SheetProblem(message % facts, line=facts["line"])
        case "formula":
            message = _(
                "The workbook has formulas whose results were never computed. Open it in a spreadsheet program and "
                "save it again."
            )
            return SheetProblem(message)
        case _:
            return _unsafe(refused, facts)


def _unsafe(refused: str, facts: dict[str, Any]) -> FileProblem:
    reasons = {
        "inflated": _("it unpacks to %(megabytes)d MB"),
        "path": _("its parts have names that lead out of it"),
        "declaration": _("it declares XML entities"),
        "long_text": _("one of its cells has more than %(limit)d characters"),
        "extent": _("it claims more rows or columns than any spreadsheet has"),
    }
    if refused not in reasons:
        return SheetProblem(_damaged())
    message = _(
        "The workbook was refused unread: %(reason)s. Open it in a spreadsheet program and save it again, or export "
        "the sheet as CSV."
    )
    return UnsafeWorkbook(message % {"reason": reasons[refused] % facts})


def _damaged() -> str:
    return _(
        "The workbook is damaged or not a spreadsheet. Open it in a spreadsheet program and save it again."
    )
