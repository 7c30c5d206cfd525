"""The pages of where customers come from: campaigns, channels, informants."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from crm.models import User
from crm.policy import can, require
from customers.models import Informant
from customers.selectors import acquisition
from customers.services.directory import entries


@require_safe
def campaign_list(request: HttpRequest) -> HttpResponse:
    """List the campaigns, the latest first."""
    user = require(request.user, "customer.view")
    rows = acquisition.campaign_rows(user)
    return render(request, "customers/acquisition/campaigns.html", _context(user, "campaigns", rows=rows))


@require_safe
def channel_list(request: HttpRequest) -> HttpResponse:
    """List the channels."""
    user = require(request.user, "customer.view")
    rows = acquisition.channel_rows(user)
    return render(request, "customers/acquisition/channels.html", _context(user, "channels", rows=rows))


@require_safe
def informant_list(request: HttpRequest) -> HttpResponse:
    """List the informants that the viewer may see."""
    user = require(request.user, "customer.view")
    rows = acquisition.informant_rows(user)
    return render(request, "customers/acquisition/informants.html", _context(user, "informants", rows=rows))


@require_safe
def informant(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one informant with the customers they told us of; one out of the viewer's scope is not there."""
    user = require(request.user, "customer.view")
    found = entries(Informant, user).filter(pk=pk).first()
    row = next((each for each in acquisition.informant_rows(user) if found and each.id == found.pk), None)
    if found is None or row is None:
        raise Http404
    context = _context(
        user,
        "informants",
        row=row,
        referrals=acquisition.referrals_of(user, found),
        crumbs=[{"label": _("Informants"), "url": reverse("customers:informants")}],
    )
    return render(request, "customers/acquisition/informant.html", context)


def _context(user: User, tab: str, **more: Any) -> dict[str, Any]:
    tabs = {"campaigns": _("Campaigns"), "channels": _("Channels"), "informants": _("Informants")}
    return {
        "tabs": [
            {"label": label, "url": reverse(f"customers:{name}"), "active": name == tab, "count": None}
            for name, label in tabs.items()
        ],
        "can_manage": can(user, "source.manage"),
        "can_edit": can(user, "customer.edit"),
        "currency": settings.COMPANY_CURRENCY,
        **more,
    }
