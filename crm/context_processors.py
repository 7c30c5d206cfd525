"""What every page's frame needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from crm.navigation import groups_for
from crm.policy import can

THEMES = ("light", "dark")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its navigation, search, theme and company."""
    theme = request.COOKIES.get("theme", "")
    user = getattr(request, "user", None)
    searches = user is not None and can(user, "customer.view")
    return {
        "navigation": groups_for(request),
        "search_url": reverse("customers:list") if searches else "",
        "suggest_url": reverse("customers:suggest") if searches else "",
        "log_url": reverse("customers:log") if user is not None and can(user, "customer.edit") else "",
        "makes_tokens": user is not None and can(user, "token.make"),
        "theme": theme if theme in THEMES else "",
        "company_name": settings.COMPANY_NAME,
        "company_currency": settings.COMPANY_CURRENCY,
    }
