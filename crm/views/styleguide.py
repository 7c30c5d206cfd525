"""The page that shows every component."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crm.policy import require
from crm.views.samples import samples


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every component, for those who build pages."""
    require(request.user, "styleguide.view")
    return render(request, "styleguide.html", {"sample": samples()})
