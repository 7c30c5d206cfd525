"""Pages for when something is not as it should be."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is stale and what to do."""
    return render(request, "403.html", {"stale_form": True}, status=403)
