"""Request middleware of the platform."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from crm.once import remembering

UTF8_NAMES = {"utf-8", "utf8"}
MULTIPART = "multipart/form-data"
# What RFC 2046 allows between the parts of a form.
BOUNDARY = re.compile(r"[ -~]{0,200}[!-~]")


METHODS = ("GET", "HEAD", "POST")


class KnownMethodsMiddleware:
    """Refuse every method that no page here answers, before anything else looks at the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 405 to PUT, PATCH, DELETE, OPTIONS, TRACE and whatever else there is."""
        if request.method not in METHODS:
            return HttpResponseNotAllowed(METHODS)
        return self.get_response(request)


class FormsInUtf8Middleware:
    """Refuse forms in another encoding: no browser sends one, and their fields would be read as something else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 415 to a body that says it is in anything but UTF-8, 400 to one that doesn't say where parts end."""
        charset = (request.content_params or {}).get("charset", "utf-8")
        if charset.strip().lower() not in UTF8_NAMES:
            return HttpResponse(
                _("Send forms in UTF-8."), status=415, content_type="text/plain; charset=utf-8"
            )
        if request.content_type == MULTIPART and not BOUNDARY.fullmatch(
            (request.content_params or {}).get("boundary", "")
        ):
            return HttpResponse(
                _("The form is damaged: load the page again."),
                status=400,
                content_type="text/plain; charset=utf-8",
            )
        return self.get_response(request)


class PrivatePagesMiddleware:
    """Keep pages of signed-in people out of every cache, so that a shared machine remembers nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add no-store to every answer given to a signed-in user that does not set its own policy."""
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            add_never_cache_headers(response)
        return response


class AccountLanguageMiddleware:
    """Answer in the language of the account on a browser where none was chosen yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the account's language unless a cookie says which one to use."""
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(request.user, "language", "")
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                request.LANGUAGE_CODE = language
        return self.get_response(request)


class RememberingMiddleware:
    """Let what several parts of a page ask for be read once, in a request that changes nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Remember while a GET or HEAD is answered."""
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with remembering():
            return self.get_response(request)
