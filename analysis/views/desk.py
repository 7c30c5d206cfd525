"""The manager's desk: who has dealt with what, what nobody has, and the rows behind each figure."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from analysis.models import AnalysisRun
from analysis.selectors import desk as selector
from analysis.selectors import runs
from analysis.selectors.desk import DeskLine
from analysis.selectors.desk_rows import ROWS, oldest_complaints
from analysis.views.frame import base_context
from analysis.views.measures.frame import saved_views, stale
from analysis.views.runs import nothing_published
from analysis.views.work_files import exports
from crm.models import User
from crm.policy import require
from crm.templatetags.format import number

MOST_LISTED = 20
MOST_ROWS = 200
NOBODY = "none"
LATE = {
    "visits": gettext_lazy("Visits late"),
    "complaints": gettext_lazy("Complaints late"),
    "discounts": gettext_lazy("Discounts above the plan"),
}


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
        "late": _late(request, run, user, now, lines),
        "complaints": oldest_complaints(run, user, now, MOST_LISTED),
        "complaints_in_all": sum(each.complaints_late for each in lines),
        "unassigned": selector.unassigned(run, user, MOST_LISTED),
        "unassigned_in_all": key_customers_of_nobody,
        "notices": [each for each in (stale(run, user),) if each],
        "exports": exports(request, user, "desk_export"),
        "saved": saved_views(request, user, "analysis:desk"),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "analysis/desk.html", context)


def _late(
    request: HttpRequest, run: AnalysisRun, user: User, now: datetime.datetime, lines: list[DeskLine]
) -> dict[str, Any] | None:
    """The rows behind a figure of the table, of one colleague, of nobody or of all; None when none are asked for."""
    what = request.GET.get("late", "")
    if what not in ROWS:
        return None
    owners = {str(each.user_id or NOBODY): each for each in lines}
    owner = owners.get(request.GET.get("owner", ""))
    whose = Q(customer__owner=owner.user_id) if owner else Q()
    rows, count = ROWS[what](run, user, now, whose, MOST_ROWS)
    return {
        "what": what,
        "title": LATE[what],
        "whose": (owner.name or _("Nobody")) if owner else "",
        "rows": rows,
        "count": count,
    }


def _figures(lines: list[DeskLine], unassigned: int) -> list[dict[str, Any]]:
    """Describe the headline figures for components/kpi.html: the sums of the table."""

    def figure(label: str, value: int, url: str = "", note: str = "") -> dict[str, Any]:
        tone = "warn" if value else ""
        return {"label": label, "value": number(value), "tone": tone, "url": url, "note": note}

    return [
        figure(
            _("Visits late"),
            sum(each.visits_late for each in lines),
            "?late=visits#rows",
            note=_("by the care plan"),
        ),
        figure(_("Complaints late"), sum(each.complaints_late for each in lines), "?late=complaints#rows"),
        figure(
            _("At risk, not begun"),
            sum(each.churn_open for each in lines),
            f"{reverse('analysis:work')}?view=open",
        ),
        figure(_("A customers of nobody"), unassigned, "#unassigned"),
    ]
