"""Workbooks (XLSX, XLSB, XLS, ODS): their sheets, and rows whose cells are text as a person would type it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from customers.imports.problems import SheetProblem, UnsupportedFile, shown
from customers.imports.tables import Container, NumericCell, Record

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
EXCEL_DIGITS = 15
WORKBOOK_XML_LIMIT = 1 << 20

_EPOCH_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["'](?:1|true)["']""")


def is_archive(head: bytes) -> bool:
    """Whether a file begins as workbooks do (and ZIP archives and old Office documents)."""
    return head.startswith((ZIP_MAGIC, OLE_MAGIC))


def workbook_kind(head: bytes, stream: BinaryIO) -> Container:
    """Tell which kind of workbook an archive is.

    Raises:
        UnsupportedFile: an archive that is not a workbook.
        SheetProblem: a damaged one.
    """
    if head.startswith(OLE_MAGIC):
        return "xls"
    with _unzipped(stream) as archive:
        names = set(archive.namelist())
        if "xl/workbook.xml" in names:
            return "xlsx"
        if "xl/workbook.bin" in names:
            return "xlsb"
        if "mimetype" in names and archive.open("mimetype").read(len(ODS_TYPE)) == ODS_TYPE:
            return "ods"
    raise UnsupportedFile(_("This is a ZIP archive, not a table. Unpack it and import the file inside."))


def counts_from_1904(stream: BinaryIO) -> bool:
    """Whether an XLSX workbook counts its days from 1904-01-01, as old Macintosh ones do."""
    with _unzipped(stream) as archive, archive.open("xl/workbook.xml") as part:
        return _EPOCH_1904.search(part.read(WORKBOOK_XML_LIMIT)) is not None


@contextmanager
def _unzipped(stream: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive; whatever is wrong with it is a damaged workbook."""
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        raise SheetProblem(_damaged()) from error


def choose_sheet(stream: BinaryIO, wanted: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the sheet to read and the names of all worksheets.

    Args:
        stream: the workbook.
        wanted: a sheet's name, or its number from 1; None takes the first one that has rows.

    Raises:
        SheetProblem: no such sheet, no sheet with rows, or the workbook is damaged or protected.
    """
    with _open(stream) as book:
        names = tuple(m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet)
        if wanted is None:
            for name in names:
                if _sheet(book, name).height:
                    return name, names
            raise SheetProblem(_("The workbook has no sheet with rows in it."))
    if wanted in names:
        return wanted, names
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1], names
    message = _("There is no sheet “%(wanted)s”. The workbook has: %(names)s.")
    raise SheetProblem(message % {"wanted": shown(wanted), "names": ", ".join(names)})


def sheet_records(stream: BinaryIO, sheet: str) -> Iterator[Record]:
    """Yield every row of ``sheet``, blank ones too, with its 1-based number and its cells as text.

    Whole numbers lose their ``.0``, others are written with the 15 digits that a spreadsheet keeps and never with
    an exponent (both as :class:`NumericCell`); dates and times are ISO. This is the one place where a workbook's
    cells enter the program.
    """
    with _open(stream) as book:
        for number, values in enumerate(_sheet(book, sheet).iter_rows(), start=1):
            yield number, [_WRITTEN[value.__class__](value) for value in values]


def _open(stream: BinaryIO) -> CalamineWorkbook:
    stream.seek(0)
    try:
        return CalamineWorkbook.from_filelike(stream)
    except PasswordError as error:
        message = _("The workbook is protected by a password. Save a copy without one and import that.")
        raise SheetProblem(message) from error
    except CalamineError as error:
        raise SheetProblem(_damaged()) from error


def _sheet(book: CalamineWorkbook, name: str) -> CalamineSheet:
    try:
        return book.get_sheet_by_name(name)
    except CalamineError as error:
        raise SheetProblem(_damaged()) from error


def _damaged() -> str:
    return _(
        "The workbook is damaged or not a spreadsheet. Open it in a spreadsheet program and save it again."
    )


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 10**EXCEL_DIGITS:
        return NumericCell(int(value))
    return NumericCell(format(Decimal(format(value, f".{EXCEL_DIGITS}g")), "f"))


def _moment(value: datetime) -> str:
    """ISO with a blank; Excel's fractions of a day are rounded to the second they mean."""
    if value.microsecond:
        value = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return value.isoformat(" ")


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: NumericCell,
    bool: lambda value: "TRUE" if value else "FALSE",
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}
