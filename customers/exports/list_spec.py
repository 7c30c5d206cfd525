"""What a list is: what it shows, filters, sorts and searches, and what its rows consist of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from django.db.models import Model, QuerySet

from crm.models import User
from crm.paging import Key
from crm.sensitivity import Sensitivity
from customers.exports.columns.base import Column, Row, Text
from customers.exports.columns.custom_fields import custom_columns
from customers.filters.base import Filter, Rows, Viewer
from customers.filters.custom_fields import custom_filters

Reader: TypeAlias = Callable[[Viewer, Sequence[Row]], Mapping[int, Any]]


@dataclass(frozen=True, slots=True)
class Sort:
    """An order that a list can stand in, and the rows that can (all, unless ``prepare`` says otherwise)."""

    label: Text
    keys: tuple[Key, ...]
    prepare: Callable[[Rows], Rows] = lambda rows: rows

    def reversed(self) -> Sort:
        """The same order from its end."""
        return replace(self, keys=tuple(replace(key, descending=not key.descending) for key in self.keys))


@dataclass(frozen=True, slots=True)
class Empty:
    """What a list says when it holds nothing yet."""

    icon: str
    title: Text
    text: Text


@dataclass(frozen=True, slots=True)
class Parts:
    """What the rows of a list consist of, where only these tell all: a file of everything has a row for each.

    Attributes:
        visible: the parts that somebody may see. of: the field that names the row they are part of.
        order: how the parts of one row stand.
    """

    model: type[Model]
    visible: Callable[[User], QuerySet[Any, Any]]
    of: str
    order: str
    columns: tuple[Column, ...]
    readers: dict[str, Reader] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListSpec:
    """One list.

    Attributes:
        key: its name in addresses, saved views and jobs. route: its page.
        visible: the rows that somebody may see; every reading begins with it.
        counted: "5 customers", for the bar. placeholder: what can be typed into its search.
        sorts: by name, the usual one first. readers: what ``Column.needs`` names.
        actions: what can be done with chosen rows. vcard: whether its rows are people with addresses.
        parts: what its rows consist of.
        custom: of which kind its customers are ("" for any), whose custom fields it has too; None for none.
    """

    key: str
    route: str
    title: Text
    model: type[Model]
    visible: Callable[[User], QuerySet[Any, Any]]
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    sorts: dict[str, Sort]
    search: Callable[[Rows, str, Viewer], Rows]
    placeholder: Text
    counted: Callable[[int], str]
    empty: Empty
    readers: dict[str, Reader] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    vcard: bool = False
    parts: Parts | None = None
    custom: str | None = None

    def columns_for(self, viewer: Viewer, *, custom: bool) -> list[Column]:
        """The columns that a viewer may choose from; ``custom`` ones are read where they are wanted alone."""
        own = [column for column in self.columns if not column.needs_run or viewer.insights]
        return [*own, *custom_columns(self.custom)] if custom and self.custom is not None else own

    def filters_for(self, viewer: Viewer, *, custom: bool) -> list[Filter]:
        """The filters that a viewer has; those by ``custom`` fields are read where they are wanted alone."""
        more = custom_filters(self.custom) if custom and self.custom is not None else ()
        return [each for each in (*self.filters, *more) if each.is_for(viewer)]

    def is_masked(self, column: Column, viewer: Viewer) -> bool:
        """Whether a column says nothing to a viewer."""
        if column.is_name or viewer.reads_personal:
            return False
        return column.sensitivity(self.model) is not Sensitivity.OPEN

    def sort(self, name: str) -> Sort | None:
        """The order of a name, "-" before it for the reverse; None when there is none."""
        found = self.sorts.get(name.removeprefix("-"))
        return found.reversed() if found and name.startswith("-") else found

    def read_needed(self, rows: Sequence[dict[str, Any]], columns: Sequence[Column], viewer: Viewer) -> None:
        """Put into the rows what the columns need besides their fields."""
        read_needed(self.readers, rows, columns, viewer)


def read_needed(
    readers: Mapping[str, Reader], rows: Sequence[dict[str, Any]], columns: Sequence[Column], viewer: Viewer
) -> None:
    """Put into the rows what the columns need besides their fields, all at once."""
    for name in dict.fromkeys(column.needs for column in columns if column.needs):
        found = readers[name](viewer, rows) if rows else {}
        for row in rows:
            row[name] = found.get(row["pk"])
