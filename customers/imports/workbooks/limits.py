"""What a workbook may ask for: bytes, columns, memory, time. The process that reads it is held to this."""

from __future__ import annotations

from typing import Final

MEBIBYTE: Final = 1 << 20

PACKED_BYTES: Final = 256 * MEBIBYTE
"""The most that a workbook's file may have."""

INFLATED_BYTES: Final = 1024 * MEBIBYTE
"""The most that all parts of a workbook may unpack to."""

RATIO: Final = 100
"""The most by which a workbook may be packed, if it unpacks to more than ``RATIO_FROM`` bytes. XML of honest sheets
packs ten to thirty times; small ones of equal rows more."""

RATIO_FROM: Final = 64 * MEBIBYTE

PARTS: Final = 10_000
"""The most parts that a workbook may have; one with a hundred sheets has a few hundred."""

COLUMNS: Final = 1000
"""The most columns of a table."""

ROW_DIGITS: Final = 7
COLUMN_LETTERS: Final = 3
"""No spreadsheet has cells beyond XFD1048576, so a part that says otherwise was not written by one."""

TEXT_RUN: Final = MEBIBYTE
"""Bytes without any tag that a part may not have: a spreadsheet's cell holds 32,767 characters."""

CELL_CHARACTERS: Final = 131_072
"""The longest cell, as in delimited text."""

ROW_CHARACTERS: Final = 4_000_000
"""The longest row, as in delimited text."""

FRAME_BYTES: Final = 32 * MEBIBYTE
"""More than any row of allowed length takes as JSON."""

SILENCE_SECONDS: Final = 180
"""How long the reading process may say nothing. More than it may compute, for busy machines' sake."""

_LEAST_MEMORY: Final = 240 * MEBIBYTE
_MOST_MEMORY: Final = 1024 * MEBIBYTE
_MEMORY_PER_BYTE: Final = 8
_LEAST_SECONDS: Final = 3
_BYTES_PER_SECOND: Final = 8 * MEBIBYTE


def memory(inflated: int) -> int:
    """Return the address space in bytes that may be used to read a workbook of ``inflated`` bytes.

    A table of half a million rows by eight columns, 146 MB of XML, takes 480 MB; sparse ones take more per byte.
    The floor lets through 5 million empty cells between few full ones, and nothing that hurts a server.
    """
    return min(_LEAST_MEMORY + _MEMORY_PER_BYTE * inflated, _MOST_MEMORY)


def processor_seconds(inflated: int) -> int:
    """Return how long a workbook of ``inflated`` bytes may be parsed, ten times what an honest one takes."""
    return _LEAST_SECONDS + min(inflated, INFLATED_BYTES) // _BYTES_PER_SECOND
