"""Keeping a list under a name, and forgetting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.models import SavedView
from crm.policy import require
from crm.services import saved_views
from customers.exports import asking
from customers.exports.lists import LISTS
from customers.views.lists import view_address


@require_POST
def save_view(request: HttpRequest, key: str) -> HttpResponse:
    """Keep a list's parameters under a name, and show the list so."""
    user = require(request.user, "customer.view")
    if key not in LISTS:
        raise Http404
    spec = LISTS[key]
    query = saved_views.kept_query(QueryDict(request.POST.get("query", "")), *asking.PASSING)
    try:
        view = saved_views.save_view(
            actor=user,
            page=spec.route,
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")),
            first=bool(request.POST.get("first")),
        )
    except saved_views.SavedViewError:
        messages.error(request, _("A view needs a name, and can't hold that many filters."))
        return redirect(spec.route)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return HttpResponseRedirect(view_address(spec, view))


@require_POST
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views."""
    user = require(request.user, "customer.view")
    try:
        view = saved_views.drop_view(pk, actor=user)
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return redirect(view.page)
