"""The pages of lists: one frame for customers, people, orders, products, payments, complaints, interactions, tasks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.models import SavedView, User
from crm.paging import CursorError
from crm.policy import can, require
from crm.services import saved_views
from crm.templatetags.rows import Cell
from crm.views.addresses import kept_parameters, with_parameters, without_value
from crm.views.filterbar import count_figure
from customers.exports import asking, lists
from customers.exports.asking import Asked, ListPage
from customers.exports.columns.base import Column
from customers.exports.lists import ListSpec
from customers.filters.base import Chosen, Filter
from customers.filters.search import LONGEST_SEARCH
from customers.imports.kinds import Kind

# So many filters have a chip of their own; the others are in one menu.
FILTERS_ABREAST = 5
# A table of more columns scrolls by itself.
COLUMNS_ABREAST = 11
MORE, LOOK, VIEWS = "more", "look", "views"
# Lists that belong together are tabs of each other.
FAMILIES = (
    ("customers", "people"),
    ("orders", "products", "payments"),
    ("complaints", "interactions", "tasks"),
)


@require_safe
def show_list(request: HttpRequest, key: str) -> HttpResponse:
    """Show one list as its address asks: narrowed, sorted, with chosen columns, a page at a time."""
    user = require(request.user, "customer.view")
    spec = lists.LISTS[key]
    if not request.GET and (first := saved_views.first_view(user, spec.route)):
        return HttpResponseRedirect(view_address(spec, first))
    asked = asking.asked(spec, asking.viewer_of(user, spec), request.GET)
    menu = request.GET.get("menu", "")
    if menu and request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return render(
            request, "customers/lists/menu.html", {"menu": _menu(request, asked, menu), "spec": spec}
        )
    page, notes = _read(request, asked)
    context = {
        "spec": spec,
        "page": page,
        "rows": page.page.rows,
        "headings": _headings(asked, request),
        "cells": _cells(request, asked, page),
        "bar": _bar(request, asked, menu),
        "count": spec.counted(page.count) % {"count": count_figure(page.count)},
        "note": " ".join([*_ignored(asked), *asked.notes, *notes]),
        "is_narrowed": asked.is_narrowed,
        "previous_url": with_parameters(request, before=page.page.before) if page.page.before else None,
        "next_url": with_parameters(request, after=page.page.after) if page.page.after else None,
        "bulk": _bulk(request, asked),
        "export_url": _export_url(request, asked),
        "is_dense": asked.is_dense,
        "is_wide": len(asked.columns) > COLUMNS_ABREAST,
        "can_add": spec.key == "customers" and can(user, "customer.edit"),
        "import_url": reverse("customers:import_new") if _can_import(user, spec) else "",
        "clear_url": _cleared(request, asked),
        "view": _opened_view(request, user, spec),
        "tabs": _tabs(spec),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "customers/lists/list.html", context)


def _can_import(user: User, spec: ListSpec) -> bool:
    """Whether somebody may bring in a file of what a list shows."""
    return spec.key in list(Kind) and can(user, "import.run")


def _tabs(spec: ListSpec) -> list[dict[str, Any]]:
    family = next(each for each in FAMILIES if spec.key in each)
    return [
        {"label": lists.LISTS[key].title, "url": reverse(lists.LISTS[key].route), "active": key == spec.key}
        for key in family
    ]


def view_address(spec: ListSpec, view: SavedView) -> str:
    """Return the address of a list as a saved view has it."""
    mark = urlencode({"view": view.pk})
    return f"{reverse(spec.route)}?{view.query}&{mark}" if view.query else f"{reverse(spec.route)}?{mark}"


def _read(request: HttpRequest, asked: Asked) -> tuple[ListPage, list[str]]:
    """Read the page that the address asks for, the first one for a cursor of another list."""
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    try:
        return asking.read(asked, after=after, before=before), []
    except CursorError:
        return asking.read(asked), [_("This page of the list can no longer be found; here is its beginning.")]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column, for components/table_head.html."""

    label: str
    kind: str
    hide: bool
    sort_url: str
    sorted: str
    title: str = ""


def _headings(asked: Asked, request: HttpRequest) -> list[Head]:
    return [_head(asked, request, column) for column in asked.columns]


def _head(asked: Asked, request: HttpRequest, column: Column) -> Head:
    sort = column.sort if column.sort in asked.spec.sorts else ""
    is_sorted = bool(sort) and asked.sort_name.removeprefix("-") == sort
    direction = "descending" if asked.sort.keys[0].descending else "ascending"
    again = f"-{sort}" if asked.sort_name == sort else sort
    return Head(
        label=str(column.label),
        kind="number" if column.is_figure else "",
        hide=not column.on_phone,
        sort_url=with_parameters(request, sort=again, menu=None) if sort else "",
        sorted=direction if is_sorted else "",
    )


def _cells(request: HttpRequest, asked: Asked, page: ListPage) -> dict[str, Any]:
    """Return what the tag list_rows writes: labels and classes of the columns, and the cells of the rows."""
    labels = [(str(column.label), _classes(column)) for column in asked.columns]
    if not _bulk_actions(request, asked):
        return {"labels": labels, "rows": page.cells}
    picks: list[Cell] = [
        ("pick", str(row["pk"]), _("Choose %(name)s") % {"name": cells[0][-2]})
        for row, cells in zip(page.page.rows, page.cells, strict=True)
    ]
    rows = [[pick, *cells] for pick, cells in zip(picks, page.cells, strict=True)]
    return {"labels": [("", ""), *labels], "rows": rows}


def _classes(column: Column) -> str:
    marks = {"n": column.is_figure, "short": column.is_short, "hide-phone": not column.on_phone}
    return " ".join(name for name, is_on in marks.items() if is_on)


def _bar(request: HttpRequest, asked: Asked, opened: str) -> dict[str, Any]:
    """Describe the bar above the list: what is on, and the menus, of which one may be open."""
    spec = asked.spec
    offered = spec.filters_for(asked.viewer, custom=False)
    menus = [each for each in offered if each.options][:FILTERS_ABREAST]
    names = {each.name: str(each.label) for each in menus}
    if len(offered) > len(menus):
        names[MORE] = _("More filters")
    names |= {LOOK: _("Columns"), VIEWS: _("Views")}
    return {
        "search": {
            "value": asked.written[:LONGEST_SEARCH],
            "placeholder": spec.placeholder,
            "keep": kept_parameters(request, "q", "menu"),
        },
        "on": [chip for each in asked.on for chip in _chips(request, each)],
        "menus": [
            {
                "name": name,
                "label": label,
                "url": with_parameters(request, menu=name),
                "is_look": name in {LOOK, VIEWS},
                "menu": _menu(request, asked, name) if name == opened else None,
            }
            for name, label in names.items()
        ],
    }


def _chips(request: HttpRequest, on: Chosen) -> list[dict[str, str]]:
    return [
        {
            "label": _("%(filter)s: %(value)s")
            % {"filter": on.filter.label, "value": on.filter.shown(value)},
            "clear_url": without_value(request, on.filter.name, text),
        }
        for text, value in zip(on.texts, on.values, strict=True)
    ]


def _menu(request: HttpRequest, asked: Asked, name: str) -> dict[str, Any]:
    """Describe what one menu holds; raises Http404 for one that the list hasn't got."""
    spec, viewer = asked.spec, asked.viewer
    if name == LOOK:
        return {"name": name, **_look(request, asked)}
    if name == VIEWS:
        return {"name": name, **_views(request, viewer.user, spec)}
    offered = spec.filters_for(viewer, custom=True)
    abreast = [each for each in offered if each.options][:FILTERS_ABREAST]
    if name == MORE:
        rest = [each for each in offered if each not in abreast]
        return {
            "name": name,
            "fields": [_field(asked, each) for each in rest],
            "keep": kept_parameters(request, "menu", *(each.name for each in rest)),
        }
    found = next((each for each in abreast if each.name == name), None)
    if found is None:
        raise Http404
    return {"name": name, "options": _options(request, asked, found)}


def _values(asked: Asked, each: Filter) -> tuple[list[str], list[Any]]:
    on = next((chosen for chosen in asked.on if chosen.filter is each), None)
    return (on.texts, on.values) if on else ([], [])


def _options(request: HttpRequest, asked: Asked, each: Filter) -> list[dict[str, Any]]:
    texts, values = _values(asked, each)
    link = partial(with_parameters, request, menu=None)
    offered = each.options(asked.viewer, values) if each.options else ()
    return [
        {
            "label": label,
            "active": value in texts,
            "url": link(**{each.name: _toggled(texts, value, many=each.many)}),
        }
        for value, label in offered
    ]


def _toggled(texts: list[str], value: str, *, many: bool) -> list[str] | None:
    """Return the values of a filter once one of its options was clicked."""
    if value in texts:
        return [each for each in texts if each != value] or None
    return [*texts, value] if many else [value]


def _field(asked: Asked, each: Filter) -> dict[str, Any]:
    texts, values = _values(asked, each)
    return {
        "name": each.name,
        "label": each.label,
        "options": each.options(asked.viewer, values) if each.options else None,
        "many": each.many,
        "typed": each.typed,
        "texts": texts,
    }


def _look(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    spec, viewer = asked.spec, asked.viewer
    offered = spec.columns_for(viewer, custom=True)
    first, *others = [column for column in offered if not column.in_files_only]
    shown = {column.key for column in asked.columns}
    return {
        "first": first,
        "columns": [{"key": each.key, "label": each.label, "on": each.key in shown} for each in others],
        "sorts": [
            {"key": key, "label": sort.label, "on": asked.sort_name.removeprefix("-") == key}
            for key, sort in spec.sorts.items()
        ],
        "is_dense": asked.is_dense,
        "keep": kept_parameters(request, "menu", "columns", "sort", "density"),
        "usual_url": with_parameters(request, menu=None, columns=None, sort=None, density=None),
    }


def _views(request: HttpRequest, user: User, spec: ListSpec) -> dict[str, Any]:
    found = list(saved_views.visible_views(user, spec.route))
    opened = request.GET.get("view", "")
    rows = [
        {
            "view": each,
            "url": view_address(spec, each),
            "active": str(each.pk) == opened,
            "mine": each.owner_id == user.pk,
        }
        for each in found
    ]
    return {
        "mine": [row for row in rows if row["mine"]],
        "team": [row for row in rows if not row["mine"]],
        "all_url": f"{reverse(spec.route)}?view=0",
        "query": saved_views.kept_query(request.GET, *asking.PASSING),
        "has_team": user.team_id is not None,
        "save_url": reverse("customers:save_view", args=[spec.key]),
    }


def _opened_view(request: HttpRequest, user: User, spec: ListSpec) -> SavedView | None:
    text = request.GET.get("view", "")
    if not (text.isascii() and text.isdigit()) or text == "0" or len(text) > 18:
        return None
    return saved_views.visible_views(user, spec.route).filter(pk=int(text)).first()


def _bulk_actions(request: HttpRequest, asked: Asked) -> tuple[str, ...]:
    return asked.spec.actions if can(asked.viewer.user, "customer.edit") else ()


def _bulk(request: HttpRequest, asked: Asked) -> dict[str, Any] | None:
    """Describe what can be done with chosen rows, for the bar that appears once some are."""
    actions = _bulk_actions(request, asked)
    if not actions:
        return None
    return {
        "url": reverse("customers:bulk", args=[asked.spec.key]),
        "query": saved_views.kept_query(request.GET, *asking.PASSING),
        "actions": actions,
    }


def _export_url(request: HttpRequest, asked: Asked) -> str:
    if not can(asked.viewer.user, "customer.export"):
        return ""
    query = saved_views.kept_query(request.GET, *asking.PASSING)
    address = reverse("customers:export", args=[asked.spec.key])
    return f"{address}?{query}" if query else address


def _cleared(request: HttpRequest, asked: Asked) -> str:
    names = [*(each.name for each in asked.spec.filters), *(each.filter.name for each in asked.on)]
    return with_parameters(request, q=None, menu=None, **dict.fromkeys(names))


def _ignored(asked: Asked) -> list[str]:
    if not asked.ignored:
        return []
    names = _("; ").join(str(each.label) for each in asked.ignored)
    return [
        _("What the address asks of these filters could not be read and was left out: %(names)s.")
        % {"names": names}
    ]
