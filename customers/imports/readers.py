"""Opening a file by its content, whatever its name says: gzip, delimited text in any encoding, workbooks."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO

from django.utils.translation import gettext as _

from customers.imports.byte_sources import ByteSource
from customers.imports.delimited import read_records, sniff_delimiter, states_delimiter
from customers.imports.encodings import detect_encoding
from customers.imports.headers import find_header, numbered, told_apart
from customers.imports.layouts import is_known_header
from customers.imports.problems import (
    DelimiterProblem,
    DisguisedSpreadsheet,
    EmptyFile,
    NoHeader,
    NoRows,
    TooManyColumns,
    UnsupportedFile,
)
from customers.imports.sheets import choose_sheet, is_archive, sheet_records
from customers.imports.tables import Record, SourceInfo, Table, is_blank
from customers.imports.vcards.cells import CARD_HEADERS, card_cells
from customers.imports.vcards.lines import is_card, read_cards
from customers.imports.workbooks import limits

HEAD = 512
NO_DELIMITERS = '"\r\n\0'
SNIFFED_CHARACTERS = 1 << 18
PREVIEWED_ROWS = 60
SAMPLE_ROWS = 50
TOP_ROWS = 30
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab"})


def read_table(
    origin: Path | str | BinaryIO,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    header_line: int | None = None,
    by_name: bool = True,
) -> Table:
    """Open a file that holds one table. Its content decides what it is, not its name.

    Args:
        origin: a path, or a seekable binary file.
        name: what to call it in messages; by default its own name.
        encoding: a codec name to use instead of finding out.
        delimiter: the cells' separator, likewise.
        sheet: a sheet's name or number from 1; by default the first with rows.
        header_line: the line (row) with the column names, likewise; 0 if there is none, and columns get numbers.
        by_name: refuse a workbook whose name says that it is text, since one of both is a mistake.

    Returns:
        The table: headers, a sample of 50 rows, and all rows whenever it is iterated.

    Raises:
        FileProblem: one of its kinds, saying where and what to do.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in NO_DELIMITERS):
        raise DelimiterProblem(
            _("A delimiter is one character, such as a comma; no quotation mark or line break.")
        )
    source = ByteSource.of(origin, name)
    with source.open() as stream:
        head = stream.read(HEAD)
    if not head:
        raise EmptyFile
    _refuse_what_is_no_table(head)
    if is_archive(head):
        if by_name and _says_text(source.name):
            raise DisguisedSpreadsheet(_disguised(source.name))
        info, number = _workbook_info(source, sheet)
        return _table(info, partial(_sheet_records, source, number), header_line)
    info, mark_length = _text_info(source, encoding, delimiter)
    if info.container == "vcard":
        return _table(info, partial(_card_records, source, info, mark_length), None)
    return _table(info, partial(_text_records, source, info, mark_length), header_line)


def _says_text(name: str) -> bool:
    return Path(name.lower().removesuffix(".gz")).suffix in TEXT_SUFFIXES


def _disguised(name: str) -> str:
    message = _(
        "%(name)s is a spreadsheet workbook although its name says plain text. Give it its own ending "
        "(such as .xlsx), or save it as CSV, and import it again."
    )
    return message % {"name": name}


def _refuse_what_is_no_table(head: bytes) -> None:
    """Name the commonest things that people send instead of a table."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    kinds = (
        ((b"%pdf",), _("a PDF")),
        (
            (b"<!doctype html", b"<html", b"<table", b"<meta"),
            _("a web page (some systems export those as .xls)"),
        ),
        ((b"<?xml", b"mime-version:"), _("an XML or web archive file")),
        ((b"7z\xbc\xaf", b"rar!", b"bzh", b"\xfd7zxz"), _("an archive")),
        ((b"\x89png", b"gif8", b"\xff\xd8\xff"), _("a picture")),
    )
    for starts, kind in kinds:
        if start.startswith(starts):
            message = _("This is %(kind)s, not a table. Save it as XLSX or CSV and import that.")
            raise UnsupportedFile(message % {"kind": kind})


def _workbook_info(source: ByteSource, sheet: str | None) -> tuple[SourceInfo, int]:
    with source.open_file() as file:
        workbook = choose_sheet(file, sheet)
    info = SourceInfo(
        name=source.name,
        container=workbook.container,
        compressed=source.compressed,
        sheet=workbook.sheet,
        sheets=workbook.sheets,
        epoch_1904=workbook.epoch_1904,
    )
    return info, workbook.chosen


def _text_info(source: ByteSource, encoding: str | None, delimiter: str | None) -> tuple[SourceInfo, int]:
    with source.open() as stream:
        found = detect_encoding(stream, encoding)
        with _decoded(stream, found.name, found.mark_length) as text:
            beginning = text.read(SNIFFED_CHARACTERS)
    if is_card(beginning):
        return SourceInfo(
            name=source.name,
            container="vcard",
            compressed=source.compressed,
            encoding=found.name,
            encoding_stated_by=found.stated_by,
        ), found.mark_length
    sniffed, skip_space = sniff_delimiter(beginning)
    info = SourceInfo(
        name=source.name,
        container="text",
        compressed=source.compressed,
        encoding=found.name,
        encoding_stated_by=found.stated_by,
        delimiter=delimiter or sniffed,
        skip_space=skip_space,
    )
    return info, found.mark_length


@contextmanager
def _decoded(stream: BinaryIO, encoding: str, mark_length: int) -> Iterator[TextIO]:
    stream.seek(mark_length)
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    try:
        yield text
    finally:
        text.detach()  # the bytes belong to the caller


def _text_records(source: ByteSource, info: SourceInfo, mark_length: int) -> Generator[Record, None, None]:
    encoding, delimiter = info.encoding or "utf-8", info.delimiter or ","
    with source.open() as stream, _decoded(stream, encoding, mark_length) as text:
        yield from read_records(text, delimiter, skip_space=info.skip_space)


def _card_records(source: ByteSource, info: SourceInfo, mark_length: int) -> Generator[Record, None, None]:
    with source.open() as stream, _decoded(stream, info.encoding or "utf-8", mark_length) as text:
        yield 0, list(CARD_HEADERS)
        for card in read_cards(text):
            yield card.line, card_cells(card)


def _sheet_records(source: ByteSource, number: int) -> Generator[Record, None, None]:
    with source.open_file() as file:
        yield from sheet_records(file, number)


def _table(
    info: SourceInfo, records: Callable[[], Generator[Record, None, None]], header_line: int | None
) -> Table:
    """Find the header in the first rows, and take a sample of what follows, all in one reading."""
    with closing(records()) as rows:
        preview = list(islice(rows, PREVIEWED_ROWS))
        line, cells = _header(preview, rows, header_line)
        if len(cells) > limits.COLUMNS:
            message = _("Line %(line)d has %(count)d columns; %(limit)d is the most that can be imported.")
            facts = {"line": line, "count": len(cells), "limit": limits.COLUMNS}
            raise TooManyColumns(message % facts, line=line)
        below = (row for row in chain(preview, rows) if row[0] > line and not is_blank(row[1]))
        sample = tuple(islice(below, SAMPLE_ROWS))
    if not sample:
        raise NoRows(line)
    return Table(info, told_apart(cells), line, sample, records, top=tuple(preview[:TOP_ROWS]))


def _header(preview: list[Record], rest: Iterator[Record], header_line: int | None) -> Record:
    rows = [record for record in preview if not is_blank(record[1]) and not states_delimiter(record[1])]
    if rows and rows[0][0] == 0:  # columns that stand in no line of the file
        return rows[0]
    if header_line:
        stated = next((row for row in chain(preview, rest) if row[0] >= header_line), None)
        if stated is None or stated[0] != header_line or is_blank(stated[1]):
            message = _("Line %(line)d, said to hold the column names, is not a row of the file.")
            raise NoHeader(message % {"line": header_line}, line=header_line)
        return stated
    if not rows:
        raise NoHeader(
            _("The file has no rows: its first %(count)d lines are blank.") % {"count": PREVIEWED_ROWS}
        )
    if header_line is not None:
        return 0, numbered(max(len(cells) for _line, cells in rows))
    return find_header(rows, is_known_header)
