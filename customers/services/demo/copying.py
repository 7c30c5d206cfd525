"""Writing columns into a model's table by binary COPY.

Values arrive as whole columns: numpy arrays of integers, datetime64[D], datetime64[us], or, for a decimal
field, of integers counting units of its last decimal place; texts as sequences of str. A masked array has
NULL where it is masked; a single value stands for the whole column.

``crm.copying`` writes frames of numbers, days and choices; the demo company also has texts, times, decimals and
the defaults of its models.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

import numpy as np
from django.db import connection, models
from numpy.typing import NDArray

from crm.copying import HEADER, TRAILER

Column = Any
Record = list[tuple[str, Any, NDArray[Any]]]

_NULL = struct.pack(">i", -1)
_EPOCH = np.datetime64("2000-01-01")
_WHOLE = {"bigint": ">i8", "integer": ">i4", "smallint": ">i2", "boolean": "i1"}


def copy_rows(model: type[models.Model], rows: int, columns: Mapping[str, Column]) -> None:
    """Append ``rows`` rows to the table of ``model``; ``columns`` are named by attribute (``customer_id``).

    A field that isn't given gets its default, or stays empty. Raises KeyError for a missing column that may
    not be empty, and ValueError for one that the model hasn't got.
    """
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    surplus = set(columns) - {field.attname for field in fields}
    if surplus:
        raise ValueError(f"{model._meta.label} has no {', '.join(sorted(surplus))}")
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(field.column)) for field in fields)
    sql = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN (FORMAT BINARY)"
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(HEADER)
        copy.write(_pack([(field, _given_or_default(field, columns)) for field in fields], rows))
        copy.write(TRAILER)


def _given_or_default(field: models.Field[Any, Any], columns: Mapping[str, Column]) -> Column:
    if field.attname in columns or not (field.has_default() or field.null or field.blank):
        return columns[field.attname]
    default = field.get_default()
    if isinstance(field, models.DecimalField) and default is not None:
        return int(Decimal(default).scaleb(field.decimal_places))
    return default


def _pack(columns: Sequence[tuple[models.Field[Any, Any], Column]], rows: int) -> bytes:
    """Return the rows in COPY's binary form.

    Neighbouring columns of fixed width become one record array; only columns of texts and NULLs are
    put together value by value.
    """
    pieces: list[Iterable[bytes]] = []
    record: Record = [("count", ">i2", np.broadcast_to(np.int16(len(columns)), rows))]
    for field, values in columns:
        kind = field.db_type(connection) or ""
        if values is None or np.ma.is_masked(values) or not _is_fixed(kind):
            if record:
                pieces.append(_rows_of(record))
                record = []
            pieces.append(_varying(field, kind, values, rows))
        else:
            width, packed = _fixed(field, kind, np.broadcast_to(np.asarray(values), rows))
            name = field.attname
            record += [(f"{name} width", ">i4", np.broadcast_to(np.int32(width), rows)), (name, None, packed)]
    if not pieces:
        return _record_array(record).tobytes()
    if record:
        pieces.append(_rows_of(record))
    return b"".join(chain.from_iterable(zip(*pieces, strict=True)))


def _is_fixed(kind: str) -> bool:
    return kind in _WHOLE or kind.startswith(("numeric", "date", "timestamp"))


def _fixed(field: models.Field[Any, Any], kind: str, values: NDArray[Any]) -> tuple[int, NDArray[Any]]:
    """Return the width in bytes and the values of a column of fixed width, as PostgreSQL receives them."""
    if kind == "date":
        packed = (values.astype("datetime64[D]") - _EPOCH).astype(">i4")
    elif kind.startswith("timestamp"):
        packed = (values.astype("datetime64[us]") - _EPOCH).astype(">i8")
    elif isinstance(field, models.DecimalField):
        packed = _numeric(values.astype(np.int64), field.decimal_places)
    else:
        packed = values.astype(_WHOLE[kind])
    return packed.dtype.itemsize, packed


def _numeric(units: NDArray[np.int64], places: int) -> NDArray[Any]:
    """Return PostgreSQL's numeric of ``units`` / 10**``places``: groups of four decimal digits."""
    after_point = -(-places // 4)
    rest = np.abs(units) * 10 ** (4 * after_point - places)
    largest = int(rest.max(initial=0))
    groups = max(after_point + 1, -(-len(str(largest)) // 4))
    layout = [
        ("groups", ">i2"),
        ("weight", ">i2"),
        ("sign", ">u2"),
        ("scale", ">i2"),
        ("digits", ">i2", groups),
    ]
    packed = np.empty(units.size, dtype=layout)
    packed["groups"], packed["weight"], packed["scale"] = groups, groups - after_point - 1, places
    packed["sign"] = np.where(units < 0, 0x4000, 0)
    for group in reversed(range(groups)):
        rest, packed["digits"][:, group] = np.divmod(rest, 10_000)
    return packed


def _record_array(record: Record) -> NDArray[Any]:
    array = np.empty(record[0][2].size, dtype=[(name, kind or values.dtype) for name, kind, values in record])
    for name, _, values in record:
        array[name] = values
    return array


def _rows_of(record: Record) -> list[bytes]:
    array = _record_array(record)
    rows: list[bytes] = array.view(f"V{array.dtype.itemsize}").tolist()
    return rows


def _varying(field: models.Field[Any, Any], kind: str, values: Column, rows: int) -> list[bytes]:
    """Return each value with its length, for a column with NULLs or texts."""
    if values is None:
        return [_NULL] * rows
    if isinstance(values, np.ma.MaskedArray):
        width, packed = _fixed(field, kind, values.data)
        record: Record = [("width", ">i4", np.broadcast_to(np.int32(width), rows)), ("value", None, packed)]
        hidden = np.broadcast_to(np.ma.getmaskarray(values), rows)
        return [_NULL if null else value for value, null in zip(_rows_of(record), hidden, strict=True)]
    texts = [values] * rows if isinstance(values, str) else values
    known: dict[str | None, bytes] = {None: _NULL}
    return [known.get(text) or known.setdefault(text, _text(text)) for text in texts]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">i", len(encoded)) + encoded
