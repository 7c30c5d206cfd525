"""A table as it was read: where it came from, its headers, its rows with their line numbers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Literal, TypeAlias

Record: TypeAlias = tuple[int, list[str]]
"""The 1-based source line (or sheet row) where a row starts, and its cells as text."""

Container = Literal["text", "xlsx", "xlsb", "xls", "ods", "vcard"]


class NumericCell(str):
    """A spreadsheet cell that holds a number, written out. Text that looks like one is a plain ``str``.

    Spreadsheets keep 15 digits: cleaners of identity numbers and codes need to know.
    """

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What we read, in the terms of a preview.

    Attributes:
        name: the file's own name.
        container: plain text, a kind of workbook, or cards.
        compressed: whether it was gzip.
        encoding: codec name of a text or vCard file; None for workbooks.
        encoding_stated_by: "mark", "zero bytes", "content" or "choice".
        delimiter: of a text file.
        skip_space: whether blanks after the delimiter are not part of the cells (`a, "b"`).
        sheet: the sheet that is read, and ``sheets``, all of the workbook's.
        epoch_1904: whether the workbook counts days from 1904.
    """

    name: str
    container: Container
    compressed: bool = False
    encoding: str | None = None
    encoding_stated_by: str | None = None
    delimiter: str | None = None
    skip_space: bool = False
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    epoch_1904: bool = False

    @property
    def is_spreadsheet(self) -> bool:
        """Whether the cells come from a workbook, where numbers and texts differ."""
        return self.container not in ("text", "vcard")


class Table:
    """Headers and rows of one file. Iterate as often as needed: each time the source is read anew, memory flat.

    No two headers are equal, apart from blank ones. ``sample`` are the first rows below the header, ``top`` the first
    of the file, titles and header included, for whoever wants to choose the header.
    """

    def __init__(
        self,
        source: SourceInfo,
        headers: tuple[str, ...],
        header_line: int,
        sample: tuple[Record, ...],
        records: Callable[[], Generator[Record, None, None]],
        top: tuple[Record, ...] = (),
    ) -> None:
        self.source = source
        self.headers = headers
        self.header_line = header_line
        self.sample = sample
        self.top = top
        self._records = records

    def __iter__(self) -> Iterator[Record]:
        """Yield the rows below the header that are not blank, without the empty cells behind the last column.

        Raises:
            FileProblem: later in the file something is wrong that concerns all of it (a quote never closed).
        """
        header_line, width = self.header_line, len(self.headers)
        with closing(self._records()) as records:
            for record in records:
                line, cells = record
                if line > header_line and not is_blank(cells):
                    yield record if len(cells) <= width else (line, _narrowed(cells, width))


def _narrowed(cells: list[str], width: int) -> list[str]:
    """Return the cells as far as any is filled, at least ``width``: a line of a million commas takes no memory."""
    end = len(cells)
    while end > width and not cells[end - 1]:
        end -= 1
    return cells[:end]


def is_blank(cells: list[str]) -> bool:
    """Whether no cell has anything but white space."""
    if cells and cells[0] and not cells[0].isspace():
        return False
    return not "".join(cells).strip()
