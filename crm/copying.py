"""Rows by the million between PostgreSQL and numpy, by COPY in its binary format.

A column has a kind: ``int2 int4 int8 int8? float8 bool date`` or a tuple of words, a choice. Reading, no row may vary
in width, so SQL turns NULL into a value that no row has and numpy turns it back: dates come as NaT, floats as NaN,
choices as missing categories, whole numbers of kind ``int8?`` as Int64 NA. Others must not be missing when read.
Written, columns may also be of kind ``text`` (short texts: a block is as wide as its longest) or ``json``.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import psycopg
from psycopg import sql
from psycopg.abc import Buffer

Kind = str | tuple[str, ...]

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
FIELDS = bytes(2)  # a row begins with how many they are
LENGTH = struct.Struct(">i")
ARRAY_HEADER = (
    20  # how many dimensions, whether any element is NULL, their type, how many they are, from which number
)
ROWS_PER_BLOCK = 50_000
ROWS_LAID_OUT = 10_000
ROWS_TOGETHER = 4_096
SECONDS_PER_DAY = 86_400
DAYS_FROM_1970_TO_2000 = 10_957
ABSENT_INT8 = -(2**63)
ABSENT_DATE = -(2**31)  # PostgreSQL's -infinity

# For each kind: numpy's big-endian type and its bytes.
_BINARY: dict[str, tuple[str, int]] = {
    "int2": (">i2", 2),
    "int4": (">i4", 4),
    "int8": (">i8", 8),
    "float8": (">f8", 8),
    "bool": ("u1", 1),
    "date": (">i4", 4),
}
_NATIVE = {
    "int2": np.int16,
    "int4": np.int32,
    "int8": np.int64,
    "float8": np.float64,
    "bool": bool,
    "date": np.int32,
}
_TYPES = {"int2": "smallint", "int4": "integer", "int8": "bigint", "bool": "boolean", "json": "jsonb"}
JSONB_VERSION = b"\x01"
MISSING, UNKNOWN = -1, -2  # places in a list of words


def column_type(kind: Kind) -> str:
    """PostgreSQL's type for a column of this kind."""
    if isinstance(kind, tuple):
        return "text"
    return _TYPES.get(kind.rstrip("?"), kind)


def read_columns(
    connection: psycopg.Connection[Any], query: sql.Composable, kinds: Mapping[str, Kind]
) -> dict[str, Any]:
    """Run ``query`` and return its columns as arrays, in the order and of the kinds stated.

    Whole numbers of kind ``int8?`` may be missing and come as pandas Int64; plain ones as int16, int32 or int64.
    """
    fields = sql.SQL(", ").join(_read_expression(name, kind) for name, kind in kinds.items())
    copy = sql.SQL("COPY (SELECT {} FROM ({}) AS rows) TO STDOUT (FORMAT binary)").format(fields, query)
    row = np.dtype([("fields", ">i2"), *_read_fields(kinds)])
    parts: list[list[npt.NDArray[Any]]] = [[] for _name in kinds]
    with connection.cursor() as cursor, cursor.copy(copy) as blocks:
        for rows in _row_blocks(blocks, row):
            for part, (name, kind) in zip(parts, kinds.items(), strict=True):
                part.append(_native(rows[name], kind))
    return _whole(parts, kinds)


def read_narrow(
    connection: psycopg.Connection[Any], query: sql.Composable, kinds: Mapping[str, Kind]
) -> dict[str, Any]:
    """Do what :func:`read_columns` does, thousands of rows in one message: quicker for few columns of many rows.

    The first column is an id, by which rows are put together; the order of the query's rows is lost.
    """
    arrays = sql.SQL(", ").join(
        sql.SQL("array_agg({})").format(_read_expression(name, kind)) for name, kind in kinds.items()
    )
    copy = sql.SQL("COPY (SELECT {} FROM ({}) AS rows GROUP BY {} / {}) TO STDOUT (FORMAT binary)").format(
        arrays, query, sql.Identifier(next(iter(kinds))), ROWS_TOGETHER
    )
    parts: list[list[npt.NDArray[Any]]] = [[] for _name in kinds]
    with connection.cursor() as cursor, cursor.copy(copy) as blocks:
        for row in _message_rows(blocks):
            place = len(FIELDS)
            for part, kind in zip(parts, kinds.values(), strict=True):
                (length,) = LENGTH.unpack_from(row, place)
                part.append(_native(_array(row, place + LENGTH.size, length, kind), kind))
                place += LENGTH.size + length
    return _whole(parts, kinds)


def write_frame(
    connection: psycopg.Connection[Any], table: sql.Composable, frame: pd.DataFrame, kinds: Mapping[str, Kind]
) -> None:
    """COPY columns of ``frame`` into the columns of ``table`` that are called alike; missing values become NULL.

    Choices are columns of category dtype with the words as categories; a word may also be a missing category's
    stand-in: a choice that lists ``""`` writes missing ones as ``""``.
    """
    names = sql.SQL(", ").join(map(sql.Identifier, kinds))
    copy = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(table, names)
    with connection.cursor() as cursor, cursor.copy(copy) as out:
        out.write(HEADER)
        for block in _blocks(frame, kinds):
            out.write(block)
        out.write(TRAILER)


def _read_expression(name: str, kind: Kind) -> sql.Composable:
    column = sql.Identifier(name)
    if isinstance(kind, tuple):
        return sql.SQL("coalesce(array_position({}::text[], {}::text), 0)::int2").format(list(kind), column)
    if kind == "date":
        return sql.SQL("coalesce({}, '-infinity')::date").format(column)
    if kind == "float8":
        return sql.SQL("coalesce({}, 'NaN')::float8").format(column)
    if kind == "int8?":
        return sql.SQL("coalesce({}, {}::int8)::int8").format(column, str(ABSENT_INT8))
    return sql.SQL("{}::{}").format(column, sql.SQL(kind))


def _row_blocks(blocks: Iterable[Buffer], row: np.dtype[Any]) -> Iterator[npt.NDArray[Any]]:
    """The rows of a binary COPY, some at a time: the whole would be there twice, as bytes and as columns."""
    data, start, enough = bytearray(), len(HEADER), ROWS_PER_BLOCK * row.itemsize
    for block in blocks:
        data += block
        if len(data) >= enough:
            count = (len(data) - start - len(TRAILER)) // row.itemsize
            yield np.frombuffer(bytes(data[start : start + count * row.itemsize]), dtype=row)
            del data[: start + count * row.itemsize]
            start = 0
    rest = bytes(data[start : len(data) - len(TRAILER)])
    if rest:
        yield np.frombuffer(rest, dtype=row)


def _message_rows(blocks: Iterable[Buffer]) -> Iterator[bytes]:
    """The rows of a binary COPY, one at a time: PostgreSQL sends each in a message of its own."""
    for block in blocks:
        row = bytes(block).removeprefix(HEADER)
        if row and row != TRAILER:
            yield row


def _array(row: bytes, start: int, length: int, kind: Kind) -> npt.NDArray[Any]:
    """The elements of an array in binary, none of them NULL."""
    element = np.dtype([("length", ">i4"), ("value", _BINARY[_base(kind)][0])])
    count = (length - ARRAY_HEADER) // element.itemsize
    values: npt.NDArray[Any] = np.frombuffer(row, element, count, start + ARRAY_HEADER)["value"]
    return values


def _whole(parts: list[list[npt.NDArray[Any]]], kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """The columns from their pieces, each of which goes as soon as its column is whole."""
    found: dict[str, Any] = {}
    for name, kind in kinds.items():
        part = parts.pop(0)
        values = np.concatenate(part) if part else np.empty(0, dtype=_NATIVE[_base(kind)])
        del part
        found[name] = _meant(values, kind)
    return found


def _base(kind: Kind) -> str:
    return "int2" if isinstance(kind, tuple) else kind.rstrip("?")


def _read_fields(kinds: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    for name, kind in kinds.items():
        yield f"length of {name}", ">i4"
        yield name, _BINARY[_base(kind)][0]


def _native(values: npt.NDArray[Any], kind: Kind) -> npt.NDArray[Any]:
    """The values in this machine's byte order."""
    return values.astype(_NATIVE[_base(kind)])


def _meant(values: npt.NDArray[Any], kind: Kind) -> Any:
    """The values as the kind means them, what is missing put back."""
    if isinstance(kind, tuple):
        return pd.Categorical.from_codes(values.astype(np.int8) - 1, dtype=pd.CategoricalDtype(list(kind)))
    if kind == "date":
        days = values.astype(np.int64)
        seconds = np.where(
            days == ABSENT_DATE,
            np.datetime64("NaT", "s").view(np.int64),
            (days + DAYS_FROM_1970_TO_2000) * SECONDS_PER_DAY,
        )
        return seconds.view("datetime64[s]")
    if kind == "int8?":
        return pd.arrays.IntegerArray(values, values == ABSENT_INT8)
    return values


def _blocks(frame: pd.DataFrame, kinds: Mapping[str, Kind]) -> Iterator[Buffer]:
    """The rows in binary, laid out so few at a time that they stay in the processor's cache."""
    for start in range(0, len(frame), ROWS_PER_BLOCK):
        part = frame.iloc[start : start + ROWS_PER_BLOCK]
        columns = [_to_binary(part[name], kind) for name, kind in kinds.items()]
        for first in range(0, len(part), ROWS_LAID_OUT):
            yield _block([column.rows(first, first + ROWS_LAID_OUT) for column in columns])


class _Column:
    """A column as bytes: its values big-endian, and each value's length, −1 for NULL; None when all have one."""

    def __init__(self, values: npt.NDArray[Any], lengths: npt.NDArray[np.int32] | None = None) -> None:
        self.values = values
        self.lengths = lengths

    def rows(self, start: int, end: int) -> _Column:
        """The column of some of the rows."""
        return _Column(self.values[start:end], None if self.lengths is None else self.lengths[start:end])


def _block(columns: list[_Column]) -> Buffer:
    """The rows as COPY wants them: laid out as wide as the widest, then without the bytes that a row has not got."""
    sizes = [column.values.dtype.itemsize for column in columns]
    empty = np.zeros(1, dtype=_layout([column.values.dtype for column in columns]))
    empty["fields"] = len(columns)
    for position, size in enumerate(sizes):
        empty[f"length {position}"] = size
    rows = empty.repeat(len(columns[0].values))
    for position, column in enumerate(columns):
        rows[f"value {position}"] = column.values
        if column.lengths is not None:
            rows[f"length {position}"] = column.lengths
    content = rows.view(np.uint8)
    if all(column.lengths is None for column in columns):
        return content.data
    kept = np.ones(len(content), dtype=bool)
    masks = kept.view(_layout([np.dtype(f"V{size}") for size in sizes]))
    for position, (column, size) in enumerate(zip(columns, sizes, strict=True)):
        if column.lengths is not None:
            first = (
                np.tri(size + 1, size, -1, dtype=bool).view(f"V{size}").ravel()
            )  # of each length, those bytes
            masks[f"value {position}"] = first[np.maximum(column.lengths, 0)]
    return content[kept].data


def _layout(types: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """A row of a binary COPY: how many fields, and each with its length before it."""
    fields: list[tuple[str, Any]] = [("fields", ">i2")]
    for position, dtype in enumerate(types):
        fields += [(f"length {position}", ">i4"), (f"value {position}", dtype)]
    return np.dtype(fields)


def _to_binary(series: pd.Series, kind: Kind) -> _Column:
    if isinstance(kind, tuple):
        return _words(series, kind)
    if kind in {"text", "json"}:
        return _texts(series, kind)
    dtype, size = _BINARY[_base(kind)]
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in "biu":  # none can be missing
        return _Column(series.to_numpy().astype(dtype))
    absent = series.isna().to_numpy(dtype=bool)
    if kind == "date":
        days = series.to_numpy().astype("datetime64[D]").view(np.int64) - DAYS_FROM_1970_TO_2000
        values = np.where(absent, 0, days).astype(dtype)
    elif isinstance(series.dtype, pd.api.extensions.ExtensionDtype):
        values = series.to_numpy(dtype=np.dtype(dtype).newbyteorder("="), na_value=0).astype(dtype)
    else:
        values = series.to_numpy().astype(dtype)
    return _Column(values, np.where(absent, -1, size).astype(np.int32) if absent.any() else None)


def _words(series: pd.Series, words: tuple[str, ...]) -> _Column:
    place_of = {word: place for place, word in enumerate(words)}
    places = [place_of.get(word, UNKNOWN) for word in series.cat.categories]
    missing = place_of.get("", MISSING)
    found = np.array([*places, missing])[
        series.cat.codes.to_numpy()
    ]  # the code of what is missing is −1, the last
    if (unknown := found == UNKNOWN).any():
        raise ValueError(f"{series.name}: {series[unknown].iloc[0]!r} is none of {words}")
    matrix, lengths = _encoded(words)
    own = lengths[found]
    return _Column(matrix[found], None if (own == matrix.dtype.itemsize).all() else own)


@lru_cache
def _encoded(words: tuple[str, ...]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
    """The words as bytes, as wide as the widest, and their lengths; the last is what is missing."""
    encoded = [word.encode() for word in words]
    width = max(1, *map(len, encoded))
    matrix = np.array([word.ljust(width, b"\0") for word in [*encoded, b""]], dtype=f"V{width}")
    return matrix, np.array([*map(len, encoded), -1], dtype=np.int32)


def _texts(series: pd.Series, kind: Kind) -> _Column:
    absent = series.isna().to_numpy(dtype=bool)
    encoded = [
        b"" if missing else _encode(value, kind) for value, missing in zip(series, absent, strict=True)
    ]
    width = max(1, *map(len, encoded))
    lengths = np.fromiter(map(len, encoded), dtype=np.int32, count=len(encoded))
    values = np.array([text.ljust(width, b"\0") for text in encoded], dtype=f"V{width}")
    return _Column(values, np.where(absent, -1, lengths).astype(np.int32))


def _encode(value: Any, kind: Kind) -> bytes:
    if kind == "json":
        return JSONB_VERSION + json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    return str(value).encode()
