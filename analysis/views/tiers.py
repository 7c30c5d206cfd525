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
from analysis.forms.filters import SnapshotFilters
from analysis.selectors import runs
from analysis.selectors import tiers as selector
from analysis.selectors.ranking import ranking
from analysis.selectors.tiers import RegionTiers, Slice, TiersHeadline
from analysis.views.frame import base_context, ranked_list, tier_addresses, tier_menus
from analysis.views.runs import nothing_published
from crm.policy import require
from crm.templatetags.format import compact_money, number, percent
from crm.views.addresses import with_parameters
from crm.views.lists import column


@require_safe
def tiers(request: HttpRequest) -> HttpResponse:
    """Show the headline figures, the Pareto curve, the tiers by region and the ranked customers."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    form = SnapshotFilters(request.GET, user=user)
    scope = form.scope()
    regions = selector.by_region(run, user, scope)
    curve = selector.pareto(run, user, scope)
    columns, rows = pareto_table(curve)
    context = {
        **base_context(run, user),
        "figures": _figures(request, selector.headline(run, user, scope)),
        "curve": curve,
        "pareto_title": pareto_title(curve),
        "pareto": pareto_chart(curve, tier_addresses(request)),
        "pareto_columns": columns,
        "pareto_rows": rows,
        "regions": [_region_row(request, region) for region in regions],
        "list": ranked_list(
            request,
            form,
            partial(ranking, run, user, form.rows()),
            tier_menus([(str(each.region_id), each.name) for each in regions if each.region_id]),
        ),
        "columns": _columns(),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/tiers.html", context)


def _columns() -> list[dict[str, Any]]:
    return [
        column("#", number=True),
        column(_("Customer")),
        column(_("Tier")),
        column(_("Net revenue, %(currency)s") % {"currency": settings.COMPANY_CURRENCY}, number=True),
        column(_("Share"), number=True, hide=True),
        column(_("Cumulative before"), number=True, hide=True),
        column(_("Why"), hide=True),
        column(_("Churn")),
    ]


def _figures(request: HttpRequest, headline: TiersHeadline) -> list[dict[str, Any]]:
    """Describe the four headline figures for components/kpi.html."""
    addresses = tier_addresses(request)
    names = {"A": _("Key customers"), "B": _("Main customers"), "C": _("Ordinary customers")}
    figures = [
        {
            "tier": tier,
            "label": names[tier],
            "value": number(part.customers),
            "url": addresses[tier],
            "note": _shares(part),
            "more": _near(tier, part),
            "up": _moved(part.moved_up, _("%(count)s moved in")),
            "down": _moved(part.moved_down, _("%(count)s moved out")),
        }
        for tier, part in headline.tiers.items()
    ]
    return [*figures, _at_risk(headline.at_risk)]


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


def _at_risk(part: Slice) -> dict[str, Any]:
    churn = f"{reverse('analysis:churn')}?{urlencode({'tier': ['A', 'B']}, doseq=True)}"
    return {
        "label": _("A and B customers at risk"),
        "value": number(part.customers),
        "tone": "bad" if part.customers else "",
        "url": churn,
        "note": _("They brought %(money)s") % {"money": compact_money(part.value, settings.COMPANY_CURRENCY)},
        "link_label": _("See the list"),
    }


def _region_row(request: HttpRequest, region: RegionTiers) -> dict[str, Any]:
    """Describe one row of the regions table; each count leads to its customers."""
    where = str(region.region_id) if region.region_id else None
    link = partial(with_parameters, request, region=where)
    counts = {"A": region.a, "B": region.b, "C": region.c}
    return {
        "name": region.name,
        "url": link() if where else "",
        "cells": [
            {"tier": tier, "count": count, "url": f"{link(tier=tier)}#customers" if where and count else ""}
            for tier, count in counts.items()
        ],
        "threshold": region.threshold_a,
        "own_threshold": region.own_threshold,
    }
