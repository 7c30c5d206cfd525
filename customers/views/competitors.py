"""The pages of competitors: the list, and one with where it was met."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.policy import can, require
from customers.models import Competitor
from customers.selectors import competitors
from customers.services.directory import entries
from customers.views.panels import fact


@require_safe
def competitor_list(request: HttpRequest) -> HttpResponse:
    """List the competitors."""
    user = require(request.user, "customer.view")
    context = {
        "rows": competitors.competitor_rows(user),
        "can_edit": can(user, "competitor.edit"),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "customers/competitors/list.html", context)


@require_safe
def competitor(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one competitor: the dossier, and the customers at whom it was met."""
    user = require(request.user, "customer.view")
    found = entries(Competitor, user).filter(pk=pk).first()
    if found is None:
        raise Http404
    context: dict[str, Any] = {
        "competitor": found,
        "facts": [
            fact(_("Sales channels"), found.sales_channels),
            fact(_("Sales model"), found.sales_model),
            fact(_("Service"), found.service),
            fact(_("Note"), found.note),
        ],
        "met": competitors.where_met(user, found),
        "crumbs": [{"label": _("Competitors"), "url": reverse("customers:competitors")}],
        "can_edit": can(user, "competitor.edit"),
        "currency": settings.COMPANY_CURRENCY,
    }
    return render(request, "customers/competitors/competitor.html", context)
