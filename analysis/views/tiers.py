"""The tiers page: who earns the company's money, and why each customer stands where it stands."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analysis.charts.tiers import pareto_chart, pareto_table, pareto_title
from analysis.selectors import runs
from analysis.selectors import tiers as selector
from analysis.selectors.ranking import ranking
from analysis.selectors.sums import TIERS, known_count, sums_by_tier
from analysis.selectors.tiers import RegionTiers, Slice, TiersHeadline
from analysis.views.cells import Cells, region_cells, tiers_cells
from analysis.views.frame import ranked_list, tier_addresses, tier_menus
from analysis.views.measures.declaring import Asked
from analysis.views.measures.frame import Frame
from analysis.views.measures.kept import kept
from analysis.views.measures.page import core_frame
from analysis.views.measures.showing import change_of
from analysis.views.runs import nothing_published
from crm.policy import require
from crm.templatetags.format import compact_money, number, percent
from crm.views.addresses import each_value, with_parameters
from crm.views.lists import column

# The table of regions holds the greatest of them, and all when the address asks for it.
REGIONS, ALL = "regions", "all"
REGIONS_SHOWN = 12


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Show the headline figures, the Pareto curve, the tiers by region and the ranked customers."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    frame, framing = core_frame(request, user, "tiers", run)
    head = kept("tiers", frame, lambda: _head(request, frame), with_parameters(request))
    ranked = ranked_list(
        request,
        frame,
        partial(ranking, frame.asked.run, user, frame.asked.rows, count=head["count"]),
        tier_menus(head["places"], head["all_regions"]),
    )
    context = {
        **framing,
        **head,
        "list": ranked,
        "cells": tiers_cells(ranked.page.rows),
        "columns": _columns(),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/tiers.html", context)


def _head(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """All that the page says above its list, and how many the list has."""
    run, user, scope = frame.asked.run, frame.asked.user, frame.asked.scope
    sums = sums_by_tier(run, user, scope)
    curve = selector.pareto(run, user, scope, sums)
    regions = selector.by_region(run, user, scope)
    shown = regions if request.GET.get(REGIONS) == ALL else regions[:REGIONS_SHOWN]
    columns, rows = pareto_table(curve)
    return {
        "figures": _figures(request, frame, selector.headline(run, user, scope, sums)),
        "pareto_title": pareto_title(curve),
        "pareto": pareto_chart(curve, tier_addresses(request)),
        "pareto_columns": columns,
        "pareto_rows": rows,
        "drawn": len(rows) > 1,
        "regions": _region_cells(request, shown),
        "places": [(str(each.region_id), each.name) for each in shown if each.region_id],
        "all_regions": f"{with_parameters(request, **{REGIONS: ALL})}#{REGIONS}"
        if len(shown) < len(regions)
        else "",
        "count": known_count(run, user, frame.asked.rows),
    }


def _region_cells(request: HttpRequest, regions: list[RegionTiers]) -> Cells:
    """Describe the rows of the regions table; each count leads to its customers."""
    tiers = {tier: each_value(request, "region", tier=tier) for tier in TIERS}
    return region_cells(regions, each_value(request, "region"), tiers)


def _columns() -> list[dict[str, Any]]:
    return [
        column("#", number=True),
        column(_("Customer")),
        column(_("Tier")),
        column(_("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY}, number=True),
        column(_("Share"), number=True),
        column(_("Cumulative before"), number=True, hide=True),
        column(_("Why"), hide=True),
        column(_("Churn")),
    ]


def _figures(request: HttpRequest, frame: Frame, headline: TiersHeadline) -> list[dict[str, Any]]:
    """Describe the four headline figures for components/kpi.html; who moved is known against the run before alone."""
    addresses = tier_addresses(request)
    then = frame.then
    before = selector.headline(then.run, then.user, then.scope) if then else None
    tells_moves = frame.against is None or frame.against.pk == frame.asked.run.previous_id
    names = {"A": _("Key customers"), "B": _("Main customers"), "C": _("Ordinary customers")}
    figures = [
        {
            "tier": tier,
            "label": names[tier],
            "value": number(part.customers),
            "url": addresses[tier],
            "note": _shares(part),
            "more": _near(tier, part),
            "up": _moved(part.moved_up, _("%(count)s moved in")) if tells_moves else "",
            "down": _moved(part.moved_down, _("%(count)s moved out")) if tells_moves else "",
            **change_of(part.customers, before.tiers[tier].customers if before else None),
        }
        for tier, part in headline.tiers.items()
    ]
    return [*figures, _at_risk(frame.asked, headline.at_risk, before.at_risk if before else None)]


def _shares(part: Slice) -> str:
    return _("%(customers)s of customers, %(revenue)s of revenue") % {
        "customers": percent(part.customer_share),
        "revenue": percent(part.value_share),
    }


def _near(tier: str, part: Slice) -> str:
    if tier == "A" or not part.near:
        return ""
    near = ngettext("%(count)s close to the next tier", "%(count)s close to the next tier", part.near)
    return near % {"count": number(part.near)}


def _moved(count: int, words: str) -> str:
    return words % {"count": number(count)} if count else ""


def _at_risk(asked: Asked, part: Slice, before: Slice | None) -> dict[str, Any]:
    wanted = {**asked.parameters, "tier": ["A", "B"]}
    churn = f"{reverse('analysis:churn')}?{urlencode(wanted, doseq=True)}"
    return {
        "label": _("A and B customers at risk"),
        "value": number(part.customers),
        "tone": "bad" if part.customers else "",
        "url": churn,
        "note": _("They brought %(money)s") % {"money": compact_money(part.value, settings.COMPANY_CURRENCY)},
        "link_label": _("See the list"),
        **change_of(part.customers, before and before.customers, better="down"),
    }
