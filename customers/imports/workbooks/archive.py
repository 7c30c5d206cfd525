"""A look at a workbook's file before it is parsed: what it is, what it unpacks to, what has no business in it."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

from customers.imports.workbooks import limits

Kind = Literal["xlsx", "xlsb", "xls", "ods"]

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BINARY_WEIGHT = 3
"""Cells of a binary workbook take about a third of the bytes that they take as XML."""

_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_FILE_PASS = re.compile(rb"\x09\x08\x10\x00.{16}(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_ENCRYPTED_PART = b"encryption-data"
_EPOCH_1904 = re.compile(rb"""<(?:\w+:)?workbookPr\b[^>]*\bdate1904=["'](?:1|true)["']""")
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_FAKE_EXTENT = re.compile(
    rb"dimension\s[^>]*\bref=[\"'][^\"']*(?:[A-Za-z]{%d}|\d{%d})"
    % (limits.COLUMN_LETTERS + 1, limits.ROW_DIGITS + 1)
)
_FAKE_REPETITION = re.compile(rb"-repeated=[\"']0*[1-9]\d{%d}" % limits.ROW_DIGITS)
# A cell with a formula whose result nobody has computed: no value, or an empty one that is not an empty text.
_UNCOMPUTED = re.compile(
    rb"""<c(?![^>]*\st=["']str["'])(?:\s[^>]*)?>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"""
)
_BINARY_START = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_BINARY_END = b"\x0a\x00"
_BINARY_DATE_1904 = 0x0022
_BINARY_RECORDS = 1000
_OVERLAP = 256


class Refusal(Exception):  # noqa: N818 - an answer to the process that asked, not a programming error
    """A workbook that is not read. ``reason`` is a name that ``customers.imports.sheets`` has words for."""

    def __init__(self, reason: str, **facts: int | str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Outline:
    """What can be said of a workbook from outside: its kind, and its bytes as if they were XML unpacked."""

    kind: Kind
    inflated: int
    epoch_1904: bool = False


def outline(file: BinaryIO) -> Outline:
    """Tell what a workbook is, at the cost of reading its table of contents.

    Raises:
        Refusal: it is damaged, protected, no workbook, or too large unpacked.
    """
    if file.read(len(OLE_MAGIC)) == OLE_MAGIC:
        return _outline_of_binary(file)
    with _unzipped(file) as archive:
        inflated = sum(part.file_size for part in archive.infolist())
        packed = file.seek(0, 2)
        if inflated > limits.INFLATED_BYTES or (
            inflated > limits.RATIO_FROM and inflated > limits.RATIO * packed
        ):
            raise Refusal("inflated", megabytes=inflated // limits.MEBIBYTE)
        return Outline(_kind(archive), inflated, _counts_from_1904(archive))


def examine(file: BinaryIO) -> None:
    """Read all XML parts of a workbook for what no spreadsheet program writes.

    Raises:
        Refusal: part names that repeat or climb, document type declarations, encodings that hide text, endless cells,
            extents beyond the edges of every spreadsheet, formulas without results; or a part is damaged.
    """
    file.seek(0)
    if file.read(len(OLE_MAGIC)) == OLE_MAGIC:
        return
    with _unzipped(file) as archive:
        names = archive.namelist()
        if len(names) > limits.PARTS or len(set(names)) < len(names):
            raise Refusal("damaged")
        if any(_climbs(name) for name in names):
            raise Refusal("path")
        for name in names:
            if name.endswith((".xml", ".rels")):
                _examine_part(archive, name)


def _outline_of_binary(file: BinaryIO) -> Outline:
    content = file.read()
    if _ENCRYPTED_PACKAGE in content or _FILE_PASS.search(content):
        raise Refusal("password")
    return Outline("xls", len(content) * BINARY_WEIGHT, _binary_counts_from_1904(content))


def _binary_counts_from_1904(content: bytes) -> bool:
    """Look for the record that says so among those of the workbook itself, which come before those of its sheets."""
    place = content.find(_BINARY_START)
    for _ in range(_BINARY_RECORDS):
        head = content[place : place + 4] if place >= 0 else b""
        if len(head) < 4 or head[:2] == _BINARY_END:
            return False
        kind, length = int.from_bytes(head[:2], "little"), int.from_bytes(head[2:], "little")
        if kind == _BINARY_DATE_1904:
            return content[place + 4 : place + 5] == b"\x01"
        place += 4 + length
    return False


@contextmanager
def _unzipped(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive; whatever is wrong with it is a damaged workbook."""
    try:
        with zipfile.ZipFile(file) as archive:
            yield archive
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
    ) as error:
        raise Refusal("damaged") from error


def _kind(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and archive.open("mimetype").read(len(_ODS_TYPE)) == _ODS_TYPE:
        if "META-INF/manifest.xml" in names and _ENCRYPTED_PART in _start(archive, "META-INF/manifest.xml"):
            raise Refusal("password")
        return "ods"
    raise Refusal("no_workbook")


def _counts_from_1904(archive: zipfile.ZipFile) -> bool:
    if "xl/workbook.xml" not in archive.namelist():
        return False
    return _EPOCH_1904.search(_start(archive, "xl/workbook.xml")) is not None


def _start(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(limits.MEBIBYTE)


def _climbs(name: str) -> bool:
    """Whether a part's name leads out of the folder that it would be unpacked to."""
    steps = name.replace("\\", "/").split("/")
    return ".." in steps or not steps[0] or ":" in steps[0]


def _examine_part(archive: zipfile.ZipFile, name: str) -> None:
    before = b""
    with archive.open(name) as part:
        while chunk := part.read(limits.TEXT_RUN):
            if len(chunk) == limits.TEXT_RUN and b"<" not in chunk:
                raise Refusal("long_text", limit=limits.CELL_CHARACTERS)
            _examine_text(before + chunk)
            before = chunk[-_OVERLAP:]


def _examine_text(text: bytes) -> None:
    if b"\0" in text:  # UTF-16, in which the declarations below would go unseen
        raise Refusal("damaged")
    if any(declaration in text for declaration in _DECLARATIONS):
        raise Refusal("declaration")
    if b"<f" in text and _UNCOMPUTED.search(text):
        raise Refusal("formula")
    if _FAKE_EXTENT.search(text) or _FAKE_REPETITION.search(text):
        raise Refusal("extent")
