"""The product as gunicorn serves it in the page benchmark: the real application, and one page that shows nothing."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

settings.ROOT_URLCONF = __name__

application = get_wsgi_application()

from crm import urls  # noqa: E402 - routes need the applications


def bare(request: HttpRequest) -> HttpResponse:
    """A signed-in page in the product's frame that shows nothing: what every other page is measured beside."""
    return render(request, "layouts/app.html")


def empty(request: HttpRequest) -> HttpResponse:
    """A signed-in answer without even the frame: what session, account and middleware cost."""
    return HttpResponse(request.user.get_username())


handler500 = urls.handler500
urlpatterns = [path("bench/bare/", bare), path("bench/empty/", empty), *urls.urlpatterns]
