"""Opening a file by its content, whatever its name says: gzip, delimited text in any encoding, workbooks."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from django.utils.translation import gettext as _

from customers.imports.delimited import read_records, sniff_delimiter, states_delimiter
from customers.imports.encodings import detect_encoding
from customers.imports.headers import find_header
from customers.imports.layouts import is_known_header
from customers.imports.problems import (
    DisguisedSpreadsheet,
    EmptyFile,
    MissingFile,
    NoHeader,
    NoRows,
    TooManyColumns,
    TruncatedFile,
    UnsupportedFile,
)
from customers.imports.sheets import choose_sheet, is_archive, sheet_records
from customers.imports.tables import Record, SourceInfo, Table, is_blank
from customers.imports.workbooks import limits

GZIP_MAGIC = b"\x1f\x8b"
HEAD = 512
COPIED_BYTES = 1 << 20
SNIFFED_CHARACTERS = 1 << 18
PREVIEWED_ROWS = 60
SAMPLE_ROWS = 50
TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".tab"})


@dataclass(frozen=True, slots=True)
class ByteSource:
    """The bytes of a file on disk or of an open, seekable one; unpacked if they are gzip."""

    origin: Path | BinaryIO
    name: str
    compressed: bool

    @classmethod
    def of(cls, origin: Path | str | BinaryIO, name: str | None) -> ByteSource:
        """Look at the first bytes of ``origin``.

        Raises:
            MissingFile: it cannot be opened.
            EmptyFile: it has no bytes.
        """
        opened = Path(origin) if isinstance(origin, str) else origin
        own_name = str(opened) if isinstance(opened, Path) else str(getattr(opened, "name", ""))
        plain = cls(opened, name or Path(own_name).name, compressed=False)
        with plain.open() as stream:
            head = stream.read(len(GZIP_MAGIC))
        if not head:
            raise EmptyFile
        return replace(plain, compressed=head == GZIP_MAGIC)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Give the unpacked bytes from their start; troubles of unpacking become a ``TruncatedFile``."""
        try:
            with self._raw() as raw:
                if self.compressed:
                    with gzip.GzipFile(fileobj=raw) as unpacked:
                        yield unpacked  # type: ignore[misc] # a GzipFile has all of BinaryIO that is used here
                else:
                    yield raw
        except EOFError as error:
            message = _("The compressed file ends too early: it was cut off. Copy or download it again.")
            raise TruncatedFile(message) from error
        except (zlib.error, gzip.BadGzipFile) as error:
            message = _(
                "The compressed file is damaged. Copy or download it again, or import it uncompressed."
            )
            raise TruncatedFile(message) from error

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        if isinstance(self.origin, Path):
            try:
                stream = self.origin.open("rb")
            except OSError as error:
                message = _("The file %(name)s cannot be opened: %(reason)s.")
                raise MissingFile(message % {"name": self.name, "reason": error.strerror}) from error
            with stream:
                yield stream
        else:
            yield io.BufferedReader(_View(self.origin))

    @contextmanager
    def open_file(self) -> Iterator[BinaryIO]:
        """Give a file that another process can read: the one on disk, or a temporary copy of what is unpacked.

        Raises:
            UnsupportedFile: it is larger than any workbook that is read.
        """
        with self.open() as stream:
            if isinstance(self.origin, Path) and not self.compressed:
                _refuse_beyond(limits.PACKED_BYTES, os.fstat(stream.fileno()).st_size)
                yield stream
                return
            with tempfile.TemporaryFile() as copy:
                while chunk := stream.read(COPIED_BYTES):
                    copy.write(chunk)
                    _refuse_beyond(limits.PACKED_BYTES, copy.tell())
                copy.flush()
                yield cast(BinaryIO, copy)


class _View(io.RawIOBase):
    """A file object read from its start by a position of its own, so that one reading doesn't disturb another."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # what BufferedReader gives
        self._file.seek(self._position)
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = 0 if whence == io.SEEK_SET else self._position
        if whence == io.SEEK_END:
            start = self._file.seek(0, io.SEEK_END)
        self._position = start + offset
        return self._position


def _refuse_beyond(limit: int, size: int) -> None:
    if size > limit:
        message = _("The workbook has more than %(size)d MB. Export its sheet as CSV and import that.")
        raise UnsupportedFile(message % {"size": limit >> 20})


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
        header_line: the line (row) with the column names, likewise.
        by_name: refuse a workbook whose name says that it is text, since one of both is a mistake.

    Returns:
        The table: headers, a sample of 50 rows, and all rows whenever it is iterated.

    Raises:
        FileProblem: one of its kinds, saying where and what to do.
    """
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
        ((b"begin:vcard",), _("a vCard file")),
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
            sniffed, skip_space = sniff_delimiter(text.read(SNIFFED_CHARACTERS))
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
    return Table(info, tuple(cell.strip() for cell in cells), line, sample, records)


def _header(preview: list[Record], rest: Iterator[Record], header_line: int | None) -> Record:
    if header_line is not None:
        stated = next((row for row in chain(preview, rest) if row[0] >= header_line), None)
        if stated is None or stated[0] != header_line or is_blank(stated[1]):
            message = _("Line %(line)d, said to hold the column names, is not a row of the file.")
            raise NoHeader(message % {"line": header_line}, line=header_line)
        return stated
    rows = [record for record in preview if not is_blank(record[1]) and not states_delimiter(record[1])]
    if not rows:
        raise NoHeader(
            _("The file has no rows: its first %(count)d lines are blank.") % {"count": PREVIEWED_ROWS}
        )
    return find_header(rows, is_known_header)
