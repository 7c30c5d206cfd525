"""The contribution page: the ranking of trade, and how much hangs on how few."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis.charts.contribution import monthly_chart, monthly_table, monthly_title
from analysis.exports.tables import Form
from analysis.selectors import contribution as selector
from analysis.selectors import runs
from analysis.selectors.annotations import noted_between
from analysis.selectors.contribution import ContributionSummary
from analysis.selectors.ranking import ranking
from analysis.selectors.sums import known_count
from analysis.selectors.tiers import by_region
from analysis.views.cells import contribution_cells
from analysis.views.frame import ranked_list, tier_menus
from analysis.views.measures.frame import Frame
from analysis.views.measures.kept import kept
from analysis.views.measures.page import core_frame
from analysis.views.measures.parts import orders_in
from analysis.views.measures.showing import change_of
from analysis.views.runs import nothing_published
from crm.policy import require
from crm.templatetags.format import compact_money, number, percent, signed_percent
from crm.views.addresses import with_parameters
from crm.views.lists import chosen, column

ORDERS = ("value", "gross_margin", "net_revenue_before", "orders")


@require_safe
def contribution(request: HttpRequest) -> HttpResponse:
    """Show revenue, margin and concentration, revenue by month, and the ranking in one of four orders."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    frame, framing = core_frame(request, user, "contribution", run)
    order, notes = chosen(request, "sort", dict.fromkeys(ORDERS), "value")
    head = kept("contribution", frame, lambda: _head(frame), with_parameters(request))
    asked = frame.asked
    read = partial(ranking, asked.run, user, asked.rows, order=order, count=head["count"])
    ranked = ranked_list(request, frame, read, tier_menus(head["places"]))
    context = {
        **framing,
        **head,
        "list": ranked,
        "cells": contribution_cells(ranked.page.rows),
        "columns": _columns(request, order),
        "order_notes": notes,
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/contribution.html", context)


def _head(frame: Frame) -> dict[str, Any]:
    """All that the page says above its list, and how many the list has."""
    asked, then = frame.asked, frame.then
    run, user, scope = asked.run, asked.user, asked.scope
    months = selector.monthly(run, user, scope)
    columns, rows = monthly_table(months, lambda month: orders_in(asked, month.month, sales=True))
    chart = monthly_chart(months, lambda month: orders_in(asked, month.month))
    chart["notes"] = noted_between(user, chart["labels"])
    summary = selector.summary(run, user, scope)
    return {
        "figures": _figures(summary, selector.summary(then.run, user, scope) if then else None),
        "top": [
            {
                "label": _("Top %(share)s") % {"share": percent(each.percent / 100, 0)},
                "customers": number(each.customers),
                "value": compact_money(each.value, settings.COMPANY_CURRENCY),
                "share": each.share,
            }
            for each in summary.top
        ],
        "monthly_title": monthly_title(months),
        "monthly": chart,
        "monthly_columns": columns,
        "monthly_rows": rows,
        "drawn": bool(rows),
        "places": [
            (str(each.region_id), each.name) for each in by_region(run, user, scope) if each.region_id
        ],
        "count": known_count(run, user, asked.rows),
    }


def _columns(request: HttpRequest, order: str) -> list[dict[str, Any]]:
    """Describe the table's heads; four of them sort."""

    def sortable(label: str, name: str, *, hide: bool = False) -> dict[str, Any]:
        url = f"{with_parameters(request, sort=name)}#customers"
        return column(
            label, number=True, hide=hide, sort_url=url, sorted_="descending" if order == name else ""
        )

    return [
        column("#", number=True),
        column(_("Customer")),
        column(_("Tier")),
        sortable(_("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY}, "value"),
        column(_("Share"), number=True),
        column(_("Cumulative before"), number=True, hide=True),
        sortable(_("Gross margin"), "gross_margin"),
        sortable(_("Orders"), "orders", hide=True),
        column(_("Last order"), number=True, hide=True),
    ]


def _figures(summary: ContributionSummary, before: ContributionSummary | None) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html."""
    currency = settings.COMPANY_CURRENCY
    return [
        {
            "label": _("Net revenue"),
            "value": compact_money(summary.net_revenue, currency),
            "note": _to_the_window_before(summary),
            **change_of(summary.net_revenue, before and before.net_revenue, Form.MONEY, "up", currency),
        },
        {
            "label": _("Gross margin"),
            "value": compact_money(summary.gross_margin, currency),
            "note": _margin_note(summary),
            **change_of(summary.gross_margin, before and before.gross_margin, Form.MONEY, "up", currency),
        },
        {
            "label": _("Customers who bought"),
            "value": number(summary.positive_customers),
            "note": _("of %(count)s customers") % {"count": number(summary.customers)},
            **change_of(summary.positive_customers, before and before.positive_customers, better="up"),
        },
        {
            "label": _("Orders"),
            "value": number(summary.orders),
            "note": _unidentified(summary),
            **change_of(summary.orders, before and before.orders, better="up"),
        },
    ]


def _to_the_window_before(summary: ContributionSummary) -> str:
    if summary.change is None:
        return ""
    return _("%(change)s against the window before") % {"change": signed_percent(summary.change)}


def _margin_note(summary: ContributionSummary) -> str:
    """The margin as a rate and, where costs are missing, of how much of the revenue that is."""
    rate = percent(summary.margin_rate)
    if summary.margin_rate is None:
        return _("No cost is known")
    if summary.cost_known is not None and summary.cost_known < 1:
        known = {"rate": rate, "known": percent(summary.cost_known, 0)}
        return _("%(rate)s; the cost is known for %(known)s of net revenue") % known
    return _("%(rate)s of net revenue") % {"rate": rate}


def _unidentified(summary: ContributionSummary) -> str:
    if not summary.unidentified_net_revenue:
        return ""
    money = compact_money(summary.unidentified_net_revenue, settings.COMPANY_CURRENCY)
    return _("%(money)s more belongs to no customer") % {"money": money}
