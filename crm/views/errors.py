"""Pages for when something is not as it should be."""

import sys

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

RETRY_AFTER_SECONDS = 30


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is stale and what to do."""
    return render(request, "403.html", {"stale_form": True}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for what is not there, or not there for who asks.

    Django's own answer looks for a token in the form that was sent, and breaks on a form that can't be read.
    """
    return render(request, "404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for a missing right; the form is not read either."""
    return render(request, "403.html", status=403)


@login_not_required
def not_here(request: HttpRequest) -> HttpResponse:
    """Answer that there is no such page."""
    raise Http404


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for an exception: 503 while the database is away, 500 for a fault of ours.

    Neither page asks the database for anything, not even who is asking.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _plain("503.html", 503, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    return _plain("500.html", 500)


def _plain(template: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    response = render(None, template, status=status)
    for name, value in (headers or {}).items():
        response[name] = value
    return response
