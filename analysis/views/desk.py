"""The manager's desk: who has dealt with what, and what nobody has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analysis.selectors import desk as selector
from analysis.selectors import runs
from analysis.selectors.desk import DeskLine
from analysis.views.frame import base_context
from analysis.views.measures.frame import stale
from analysis.views.runs import nothing_published
from crm.policy import require
from crm.templatetags.format import number


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what is late and what was done, colleague by colleague."""
    user = require(request.user, "team.desk")
    run = runs.published()
    if run is None:
        return nothing_published(request, user)
    now = timezone.now()
    lines = selector.lines(run, user, now)
    # Both lists are cut: how many there are in all is what the lines add up to.
    key_customers_of_nobody = sum(each.key_customers for each in lines if each.user_id is None)
    context = {
        **base_context(run, user),
        "figures": _figures(lines, key_customers_of_nobody),
        "lines": lines,
        "complaints": selector.late_complaints(run, user, now),
        "complaints_in_all": sum(each.complaints_late for each in lines),
        "unassigned": selector.unassigned(run, user),
        "unassigned_in_all": key_customers_of_nobody,
        "notices": [each for each in (stale(run, user),) if each],
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/desk.html", context)


def _figures(lines: list[DeskLine], unassigned: int) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html: the sums of the table."""

    def figure(label: str, value: int, url: str = "", note: str = "") -> dict[str, Any]:
        tone = "warn" if value else ""
        return {"label": label, "value": number(value), "tone": tone, "url": url, "note": note}

    return [
        figure(_("Visits late"), sum(each.visits_late for each in lines), note=_("by the care plan")),
        figure(_("Complaints late"), sum(each.complaints_late for each in lines), "#complaints"),
        figure(
            _("At risk, not begun"),
            sum(each.churn_open for each in lines),
            f"{reverse('analysis:work')}?view=open",
        ),
        figure(_("A customers of nobody"), unassigned, "#unassigned"),
    ]
