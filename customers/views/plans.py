"""What people are to reach in a month, and how far they are."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from crm.models import User
from crm.policy import can, require
from crm.templatetags.format import number
from crm.views.answers import say
from customers.forms.plans import PlansForm, read_month
from customers.selectors import plans as selector
from customers.services.meanwhile import ChangedMeanwhileError
from customers.services.plans import set_plans

UNPROCESSABLE, CONFLICT = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
def sales_plans(request: HttpRequest) -> HttpResponse:
    """Show the plans of a month beside what was reached; whoever may, sets them."""
    user = require(request.user, "plan.view")
    month = read_month(request.GET.get("month", ""), timezone.localdate().replace(day=1))
    standings = selector.standings(user, month)
    if request.method != "POST":
        return _page(request, user, month, PlansForm(None, standings=standings))
    require(user, "plan.set")
    form = PlansForm(request.POST, standings=standings)
    if not form.is_valid():
        return _page(request, user, month, form, UNPROCESSABLE)
    try:
        changed = set_plans(actor=user, month=month, targets=form.targets())
    except ChangedMeanwhileError:
        # The page shows what was set meanwhile beside what was typed; sent again, it is set over that.
        typed = request.POST.copy()
        fresh = selector.standings(user, month)
        for each in fresh:
            typed[f"version_{each.user.pk}"] = str(each.plan.version if each.plan else 0)
        return _page(request, user, month, PlansForm(typed, standings=fresh), CONFLICT)
    words = ngettext("%(count)s plan set.", "%(count)s plans set.", changed)
    say(request, words % {"count": number(changed)} if changed else _("Nothing has changed."))
    return HttpResponseRedirect(f"{reverse('customers:plans')}?month={month:%Y-%m}")


def _page(
    request: HttpRequest, user: User, month: object, form: PlansForm, status: int = 200
) -> HttpResponse:
    context = {"month": month, "form": form, "sets": can(user, "plan.set"), "meanwhile": status == CONFLICT}
    return render(request, "customers/plans/plans.html", context, status=status)
