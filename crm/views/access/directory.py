"""The way to the company's directory."""

from __future__ import annotations

from allauth.account.internal.decorators import login_not_required
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from requests import RequestException


@login_not_required  # type: ignore[untyped-decorator]
def enter(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Send somebody to the directory, or say that it doesn't answer, or not as the standard has it."""
    try:
        answer: HttpResponse = views.login(request, provider_id)
    except (RequestException, KeyError) as error:
        provider = get_adapter().get_provider(request, provider_id)
        answer = render_authentication_error(request, provider, exception=error)
    return answer
