"""Customers at risk as a work list: whom to turn to, how far that has come, and whether it helps."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from analysis.forms.filters import TIERS, SnapshotFilters
from analysis.selectors import churn_work as selector
from analysis.selectors import runs
from analysis.selectors.churn_work import Progress
from analysis.selectors.explanations import REASONS
from analysis.selectors.tiers import by_region
from analysis.views.frame import base_context
from analysis.views.measures.frame import saved_views, stale
from analysis.views.runs import nothing_published
from analysis.views.work_files import exports
from crm.paging import Page
from crm.policy import can, require
from crm.templatetags.format import compact_money, number, percent
from crm.views.addresses import with_parameters
from crm.views.filterbar import Menu, count_figure, filter_bar, ignored_sentence
from crm.views.lists import chosen, listing
from customers.selectors.profiles import owner_choices

VIEWS = {
    "keep": gettext_lazy("Still to keep"),
    "open": gettext_lazy("Nobody has begun"),
    "contacted": gettext_lazy("Contacted"),
    "closed": gettext_lazy("With an outcome"),
    "all": gettext_lazy("All at risk"),
}


@require_safe
def churn_work(request: HttpRequest) -> HttpResponse:
    """Show the viewer's customers at risk by how far the work on them has come."""
    user = require(request.user, "analysis.view")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    form = SnapshotFilters(request.GET, user=user)
    view, notes = chosen(request, "view", VIEWS, "keep")
    progress = selector.progress(run, user, form.scope())
    known = getattr(progress, view) if form.rows() == form.scope() else None
    seen: dict[str, int] = {}

    def read(*, after: str, before: str) -> Page[Any]:
        found = selector.work(run, user, form.rows(), view=view, after=after, before=before, count=known)
        seen["count"] = found.count + (1 if found.count_capped else 0)
        return Page(found.rows, found.before, found.after)

    page = listing(request, read)
    words = ngettext("%(count)s customer", "%(count)s customers", seen["count"])
    count = words % {"count": count_figure(seen["count"])}
    everywhere = [(str(each.region_id), each.name) for each in by_region(run, user) if each.region_id]
    menus = [
        Menu("tier", _("Tier"), TIERS, many=True),
        Menu("region", _("Region"), everywhere),
        Menu("owner", _("Owner"), [(str(each.pk), str(each)) for each in owner_choices(user)]),
        Menu("reason", _("Reason"), list(REASONS.items())),
    ]
    bar = filter_bar(request, form, menus, placeholder=_("Name or code"), count=count)
    context = {
        **base_context(run, user),
        "figures": _figures(progress, partial(with_parameters, request)),
        "views": [
            {
                "label": f"{label} {number(getattr(progress, name))}",
                "url": with_parameters(request, view=name),
                "active": name == view,
            }
            for name, label in VIEWS.items()
        ],
        "bar": bar,
        "notes": [note for note in (*notes, ignored_sentence(bar), *page.notes) if note],
        "is_filtered": bool(bar.active or bar.search["value"]),
        "notices": [each for each in (stale(run, user),) if each],
        "page": page,
        "exports": exports(request, user, "work_export"),
        "saved": saved_views(request, user, "analysis:work"),
        "verdict": _verdict(selector.verdict(run, user, form.scope())),
        "writes": can(user, "customer.edit"),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/churn_work.html", context)


def _figures(found: Progress, address: Any) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html."""
    ended = found.won_back + found.lost + found.false_alarm
    share = percent(found.won_back / ended, 0) if ended else ""
    return [
        {
            "label": _("Still to keep"),
            "value": number(found.keep),
            "note": _("they brought %(money)s")
            % {"money": compact_money(found.value, settings.COMPANY_CURRENCY)},
            "url": address(view="keep"),
        },
        {
            "label": _("Nobody has begun"),
            "value": number(found.open),
            "tone": "warn" if found.open else "",
            "note": _("of those still to keep"),
            "url": address(view="open"),
        },
        {
            "label": _("Contacted"),
            "value": number(found.contacted),
            "note": _("no outcome yet"),
            "url": address(view="contacted"),
        },
        {
            "label": _("Won back"),
            "value": number(found.won_back),
            "note": _("%(share)s of those with an outcome") % {"share": share}
            if ended
            else _("no outcome yet"),
            "url": address(view="closed"),
        },
    ]


def _verdict(found: selector.Verdict | None) -> dict[str, Any] | None:
    """Describe whether working them helped, for a table of two rows."""
    if found is None:
        return None
    rows = ((_("Worked"), found.worked), (_("Not worked"), found.left))
    return {
        "flagged_on": found.flagged_on,
        "judged_on": found.judged_on,
        "rows": [
            {
                "label": label,
                "customers": number(each.customers),
                "back": number(each.came_back),
                "share": percent(each.share),
                "value": compact_money(each.value_back, settings.COMPANY_CURRENCY),
            }
            for label, each in rows
        ],
        "url": reverse("analysis:churn"),
    }
