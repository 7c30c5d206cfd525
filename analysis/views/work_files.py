"""The churn work list and the manager's desk as files: by right, for a reason, to who has proven themselves of late."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analysis.exports.working import CHURN_WORK, DESK
from analysis.forms.filters import SnapshotFilters
from analysis.models import AnalysisRun
from analysis.selectors import churn_work, desk, runs
from analysis.views.taking import FILE_TYPES, TakenOut, hand_out
from crm.models import User
from crm.policy import can, require


def exports(request: HttpRequest, user: User, name: str, *arguments: str) -> dict[str, Any] | None:
    """Where a page's rows are asked for as a file, for analysis/measures/tools.html; None for who may not."""
    if not can(user, "customer.export"):
        return None
    parameters = request.GET.copy()
    for passing in ("after", "before"):
        parameters.pop(passing, None)
    return {"url": f"{reverse(f'analysis:{name}', args=arguments)}?{parameters.urlencode()}"}


@require_POST
def export_work(request: HttpRequest) -> HttpResponseBase:
    """Send the viewer's customers at risk, of the view and as narrowed by the address."""
    require(request.user, "customer.export")
    answer: HttpResponseBase = _work(request)
    return answer


@require_POST
def export_desk(request: HttpRequest) -> HttpResponseBase:
    """Send who has dealt with what, colleague by colleague."""
    require(request.user, "team.desk")
    require(request.user, "customer.export")
    answer: HttpResponseBase = _desk(request)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]
def _work(request: HttpRequest) -> HttpResponseBase:
    user = require(request.user, "customer.export")
    run, kind = _asked(request)
    view = request.GET.get("view", "")
    rows = churn_work.all_work(
        run,
        user,
        SnapshotFilters(request.GET, user=user).rows(),
        view=view if view in churn_work.VIEWS else churn_work.VIEWS[0],
        most=settings.EXPORT_MAX_ROWS + 1,
    )
    taken = TakenOut("work", _("Churn follow-up"), CHURN_WORK, list(rows))
    back = f"{reverse('analysis:work')}?{request.GET.urlencode()}"
    return hand_out(request, user, taken, run=run, kind=kind, back=back)


@reauthentication_required  # type: ignore[untyped-decorator]
def _desk(request: HttpRequest) -> HttpResponseBase:
    user = require(request.user, "team.desk")
    run, kind = _asked(request)
    taken = TakenOut("desk", _("Team"), DESK, desk.lines(run, user, timezone.now()))
    return hand_out(request, user, taken, run=run, kind=kind, back=reverse("analysis:desk"))


def _asked(request: HttpRequest) -> tuple[AnalysisRun, str]:
    run, kind = runs.published(), request.POST.get("format", "")
    if run is None or kind not in FILE_TYPES:
        raise Http404
    return run, kind
