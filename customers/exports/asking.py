"""What an address asks of a list: the same for its page, its export and what is done to many of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.extensions import customer_insights
from crm.models import User
from crm.paging import PAGE_SIZE, Page
from crm.templatetags.rows import Cell
from customers.exports.columns.base import MASKED, Column, Row
from customers.exports.columns.custom_fields import CUSTOM
from customers.exports.lists import ListSpec, Sort
from customers.filters.base import Chosen, Filter, Rows, Viewer, narrowed, read_filters
from customers.selectors import lists, profiles

# Parameters that say how a list is shown, not which rows.
LOOKS = ("sort", "columns", "density", "view")
# Parameters of one moment, which a saved view doesn't keep.
PASSING = ("after", "before", "menu", "view")


@dataclass(frozen=True, slots=True)
class Asked:
    """A list as an address asks for it; ``ignored`` is what of the address could not be read."""

    spec: ListSpec
    viewer: Viewer
    rows: Rows
    on: list[Chosen]
    written: str
    sort_name: str
    sort: Sort
    columns: list[Column]
    is_dense: bool
    ignored: list[Filter] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def is_narrowed(self) -> bool:
        """Whether it shows less than everything that the viewer may see."""
        return bool(self.on or self.written)


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page: the rows as read, their cells, and how many there are in all, up to the cap."""

    page: Page[dict[str, Any]]
    cells: list[list[Cell]]
    count: int


def viewer_of(user: User, spec: ListSpec) -> Viewer:
    """Return somebody as a list sees them; the published run is opened for lists that tell of it."""
    tells = any(column.needs_run for column in spec.columns)
    return Viewer(user, customer_insights() if tells else None)


def asked(spec: ListSpec, viewer: Viewer, data: QueryDict) -> Asked:
    """Return what ``data``, the parameters of an address, asks of a list."""
    custom = any(name.startswith(CUSTOM) for name in (*data, *data.getlist("columns")))
    offered = spec.filters_for(viewer, custom=custom)
    on, ignored = read_filters(offered, data, viewer)
    rows = narrowed(spec.visible(viewer.user), on, viewer)
    written = data.get("q", "").replace("\0", "").strip()
    if written:
        rows = spec.search(rows, written, viewer)
    usual = next(iter(spec.sorts))
    name = data.get("sort") or usual
    sort = spec.sort(name)
    notes = [] if sort else [_("The list can't be sorted like that, so it stands in its usual order.")]
    if sort is None:
        name, sort = usual, spec.sorts[usual]
    return Asked(
        spec=spec,
        viewer=viewer,
        rows=rows,
        on=on,
        written=written,
        sort_name=name,
        sort=sort,
        columns=chosen_columns(spec, viewer, data, custom=custom),
        is_dense=data.get("density") == "dense",
        ignored=ignored,
        notes=notes,
    )


def chosen_columns(spec: ListSpec, viewer: Viewer, data: QueryDict, *, custom: bool) -> list[Column]:
    """Return the columns that an address asks for, in the list's order; the usual ones when it names none."""
    offered = [column for column in spec.columns_for(viewer, custom=custom) if not column.in_files_only]
    wanted = set(data.getlist("columns"))
    if not wanted & {column.key for column in offered}:
        return [column for column in offered if column.is_shown]
    first, *others = offered
    return [first, *(column for column in others if column.key in wanted)]


def read(asked_for: Asked, *, after: str = "", before: str = "", size: int = PAGE_SIZE) -> ListPage:
    """Read the page after or before a cursor. Raises CursorError for one of another list."""
    spec, viewer = asked_for.spec, asked_for.viewer
    count = _count(asked_for)
    rows = lists.fenced(asked_for.rows, count) if asked_for.is_narrowed else asked_for.rows
    fields = [path for column in asked_for.columns for path in column.fields]
    sort = asked_for.sort
    place = {"after": after, "before": before}
    if asked_for.is_narrowed and lists.SEVERAL < count <= lists.FEW:
        page = lists.read_page_of_few(rows, sort.prepare, fields, sort.keys, **place, size=size)
    else:
        page = lists.read_page(sort.prepare(rows), fields, sort.keys, **place, size=size)
    spec.read_needed(page.rows, asked_for.columns, viewer)
    masked = [spec.is_masked(column, viewer) for column in asked_for.columns]
    return ListPage(page, [_cells(asked_for.columns, masked, row) for row in page.rows], count)


def _count(asked_for: Asked) -> int:
    """Count the rows, up to the cap; a single filter may know how many it keeps of everybody."""
    user, visible = asked_for.viewer.user, asked_for.spec.visible
    if not asked_for.is_narrowed and visible is profiles.visible_customers and lists.sees_own(user):
        return lists.count_own(user)
    sees_all = lists.sees_all(user)
    if sees_all and len(asked_for.on) == 1 and not asked_for.written:
        (only,) = asked_for.on
        known = only.filter.count(only.values, asked_for.viewer)
        if known is not None:
            return known
    return lists.count_rows(asked_for.rows, is_whole_table=sees_all and not asked_for.is_narrowed)


def _cells(columns: list[Column], masked: list[bool], row: Row) -> list[Cell]:
    """Return the cells of a row, those masked that the viewer may not read."""
    return [
        MASKED if is_masked else column.shown(row) for column, is_masked in zip(columns, masked, strict=True)
    ]
