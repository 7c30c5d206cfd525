"""The churn page: who is about to leave, why we think so, and how right the method was."""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analysis.charts.churn import bands_chart, bands_table, calibration_chart, calibration_table
from analysis.exports.tables import Form
from analysis.selectors import churn as selector
from analysis.selectors import runs
from analysis.selectors.churn import ChurnSummary
from analysis.selectors.snapshots import sees_company
from analysis.selectors.tiers import by_region
from analysis.views.frame import ranked_list, tier_menus
from analysis.views.measures.frame import Frame
from analysis.views.measures.kept import kept
from analysis.views.measures.page import core_frame
from analysis.views.measures.showing import change_of
from analysis.views.runs import nothing_published
from crm.policy import require
from crm.templatetags.format import compact_money, number, percent
from crm.views.addresses import with_parameters
from crm.views.filterbar import Menu
from crm.views.lists import chosen, column

ORDERS = ("value", "probability", "overdue")


@require_safe
def churn(request: HttpRequest) -> HttpResponse:
    """Show the flagged customers with reasons, the spread of risk, and the backtest."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    frame, framing = core_frame(request, user, "churn", run)
    head = kept("churn", frame, lambda: _head(request, frame), with_parameters(request))
    wanted = frame.asked.rows
    order, notes = chosen(request, "sort", dict.fromkeys(ORDERS), "value")
    menus = [*tier_menus(head["places"]), Menu("reason", _("Reason"), head["reason_choices"])]
    read = partial(selector.flagged, frame.asked.run, user, wanted, order=order)
    context = {
        **framing,
        **head,
        "list": ranked_list(request, frame, read, menus),
        "list_title": _("Customers at risk") if wanted.risk is None else _("Customers of this risk"),
        "columns": _columns(request, order),
        "order_notes": notes,
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/churn.html", context)


def _head(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """All that the page says above and below its list, and what its filters offer."""
    run, user, scope, then = frame.asked.run, frame.asked.user, frame.asked.scope, frame.then
    summary, evaluation = selector.summary(run, user, scope), selector.evaluation(run)
    risks = [f"{with_parameters(request, risk=str(place))}#customers" for place in range(len(summary.bands))]
    bands_columns, bands_rows = bands_table(summary.bands, risks)
    calibration_columns, calibration_rows = calibration_table(evaluation, company=sees_company(user))
    return {
        "problem": summary.problem,
        "scored": summary.scored,
        "figures": _figures(summary, selector.summary(then.run, user, scope) if then else None),
        "reasons": [
            {
                "label": each.label,
                "customers": number(each.customers),
                "value": compact_money(each.value, settings.COMPANY_CURRENCY),
                "url": f"{with_parameters(request, reason=each.code)}#customers",
            }
            for each in summary.reasons
        ],
        "reason_choices": [(each.code, each.label) for each in summary.reasons],
        "bands_title": _bands_title(summary),
        "bands": bands_chart(summary.bands, summary.flag_at, risks),
        "bands_columns": bands_columns,
        "bands_rows": bands_rows,
        "drawn": bool(summary.scored),
        "evaluation": evaluation,
        "calibration": calibration_chart(evaluation, company=sees_company(user)),
        "calibration_columns": calibration_columns,
        "calibration_rows": calibration_rows,
        "places": [
            (str(each.region_id), each.name) for each in by_region(run, user, scope) if each.region_id
        ],
    }


def _columns(request: HttpRequest, order: str) -> list[dict[str, Any]]:
    """Describe the table's heads; three of them sort."""

    def sortable(label: str, name: str) -> dict[str, Any]:
        url = f"{with_parameters(request, sort=name)}#customers"
        return column(label, number=True, sort_url=url, sorted_="descending" if order == name else "")

    return [
        column(_("Customer")),
        column(_("Tier")),
        sortable(_("Probability"), "probability"),
        column(_("Why")),
        sortable(_("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY}, "value"),
        sortable(_("Since last order"), "overdue"),
        column(_("Own rhythm"), number=True, hide=True),
    ]


def _figures(summary: ChurnSummary, before: ChurnSummary | None) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html."""
    currency = settings.COMPANY_CURRENCY
    flag_at = {"probability": percent(summary.flag_at, 0), "days": number(summary.horizon_days)}
    share = summary.flagged / summary.scored if summary.scored else None
    return [
        {
            "label": _("Customers at risk"),
            "value": number(summary.flagged),
            "tone": "bad" if summary.flagged else "",
            "url": "#customers",
            "note": _("%(probability)s or more not to order within %(days)s days") % flag_at,
            **change_of(summary.flagged, before and before.flagged, better="down"),
        },
        {
            "label": _("Revenue at risk"),
            "value": compact_money(summary.flagged_value, currency),
            "note": _("what they brought in the window"),
            **change_of(summary.flagged_value, before and before.flagged_value, Form.MONEY, "down", currency),
        },
        {
            "label": _("Customers scored"),
            "value": number(summary.scored),
            "note": _("%(share)s of them at risk") % {"share": percent(share)},
            **change_of(summary.scored, before and before.scored),
        },
        {
            "label": _("Orders expected"),
            "value": number(round(summary.expected_orders)),
            "note": _("within %(days)s days, from all who were scored") % flag_at,
            **change_of(
                round(summary.expected_orders), before and round(before.expected_orders), better="up"
            ),
        },
    ]


def _bands_title(summary: ChurnSummary) -> str:
    return ngettext(
        "%(count)s of %(scored)s scored customers is likely to stop ordering",
        "%(count)s of %(scored)s scored customers are likely to stop ordering",
        summary.flagged,
    ) % {"count": number(summary.flagged), "scored": number(summary.scored)}
