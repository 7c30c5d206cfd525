"""The five lists: who is on each and why, a task for every row, and the rows as a file."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from analysis.exports.lists import LISTS, FiveList, Headline, every_row, why
from analysis.exports.tables import Form, column, written
from analysis.forms.filters import TIERS, SnapshotFilters
from analysis.models import AnalysisRun
from analysis.selectors import runs
from analysis.selectors.results import result_of
from analysis.selectors.tiers import by_region
from analysis.views.frame import base_context
from analysis.views.measures.declaring import Asked
from analysis.views.measures.frame import saved_views, stale, state_of
from analysis.views.measures.parts import carried
from analysis.views.row_tasks import set_already, task_context
from analysis.views.runs import nothing_published
from analysis.views.taking import FILE_TYPES, TakenOut, hand_out
from analysis.views.work_files import exports
from crm.models import User
from crm.paging import PAGE_SIZE, Page
from crm.policy import require
from crm.templatetags.format import compact_money
from crm.views.filterbar import Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import column as head_of
from crm.views.lists import listing
from customers.models import TaskOrigin
from customers.selectors.profiles import owner_choices

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
    result = result_of(spec.measure, run)
    context = {
        **base_context(run, user),
        "spec": spec,
        "is_ready": result is not None and result.is_done,
        "measure_url": carried(Asked(run, user, form.scope()), reverse(f"analysis:{spec.measure}")),
        "lists": [
            {"label": each.title, "url": reverse("analysis:list", args=[each.key]), "active": each is spec}
            for each in LISTS.values()
        ],
        "figures": [_figure(each) for each in spec.headlines(run, user, form.scope())],
        "bar": bar,
        "notes": [note for note in (ignored_sentence(bar), *page.notes) if note],
        "is_filtered": bool(bar.active or bar.search["value"]),
        "notices": [each for each in (state_of(run, result), stale(run, user)) if each],
        "columns": [
            head_of(each.head, number=each.is_figure, hide=each.hide) for each in (CUSTOMER, *spec.columns)
        ],
        "rows": _rows(spec, page.rows, user),
        "page": page,
        "saved": saved_views(request, user, f"analysis:list-{spec.key}"),
        "exports": exports(request, user, "list_export", key) if page.rows else None,
        **task_context(user, str(spec.task), TaskOrigin.LIST),
    }
    return render(request, "analysis/lists/list.html", context)


@require_POST
def export_list(request: HttpRequest, key: str) -> HttpResponseBase:
    """Send the viewer's rows of a list, as narrowed by the address, as a file, to who has proven themselves of late."""
    require(request.user, "customer.export")
    answer: HttpResponseBase = _export(request, key)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _export(request: HttpRequest, key: str) -> HttpResponseBase:
    user = require(request.user, "customer.export")
    spec = _spec(key)
    run = runs.published()
    kind = request.POST.get("format", "")
    if run is None or kind not in FILE_TYPES:
        raise Http404
    form = SnapshotFilters(request.GET, user=user)
    rows = list(every_row(spec, run, user, form.rows(), settings.EXPORT_MAX_ROWS + 1))
    back = f"{reverse('analysis:list', args=[key])}?{request.GET.urlencode()}"
    taken = TakenOut(key, str(spec.title), (CUSTOMER, *spec.columns), rows)
    return hand_out(request, user, taken, run=run, kind=kind, back=back)


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
