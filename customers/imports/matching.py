"""Which header feeds which field: by the dictionary of known headers, and by what somebody said."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from customers.imports.columns.base import Layout
from customers.imports.context import DateOrder
from customers.imports.headers import header_name
from customers.imports.kinds import Kind
from customers.imports.layouts import LAYOUTS, find_profile
from customers.imports.problems import MappingProblem, MissingColumns, MissingFile, shown
from customers.imports.sources.base import SourceProfile
from customers.imports.tables import Table


@dataclass(frozen=True, slots=True)
class HeaderSource:
    """The column of the file that feeds a field: its place from 0, its header, and the unit that this states."""

    index: int
    header: str
    unit: str


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """What every field of a kind is fed by.

    Attributes:
        kind: what the rows are.
        sources: field → column of the file.
        constants: field → the text that stands in every row.
        date_orders: field → how to read its ambiguous dates, where somebody said so.
        unmatched: headers that feed nothing.
        missing: what is still needed; of the alternatives in each tuple any one.
        profile: the known source whose headers these are.
        headers: all headers of the file, and the line that holds them.
        header_line: that line.
    """

    kind: Kind
    sources: dict[str, HeaderSource]
    constants: dict[str, str]
    date_orders: dict[str, DateOrder]
    unmatched: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    profile: SourceProfile | None
    headers: tuple[str, ...]
    header_line: int

    def require_complete(self) -> None:
        """Make sure that every needed field is fed.

        Raises:
            MissingColumns: some are not; names them and the headers that were found.
        """
        if not self.missing:
            return
        layout = LAYOUTS[self.kind]
        names = "; ".join(_alternatives(layout, fields) for fields in self.missing)
        message = _(
            "Columns are missing for: %(missing)s. Line %(line)d has: %(found)s. "
            "Rename a column, or state in a mapping which one it is."
        )
        found = ", ".join(shown(header) for header in self.headers)
        values = {"missing": names, "line": self.header_line, "found": found}
        raise MissingColumns(
            message % values, missing=self.missing, found=self.headers, line=self.header_line
        )


def _alternatives(layout: Layout, fields: tuple[str, ...]) -> str:
    labels = [f"{layout.column(name).label} ({name})" for name in fields]
    return _(" or ").join(labels)


@dataclass(slots=True)
class _Wishes:
    """An explicit mapping, taken apart and checked."""

    headers: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, DateOrder] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def settled(self, name: str) -> bool:
        return name in self.headers or name in self.constants or name in self.left_out


def read_mapping_file(path: Path) -> dict[str, Any]:
    """Read a mapping: a JSON object ``{"field": "Header"}``, see :func:`match_columns`.

    Raises:
        MissingFile: it cannot be opened.
        MappingProblem: it is not a JSON object.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        message = _("The file %(name)s cannot be opened: %(reason)s.")
        raise MissingFile(message % {"name": path.name, "reason": error.strerror}) from error
    except ValueError as error:
        message = _("The mapping %(name)s is not valid JSON: %(reason)s.")
        raise MappingProblem(message % {"name": path.name, "reason": error}) from error
    if not isinstance(content, dict):
        raise MappingProblem(_('A mapping is a JSON object such as {"customer_code": "Customer No"}.'))
    return content


def match_columns(kind: Kind, table: Table, wishes: Mapping[str, Any] | None = None) -> ColumnMapping:
    """Find the column for every field.

    What ``wishes`` says goes first; the rest is found in the dictionary. A header feeds one field; of several
    headers that fit a field, the surest is taken, of equal ones the first.

    Args:
        kind: what the rows are.
        table: the file.
        wishes: field → ``"Header"``, ``{"header": "Header", "date_order": "day first"}``,
            ``{"constant": "text"}``, or None to leave the field out.

    Raises:
        MappingProblem: a wish names a field or header that does not exist, or is not of these forms.
    """
    layout = LAYOUTS[kind]
    wanted = _checked(layout, table.headers, wishes or {})
    sources: dict[str, HeaderSource] = {}
    for name, header in wanted.headers.items():
        index = table.headers.index(header)
        sources[name] = HeaderSource(index, header, header_name(header).unit)
    _match_by_dictionary(layout, table.headers, wanted, sources)
    used = {source.index for source in sources.values()}
    fed = sources.keys() | wanted.constants.keys()
    keys = frozenset(header_name(header).key for header in table.headers)
    return ColumnMapping(
        kind=kind,
        sources=sources,
        constants=wanted.constants,
        date_orders=wanted.date_orders,
        unmatched=tuple(h for i, h in enumerate(table.headers) if h and i not in used),
        missing=tuple(need for need in layout.needs if not fed.intersection(need)),
        profile=find_profile(kind, keys),
        headers=table.headers,
        header_line=table.header_line,
    )


def _match_by_dictionary(
    layout: Layout, headers: tuple[str, ...], wanted: _Wishes, sources: dict[str, HeaderSource]
) -> None:
    taken = {source.index for source in sources.values()}
    by_key: dict[str, HeaderSource] = {}
    for index, header in enumerate(headers):
        name = header_name(header)
        if name.key and index not in taken:
            by_key.setdefault(name.key, HeaderSource(index, header, name.unit))
    for column in layout.columns:
        if not wanted.settled(column.field):
            found = next((by_key[key] for key in column.keys if key in by_key), None)
            if found is not None:
                sources[column.field] = found


def _checked(layout: Layout, headers: tuple[str, ...], wishes: Mapping[str, Any]) -> _Wishes:
    wanted = _Wishes()
    fields = [column.field for column in layout.columns]
    for name, wish in wishes.items():
        if name not in fields:
            message = _("The mapping names “%(name)s”, which is no field of %(kind)s. Possible: %(fields)s.")
            close = get_close_matches(name, fields, n=3) or fields
            values = {"name": shown(name), "kind": layout.kind.value, "fields": ", ".join(close)}
            raise MappingProblem(message % values)
        _take(wanted, name, wish, headers)
    return wanted


def _take(wanted: _Wishes, name: str, wish: object, headers: tuple[str, ...]) -> None:
    """Take one wish of the mapping."""
    match wish:
        case None:
            wanted.left_out.add(name)
        case str():
            wanted.headers[name] = _header(name, wish, headers)
        case {"constant": str(text), **rest} if not rest:
            wanted.constants[name] = text
        case {"header": str(header), **rest} if rest.keys() <= {"date_order"}:
            wanted.headers[name] = _header(name, header, headers)
            if rest:
                wanted.date_orders[name] = _date_order(name, rest["date_order"])
        case {"date_order": order, **rest} if not rest:
            wanted.date_orders[name] = _date_order(name, order)
        case _:
            message = _(
                'The mapping of “%(name)s” must be a header, {"header": …}, {"constant": "…"}, '
                '{"date_order": "day first"} or null.'
            )
            raise MappingProblem(message % {"name": name})


def _header(name: str, wish: str, headers: tuple[str, ...]) -> str:
    """The file's own spelling of a header that a mapping names."""
    if wish in headers:
        return wish
    key = header_name(wish).key
    alike = [header for header in headers if header_name(header).key == key]
    if len(alike) == 1:
        return alike[0]
    message = _(
        "The mapping feeds “%(name)s” from “%(header)s”, but the file has no such column. It has: %(headers)s."
    )
    found = ", ".join(shown(header) for header in headers)
    raise MappingProblem(message % {"name": name, "header": shown(wish), "headers": found})


def _date_order(name: str, order: object) -> DateOrder:
    try:
        return DateOrder(str(order))
    except ValueError as error:
        message = _("The date order of “%(name)s” must be “day first” or “month first”.")
        raise MappingProblem(message % {"name": name}) from error
