"""Which header feeds which field: by the dictionary of known headers, and by what somebody said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from customers.imports.columns.base import Column, Layout
from customers.imports.context import DateOrder
from customers.imports.evidence import surely_holds
from customers.imports.headers import header_name, is_calculated
from customers.imports.kinds import Kind
from customers.imports.layouts import LAYOUTS, find_profile
from customers.imports.problems import MissingColumns, shown
from customers.imports.sources.base import SourceProfile
from customers.imports.tables import Table
from customers.imports.wishes import Wishes, checked_wishes, read_mapping_file

__all__ = ["ColumnMapping", "HeaderSource", "Reason", "match_columns", "read_mapping_file"]


class Reason(StrEnum):
    """Why a column feeds a field."""

    SAID = "said"
    PRODUCT = "product"
    HEADER = "header"
    WEAK_HEADER = "weak header"
    VALUES = "values"


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
        calculated: headers of our own exports whose columns are worked out, so that nothing takes them.
        missing: what is still needed; of the alternatives in each tuple any one.
        profile: the known source whose headers these are.
        headers: all headers of the file, and the line that holds them.
        header_line: that line.
        reasons: field → why its column was taken.
        meanings: field → what to read instead of a text of the file, where somebody said so; "" for nothing.
        layout: the columns of the kind, the company's own among them.
    """

    kind: Kind
    layout: Layout
    sources: dict[str, HeaderSource]
    constants: dict[str, str]
    date_orders: dict[str, DateOrder]
    unmatched: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    profile: SourceProfile | None
    headers: tuple[str, ...]
    header_line: int
    reasons: dict[str, Reason] = field(default_factory=dict)
    meanings: dict[str, dict[str, str]] = field(default_factory=dict)
    calculated: tuple[str, ...] = ()

    @property
    def source_name(self) -> str:
        """The product that exported the file, if its layout is a known one."""
        return self.profile.name if self.profile else ""

    def require_complete(self) -> None:
        """Make sure that every needed field is fed.

        Raises:
            MissingColumns: some are not; names them and the headers that were found.
        """
        if not self.missing:
            return
        names = "; ".join(_alternatives(self.layout, fields) for fields in self.missing)
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


def match_columns(
    kind: Kind, table: Table, wishes: Mapping[str, Any] | None = None, layout: Layout | None = None
) -> ColumnMapping:
    """Find the column for every field.

    What ``wishes`` says goes first, then what is known of the product that wrote the file, then the dictionary of
    headers: all the sure ones, then the weak ones. Columns under unknown headers are taken by their values where
    these leave no doubt. A header feeds one field; of several that fit a field, the surest is taken, of equal ones the
    first, and the next one feeds the field's second if it has one.

    Args:
        kind: what the rows are.
        table: the file.
        wishes: field → ``"Header"``, ``{"header": "Header", "date_order": "day first", "values": {"text": "value"}}``,
            ``{"constant": "text"}``, or None to leave the field out.
        layout: the columns that there are, where these are more than every company has.

    Raises:
        MappingProblem: a wish names a field or header that does not exist, or is not of these forms.
    """
    layout = layout or LAYOUTS[kind]
    wanted = checked_wishes(layout, table.headers, wishes or {})
    matcher = _Matcher(layout, table, wanted)
    matcher.take_what_was_said()
    profile = find_profile(kind, frozenset(header_name(header).key for header in table.headers))
    if profile is not None:
        matcher.take_by_product(profile)
    matcher.take_by_dictionary()
    matcher.take_by_weak_headers()
    matcher.take_by_values()
    used = {source.index for source in matcher.sources.values()}
    fed = matcher.sources.keys() | wanted.constants.keys()
    return ColumnMapping(
        kind=kind,
        layout=layout,
        sources=matcher.sources,
        constants=wanted.constants,
        date_orders=wanted.date_orders,
        unmatched=tuple(
            h for i, h in enumerate(table.headers) if h and i not in used and not is_calculated(h)
        ),
        missing=tuple(need for need in layout.needs if not fed.intersection(need)),
        profile=profile,
        headers=table.headers,
        header_line=table.header_line,
        reasons=matcher.reasons,
        meanings=wanted.meanings,
        calculated=tuple(filter(is_calculated, table.headers)),
    )


class _Matcher:
    """The columns that feed nothing yet, and what feeds the fields so far."""

    def __init__(self, layout: Layout, table: Table, wanted: Wishes) -> None:
        self.layout = layout
        self.table = table
        self.wanted = wanted
        self.sources: dict[str, HeaderSource] = {}
        self.reasons: dict[str, Reason] = {}
        self.columns = {column.field: column for column in layout.columns}
        self.free: dict[str, list[HeaderSource]] = {}
        for index, header in enumerate(table.headers):
            if is_calculated(header):
                continue
            name = header_name(header)
            self.free.setdefault(name.key, []).append(HeaderSource(index, header, name.unit))

    def take_what_was_said(self) -> None:
        for name, header in self.wanted.headers.items():
            index = self.table.headers.index(header)
            self._feed(name, HeaderSource(index, header, header_name(header).unit), Reason.SAID)

    def take_by_product(self, profile: SourceProfile) -> None:
        """Use what is known of a product's columns; those that it uses in a sense of its own are left alone."""
        for header, name in profile.fields.items():
            key = header_name(header).key
            if name is None:
                self.free.pop(key, None)
            elif not self._settled(name) and self.free.get(key):
                self._feed(name, self.free[key][0], Reason.PRODUCT)

    def take_by_dictionary(self) -> None:
        for column in self.layout.columns:
            if not self._settled(column.field):
                self._take(column, column.keys, Reason.HEADER)

    def take_by_weak_headers(self) -> None:
        for column in self.layout.columns:
            if not self._settled(column.field) and self.sources.keys().isdisjoint(column.unless):
                self._take(column, column.weak_keys, Reason.WEAK_HEADER)

    def take_by_values(self) -> None:
        """Let columns under headers that nobody knows speak for themselves."""
        for source in list(self._unknown()):
            found = surely_holds(self.table, source.index)
            if found in self.columns and not self._settled(found):
                self._feed(found, source, Reason.VALUES)

    def _unknown(self) -> Iterator[HeaderSource]:
        known = {key for column in self.layout.columns for key in (*column.keys, *column.weak_keys)}
        for key, sources in self.free.items():
            if key not in known:
                yield from sources

    def _settled(self, name: str) -> bool:
        return name in self.sources or self.wanted.settled(name)

    def _take(self, column: Column, keys: tuple[str, ...], reason: Reason) -> None:
        """Feed a field with the first free header, and its followers with more of the same."""
        for key in keys:
            if self.free.get(key):
                self._feed(column.field, self.free[key][0], reason)
                following = column.next_field
                while following and self.free.get(key):
                    if not self._settled(following):
                        self._feed(following, self.free[key][0], reason)
                    following = self.columns[following].next_field
                return

    def _feed(self, name: str, source: HeaderSource, reason: Reason) -> None:
        self.sources[name] = source
        self.reasons[name] = reason
        for sources in self.free.values():
            if source in sources:
                sources.remove(source)
