"""Programs that read with a token instead of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from crm.services import tokens

SCHEME = "Bearer "
SCOPE = "token_scope"
SAFE = {"GET", "HEAD"}
View = TypeVar("View", bound=Callable[..., Any])


def readable_with_token(scope: str) -> Callable[[View], View]:
    """Mark a view that a token of this scope may read; every other view refuses tokens."""

    def mark(view: View) -> View:
        setattr(view, SCOPE, scope)
        return view

    return mark


class TokenMiddleware:
    """Let in by token: for reading, at the views that are marked for it, with the rights of the token's owner."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on: which view is asked is known only then."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Answer 401 to a token that does not stand, or is not for this; 403 to a program that asks over http.

        Sent on to https, as browsers are, a program would go on showing its token to whoever listens.
        """
        scope = getattr(view, SCOPE, "")
        if scope and settings.SECURE_SSL_REDIRECT and not request.is_secure():
            said = {"error": _("Ask over https. A token that was sent over http is to be revoked.")}
            return JsonResponse(said, status=403)
        written = request.headers.get("Authorization", "")
        if not written.startswith(SCHEME):
            return None
        allowed = scope and request.method in SAFE
        owner = tokens.owner_of(written.removeprefix(SCHEME).strip(), scope) if allowed else None
        if owner is None:
            said = {"error": _("This token is not known, has expired, or is not for this.")}
            return JsonResponse(said, status=401, headers={"WWW-Authenticate": "Bearer"})
        request.user = owner
        return None
