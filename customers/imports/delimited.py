"""Delimited text: which character separates the cells, and the rows with the lines where they start."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import StringIO
from itertools import islice
from typing import TextIO

from customers.imports.problems import OversizeRecord, UnclosedQuote
from customers.imports.tables import Record, is_blank

STATED = "sep="
DELIMITERS = (",", "\t", ";", "|")
SNIFFED_ROWS = 100
MAX_LINE = 4_000_000
MAX_CELL = 131_072  # the csv module's own limit


def read_records(text: TextIO, delimiter: str, *, skip_space: bool = False) -> Iterator[Record]:
    """Yield every row of ``text``, blank ones too, with the 1-based line on which it starts.

    Quoted cells may hold line breaks; a doubled quote is a quote.

    Raises:
        UnclosedQuote: the text ends inside a quoted cell.
        OversizeRecord: a line is longer than 4,000,000 characters or a cell longer than 131,072.
    """
    exhausted = False
    line = 1

    def lines() -> Iterator[str]:
        nonlocal exhausted
        for piece in iter(partial(text.readline, MAX_LINE), ""):
            if len(piece) == MAX_LINE:
                raise OversizeRecord(line, MAX_LINE)
            yield piece
        exhausted = True

    reader = csv.reader(lines(), delimiter=delimiter, skipinitialspace=skip_space)
    try:
        for cells in reader:
            if exhausted:  # the reader asked for one more line than there is: it stands inside a quote
                raise UnclosedQuote(line)
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise OversizeRecord(line, MAX_CELL) from error


def sniff_delimiter(sample: str) -> tuple[str, bool]:
    """Return the delimiter of a text that begins with ``sample``, and whether blanks after it are its (``a, "b"``).

    Each candidate splits the first 100 rows for real, quotes and all. The best is the one by which most rows are as
    wide as the most usual width; among equals the widest, then the commonest in practice. A first line
    ``sep=;``, as spreadsheets write it, decides by itself. A text of one column is read with commas.
    """
    first = sample.partition("\n")[0].rstrip("\r")
    if first.lower().startswith(STATED) and len(first) == len(STATED) + 1:
        return first[-1], False
    best, best_score = DELIMITERS[0], (0.0, 0)
    for delimiter in DELIMITERS:
        score = _score(sample, delimiter)
        if score > best_score:
            best, best_score = delimiter, score
    return best, f'{best} "' in sample


def states_delimiter(cells: list[str]) -> bool:
    """Whether a row is the ``sep=;`` line that spreadsheets write above the header, split by its own delimiter."""
    return len(cells) == 2 and cells[0].lower() == STATED and not cells[1]


def _score(sample: str, delimiter: str) -> tuple[float, int]:
    """The share of rows that are as wide as most are, and that width; (0, 0) if this is no delimiter here."""
    widths: list[int] = []
    try:
        for _line, cells in islice(read_records(StringIO(sample, newline=""), delimiter), SNIFFED_ROWS):
            if not is_blank(cells):
                widths.append(len(cells))
    except (UnclosedQuote, OversizeRecord):
        pass  # the sample ends within a cell; what was split so far counts
    # The usual width of what the delimiter splits at all: titles above the header are split by none.
    split = Counter(width for width in widths if width > 1)
    if not split:
        return (0.0, 0)
    width, count = max(split.items(), key=lambda item: (item[1], item[0]))
    return (count / len(widths), width)
