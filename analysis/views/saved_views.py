"""Keeping a page of the analysis as one has set it up, and forgetting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from analysis.exports.lists import LISTS
from analysis.views.measures.pages import PAGES
from crm.models import SavedView
from crm.policy import require
from crm.services import saved_views

PASSING = ("after", "before")
# Pages that are no measure's, and what the name of one of the five lists begins with.
OTHERS = ("overview", "work", "desk")
OF_LIST = "list-"


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep a page's parameters under a name, and show the page so."""
    user = require(request.user, "analysis.view")
    address = _address_of(request.POST.get("page", ""))
    query = saved_views.kept_query(QueryDict(request.POST.get("query", "")), *PASSING)
    try:
        view = saved_views.save_view(
            actor=user,
            page=request.POST["page"],
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")),
        )
    except saved_views.SavedViewError:
        messages.error(request, _("A view needs a name, and can't hold that many filters."))
        return HttpResponseRedirect(address)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


@require_POST
def drop_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget one of one's own views."""
    user = require(request.user, "analysis.view")
    try:
        view = saved_views.drop_view(pk, actor=user)
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("The view “%(name)s” is gone.") % {"name": view.name})
    return HttpResponseRedirect(_address_of(view.page))


def _address_of(page: str) -> str:
    """Where a page is that a view is kept of; 404 for what is none of the analysis."""
    name = page.removeprefix("analysis:")
    if name in OTHERS:
        return reverse(f"analysis:{name}")
    if name.startswith(OF_LIST) and name.removeprefix(OF_LIST) in LISTS:
        return reverse("analysis:list", args=[name.removeprefix(OF_LIST)])
    if name not in PAGES:
        raise Http404
    return PAGES[name].url
