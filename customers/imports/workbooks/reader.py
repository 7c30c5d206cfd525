"""The process that reads a workbook: ``python -m customers.imports.workbooks.reader PARENT describe`` or ``… rows N``.

The workbook is its standard input, a file. It answers on standard output, one JSON document a line: rows as arrays (a
number is a number cell, a string a text), all else as objects, the last one always ``{"end": true}`` or
``{"refused": reason, …}``. Ending without either means that parsing ended it. It holds no secrets, writes no file and
dies with its parent.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from customers.imports.orphans import end_with
from customers.imports.workbooks import limits
from customers.imports.workbooks.archive import Outline, Refusal, examine, outline

WORKBOOK = "/dev/fd/0"
END = {"end": True}


def main(parent: int, request: str, *arguments: str) -> None:
    """Answer one request on standard output."""
    _confine(parent)
    with open(1, "wb", closefd=False) as out:
        try:
            for answer in _REQUESTS[request](*arguments):
                out.write(answer)
                if answer.startswith(b"{"):  # said to somebody who waits, not one of many rows
                    out.flush()
            out.write(_message(END))
        except Refusal as refusal:
            out.write(_message({"refused": refusal.reason, **refusal.facts}))
        except PasswordError:
            out.write(_message({"refused": "password"}))
        except CalamineError:
            out.write(_message({"refused": "damaged"}))


def describe() -> Iterator[bytes]:
    """Tell kind, epoch and worksheets; then, for those who wait for it, the number of the first sheet with rows."""
    with open(WORKBOOK, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        seen = _outlined(file)
        examine(file)
    book = CalamineWorkbook.from_path(WORKBOOK)
    names = [book.sheets_metadata[place].name for place in _worksheets(book)]
    yield _message({"kind": seen.kind, "epoch_1904": seen.epoch_1904, "sheets": names})
    filled = (number for number in range(1, len(names) + 1) if _sheet(book, number).height)
    yield _message({"filled": next(filled, None)})


def rows(number: str) -> Iterator[bytes]:
    """Give all rows of one worksheet, counted from 1, blank ones too."""
    with open(WORKBOOK, "rb") as file:  # noqa: PTH123 - a descriptor, not a path
        _outlined(file)
    sheet = _sheet(CalamineWorkbook.from_path(WORKBOOK), int(number))
    if sheet.end and sheet.end[1] >= limits.COLUMNS:
        raise Refusal("columns", count=sheet.end[1] + 1, limit=limits.COLUMNS)
    _allow(resource.RLIMIT_CPU, resource.RLIM_INFINITY)  # what is left is bounded by the memory it fits in
    yield from _written_rows(sheet.iter_rows())


def _confine(parent: int) -> None:
    """Take the least of everything, and go when the parent goes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    _allow(resource.RLIMIT_AS, limits.memory(0))
    _allow(resource.RLIMIT_CPU, limits.processor_seconds(0))
    end_with(parent)


def _allow(kind: int, amount: int) -> None:
    """Set a soft limit, below a hard one that this process may have been started with."""
    if kind == resource.RLIMIT_AS and sys.platform != "linux":
        return  # macOS counts what all programs share, and refuses
    hard = resource.getrlimit(kind)[1]
    soft = min(
        (value for value in (amount, hard) if value != resource.RLIM_INFINITY), default=resource.RLIM_INFINITY
    )
    resource.setrlimit(kind, (soft, hard))


def _outlined(file: BinaryIO) -> Outline:
    """Look at the workbook, and allow for its size."""
    seen = outline(file)
    _allow(resource.RLIMIT_AS, limits.memory(seen.inflated))
    _allow(resource.RLIMIT_CPU, limits.processor_seconds(seen.inflated))
    return seen


def _worksheets(book: CalamineWorkbook) -> list[int]:
    """The places of the worksheets among all sheets: charts and macros are sheets, too."""
    return [p for p, sheet in enumerate(book.sheets_metadata) if sheet.typ == SheetTypeEnum.WorkSheet]


def _sheet(book: CalamineWorkbook, number: int) -> CalamineSheet:
    return book.get_sheet_by_index(_worksheets(book)[number - 1])


def _message(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"


def _written_rows(values: Iterable[list[Any]]) -> Iterator[bytes]:
    encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, default=_written).encode
    for number, row in enumerate(values, start=1):
        line = encode(row)
        if len(line) > limits.CELL_CHARACTERS:
            _refuse_oversize(number, row)
        yield line.encode() + b"\n"


def _refuse_oversize(number: int, row: list[Any]) -> None:
    lengths = [len(cell) for cell in row if isinstance(cell, str)]
    if max(lengths, default=0) > limits.CELL_CHARACTERS:
        raise Refusal("cell", line=number, limit=limits.CELL_CHARACTERS)
    if sum(lengths) > limits.ROW_CHARACTERS:
        raise Refusal("row", line=number, limit=limits.ROW_CHARACTERS)


def _written(value: Any) -> str:
    """What JSON has no words for, as ISO."""
    return _ISO[value.__class__](value)


def _moment(value: datetime) -> str:
    """ISO with a blank; Excel's fractions of a day are rounded to the second they mean."""
    with suppress(OverflowError):  # the last half second of the year 9999
        value += timedelta(microseconds=500_000)
    return value.replace(microsecond=0).isoformat(" ")


_ISO: dict[type, Callable[[Any], str]] = {
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}

_REQUESTS: dict[str, Callable[..., Iterator[bytes]]] = {"describe": describe, "rows": rows}

if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
