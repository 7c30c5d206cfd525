"""The front door."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Send people to the page that answers their first question."""
    return redirect("customers:today")
