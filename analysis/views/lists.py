"""The five lists: who is on each and why, a task for every row, and the rows as a file."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from analysis.exports.lists import LISTS, FiveList, Headline, every_row, why
from analysis.exports.tables import Form, column, headers, values, written
from analysis.forms.filters import TIERS, SnapshotFilters
from analysis.models import AnalysisRun
from analysis.selectors import runs
from analysis.selectors.results import result_of
from analysis.selectors.tiers import by_region
from analysis.services.exporting import ReasonMissingError, note_export
from analysis.views.frame import base_context
from analysis.views.measures.frame import stale, state_of
from analysis.views.row_tasks import set_already, task_context
from analysis.views.runs import nothing_published
from crm.files import write_csv, write_workbook
from crm.models import User
from crm.paging import PAGE_SIZE, Page
from crm.policy import can, require
from crm.templatetags.format import compact_money
from crm.views.filterbar import Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import column as head_of
from crm.views.lists import listing
from customers.models import TaskOrigin
from customers.selectors.profiles import owner_choices

FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CUSTOMER = column(gettext_lazy("Customer"), "customer", Form.CUSTOMER)


@require_safe
def first_list(request: HttpRequest) -> HttpResponse:
    """Lead to the first of the five lists."""
    require(request.user, "analysis.view")
    return redirect("analysis:list", next(iter(LISTS)))


@require_safe
def five_list(request: HttpRequest, key: str) -> HttpResponse:
    """Show one of the five lists."""
    user = require(request.user, "analysis.view")
    spec = _spec(key)
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    form = SnapshotFilters(request.GET, user=user)
    seen: dict[str, int] = {}

    def read(*, after: str, before: str) -> Page[Any]:
        found = spec.rows(run, user, form.rows(), after=after, before=before, size=PAGE_SIZE)
        seen["count"] = found.count + (1 if found.count_capped else 0)
        return Page(found.rows, found.before, found.after)

    page = listing(request, read)
    words = ngettext("%(count)s customer", "%(count)s customers", seen["count"])
    bar = filter_bar(
        request,
        form,
        _menus(run, user),
        placeholder=_("Name or code"),
        count=words % {"count": count_figure(seen["count"])},
    )
    context = {
        **base_context(run, user),
        "spec": spec,
        "measure_url": reverse(f"analysis:{spec.measure}"),
        "lists": [
            {"label": each.title, "url": reverse("analysis:list", args=[each.key]), "active": each is spec}
            for each in LISTS.values()
        ],
        "figures": [_figure(each) for each in spec.headlines(run, user, form.scope())],
        "bar": bar,
        "notes": [note for note in (ignored_sentence(bar), *page.notes) if note],
        "is_filtered": bool(bar.active or bar.search["value"]),
        "notices": [each for each in (state_of(run, result_of(spec.measure, run)), stale(run, user)) if each],
        "columns": [
            head_of(each.head, number=each.is_figure, hide=each.hide) for each in (CUSTOMER, *spec.columns)
        ],
        "rows": _rows(spec, page.rows, user),
        "page": page,
        "can_export": can(user, "customer.export"),
        **task_context(user, str(spec.task), TaskOrigin.LIST),
    }
    return render(request, "analysis/lists/list.html", context)


@require_POST
def export_list(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send the viewer's rows of a list, as narrowed by the address, as a file; on record before it leaves."""
    user = require(request.user, "customer.export")
    spec = _spec(key)
    run = runs.published()
    kind = request.POST.get("format", "")
    if run is None or kind not in FILE_TYPES:
        raise Http404
    narrowed = QueryDict(request.POST.get("query", ""))
    form = SnapshotFilters(narrowed, user=user)
    rows = list(every_row(spec, run, user, form.rows(), settings.EXPORT_MAX_ROWS + 1))
    back = f"{reverse('analysis:list', args=[key])}?{narrowed.urlencode()}"
    if len(rows) > settings.EXPORT_MAX_ROWS:
        message = _("More than %(cap)d rows match. Narrow the list, and export it in parts.")
        messages.error(request, message % {"cap": settings.EXPORT_MAX_ROWS})
        return redirect(back)
    try:
        note_export(
            user,
            what=key,
            run=run.pk,
            rows=len(rows),
            file_format=kind,
            reason=request.POST.get("reason", ""),
        )
    except ReasonMissingError:
        messages.error(request, _("Say what the file is for: it is kept on record."))
        return redirect(back)
    return _file(spec, run, kind, rows)


def _file(spec: FiveList, run: AnalysisRun, kind: str, rows: list[Any]) -> FileResponse:
    columns = (CUSTOMER, *spec.columns)
    heads, lines = headers(columns), ([*values(columns, row)] for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"list.{kind}"
        if kind == "csv":
            write_csv(path, heads, lines, bom=True)
        else:
            write_workbook(path, heads, lines, str(spec.title))
        content = BytesIO(path.read_bytes())
    name = f"{spec.key}-{run.as_of:%Y-%m-%d}.{kind}"
    return FileResponse(content, as_attachment=True, filename=name, content_type=FILE_TYPES[kind])


def _spec(key: str) -> FiveList:
    if key not in LISTS:
        raise Http404
    return LISTS[key]


def _menus(run: AnalysisRun, user: User) -> list[Menu]:
    """The filters of the lists."""
    everywhere = by_region(run, user)
    regions = [(str(each.region_id), each.name) for each in everywhere if each.region_id]
    return [
        Menu("tier", _("Tier"), TIERS, many=True),
        Menu("region", _("Region"), regions),
        Menu("owner", _("Owner"), [(str(each.pk), str(each)) for each in owner_choices(user)]),
    ]


def _figure(each: Headline) -> dict[str, Any]:
    """Describe a headline for components/kpi.html."""
    if each.form is Form.MONEY:
        value = compact_money(each.value, settings.COMPANY_CURRENCY)
    else:
        value = written(column("", "value", each.form), each.value)
    return {"label": each.label, "value": value, "note": each.note}


def _rows(spec: FiveList, rows: list[Any], user: User) -> list[dict[str, Any]]:
    """The rows with their cells written, why they are there, and the task that is set already."""
    tasks = set_already(user, [row.customer.customer_id for row in rows])
    return [
        {
            "who": row.customer,
            "why": why(row),
            "task": tasks.get(row.customer.customer_id),
            "cells": [
                {
                    "text": written(each, each.read(row)),
                    "label": each.label,
                    "number": each.is_figure,
                    "hide": each.hide,
                    "url": _orders(row)
                    if each.form is Form.MONEY and each.label == spec.columns[0].label
                    else "",
                }
                for each in spec.columns
                if each.form is not Form.REASON
            ],
        }
        for row in rows
    ]


def _orders(row: Any) -> str:
    """The rows behind a customer's money."""
    return f"{reverse('customers:orders')}?customer={row.customer.customer_id}"
