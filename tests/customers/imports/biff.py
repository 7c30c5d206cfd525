"""A workbook of Excel 97 written by hand: a compound file whose one stream holds the records of one sheet."""

import struct
from collections.abc import Sequence

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
LEAST_STREAM = 4096  # what is shorter would have to stand in a stream of its own for short ones


def xls(rows: Sequence[Sequence[str | float]], *, date_1904: bool = False) -> bytes:
    """An XLS workbook with one sheet; texts are label records, numbers number records."""
    globals_ = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6))
    globals_ += _record(0x0042, struct.pack("<H", 1200))
    globals_ += _record(0x0022, struct.pack("<H", int(date_1904)))
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet += _cell(number, place, cell)
    sheet += _record(0x000A, b"")
    name = "Sheet1".encode("utf-16-le")
    bound_length = 4 + 6 + 2 + len(name)
    start = len(globals_) + bound_length + 4
    globals_ += _record(0x0085, struct.pack("<IBBBB", start, 0, 0, 6, 1) + name) + _record(0x000A, b"")
    return _compound(globals_ + sheet)


def _cell(number: int, place: int, cell: str | float) -> bytes:
    where = struct.pack("<HHH", number, place, 0)
    if isinstance(cell, str):
        return _record(0x0204, where + struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le"))
    return _record(0x0203, where + struct.pack("<d", cell))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(stream: bytes) -> bytes:
    """A compound file with the stream ``Workbook``: header, allocation table, directory, stream, a sector each."""
    stream = stream.ljust(LEAST_STREAM, b"\0")
    stream += bytes(-len(stream) % SECTOR)
    sectors = len(stream) // SECTOR
    chain = [FAT, END, *range(3, 2 + sectors), END]
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, LEAST_STREAM, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = struct.pack("<128I", *chain, *[FREE] * (128 - len(chain)))
    directory = _entry("Root Entry", 5, child=1, start=END, size=0)
    directory += _entry("Workbook", 2, child=FREE, start=2, size=len(stream))
    return header + table + directory.ljust(SECTOR, b"\0") + stream


def _entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    entry = written.ljust(64, b"\0") + struct.pack("<HBB", len(written), kind, 1)
    return entry + struct.pack("<III", FREE, FREE, child) + bytes(36) + struct.pack("<IQ", start, size)
